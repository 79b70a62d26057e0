#include "disclose/sql.h"

#include <algorithm>

#include "disclose/quote.h"

namespace plumb::disclose {
namespace {

bool is_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

// Cuts the last word off what is before `end`, which moves to its first letter.
std::string_view word_before(const Element& element, size_t& end) {
  while (end > element.begin && is_space(element.list[end - 1])) end--;
  size_t begin = end;
  while (begin > element.begin && is_letter(element.list[begin - 1])) begin--;
  const std::string_view word = element.list.substr(begin, end - begin);
  end = begin;
  return word;
}

// PASSWORD, PASSWORD =, PASSWORD(, IDENTIFIED BY, IDENTIFIED WITH method BY; before E'x' or N'x',
// too.
bool announces(const Element& element, size_t quote) {
  size_t end = quote - escapes_before(element, quote);
  const auto before = [&] { return end > element.begin ? element.list[end - 1] : '\0'; };
  if (before() == 'E' || before() == 'N') end--;
  while (is_space(before()) || before() == '=' || before() == '(') end--;
  const std::string_view word = word_before(element, end);
  if (is_word(word, "password")) return true;
  if (!is_word(word, "by")) return false;
  const std::string_view last = word_before(element, end);
  if (is_word(last, "identified")) return true;
  while (end > element.begin && !is_space(element.list[end - 1])) end--;  // caching_sha2_password
  return is_word(word_before(element, end), "with");
}

}  // namespace

void find_sql_passwords(const Element& element, Ranges& out) {
  for (size_t quote = element.begin; (quote = element.list.find('\'', quote)) < element.end;) {
    const size_t begin = quote + 1;
    if (!announces(element, quote)) {
      quote = begin;
      continue;
    }
    const size_t end = quoted_end(element, quote, begin);
    if (end > begin) out.push_back({begin, end});
    quote = std::max(end, begin);
  }
}

}  // namespace plumb::disclose
