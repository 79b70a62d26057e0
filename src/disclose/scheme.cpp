#include "disclose/scheme.h"

#include <algorithm>
#include <array>

namespace plumb::disclose {
namespace {

using std::operator""sv;

constexpr std::string_view bearer = "bearer";
constexpr std::array others = {"apikey"sv, "basic"sv, "token"sv};

bool ends_value(char c) {
  constexpr std::string_view ends = ",;)}\\";
  return is_space(c) || is_quote(c) || ends.find(c) != ends.npos;
}

bool same(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

// The scheme that ends at `end`, in lower case; "" when there is none.
std::string_view scheme_before(const Element& element, size_t end) {
  size_t begin = end;
  while (begin > element.begin && is_letter(element.list[begin - 1]) &&
         end - begin <= bearer.size())
    begin--;
  const std::string_view word = element.list.substr(begin, end - begin);
  if (same(word, bearer)) return bearer;
  const auto found = std::find_if(others.begin(), others.end(),
                                  [&](std::string_view scheme) { return same(word, scheme); });
  return found == others.end() ? ""sv : *found;
}

// A header or a word begins here, not the middle of a sentence.
bool is_beginning(const Element& element, size_t at) {
  size_t i = at;
  while (i > element.begin && is_space(element.list[i - 1])) i--;
  if (i == element.begin) return true;
  const char before = element.list[i - 1];
  return before == ':' || before == '=' || (i == at && is_quote(before));
}

// No word of a language: letters with digits, or padded or capitalised as base64 is.
bool is_coded(std::string_view value) {
  const bool letter = std::any_of(value.begin(), value.end(), is_letter);
  const bool digit = std::any_of(value.begin(), value.end(), is_digit);
  if (letter && digit && value.size() >= 6) return true;
  if (value.size() % 4 != 0 || value.empty()) return false;
  const bool capital = std::any_of(value.begin() + 1, value.end(), is_upper);
  return value.ends_with('=') || (capital && std::any_of(value.begin(), value.end(), is_lower));
}

}  // namespace

void find_schemes(const Element& element, Ranges& out) {
  const std::string_view list = element.list;
  for (size_t blank = element.begin, begin; blank < element.end; blank = begin) {
    begin = blank + 1;
    if (!is_space(list[blank])) continue;
    while (begin < element.end && is_space(list[begin])) begin++;
    const std::string_view scheme = scheme_before(element, blank);
    if (scheme.empty()) continue;
    size_t end = begin;
    while (end < element.end && !ends_value(list[end])) end++;
    const bool alone = end == element.end || !is_space(list[end]);
    const bool beginning = alone && is_beginning(element, blank - scheme.size());
    const bool coded = is_coded(list.substr(begin, end - begin));
    const bool secret = scheme == bearer ? beginning || coded : beginning && coded;
    if (secret && end > begin) out.push_back({begin, end});
  }
}

}  // namespace plumb::disclose
