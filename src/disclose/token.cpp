#include "disclose/token.h"

#include <algorithm>
#include <array>

namespace plumb::disclose {
namespace {

using std::operator""sv;

struct Pattern {
  std::string_view start;
  size_t least;        // characters after the start
  bool digit = false;  // at least one of which is a digit, since the start is a word, too
  bool dots = false;   // may contain dots
};
constexpr std::array patterns = {
    Pattern{"AKIA", 12},
    Pattern{"ASIA", 12},
    Pattern{"AIza", 20},
    Pattern{"SG.", 20, true, true},
    Pattern{"dckr_pat_", 10},
    Pattern{"dop_v1_", 20},
    Pattern{"eyJ", 20, false, true},
    Pattern{"ghp_", 16},
    Pattern{"gho_", 16},
    Pattern{"ghu_", 16},
    Pattern{"ghs_", 16},
    Pattern{"ghr_", 16},
    Pattern{"github_pat_", 16},
    Pattern{"glpat-", 12},
    Pattern{"hvs.", 20},
    Pattern{"npm_", 20},
    Pattern{"pypi-", 30, true},
    Pattern{"rk_live_", 10},
    Pattern{"sk-", 20, true},
    Pattern{"sk_live_", 10},
    Pattern{"sk_test_", 10},
    Pattern{"whsec_", 16},
    Pattern{"xapp-", 10, true},
    Pattern{"xoxa-", 8},
    Pattern{"xoxb-", 8},
    Pattern{"xoxe-", 8},
    Pattern{"xoxp-", 8},
    Pattern{"xoxr-", 8},
    Pattern{"xoxs-", 8},
    Pattern{"ya29.", 20, false, true},
};

// No word of a language is longer; bounds what a hostile element can cost.
constexpr size_t longest_token = 128;

// The patterns, which are sorted, that begin with a character.
struct Span {
  uint8_t begin = 0, end = 0;
};
constexpr std::array<Span, 256> patterns_of = [] {
  std::array<Span, 256> result{};
  for (uint8_t i = 0; i < patterns.size(); i++) {
    Span& span = result[static_cast<uint8_t>(patterns[i].start[0])];
    if (span.end == 0) span.begin = i;
    span.end = i + 1;
  }
  return result;
}();
static_assert(std::is_sorted(patterns.begin(), patterns.end(),
                             [](const auto& a, const auto& b) { return a.start[0] < b.start[0]; }));

bool is_token_char(char c) { return is_alnum(c) || c == '_' || c == '-'; }

// The end of the token that starts at `begin`; `begin` when there is none.
size_t token_end(const Element& element, size_t begin, const Pattern& pattern) {
  const std::string_view list = element.list;
  size_t end = begin + pattern.start.size();
  bool digit = false;
  while (end < element.end && (is_token_char(list[end]) || (pattern.dots && list[end] == '.'))) {
    digit |= is_digit(list[end]);
    end++;
    if (pattern.digit && !digit && end - begin > longest_token) return begin;
  }
  const bool unfinished = element.cut && end == element.end;
  const bool long_enough = end - begin >= pattern.start.size() + pattern.least;
  if (unfinished) return end;
  return long_enough && (digit || !pattern.digit) ? end : begin;
}

// Whether text is drawn at random from letters of both cases and digits: the pieces it falls into
// (a run of digits, of one case, or a capitalised word) are 1.8 long in random text, 3 in mangled
// names and more in words. Few distinct characters mean a pattern.
bool is_random(std::string_view text) {
  std::array<bool, 256> seen{};
  size_t letters = 0, pieces = 0, distinct = 0;
  bool upper = false, lower = false, digit = false;
  char before = '\0';
  for (const char c : text) {
    if (is_alnum(c)) {
      const bool continues = (is_lower(c) && (is_lower(before) || is_upper(before))) ||
                             (is_upper(c) && is_upper(before)) || (is_digit(c) && is_digit(before));
      pieces += continues ? 0 : 1;
      letters++;
      upper |= is_upper(c);
      lower |= is_lower(c);
      digit |= is_digit(c);
    }
    if (!seen[static_cast<uint8_t>(c)]) distinct++;
    seen[static_cast<uint8_t>(c)] = true;
    before = c;
  }
  if (!upper || !lower || !digit || distinct < 13) return false;
  // The secret keys of AWS are 40 of these; nothing else is exactly that.
  if (text.size() == 40 && text.find_first_of("-_") == text.npos) return letters <= pieces * 4;
  return letters + text.size() / 8 >= 20 && letters * 10 <= pieces * 24;
}

// Letters of both cases and digits, as in random text and few other words.
bool is_mixed(std::string_view word) {
  return std::any_of(word.begin(), word.end(), is_upper) &&
         std::any_of(word.begin(), word.end(), is_lower) &&
         std::any_of(word.begin(), word.end(), is_digit);
}

bool is_random_char(char c) { return is_token_char(c) || c == '+' || c == '/'; }

void find_random_parts(const Element& element, Range run, Ranges& out) {
  const std::string_view list = element.list;
  size_t begin = run.begin;
  while (begin < run.end) {
    const size_t end = std::min(list.find('/', begin), run.end);
    if (end - begin >= 20 && is_random(list.substr(begin, end - begin)))
      out.push_back({begin, end});
    begin = end + 1;
  }
}

// What to hide of the login of a URL. Web addresses carry tokens in the place of the user, with no
// password or a filler for it; git is the user that is none.
Range secret_of_login(std::string_view login, bool web) {
  const size_t colon = login.find(':');
  if (colon == login.npos) return {0, !web || login == "git" ? 0 : login.size()};
  const std::string_view password = login.substr(colon + 1);
  if (web && (password.empty() || password == "x-oauth-basic")) return {0, colon};
  return {colon + 1, login.size()};
}

bool is_web(std::string_view before) {
  return before.ends_with("http") || before.ends_with("https");
}

}  // namespace

void find_tokens(const Element& element, const std::vector<size_t>& word_starts, Ranges& out) {
  size_t searched = element.begin;
  for (const size_t start : word_starts) {
    if (start < searched) continue;
    const std::string_view rest = element.list.substr(start, element.end - start);
    const Span span = patterns_of[static_cast<uint8_t>(rest[0])];
    for (uint8_t i = span.begin; i < span.end; i++) {
      if (rest.size() < 2 || rest[1] != patterns[i].start[1]) continue;
      if (!rest.starts_with(patterns[i].start)) continue;
      const size_t end = token_end(element, start, patterns[i]);
      if (end == start) continue;
      out.push_back({start, end});
      searched = end;
      break;
    }
  }
}

void find_random_words(const Element& element, Ranges& out) {
  const std::string_view list = element.list;
  for (size_t i = element.begin; i < element.end; i++) {
    if (!is_random_char(list[i])) continue;
    const size_t begin = i;
    while (i < element.end && is_random_char(list[i])) i++;
    size_t end = i;
    // The beginning of a word that was cut cannot be judged by its length.
    if (element.cut && end == element.end && is_mixed(list.substr(begin, end - begin))) {
      out.push_back({begin, end});
      return;
    }
    if (end - begin < 20) continue;
    const bool path = list[begin] == '/' ||
                      (begin > element.begin && (list[begin - 1] == '.' || list[begin - 1] == '~'));
    if (path || !is_random(list.substr(begin, end - begin))) {
      find_random_parts(element, {begin, end}, out);
      continue;
    }
    while (end < element.end && list[end] == '=') end++;
    out.push_back({begin, end});
  }
}

void find_private_keys(const Element& element, Ranges& out) {
  constexpr std::string_view kind = "PRIVATE KEY-----";
  const std::string_view text = element.text();
  size_t at = text.find("-----BEGIN ");
  while (at != text.npos) {
    const size_t label = text.find(kind, at);
    if (label == text.npos || label - at > 40) return;
    const size_t body = label + kind.size();
    const size_t end = std::min(text.find("-----END", body), text.size());
    if (end > body) out.push_back({element.begin + body, element.begin + end});
    at = text.find("-----BEGIN ", end);
  }
}

void find_url_passwords(const Element& element, Ranges& out) {
  const std::string_view text = element.text();
  size_t word_end = 0;  // of the word that the URL is in, and the last @ of that word
  size_t word_sign = 0;
  for (size_t at = text.find("://"); at != text.npos; at = text.find("://", at + 3)) {
    const size_t begin = at + 3;
    if (begin >= word_end) {
      word_end = std::min(text.find_first_of(" \t\r\n\"'`<>", begin), text.size());
      word_sign = text.substr(0, word_end).rfind('@');
    }
    const size_t host_end = std::min(text.find_first_of("/?#", begin), word_end);
    const std::string_view host = text.substr(begin, host_end - begin);
    if (const size_t sign = host.rfind('@'); sign != host.npos) {
      const Range secret = secret_of_login(host.substr(0, sign), is_web(text.substr(0, at)));
      const size_t login = element.begin + begin;
      if (secret.begin < secret.end) out.push_back({login + secret.begin, login + secret.end});
      continue;
    }
    const size_t colon = host.find(':');
    if (colon == host.npos) continue;
    const std::string_view after = host.substr(colon + 1);
    const bool port = std::all_of(after.begin(), after.end(), is_digit);
    const size_t password = begin + colon + 1;
    size_t end = 0;
    // A slash in the password ends what a URL calls its host; a port would be digits.
    if (!port && word_sign != text.npos) end = word_sign;
    const bool unfinished = element.cut && word_end == text.size() && !port && host[0] != '[';
    if (end < password && unfinished) end = text.size();
    if (end > password) out.push_back({element.begin + password, element.begin + end});
  }
}

}  // namespace plumb::disclose
