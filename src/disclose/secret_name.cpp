#include "disclose/secret_name.h"

#include <algorithm>
#include <array>

#include "disclose/element.h"

namespace plumb::disclose {
namespace {

using std::operator""sv;

constexpr std::array weak_words = {"key"sv, "pwd"sv};
constexpr std::array strong_endings = {"password"sv, "passwd"sv,    "passphrase"sv, "passcode"sv,
                                       "secret"sv,   "token"sv,     "credential"sv, "credentials"sv,
                                       "apikey"sv,   "accesskey"sv, "secretkey"sv,  "privatekey"sv};
constexpr std::array header_words = {"authorization"sv, "cookie"sv};
// Last words of names that say something about a secret, not the secret.
constexpr std::array about_words = {
    "file"sv,   "path"sv,    "dir"sv,     "id"sv,      "name"sv,   "type"sv,      "url"sv,
    "uri"sv,    "size"sv,    "length"sv,  "len"sv,     "count"sv,  "limit"sv,     "ttl"sv,
    "expiry"sv, "expires"sv, "timeout"sv, "version"sv, "format"sv, "algorithm"sv, "alg"sv,
    "bits"sv,   "usage"sv,   "prefix"sv,  "index"sv,   "server"sv, "policy"sv,    "jar"sv};
// Words that make a KEY public.
constexpr std::array open_words = {"public"sv,    "pub"sv,   "sort"sv,    "primary"sv, "foreign"sv,
                                   "partition"sv, "cache"sv, "routing"sv, "group"sv};
constexpr std::array truth_words = {"true"sv, "false"sv, "yes"sv, "no"sv, "none"sv,
                                    "null"sv, "nil"sv,   "on"sv,  "off"sv};

constexpr size_t longest_word = 24;

template <size_t N>
bool one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The letters of the next word, in lower case; "" at the end. A word is a run of letters of one
// case, or one capital and small letters; longer words than any of ours keep only their end.
class Words {
 public:
  explicit Words(std::string_view name) : name_(name) {}

  std::string_view next() {
    while (at_ < name_.size() && !is_letter(name_[at_])) at_++;
    size_t end = at_;
    while (end < name_.size() && is_letter(name_[end]) && !(end > at_ && starts_word(end))) end++;
    const std::string_view word = name_.substr(at_, end - at_);
    at_ = end;
    const size_t kept = std::min(word.size(), longest_word);
    std::transform(word.end() - kept, word.end(), word_.begin(), to_lower);
    return {word_.data(), kept};
  }

 private:
  bool starts_word(size_t i) const {
    if (!is_upper(name_[i])) return false;
    return is_lower(name_[i - 1]) || (i + 1 < name_.size() && is_lower(name_[i + 1]));
  }

  std::string_view name_;
  size_t at_ = 0;
  std::array<char, longest_word> word_;
};

Strength strength_of_word(std::string_view word) {
  // Every word below ends in one of these letters.
  constexpr std::string_view endings = "delnsty";
  if (word.size() < 3 || endings.find(word.back()) == endings.npos) return Strength::none;
  if (one_of(weak_words, word)) return Strength::weak;
  if (one_of(header_words, word)) return Strength::header;
  for (const std::string_view ending : strong_endings) {
    if (word.ends_with(ending)) return Strength::strong;
  }
  return Strength::none;
}

bool is_path(std::string_view value) {
  if (value.starts_with("/") || value.starts_with("./") || value.starts_with("../") ||
      value.starts_with("~"))
    return true;
  const size_t dot = value.rfind('.');
  const size_t ending = dot == value.npos || dot == 0 ? 0 : value.size() - dot - 1;
  const bool has_ending =
      ending >= 2 && ending <= 4 && std::all_of(value.end() - ending, value.end(), is_lower);
  return has_ending || value.starts_with("id_") || value.starts_with("id=");
}

}  // namespace

Strength strength_of(std::string_view name) {
  Strength strongest = Strength::none;
  bool about = false;
  bool open = false;
  bool pass = false;
  Words words(name);
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    const Strength strength = strength_of_word(word);
    if (strength > strongest) strongest = strength;
    // Only while nothing secret follows: a FILE_KEY is a key.
    about = strength == Strength::none && strongest != Strength::none && one_of(about_words, word);
    pass = word == "pass";  // as the last word: not in pass-through
    open |= strongest == Strength::none && one_of(open_words, word);
  }
  if (pass && strongest == Strength::none) strongest = Strength::weak;
  if (about || (open && strongest == Strength::weak)) return Strength::none;
  return strongest;
}

bool is_harmless(std::string_view name, Strength strength, std::string_view value) {
  if (value.empty()) return true;
  std::array<char, 5> lower{};
  if (value.size() <= lower.size()) {
    std::transform(value.begin(), value.end(), lower.begin(), to_lower);
    if (one_of(truth_words, {lower.data(), value.size()})) return true;
  }
  if (strength != Strength::weak) return false;
  if (is_path(value)) return true;
  const bool only_word = std::all_of(name.begin(), name.end(), is_letter) && name.size() <= 4;
  const bool number = std::all_of(value.begin(), value.end(),
                                  [](char c) { return is_digit(c) || c == ',' || c == '.'; });
  return only_word && number && value.size() < 8;
}

}  // namespace plumb::disclose
