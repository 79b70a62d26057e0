#include "probe/go_functions.h"

#include <algorithm>

#include "base/cursor.h"

namespace plumb::probe {
namespace {

constexpr uint64_t most_functions = 4'000'000;
constexpr size_t most_bytes = 512 << 20;     // of the table
constexpr size_t most_go_bytes = 256 << 20;  // of all names that are kept
constexpr size_t longest_go_name = 4096;

struct GoHeader {
  uint32_t magic = 0;
  uint8_t zeros[2] = {};
  uint8_t step = 0, pointer_size = 0;
  uint64_t functions = 0, files = 0, text = 0;
  uint64_t names = 0, units = 0, file_names = 0, numbers = 0, table = 0;  // offsets
};
static_assert(sizeof(GoHeader) == 72);

struct GoEntry {
  uint32_t begin = 0;        // bytes behind Header::text
  uint32_t description = 0;  // offset behind Header::table
};
struct GoDescription {
  uint32_t begin = 0, name = 0;  // name: offset behind Header::names
};

Fail broken() {
  return fail("broken table of Go's functions", "is it complete? readelf -S shows .gopclntab");
}

const Section* table_of(const Elf& elf) {
  const auto is_it = [](const Section& section) {
    return section.name == ".gopclntab" || section.name == ".data.rel.ro.gopclntab";
  };
  const auto found = std::ranges::find_if(elf.sections(), is_it);
  return found == elf.sections().end() ? nullptr : &*found;
}

class GoReader {
 public:
  GoReader(const Elf& elf, std::string_view bytes) : elf_(elf), bytes_(bytes) {}

  Result<std::vector<Function>> run() {
    Cursor head(bytes_);
    const bool is_known = head.read(header_) && header_.pointer_size == 8 &&
                          (header_.magic == 0xfffffff0 || header_.magic == 0xfffffff1);
    if (!is_known) return std::vector<Function>();
    if (header_.functions > most_functions) return broken();
    if (header_.table > bytes_.size() || header_.names > bytes_.size()) return broken();
    text_ = header_.text != 0 ? header_.text : begin_of_text();
    Cursor entries(bytes_.substr(header_.table));
    GoEntry entry, next;
    if (!entries.read(entry)) return broken();
    for (uint64_t i = 0; i < header_.functions; i++, entry = next) {
      // behind the last there is only where it ends
      if (i + 1 < header_.functions ? !entries.read(next) : !entries.read(next.begin))
        return broken();
      if (next.begin < entry.begin) return broken();
      TRY(take(entry, next.begin - entry.begin));
    }
    return std::move(functions_);
  }

 private:
  // Where the loader fills it in, it is zero in the file.
  uint64_t begin_of_text() const {
    const auto text = std::ranges::find(elf_.sections(), ".text", &Section::name);
    return text == elf_.sections().end() ? 0 : text->address;
  }

  Result<> take(const GoEntry& entry, uint64_t size) {
    Cursor cursor(bytes_.substr(header_.table));
    GoDescription description;
    if (!cursor.skip(entry.description) || !cursor.read(description)) return broken();
    const std::string_view names = bytes_.substr(header_.names);
    if (description.name >= names.size()) return broken();
    std::string_view name = names.substr(description.name, longest_go_name);
    name = name.substr(0, name.find('\0'));
    const auto offset = elf_.offset_of(text_ + entry.begin);
    if (!offset || name.empty()) return {};
    kept_ += name.size();
    if (kept_ > most_go_bytes) return broken();
    functions_.push_back({std::string(name), *offset, size, false});
    return {};
  }

  const Elf& elf_;
  const std::string_view bytes_;
  GoHeader header_;
  uint64_t text_ = 0;
  size_t kept_ = 0;
  std::vector<Function> functions_;
};

}  // namespace

Result<std::vector<Function>> go_functions(const Elf& elf) {
  const Section* table = table_of(elf);
  if (table == nullptr || elf.machine() != Machine::x86) return std::vector<Function>();
  const std::string bytes = TRY(elf.bytes_of(*table, most_bytes));
  return GoReader(elf, bytes).run();
}

}  // namespace plumb::probe
