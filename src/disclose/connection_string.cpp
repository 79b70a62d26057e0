#include "disclose/connection_string.h"

#include <algorithm>

#include "disclose/quote.h"

namespace plumb::disclose {
namespace {

// So much before a value and of it is looked at; bounds what a hostile element can cost.
constexpr size_t longest_before = 512;
constexpr size_t longest_value = 1024;
// No name of a field is longer.
constexpr size_t longest_name = 64;

// Spaces, a name of words and its sign: " User Id=".
bool begins_field(std::string_view text) {
  const std::string_view name = text.substr(0, std::min(text.find('='), longest_name));
  return name.size() < std::min(text.size(), longest_name) &&
         std::any_of(name.begin(), name.end(), is_letter) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_alnum(c) || c == ' ' || c == '_' || c == '-' || c == '.';
         });
}

// The quote that the text around a field begins with; the element's end where there is none.
size_t opening_quote(const Element& element, size_t name) {
  if (name > element.begin && is_quote(element.list[name - 1])) return name - 1;
  const size_t least = name - std::min(name - element.begin, longest_before);
  for (size_t i = name; i > least; i--) {
    const char quote = element.list[i - 1];
    if (!is_quote(quote)) continue;
    if (is_letter(element.list[i])) return i - 1;
    // Behind one that closes a value comes no name.
    const size_t open = element.list.substr(least, i - 1 - least).rfind(quote);
    if (open == std::string_view::npos) break;
    i = least + open + 1;
  }
  return element.end;
}

// Whether the text before a field's semicolon is one, too.
bool ends_field(const Element& element, size_t semicolon) {
  const size_t least = semicolon - std::min(semicolon - element.begin, longest_before);
  const std::string_view before = element.list.substr(least, semicolon - least);
  size_t begin = before.size();
  // Name="a;b";
  if (begin >= 2 && is_quote(before.back())) {
    const size_t open = before.rfind(before.back(), begin - 2);
    begin = open == before.npos ? 0 : open;
  }
  while (begin > 0 && before[begin - 1] != ';' && before[begin - 1] != '\n') begin--;
  const std::string_view field = before.substr(begin);
  const std::string_view name = field.substr(0, field.find('='));
  return begins_field(field.substr(name.find_last_of("\"'`") + 1));
}

}  // namespace

std::optional<size_t> connection_field_end(const Element& element, size_t name, size_t value) {
  const std::string_view text = element.list.substr(0, element.end);
  const bool first = name == element.begin || is_quote(text[name - 1]);
  size_t before = name;
  while (before > element.begin && is_space(text[before - 1])) before--;
  if (!first && (before == element.begin || text[before - 1] != ';')) return std::nullopt;
  const size_t quote = opening_quote(element, name);
  // A shell takes what is in no quotes apart: A=1;TOKEN=x command.
  if (quote == element.end && element.script) return std::nullopt;
  Element near = element;
  near.end = std::min(element.end, value + longest_value);
  const size_t whole = quote == element.end ? near.end : quoted_end(near, quote, value);
  const size_t end = std::min(text.substr(0, whole).find_first_of(";\n", value), whole);
  const bool closed = end < whole && text[end] == ';';
  // A shell's commands have spaces between them: ssh h "A=1; TOKEN=x command".
  const bool preceded = !first && (closed || before == name) && ends_field(element, before - 1);
  const bool followed = closed && end + 1 < whole && (!first || !is_space(text[end + 1])) &&
                        begins_field(text.substr(end + 1));
  if (!preceded && !followed) return std::nullopt;
  return end == value + longest_value ? element.end : end;
}

}  // namespace plumb::disclose
