#include "disclose/assignment.h"

#include <algorithm>

#include "disclose/connection_string.h"
#include "disclose/quote.h"
#include "disclose/secret_name.h"

namespace plumb::disclose {
namespace {

// More harmless values of secret names than any honest command has. Past it everything is masked,
// which bounds what a hostile element can cost and hides nothing from an honest one.
constexpr int most_harmless = 64;

bool is_name_char(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }

struct Name {
  std::string_view text;
  size_t begin = 0;
  bool spaced = false;  // spaces between it and its sign
  char quote = '\0';    // it is in quotes of its own
  bool index = false;   // and in brackets: environ['TOKEN'], user[password], $ENV{TOKEN}
};

// The name that ends at the sign at `sign`.
Name name_before(const Element& element, size_t sign) {
  const std::string_view list = element.list;
  Name name;
  size_t end = sign;
  while (end > element.begin && is_space(list[end - 1])) end--;
  name.spaced = end < sign;
  if (end > element.begin && list[end - 1] == ':') end--;  // password:=x
  name.index = end > element.begin && (list[end - 1] == ']' || list[end - 1] == '}');
  if (name.index) end--;
  if (end > element.begin && is_quote(list[end - 1])) name.quote = list[--end];
  if (name.quote != '\0') end -= escapes_before(element, end);
  name.begin = end;
  while (name.begin > element.begin && is_name_char(list[name.begin - 1])) name.begin--;
  name.text = list.substr(name.begin, end - name.begin);
  while (name.text.starts_with('-')) name.text.remove_prefix(1);
  return name;
}

// Nothing but a slash is before it: /password:x, as Windows has it.
bool is_slashed(const Element& element, const Name& name) {
  if (name.begin == element.begin || element.list[name.begin - 1] != '/') return false;
  return name.begin - 1 == element.begin || is_space(element.list[name.begin - 2]);
}

// The end of a bare value: `a b` of `key=a b` in a script, `x` of `a=x&b=y` or of `a=x,b=y`.
size_t bare_end(const Element& element, size_t begin) {
  const std::string_view list = element.list;
  for (size_t i = begin; i < element.end; i++) {
    const char c = list[i];
    if (is_space(c) || is_quote(c) || c == '&' || c == ';' || c == ')' || c == '}') return i;
    if (c != ',') continue;
    size_t next = i + 1;
    while (next < element.end && is_name_char(list[next])) next++;
    if (next > i + 1 && next < element.end && (list[next] == '=' || list[next] == ':')) return i;
  }
  return element.end;
}

Range value_after(const Element& element, const Name& name, size_t sign, Strength strength) {
  const std::string_view list = element.list;
  const bool header = list[sign] == ':';
  const bool slashed = header && is_slashed(element, name);
  const bool first = name.begin == element.begin + (slashed ? 1 : 0);
  size_t begin = sign + 1;
  // 'password' => 'x', --password==x
  if (!header && begin < element.end && (list[begin] == '>' || list[begin] == '=')) begin++;
  if (header || name.spaced || name.quote != '\0') {
    while (begin < element.end && is_space(list[begin])) begin++;
  }
  while (begin < element.end && continues_line(list, begin)) begin += 2;
  if (first && !element.script && name.quote == '\0') return {begin, element.end};
  const size_t open = std::min(list.find_first_not_of('\\', begin), element.end);
  if (open < element.end && is_quote(list[open]))
    return {open + 1, quoted_end(element, open, open + 1)};
  if (header && !slashed && (strength == Strength::header || name.quote == '\0')) {
    const char before = first ? '\0' : list[name.begin - 1];
    if (is_quote(before)) return {begin, quoted_end(element, name.begin - 1, begin)};
    return {begin, std::min(list.find('\n', begin), element.end)};
  }
  const auto field_end = header ? std::nullopt : connection_field_end(element, name.begin, begin);
  return {begin, field_end ? *field_end : bare_end(element, begin)};
}

// 1.0, 2.1rc1, 1.*, as packages have them.
bool begins_with_version(std::string_view text) {
  const size_t end = std::min(text.find_first_of(" \t\r\n,;'\"`)]"), text.size());
  const std::string_view word = text.substr(0, end);
  const size_t dot = word.find_first_not_of("0123456789");
  if (dot == 0 || dot == word.npos || word[dot] != '.' || dot + 1 == word.size()) return false;
  return std::all_of(word.begin() + static_cast<ptrdiff_t>(dot), word.end(), [](char c) {
    return is_digit(c) || is_lower(c) || c == '.' || c == '*' || c == '+' || c == '-' || c == '!';
  });
}

// Code compares with ==, and packages their versions: what begins an argument assigns, be it by
// mistake. In text, and by a weak name, only an option (--password==x) or a variable in capitals.
bool assigns_twice(const Element& element, const Name& name, size_t sign, Strength strength) {
  const std::string_view text = element.list.substr(0, element.end);
  const std::string_view value = text.substr(sign + 2);
  const char before = name.begin > element.begin ? text[name.begin - 1] : ' ';
  if (name.spaced || name.quote != '\0' || name.index) return false;
  if (!is_space(before) && !is_quote(before)) return false;
  if (value.empty() || is_space(value[0]) || is_quote(value[0]) || value[0] == '=') return false;
  if (text[name.begin] == '-') return true;
  const bool capitals = std::none_of(name.text.begin(), name.text.end(), is_lower);
  const bool argument = name.begin == element.begin && strength != Strength::weak;
  return (capitals || argument) && !begins_with_version(value);
}

// A colon means much else: C++ names, ports, drives, times, volumes.
bool assigns(const Element& element, const Name& name, size_t sign, Strength strength) {
  const std::string_view text = element.list.substr(0, element.end);
  const char before = sign > element.begin ? text[sign - 1] : '\0';
  const char after = sign + 1 < text.size() ? text[sign + 1] : '\0';
  if (name.index && name.quote == '\0' && strength == Strength::weak) return false;
  if (text[sign] == '=' && after == '=' && before != '!' && before != '=')
    return assigns_twice(element, name, sign, strength);
  if (text[sign] == '=') return before != '!' && before != '=';
  if (before == ':' || after == ':' || after == '=') return false;
  if (is_space(after) || name.quote != '\0' || is_quote(after)) return true;
  const bool first = name.begin == element.begin || is_slashed(element, name);
  return after != '/' && first && (strength != Strength::weak || name.text == "pass");
}

}  // namespace

void find_assignments(const Element& element, Ranges& out) {
  const std::string_view text = element.list.substr(0, element.end);
  int harmless = 0;
  for (size_t sign = element.begin; sign < element.end; sign++) {
    if (text[sign] != '=' && text[sign] != ':') continue;
    const Name name = name_before(element, sign);
    const Strength strength = strength_of(name.text);
    if (strength == Strength::none || !assigns(element, name, sign, strength)) continue;
    if (strength == Strength::header && text[sign] == '=') continue;
    const Range value = value_after(element, name, sign, strength);
    if (value.begin >= value.end) continue;
    if (is_harmless(name.text, strength, text.substr(value.begin, value.end - value.begin))) {
      if (++harmless < most_harmless) continue;
      return out.push_back({value.begin, element.end});
    }
    out.push_back(value);
    sign = value.end - 1;
  }
}

}  // namespace plumb::disclose
