// Disclosure: the one place that every record passes on its way out of the program.
//
//   redact  secrets in arguments, environments and paths become ***; all else stays
//   hash    private text becomes "#" and 12 digits, private addresses one of fd70::/16, by a keyed
//           hash: equal stays equal within a run, nothing can be looked up
//   raw     nothing changes
//   none    private fields are empty, should the kernel have sent them at all
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "disclose/secrets.h"
#include "disclose/siphash.h"
#include "schema/record.h"

namespace plumb::disclose {

enum class Mode : uint8_t { redact, hash, raw, none };

// As --privacy spells them; an unknown word is misuse.
Result<Mode> parse_mode(std::string_view text);
std::string_view name_of(Mode mode);

class Disclosure {
 public:
  Disclosure(Mode mode, const HashKey& key) : mode_(mode), key_(key) {}

  // What may be shown of the record: itself where nothing had to go, else one whose body is valid
  // until the next call. The record's event must outlive this object.
  schema::Record apply(const schema::Record& record);

 private:
  // The fields of an event that this mode looks at, and all tails, since those move.
  struct Layout {
    const schema::Event* event;
    std::vector<const schema::Field*> guarded;
    std::vector<const schema::Field*> tails;
  };

  const Layout& layout_of(const schema::Event& event);
  Layout make_layout(const schema::Event& event) const;
  bool guards(const schema::Field& field) const;
  const Ranges& secrets(const schema::Field& field, std::string_view bytes, bool cut);
  bool has_secrets(const schema::Record& record, const Layout& layout);
  schema::Record rebuild(const schema::Record& record, const Layout& layout);
  void replace_tail(const schema::Record& record, const schema::Field& field, bool guarded);
  void replace_in_place(const schema::Record& record, const schema::Field& field);
  // Appends what may be shown of `bytes` to text_.
  void disclose_text(const schema::Field& field, std::string_view bytes, bool cut);
  void mask(const schema::Field& field, std::string_view bytes, bool cut);
  void append_hash(std::string_view bytes);

  Mode mode_;
  HashKey key_;
  std::vector<Layout> layouts_;
  size_t last_ = 0;  // index of the layout of the last record
  SecretFinder finder_;
  std::string body_;
  std::string text_;
};

}  // namespace plumb::disclose
