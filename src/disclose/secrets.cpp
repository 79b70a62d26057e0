#include "disclose/secrets.h"

#include <algorithm>

#include "disclose/assignment.h"
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

// -c, -lc, -ec: the next argument of a shell is a script.
bool announces_script(std::string_view word) {
  return word.size() >= 2 && word.size() <= 5 && word[0] == '-' && word.back() == 'c' &&
         std::all_of(word.begin() + 1, word.end(), is_lower);
}

}  // namespace

const Ranges& SecretFinder::find(std::string_view list, bool cut) {
  list_ = list;
  ranges_.clear();
  expect_ = {};
  client_ = {};
  commanded_ = script_follows_ = false;
  for (size_t begin = 0; begin < list.size();) {
    const size_t end = std::min(list.find('\0', begin), list.size());
    element({.list = list, .begin = begin, .end = end, .cut = cut && end + 1 >= list.size()});
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
  // An option that holds spaces is still one word: -pmy secret.
  const bool divisible = (traits & has_space) != 0 && list_[element.begin] != '-';
  if (divisible && expect_.strength == Strength::none)
    script(element, 0);
  else
    word({element.begin, element.end});
  script_follows_ = announces_script(element.text());
  if ((traits & has_sign) != 0) find_assignments(element, ranges_);
  if ((traits & has_colon) != 0) find_url_passwords(element, ranges_);
  if (size >= shortest_token || element.cut) find_tokens(element, survey_.word_starts, ranges_);
  if ((size >= 20 || element.cut) && (traits & has_mixture) == has_mixture)
    find_random_words(element, ranges_);
  if (size >= 40 && (traits & has_space) != 0) find_private_keys(element, ranges_);
}

// Splits into words as a shell would, and looks into quoted text that has words of its own.
void SecretFinder::script(Element element, int depth) {
  size_t i = element.begin;
  while (i < element.end) {
    if (ends_word(list_[i])) {
      i++;
      continue;
    }
    const size_t begin = i;
    bool spaced = false;
    while (i < element.end && !ends_word(list_[i])) {
      const char c = list_[i++];
      if (c != '\'' && c != '"') continue;
      const size_t close = list_.find(c, i);
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
}

void SecretFinder::word(Range range) {
  const std::string_view word = list_.substr(range.begin, range.end - range.begin);
  if (expect_.strength != Strength::none) {
    const bool taken = expect_.certain || !word.starts_with('-');
    if (taken) expected(range, word);
    expect_ = {};
    if (taken) return;
  }
  if (word.starts_with('-') || word.starts_with('/')) option(range, word);
  if (word.starts_with('-')) return;
  if (const auto flags = client_flags(word); !flags.empty()) {
    client_ = flags;
    commanded_ = false;
  } else if (!client_.empty() && !client_[0].command.empty()) {
    commanded_ |= word == client_[0].command;
  }
}

void SecretFinder::expected(Range range, std::string_view word) {
  // A weak name may well mean a file: curl --key client.pem.
  if (!expect_.certain && is_harmless("key", expect_.strength, word)) return;
  add_after(range, expect_.after);
}

void SecretFinder::add_after(Range range, char after) {
  if (after != '\0') {
    const size_t sign = list_.find(after, range.begin);
    if (sign >= range.end) return;
    range.begin = sign + 1;
  }
  if (range.begin < range.end) ranges_.push_back(range);
}

void SecretFinder::option(Range range, std::string_view word) {
  if (!client_.empty() && client_option(range, word)) return;
  if (word.size() < 5 || word[0] != '-' || word.find('=') != word.npos) return;
  const size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  expect_.strength = strength_of(word.substr(dashes));
  if (expect_.strength == Strength::header) expect_ = {};
}

bool SecretFinder::client_option(Range range, std::string_view word) {
  for (const ClientFlag& flag : client_) {
    if (!flag.command.empty() && !commanded_) continue;
    const bool short_flag = flag.flag.size() == 2;
    // -sSu user:password
    const bool bundled = short_flag && flag.after != '\0' && word.size() > 2 && word.size() <= 6 &&
                         word.back() == flag.flag[1] &&
                         std::all_of(word.begin() + 1, word.end(), is_letter);
    if ((word == flag.flag || bundled) && flag.takes != ClientFlag::Takes::attached) {
      expect_ = {Strength::strong, flag.after, true};
      if (flag.after == '\0') client_ = {};  // what follows may be another program: sshpass, sudo
      return true;
    }
    const size_t size = flag.flag.size();
    if (!word.starts_with(flag.flag) || word.size() == size) continue;
    const bool assigned = !short_flag && word[size] == '=';  // --user=name:password
    if (!assigned && flag.takes == ClientFlag::Takes::next) continue;
    add_after({range.begin + size + (assigned ? 1 : 0), range.end}, flag.after);
    if (flag.after == '\0') client_ = {};
    return true;
  }
  return false;
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
