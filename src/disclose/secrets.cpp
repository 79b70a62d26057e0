#include "disclose/secrets.h"

#include <algorithm>

#include "disclose/assignment.h"
#include "disclose/login.h"
#include "disclose/quote.h"
#include "disclose/scheme.h"
#include "disclose/sql.h"
#include "disclose/token.h"

namespace plumb::disclose {
namespace {

constexpr uint8_t has_mixture = has_upper | has_lower | has_digit;

// The shortest token that its looks give away (an AKIA key of a cut list may be shorter).
constexpr size_t shortest_token = 13;
// Repetitions of something shorter would be chance.
constexpr size_t shortest_repetition = 6;

// Of so many secrets repetitions are looked for; bounds what a hostile list can cost.
constexpr size_t most_repeated = 32;

// Text between quotes that holds words of its own may nest this deep (sh -c "ssh h 'mysql ...'").
constexpr int deepest_script = 4;

bool ends_word(char c) {
  return is_space(c) || c == ';' || c == '|' || c == '&' || c == '(' || c == ')' || c == '`' ||
         c == '<' || c == '>';
}

// What a shell takes for the end of a command: not the & of 2>&1.
bool ends_command(std::string_view list, size_t at) {
  const char c = list[at];
  const char before = at > 0 ? list[at - 1] : '\0';
  return c == ';' || c == '|' || (c == '&' && before == '&') || c == '\n';
}

// -c, -lc, -ec: the next argument of a shell is a script.
bool announces_script(std::string_view word) {
  return word.size() >= 2 && word.size() <= 5 && word[0] == '-' && word.back() == 'c' &&
         std::all_of(word.begin() + 1, word.end(), is_lower);
}

}  // namespace

const Ranges& SecretFinder::find(std::string_view list, bool cut, Of of) {
  list_ = list;
  ranges_.clear();
  expect_ = {};
  script_follows_ = after_option_ = false;
  program_ = {};
  for (size_t begin = 0; begin < list.size();) {
    const size_t end = std::min(list.find('\0', begin), list.size());
    const Element next{
        .list = list, .begin = begin, .end = end, .cut = cut && end + 1 >= list.size()};
    of == Of::path ? path(next) : element(next);
    begin = end + 1;
  }
  if (!ranges_.empty()) {
    tidy();
    add_repetitions();
  }
  return ranges_;
}

void SecretFinder::element(Element element) {
  survey(element, survey_);
  const uint8_t traits = survey_.traits;
  const size_t size = element.end - element.begin;
  element.script = script_follows_;
  words(element);
  script_follows_ = announces_script(element.text());
  if ((traits & has_sign) != 0) find_assignments(element, ranges_);
  if ((traits & has_colon) != 0) {
    find_url_passwords(element, ranges_);
    find_logins(element, ranges_);
  }
  if (size >= shortest_token || element.cut) find_tokens(element, survey_.word_starts, ranges_);
  if ((size >= 20 || element.cut) && (traits & has_mixture) == has_mixture)
    find_random_words(element, ranges_);
  if ((traits & has_space) == 0) return;
  find_schemes(element, ranges_);
  find_sql_passwords(element, ranges_);
  if (size >= 40) find_private_keys(element, ranges_);
}

void SecretFinder::path(Element element) {
  survey(element, survey_);
  if ((survey_.traits & has_sign) != 0) find_assignments(element, ranges_);
  if ((survey_.traits & has_colon) != 0) find_url_passwords(element, ranges_);
  if (element.end - element.begin >= shortest_token || element.cut)
    find_tokens(element, survey_.word_starts, ranges_);
}

void SecretFinder::words(const Element& element) {
  // An option that holds spaces is still one word: -pmy secret.
  const bool divisible = (survey_.traits & has_space) != 0 && list_[element.begin] != '-';
  prose_ = divisible && !element.script;
  const Range whole{element.begin, element.end};
  if (!divisible || expect_.strength != Strength::none) return word(whole);
  script(element, 0);
  if (!program_.flags.empty()) client_operand(whole, element.text());
}

// Splits into words as a shell would, and looks into quoted text that has words of its own.
void SecretFinder::script(Element element, int depth) {
  const Program outer = program_;
  size_t i = element.begin;
  while (i < element.end) {
    if (continues_line(list_, i)) {
      i += 2;
      continue;
    }
    if (ends_word(list_[i])) {
      if (ends_command(list_, i)) program_ = {};
      i++;
      continue;
    }
    const size_t begin = i;
    bool spaced = false;
    while (i < element.end && !ends_word(list_[i]) && !continues_line(list_, i)) {
      const char c = list_[i++];
      if (c != '\'' && c != '"') continue;
      // Nothing is escaped in single quotes.
      const size_t close = c == '"' ? closing_quote(element, i - 1, i) : list_.find(c, i);
      if (close >= element.end) continue;
      const std::string_view inside = list_.substr(i, close - i);
      spaced |= std::any_of(inside.begin(), inside.end(), is_space);
      i = close + 1;
    }
    const bool whole = is_quote(list_[begin]) && i - begin >= 2 && list_[i - 1] == list_[begin];
    if (spaced && whole && depth < deepest_script && expect_.strength == Strength::none) {
      Element inner = element;
      inner.begin = begin + 1;
      inner.end = i - 1;
      script(inner, depth + 1);
    } else {
      word({begin, i});
    }
  }
  expect_ = {};
  program_ = outer;
}

void SecretFinder::add_repetitions() {
  const size_t count = std::min(ranges_.size(), most_repeated);
  repeated_.assign(ranges_.begin(), ranges_.begin() + static_cast<ptrdiff_t>(count));
  for (const Range& range : repeated_) {
    const std::string_view secret = list_.substr(range.begin, range.end - range.begin);
    if (secret.size() < shortest_repetition) continue;
    for (size_t at = list_.find(secret); at != list_.npos; at = list_.find(secret, at + 1))
      ranges_.push_back({at, at + secret.size()});
  }
  tidy();
}

void SecretFinder::tidy() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.begin < b.begin; });
  size_t kept = 0;
  for (const Range& range : ranges_) {
    if (kept > 0 && range.begin <= ranges_[kept - 1].end)
      ranges_[kept - 1].end = std::max(ranges_[kept - 1].end, range.end);
    else
      ranges_[kept++] = range;
  }
  ranges_.resize(kept);
}

}  // namespace plumb::disclose
