#include "query/literal.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "schema/names.h"
#include "schema/syscalls.h"

namespace plumb::query {
namespace {

using schema::Field;
using schema::Format;
using schema::Kind;
using schema::Unit;

constexpr int64_t max_named = 4095;  // errno ends here (include/linux/err.h)

// The names that a number of this field may be written as, with the number.
std::vector<std::pair<int64_t, std::string>> named_values(const Field& field) {
  if (field.names) return field.names->values;
  std::vector<std::pair<int64_t, std::string>> values;
  if (field.format == Format::syscall)
    values.assign(schema::syscall_names().begin(), schema::syscall_names().end());
  if (field.format != Format::error && field.format != Format::signal) return values;
  const auto name = field.format == Format::error ? schema::error_name : schema::signal_name;
  for (int64_t number = 1; number <= max_named; number++)
    if (std::string_view known = name(number); !known.empty()) values.emplace_back(number, known);
  return values;
}

// A number in a form that is not listed: i386:9999, SIG37, 254:0.
std::optional<uint64_t> in_form(const Field& field, std::string_view text) {
  if (field.format == Format::syscall) return schema::syscall_number(text);
  if (field.format == Format::signal) return schema::signal_number(text);
  if (field.format == Format::device) return schema::device_number(text);
  return std::nullopt;
}

// "What the field is" for an error: "a duration", ...
std::string wanted(const Field& field) {
  if (field.kind == Kind::boolean) return "true or false";
  if (field.names && field.names->bits) return "a name, or with 'contains' a bit";
  if (field.names) return "one of its names";
  if (field.format == Format::error) return "an error such as ENOENT";
  if (field.format == Format::signal) return "a signal such as SIGKILL";
  if (field.format == Format::syscall) return "a system call such as openat or \"i386:open\"";
  if (field.format == Format::device) return "a device such as 254:0";
  if (field.unit == Unit::ns) return "a duration such as 10ms";
  if (field.unit == Unit::bytes) return "a size such as 4KiB";
  return schema::needs_names(field.format) ? "a number, or a name in quotes" : "a number";
}

// What to write instead of a word or a text that is nothing the field may be.
std::string instead_of(const Field& field, const Token& token) {
  if (field.kind == Kind::boolean)
    return "write " + field.path + ", or !" + field.path + " where it must not hold";
  if (token.kind == Token::Kind::word && schema::needs_names(field.format))
    return "names are written in quotes: \"" + token.text + "\"";
  const auto value = parse_unsigned(token.text);
  return "write " + field.path + " == " + (value ? token.text : "NUMBER") + ", without quotes";
}

Result<uint64_t> magnitude(const Field& field, std::string_view text) {
  if (field.unit == Unit::ns) return parse_duration_ns(text);
  uint64_t octal = 0;
  if (field.format == Format::octal &&
      std::from_chars(text.data(), text.data() + text.size(), octal, 8).ptr ==
          text.data() + text.size())
    return octal;
  auto plain = parse_unsigned(text);
  if (plain) return plain;
  if (field.unit == Unit::bytes) return parse_size_bytes(text);
  if (!text.starts_with("0x")) return plain;
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return plain;
  return value;
}

// SEGV and sigsegv mean SIGSEGV; else what is spelled alike.
std::string likely(const std::string& typed, const std::vector<std::string>& names) {
  const auto alike = [](char a, char b) { return std::toupper(a) == std::toupper(b); };
  for (const std::string& name : names) {
    if (name.size() < typed.size()) continue;
    if (std::equal(typed.rbegin(), typed.rend(), name.rbegin(), alike)) return name;
  }
  return nearest(typed, names);
}

// "32bit" is one, though it begins as a number does.
bool is_name(const Field& field, const std::string& text) {
  const auto values = named_values(field);
  return std::ranges::any_of(values, [&](const auto& value) { return value.second == text; });
}

Result<uint64_t> by_name(const Source& source, const Field& field, const Token& token) {
  std::vector<std::string> candidates;
  for (auto& [number, name] : named_values(field)) {
    if (name == token.text) return static_cast<uint64_t>(number);
    candidates.push_back(std::move(name));
  }
  const std::string suggestion = likely(token.text, candidates);
  return source.complain(token.span, "'" + field.path + "' has no value '" + token.text + "'",
                         suggestion.empty() ? "it is compared with " + wanted(field)
                                            : "did you mean '" + suggestion + "'?");
}

// The number as its field extends to 64 bits; an error when the field cannot hold it.
Result<uint64_t> within_field(const Source& source, const Field& field, const Token& token,
                              uint64_t magnitude, bool negative) {
  const uint32_t bits = field.size * 8;
  const uint64_t most = field.is_signed() ? UINT64_MAX >> (65 - bits) : UINT64_MAX >> (64 - bits);
  if (negative && !field.is_signed())
    return source.complain(token.span, "'" + field.path + "' is never negative",
                           "write a number from 0 on");
  if (magnitude <= most + negative) return negative ? 0 - magnitude : magnitude;
  return source.complain(token.span, "'" + token.text + "' is too large for '" + field.path + "'",
                         "it has " + std::to_string(bits) + " bits: " +
                             (negative ? "-" + std::to_string(most + 1) + " at least"
                                       : std::to_string(most) + " at most"));
}

// What to write instead of a word that is no whole number; "" where it only is too large.
std::string whole_instead_of(const Field& field, const Token& token) {
  const std::string_view text = token.text;
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == text.size()) return {};
  const bool is_size = text.ends_with('B') && parse_size_bytes(text);
  if (digits > 0 && std::isalpha(text[digits]) && (is_size || parse_duration_ns(text)))
    return "'" + field.path + "' has no unit: write " + std::string(text.substr(0, digits));
  if (schema::needs_names(field.format)) return instead_of(field, token);
  return "'" + field.path + "' is compared with " + wanted(field);
}

bool starts_like_number(std::string_view text) {
  const char first = text.empty() ? 'x' : text.front();
  return (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
}

// IPv4 is stored mapped into IPv6; the length of a prefix grows with it. 0: not an address.
int parse_address(const std::string& text, Address& address) {
  constexpr int bits = 128, mapped_bits = 96;
  if (inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return bits;
  address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return inet_pton(AF_INET, text.c_str(), address.data() + mapped_bits / 8) == 1
             ? bits - mapped_bits
             : 0;
}

}  // namespace

Result<uint64_t> number_of(const Source& source, const Field& field, const Token& token) {
  const bool is_word = token.kind == Token::Kind::word;
  if (const auto formed = in_form(field, token.text)) return *formed;
  if (field.kind == Kind::boolean) {
    if (is_word && (token.text == "true" || token.text == "false"))
      return uint64_t{token.text == "true"};
  } else if (!is_word || !starts_like_number(token.text) || is_name(field, token.text)) {
    if (!named_values(field).empty()) return by_name(source, field, token);
  } else {
    const bool negative = token.text.front() == '-';
    auto number = magnitude(field, std::string_view(token.text).substr(negative ? 1 : 0));
    if (!number && number.error().hint.empty())
      number.error().hint = whole_instead_of(field, token);
    if (!number) return source.complain(token.span, number.error().what, number.error().hint);
    return within_field(source, field, token, *number, negative);
  }
  return source.complain(token.span, "'" + field.path + "' is compared with " + wanted(field),
                         instead_of(field, token));
}

Result<Value> address_of(const Source& source, const Token& token) {
  const std::string whole = token.text;
  const size_t slash = std::min(whole.find('/'), whole.size());
  Value value;
  const int width = parse_address(whole.substr(0, slash), value.address);
  uint64_t length = static_cast<uint64_t>(width);
  if (width != 0 && slash < whole.size()) {
    auto given = parse_unsigned(std::string_view(whole).substr(slash + 1));
    length = given ? *given : UINT64_MAX;
  }
  if (width == 0 || length > static_cast<uint64_t>(width))
    return source.complain(token.span, "this is not an address or a CIDR block",
                           "write 10.0.0.1, 10.0.0.0/8, ::1 or fe80::/10");
  length += 128 - static_cast<uint64_t>(width);
  for (size_t i = 0; i < value.mask.size(); i++, length -= std::min<uint64_t>(length, 8)) {
    value.mask[i] = static_cast<uint8_t>(0xff00 >> std::min<uint64_t>(length, 8));
    value.address[i] &= value.mask[i];
  }
  return value;
}

}  // namespace plumb::query
