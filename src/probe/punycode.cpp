#include <algorithm>
#include <vector>

#include "probe/rust_text.h"

namespace plumb::probe {
namespace {

// RFC 3492, §5.
constexpr uint32_t puny_base = 36, lowest = 1, highest = 26, skew = 38, damp = 700, first_bias = 72,
                   first_code = 0x80;
constexpr uint32_t last_code = 0x10ffff;
constexpr size_t longest_label = 256;  // letters

uint32_t adapt(uint32_t delta, uint32_t count, bool is_first) {
  delta = is_first ? delta / damp : delta / 2;
  delta += delta / count;
  uint32_t steps = 0;
  for (; delta > (puny_base - lowest) * highest / 2; steps += puny_base)
    delta /= puny_base - lowest;
  return steps + (puny_base - lowest + 1) * delta / (delta + skew);
}

bool take_digit(char c, uint32_t& digit) {
  if (c >= 'a' && c <= 'z')
    digit = static_cast<uint32_t>(c - 'a');
  else if (c >= '0' && c <= '9')
    digit = static_cast<uint32_t>(c - '0') + 26;
  else
    return false;
  return true;
}

// A number of variable length, added to `index`.
bool take_delta(std::string_view& text, uint32_t bias, uint32_t& index) {
  uint64_t weight = 1, sum = index;
  for (uint32_t k = puny_base;; k += puny_base) {
    uint32_t digit = 0;
    if (text.empty() || !take_digit(text[0], digit)) return false;
    text.remove_prefix(1);
    sum += digit * weight;
    const uint32_t threshold = k <= bias ? lowest : std::min(k - bias, highest);
    if (sum > UINT32_MAX) return false;
    if (digit < threshold) break;
    weight *= puny_base - threshold;
    if (weight > UINT32_MAX) return false;
  }
  index = static_cast<uint32_t>(sum);
  return true;
}

void append_utf8(uint32_t code, std::string& out) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800)
    put(0xc0 | code >> 6);
  else if (code < 0x10000)
    put(0xe0 | code >> 12);
  else
    put(0xf0 | code >> 18);
  if (code >= 0x10000) put(0x80 | (code >> 12 & 0x3f));
  if (code >= 0x800) put(0x80 | (code >> 6 & 0x3f));
  put(0x80 | (code & 0x3f));
}

}  // namespace

std::string from_punycode(std::string_view text) {
  const size_t split = text.rfind('_');
  std::vector<uint32_t> letters;
  for (const char c : text.substr(0, split == text.npos ? 0 : split))
    letters.push_back(static_cast<unsigned char>(c));
  if (split != text.npos) text.remove_prefix(split + 1);
  uint32_t code = first_code, index = 0, bias = first_bias;
  while (!text.empty()) {
    const uint32_t before = index;
    if (!take_delta(text, bias, index) || letters.size() >= longest_label) return {};
    const auto count = static_cast<uint32_t>(letters.size() + 1);
    bias = adapt(index - before, count, before == 0);
    if (index / count > last_code - code) return {};
    code += index / count;
    if (code >= 0xd800 && code < 0xe000) return {};
    index %= count;
    letters.insert(letters.begin() + index++, code);
  }
  std::string out;
  for (const uint32_t each : letters) append_utf8(each, out);
  return out;
}

}  // namespace plumb::probe
