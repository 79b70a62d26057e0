// Element: one string of an argument vector or environment, as the finders of secrets see it.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace plumb::disclose {

// Bytes [begin, end) of the list that was searched.
struct Range {
  size_t begin = 0;
  size_t end = 0;
};
using Ranges = std::vector<Range>;

struct Element {
  std::string_view list;  // the whole, to which ranges refer
  size_t begin = 0;
  size_t end = 0;
  bool script = false;  // text for a shell: spaces and quotes separate
  bool cut = false;     // it went on, but that was not captured

  std::string_view text() const { return list.substr(begin, end - begin); }
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_upper(c) || is_lower(c); }
constexpr bool is_alnum(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
// A shell takes a backslash before the end of a line, and that end, for nothing.
constexpr bool continues_line(std::string_view text, size_t at) {
  return text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '\n';
}
constexpr bool is_quote(char c) { return c == '\'' || c == '"' || c == '`'; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace plumb::disclose
