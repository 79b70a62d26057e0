#include "disclose/login.h"

#include <algorithm>
#include <array>

namespace plumb::disclose {
namespace {

using std::operator""sv;

// What stands before an address of mail or a package, with a colon.
constexpr std::array labels = {
    "acct"sv,           "author"sv, "bcc"sv,  "cc"sv,     "email"sv, "from"sv,
    "group"sv,          "jsr"sv,    "mail"sv, "mailto"sv, "npm"sv,   "pkg"sv,
    "serviceAccount"sv, "sip"sv,    "sips"sv, "to"sv,     "user"sv,  "xmpp"sv};

// Longer ones are none; bounds what a hostile element can cost.
constexpr size_t longest_part = 128;

bool is_user_char(char c) {
  return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '+' || c == '%' || c == '/' ||
         c == '\\' || c == '~';
}

bool is_password_char(char c) {
  constexpr std::string_view others = "/:,;()<>{}[]|";
  return !is_space(c) && !is_quote(c) && others.find(c) == others.npos;
}

bool is_host_char(char c) { return is_alnum(c) || c == '-' || c == '.'; }

// The first position from `begin` whose character is none of a kind, at most longest_part away.
template <class Is>
size_t end_of(std::string_view text, size_t begin, Is is) {
  size_t end = begin;
  while (end < text.size() && end - begin < longest_part && is(text[end])) end++;
  return end;
}

// Where what ends at `end`, which is of a kind, begins.
template <class Is>
size_t begin_of(const Element& element, size_t end, Is is) {
  size_t begin = end;
  while (begin > element.begin && end - begin < longest_part && is(element.list[begin - 1]))
    begin--;
  return begin;
}

enum class Host : uint8_t { none, likely, certain };

// Four numbers.
bool is_address(std::string_view host) {
  return std::count(host.begin(), host.end(), '.') == 3 &&
         std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
}

// What begins behind an @.
Host host_at(std::string_view text, size_t begin) {
  const size_t end = end_of(text, begin, is_host_char);
  const std::string_view name = text.substr(begin, end - begin);
  const bool address = is_address(name);
  if (name.empty() || (!is_letter(name[0]) && !address)) return Host::none;
  const char next = end < text.size() ? text[end] : '\0';
  const auto ends = [&](size_t at) {
    constexpr std::string_view separators = "/?,;)]}>|&";
    return at == text.size() || is_space(text[at]) || is_quote(text[at]) ||
           separators.find(text[at]) != separators.npos;
  };
  if (next == ':') {
    const size_t port_end = end_of(text, end + 1, is_digit);
    return port_end > end + 1 && port_end < end + 7 && ends(port_end) ? Host::certain : Host::none;
  }
  if (next == '(') return Host::certain;  // ada:x@tcp(db:3306)/shop
  if (!ends(end)) return Host::none;
  return address || next == '/' || name == "localhost" ? Host::certain : Host::likely;
}

// No plain word and no version.
bool is_odd(std::string_view password) {
  const bool digit = std::any_of(password.begin(), password.end(), is_digit);
  const bool plain = std::all_of(password.begin(), password.end(), is_host_char);
  const size_t first = password[0] == 'v' || password[0] == 'V' ? 1 : 0;
  const bool version = first < password.size() && is_digit(password[first]) &&
                       password.find_first_not_of("0123456789.-", first) == password.npos;
  return !plain || (digit && !version);
}

}  // namespace

void find_logins(const Element& element, Ranges& out) {
  const std::string_view text = element.list.substr(0, element.end);
  for (size_t at = text.find('@', element.begin); at != text.npos; at = text.find('@', at + 1)) {
    const Host host = host_at(text, at + 1);
    if (host == Host::none) continue;
    const size_t password = begin_of(element, at, is_password_char);
    if (password == at || password == element.begin || text[password - 1] != ':') continue;
    const size_t login = begin_of(element, password - 1, is_user_char);
    const std::string_view user = text.substr(login, password - 1 - login);
    constexpr std::string_view others = "@:$}";  // ada@host:path@x, a:b:c@d
    if (user.empty() || is_digit(user[0]) || user[0] == '/' || user[0] == '.' ||
        (login > element.begin && others.find(text[login - 1]) != others.npos))
      continue;
    const bool label = std::find(labels.begin(), labels.end(), user) != labels.end();
    if (host == Host::likely && (label || !is_odd(text.substr(password, at - password)))) continue;
    out.push_back({password, at});
  }
}

}  // namespace plumb::disclose
