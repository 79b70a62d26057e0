#include "probe/operand.h"

#include <charconv>

namespace plumb::probe {

bool parse_number(std::string_view text, int64_t& out) {
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc() || stop != end) return false;
  if (minus && value > uint64_t{1} << 63) return false;
  out = static_cast<int64_t>(minus ? 0 - value : value);
  return true;
}

bool is_numbered(std::string_view name, std::string_view prefix, uint32_t last,
                 std::string_view suffix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  uint32_t number = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, number);
  const bool padded = name.size() > 1 && name[0] == '0';
  return !name.empty() && !padded && error == std::errc() && stop == end && number <= last;
}

}  // namespace plumb::probe
