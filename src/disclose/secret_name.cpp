#include "disclose/secret_name.h"

#include <algorithm>
#include <array>

#include "disclose/element.h"

namespace plumb::disclose {
namespace {

using std::operator""sv;

constexpr std::array weak_words = {"key"sv, "pwd"sv};
constexpr std::array strong_endings = {
    "password"sv,    "passwd"sv,      "passphrase"sv, "passcode"sv,  "secret"sv,    "token"sv,
    "credential"sv,  "credentials"sv, "apikey"sv,     "accesskey"sv, "secretkey"sv, "privatekey"sv,
    "requirepass"sv, "masterauth"sv,  "storepass"sv,  "keypass"sv};
// Whose key, pass or pwd it is: with these a word may end that does not take them apart. A MONKEY,
// a TURNKEY, a BYPASS and OLDPWD are nobody's.
constexpr std::array owners = {
    "access"sv, "account"sv, "admin"sv,   "app"sv,        "auth"sv,    "client"sv, "cloud"sv,
    "crypt"sv,  "db"sv,      "deploy"sv,  "encryption"sv, "ftp"sv,     "gpg"sv,    "hmac"sv,
    "http"sv,   "jwt"sv,     "ldap"sv,    "license"sv,    "login"sv,   "mail"sv,   "master"sv,
    "mongo"sv,  "mysql"sv,   "pg"sv,      "proxy"sv,      "redis"sv,   "root"sv,   "rsa"sv,
    "server"sv, "service"sv, "session"sv, "shared"sv,     "signing"sv, "smtp"sv,   "sql"sv,
    "ssh"sv,    "ssl"sv,     "storage"sv, "sudo"sv,       "tls"sv,     "vault"sv,  "web"sv,
    "webhook"sv};
constexpr std::array header_words = {"authorization"sv, "cookie"sv};
// Last words of names that say something about a secret, not the secret.
constexpr std::array about_words = {
    "file"sv,   "path"sv,    "dir"sv,     "id"sv,      "name"sv,   "type"sv,      "url"sv,
    "uri"sv,    "size"sv,    "length"sv,  "len"sv,     "count"sv,  "limit"sv,     "ttl"sv,
    "expiry"sv, "expires"sv, "timeout"sv, "version"sv, "format"sv, "algorithm"sv, "algorithms"sv,
    "alg"sv,    "types"sv,   "bits"sv,    "usage"sv,   "prefix"sv, "index"sv,     "server"sv,
    "policy"sv, "jar"sv,     "stdin"sv,   "fd"sv,      "prompt"sv, "helper"sv,    "username"sv,
    "env"sv,    "var"sv};
// Words that make a KEY public.
constexpr std::array open_words = {"public"sv,    "pub"sv,   "sort"sv,    "primary"sv, "foreign"sv,
                                   "partition"sv, "cache"sv, "routing"sv, "group"sv};
constexpr std::array login_words = {"auth"sv, "creds"sv, "userpass"sv, "userpwd"sv};
// First words of options that have no value, and of some that may have none.
constexpr std::array no_words = {"no"sv, "without"sv, "disable"sv, "skip"sv, "ask"sv, "prompt"sv};
constexpr std::array may_words = {"with"sv, "use"sv, "enable"sv, "show"sv, "print"sv, "require"sv};
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

// SSHKEY, DBPASS. Such a key may be a file's, as SSH_KEY may.
Strength strength_of_compound(std::string_view word) {
  for (const auto& [ending, strength] : {std::pair{"key"sv, Strength::weak},
                                         {"pass"sv, Strength::strong},
                                         {"pwd"sv, Strength::strong}}) {
    if (!word.ends_with(ending)) continue;
    word.remove_suffix(ending.size());
    const bool owned = std::any_of(owners.begin(), owners.end(),
                                   [&](std::string_view owner) { return word.ends_with(owner); });
    return owned ? strength : Strength::none;
  }
  return Strength::none;
}

Strength strength_of_word(std::string_view word) {
  // Every word below ends in one of these letters.
  constexpr std::string_view endings = "dehlnsty";
  if (word.size() < 3 || endings.find(word.back()) == endings.npos) return Strength::none;
  if (one_of(weak_words, word)) return Strength::weak;
  if (one_of(header_words, word)) return Strength::header;
  for (const std::string_view ending : strong_endings) {
    if (word.ends_with(ending)) return Strength::strong;
  }
  return strength_of_compound(word);
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

OptionName option_named(std::string_view name) {
  OptionName option{strength_of(name)};
  if (option.strength == Strength::header) option.strength = Strength::none;
  bool first = true, may = false, password = false;
  Words words(name);
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    if (first && one_of(no_words, word)) return {};
    if (first) may = one_of(may_words, word);
    first = false;
    option.login = option.strength == Strength::none && one_of(login_words, word);
    password = word.find("pass") != word.npos;  // which some programs ask for: psql --password
  }
  option.valued = option.strength == Strength::strong && !may && !password;
  return option;
}

bool is_setting(std::string_view word) {
  const auto is_part = [](char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; };
  if (word.starts_with("set-") || !std::all_of(word.begin(), word.end(), is_part)) return false;
  return strength_of(word) == Strength::strong &&
         strength_of(word.substr(word.find_last_of("._-") + 1)) != Strength::none;
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
