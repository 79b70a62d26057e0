// Any bytes may be an argument vector, and any body a record.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "disclose/disclosure.h"

namespace {

using namespace plumb;

schema::Event make_event() {
  schema::Event event;
  event.name = "exec";
  const auto add = [&](schema::Kind kind, uint32_t size, schema::Privacy privacy) {
    schema::Field field;
    field.path = "f" + std::to_string(event.size);
    field.kind = kind;
    field.privacy = privacy;
    field.offset = event.size;
    field.size = size;
    event.size += size;
    event.fields.push_back(field);
  };
  add(schema::Kind::tail_list, 8, schema::Privacy::argument);
  add(schema::Kind::tail_text, 8, schema::Privacy::path);
  add(schema::Kind::text, 8, schema::Privacy::environment);
  add(schema::Kind::address, 16, schema::Privacy::address);
  return event;
}

// Ranges are sorted, disjoint, not empty and within one string of the list.
void check(std::string_view list, bool cut) {
  disclose::SecretFinder finder;
  size_t before = 0;
  for (const disclose::Range& range : finder.find(list, cut)) {
    if (range.begin < before || range.begin >= range.end || range.end > list.size()) std::abort();
    if (list.substr(range.begin, range.end - range.begin).find('\0') != list.npos) std::abort();
    before = range.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const schema::Event event = make_event();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes, true);
  check(bytes, false);
  for (const auto mode : {disclose::Mode::redact, disclose::Mode::hash, disclose::Mode::none}) {
    disclose::Disclosure disclosure(mode, {1, 2});
    const schema::Record record = disclosure.apply({&event, 0, 1, bytes});
    for (const schema::Field& field : event.fields) {
      const std::string_view text = record.text(field);
      const bool clear = text.find_first_not_of('\0') == text.npos;
      if (mode == disclose::Mode::none && !clear) std::abort();
    }
  }
  return 0;
}
