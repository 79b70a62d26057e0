#include "probe/perf_map.h"

#include <charconv>

namespace plumb::probe {
namespace {

// The number before the next blank, which is cut off with it.
bool take_hexadecimal(std::string_view& text, uint64_t& number) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  const auto size = static_cast<size_t>(end - text.data());
  if (error != std::errc() || size == text.size() || *end != ' ') return false;
  text.remove_prefix(size + 1);
  return true;
}

}  // namespace

size_t take_perf_map(std::string_view text, CodeMap& map) {
  size_t taken = 0;
  for (size_t end = 0; (end = text.find('\n', taken)) != text.npos; taken = end + 1) {
    std::string_view line = text.substr(taken, end - taken);
    uint64_t begin = 0, size = 0;
    if (take_hexadecimal(line, begin) && take_hexadecimal(line, size)) map.add(begin, size, line);
  }
  return taken;
}

}  // namespace plumb::probe
