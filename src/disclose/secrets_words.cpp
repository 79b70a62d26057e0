// What one word of a command makes of itself and of the next.
#include <algorithm>

#include "disclose/secrets.h"

namespace plumb::disclose {
namespace {

// Shorter words behind an option are options of their own: --token -v.
constexpr size_t shortest_dashed = 5;

// Behind the flag that the word begins with, alone or bundled (-sSu ada:x, -vpSECRET); 0 for none.
size_t end_of_flag(std::string_view word, const ClientFlag& flag) {
  if (word.starts_with(flag.flag)) return flag.flag.size();
  if (flag.cluster.empty() || word.size() < 2 || word[0] != '-') return 0;
  const size_t at = word.find_first_not_of(flag.cluster, 1);
  return at != word.npos && word[at] == flag.flag[1] ? at + 1 : 0;
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_digit);
}

// name=value
bool is_parameter(std::string_view word) {
  const size_t sign = word.find('=');
  return sign != word.npos && sign > 0 && sign + 1 < word.size() &&
         std::all_of(word.begin(), word.begin() + static_cast<ptrdiff_t>(sign), is_lower);
}

}  // namespace

void SecretFinder::word(Range range) {
  const std::string_view word = list_.substr(range.begin, range.end - range.begin);
  if (expect_.strength != Strength::none) {
    const bool taken = is_expected(word);
    if (taken) expected(range, word);
    expect_ = {};
    if (taken) return;
  }
  const bool dashed = word.starts_with('-');
  if (dashed || word.starts_with('/') || !program_.flags.empty()) option(range, word);
  dashed ? note_option(word) : operand(range, word);
  after_option_ = dashed;
}

bool SecretFinder::is_expected(std::string_view word) const {
  if (expect_.certain || !word.starts_with('-')) return true;
  return expect_.valued && word.size() >= shortest_dashed && word[1] != '-';
}

void SecretFinder::expected(Range range, std::string_view word) {
  // A weak name may well mean a file: curl --key client.pem.
  if (!expect_.certain && is_harmless("key", expect_.strength, word)) return;
  // The server that authenticates.
  if (!expect_.certain && expect_.after != '\0' && word.find("://") != word.npos) return;
  add_after(range, expect_.after);
}

void SecretFinder::add_after(Range range, char after) {
  if (after == '\0') return add(range);
  const std::string_view word = list_.substr(range.begin, range.end - range.begin);
  const size_t sign = word.find(after);
  if (sign == word.npos) return;
  Range secret{range.begin + sign + 1, range.end};
  const size_t host = word.rfind('@');
  // Oracle's user/SECRET@host, but not the scripts of @dir/script nor the /nolog of its clients.
  if (after == '/' && (sign == 0 || word.find('@') < sign)) return;
  if (after == '/' && host != word.npos) secret.end = range.begin + host;
  // Services that know one key take it for the user: curl -u KEY:
  if (after == ':' && secret.begin == secret.end) secret = {range.begin, range.begin + sign};
  add(secret);
}

// Quotes with nothing within are no secret: ssh-keygen -N "".
void SecretFinder::add(Range range) {
  if (range.begin >= range.end) return;
  const std::string_view word = list_.substr(range.begin, range.end - range.begin);
  if (!std::all_of(word.begin(), word.end(), is_quote)) ranges_.push_back(range);
}

void SecretFinder::option(Range range, std::string_view word) {
  if (!program_.flags.empty() && client_option(range, word)) return;
  if (word.size() < 5 || word[0] != '-') return;
  const size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  const size_t sign = std::min(word.find_first_of("= \t\r\n", dashes), word.size());
  const OptionName name = option_named(word.substr(dashes, sign - dashes));
  if (name.strength == Strength::none && !name.login) return;
  expect_ = {name.login ? Strength::strong : name.strength, name.login ? ':' : '\0', false,
             name.valued && dashes == 2};
  if (sign < word.size()) option_with_value(range, range.begin + sign);
}

// --token= SECRET, --auth=u:SECRET, and "--token SECRET" as one word.
void SecretFinder::option_with_value(Range range, size_t sign) {
  const Range value{list_.find_first_not_of(" \t\r\n", sign + 1), range.end};
  const bool assigned = list_[sign] == '=';
  if (assigned && sign + 1 == range.end && expect_.strength == Strength::strong) return;
  const bool whole = list_.substr(range.begin, 2) == "--" && value.begin < value.end;
  // Other assignments are found wherever they stand.
  if (whole && (!assigned || expect_.after != '\0'))
    expected(value, list_.substr(value.begin, value.end - value.begin));
  expect_ = {};
}

bool SecretFinder::client_option(Range range, std::string_view word) {
  for (const ClientFlag& flag : program_.flags) {
    if (flag.takes == ClientFlag::Takes::operand || !in_command(flag)) continue;
    const size_t size = end_of_flag(word, flag);
    if (size == 0) continue;
    if (size == word.size()) {
      if (flag.takes == ClientFlag::Takes::attached) continue;
      expect_ = {Strength::strong, flag.after, true};
      if (flag.runs) program_ = {};
      return true;
    }
    const bool assigned = flag.flag.size() > 2 && word[size] == '=';  // --user=name:password
    if (!assigned && flag.takes == ClientFlag::Takes::next) continue;
    add_after({range.begin + size + (assigned ? 1 : 0), range.end}, flag.after);
    if (flag.runs) program_ = {};
    return true;
  }
  return false;
}

// Remembers the letters of -bB, which may make an operand the secret.
void SecretFinder::note_option(std::string_view word) {
  if (word.starts_with("--")) return;
  for (const char c : word.substr(1)) program_.given |= uint64_t{1} << (c & 63);
}

void SecretFinder::operand(Range range, std::string_view word) {
  if (const auto flags = client_flags(word); !flags.empty()) {
    program_ = {.flags = flags};
  } else if (!program_.flags.empty() && client_operand(range, word)) {
    return;
  }
  setting(word);
}

// Whether the word is the client's command, which names nothing then: ipmitool user set password.
bool SecretFinder::client_operand(Range range, std::string_view word) {
  const auto is_command = [&](const ClientFlag& flag) { return flag.command == word; };
  if (program_.command.empty() && !word.empty() &&
      std::any_of(program_.flags.begin(), program_.flags.end(), is_command)) {
    program_.command = word;
    program_.operands = 0;
    return true;
  }
  // The value of an option (htpasswd -C 10) or a parameter (vault login method=x).
  if ((after_option_ && is_number(word)) || is_parameter(word)) return false;
  program_.operands++;
  for (const ClientFlag& flag : program_.flags) {
    if (flag.takes != ClientFlag::Takes::operand || flag.place != program_.operands) continue;
    const bool given = flag.flag.empty() || (program_.given >> (flag.flag[1] & 63) & 1) != 0;
    if (given && in_command(flag)) add_after(range, flag.after);
  }
  return false;
}

// aws configure set aws_secret_access_key SECRET; git config some.token SECRET. A sentence may say
// "set the token", too, but not "config set".
void SecretFinder::setting(std::string_view word) {
  const Setting before = program_.setting;
  if (before == Setting::next) program_.setting = Setting::none;
  const bool configure = word == "configure";
  if (word == "config" || (configure && prose_)) {
    program_.setting = Setting::next;
  } else if (word == "set" || configure) {
    if (!prose_ || before == Setting::next) program_.setting = Setting::any;
  } else if (word == "Bearer" && !prose_) {
    expect_.strength = Strength::strong;
  } else if (before != Setting::none && is_setting(word)) {
    const bool compound = !prose_ && word.find_first_of("._") != word.npos;
    if (before == Setting::any || compound) expect_.strength = Strength::strong;
  }
}

bool SecretFinder::in_command(const ClientFlag& flag) const {
  return flag.command.empty() || flag.command == program_.command;
}

}  // namespace plumb::disclose
