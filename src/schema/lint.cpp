#include <algorithm>
#include <string>

#include "schema/btf.h"
#include "schema/fields.h"
#include "schema/find.h"

namespace plumb::schema {
namespace {

constexpr size_t max_kernel_name = 15;    // what the kernel keeps of a program's or map's name
constexpr size_t max_lint_visits = 4096;  // bounds what hostile nesting can cost

class Lint {
 public:
  explicit Lint(const Btf& btf) : btf_(btf) {}

  Result<std::vector<std::string>> run() {
    auto event = TRY(find_event(btf_));
    auto fields = TRY(fields_of(btf_, event));
    if (Btf::find(btf_.tags(event), event_tag)->empty()) complain("the event has no sentence");
    short_enough(btf_.type(event).name, "event");
    holes(event, "");
    for (const Described& described : fields) check(described);
    for (uint32_t id = 1; id < btf_.types().size(); id++) declaration(id);
    return std::move(complaints_);
  }

 private:
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  void short_enough(std::string_view name, const char* what) {
    if (name.size() > max_kernel_name)
      complain(std::string(what) + " " + std::string(name) + ": its name is over " +
               std::to_string(max_kernel_name) + " characters");
  }

  void check(const Described& described) {
    const Field& field = described.field;
    const bool is_integer =
        field.kind == Kind::unsigned_number || field.kind == Kind::signed_number;
    if (is_integer && field.unit == Unit::none && field.format == Format::plain)
      complain(field.path + ": an integer without a unit or a meaning");
    if (!described.privacy_stated && (field.is_text() || field.kind == Kind::address))
      complain(field.path + ": text without a privacy class");
    if (field.doc.empty() && field.path.find('.') == std::string::npos)
      complain(field.path + ": no sentence says what it is");
  }

  void declaration(uint32_t id) {
    const Btf::Type& type = btf_.type(id);
    auto sentence = Btf::find(btf_.tags(id), knob_tag);
    if (type.kind == Btf::Kind::variable && sentence && sentence->empty())
      complain("knob " + std::string(type.name) + ": no sentence says what it does");
    if (type.kind == Btf::Kind::function && type.is_global) short_enough(type.name, "program");
    if (type.kind == Btf::Kind::section && type.name == ".maps")
      for (uint32_t variable : type.variables) short_enough(btf_.type(variable).name, "map");
  }

  // Bytes of the struct that no member covers: they would leak what lay there before.
  void holes(uint32_t id, const std::string& path) {
    const Btf::Type& type = btf_.type(id);
    uint64_t covered = 0;
    for (const Btf::Member& member : type.members) {
      if (++visits_ > max_lint_visits) return;
      const std::string inner = path + std::string(member.name);
      const uint32_t bare = btf_.strip(member.type);
      const uint64_t begin = member.bit_offset / 8;
      if (begin != covered) complain(inner + ": a hole before it");
      covered = begin + btf_.bytes_of(bare);
      if (btf_.type(bare).kind == Btf::Kind::structure) holes(bare, inner + ".");
    }
    if (covered != type.size) complain(path + std::string(type.name) + ": a hole at its end");
  }

  const Btf& btf_;
  std::vector<std::string> complaints_;
  size_t visits_ = 0;
};

}  // namespace

std::vector<std::string> lint(std::string_view bytes) {
  auto btf = Btf::parse(bytes);
  if (!btf) return {btf.error().what};
  auto complaints = Lint(*btf).run();
  return complaints ? std::move(*complaints) : std::vector{complaints.error().what};
}

}  // namespace plumb::schema
