#include "probe/rust_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probe/rust_v0.h"

namespace plumb::probe {
namespace {

constexpr int deepest_path = 64;
constexpr uint32_t most_steps = 20'000;

struct Basic {
  char letter;
  std::string_view name;
};
constexpr auto basics = std::to_array<Basic>(
    {{'a', "i8"},   {'b', "bool"},  {'c', "char"},  {'d', "f64"}, {'e', "str"}, {'f', "f32"},
     {'h', "u8"},   {'i', "isize"}, {'j', "usize"}, {'l', "i32"}, {'m', "u32"}, {'n', "i128"},
     {'o', "u128"}, {'s', "i16"},   {'t', "u16"},   {'u', "()"},  {'v', "..."}, {'x', "i64"},
     {'y', "u64"},  {'z', "!"},     {'p', "_"}});

}  // namespace

std::string_view basic_type(char letter) {
  const auto found = std::ranges::find(basics, letter, &Basic::letter);
  return found == basics.end() ? std::string_view() : found->name;
}

std::string constant_of(char type, std::string_view digits) {
  constexpr size_t most_digits = 16;  // of 64 bits
  if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  if (digits.size() > most_digits) return fmt::format("0x{}", digits);
  uint64_t value = 0;
  for (const char c : digits)
    value = value * 16 + static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  if (type == 'b') return value > 1 ? "" : value == 1 ? "true" : "false";
  if (type != 'c') return fmt::format("{}", value);
  if (value >= ' ' && value < 0x7f && value != '\'' && value != '\\')
    return fmt::format("'{}'", static_cast<char>(value));
  return fmt::format("'\\u{{{:x}}}'", value);
}

void RustText::print(std::string_view text) {
  work_ += text.size();
  if (is_silent_) return;
  if (out_.size() + text.size() > longest_readable)
    bad();
  else
    out_ += text;
}

bool RustText::enter() {
  if (++steps_ > most_steps || depth_ >= deepest_path) bad();
  if (good_) depth_++;
  return good_;
}

uint64_t RustText::base_62() {
  if (take('_')) return 0;
  uint64_t value = 0;
  while (good_) {
    const char c = next();
    if (c == '_') return value + 1;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 10
                      : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                             : -1;
    constexpr uint64_t base = 62, most = UINT64_MAX - 2;  // callers add up to two
    if (digit < 0 || value > (most - static_cast<uint64_t>(digit)) / base) return bad(), 0;
    value = value * base + static_cast<uint64_t>(digit);
  }
  return 0;
}

std::string RustText::plain_identifier() {
  const bool is_encoded = take('u');
  size_t size = 0;
  if (peek() < '0' || peek() > '9') bad();
  if (!take('0'))
    while (good_ && peek() >= '0' && peek() <= '9') {
      size = size * 10 + static_cast<size_t>(next() - '0');
      if (size > text_.size()) bad();
    }
  take('_');  // before what begins with a digit, or with another _
  if (good_ && size > text_.size() - at_) bad();
  if (!good_) return {};
  const std::string_view bytes = text_.substr(at_, size);
  at_ += size;
  if (!is_encoded) return std::string(bytes);
  std::string decoded = from_punycode(bytes);
  if (decoded.empty()) bad();
  return decoded;
}

RustText::Identifier RustText::identifier() {
  Identifier result;
  result.number = number_behind('s');
  result.name = plain_identifier();
  return result;
}

}  // namespace plumb::probe
