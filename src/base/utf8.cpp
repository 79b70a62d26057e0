#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace plumb {
namespace {

struct Range {
  uint32_t first, last;
};
constexpr std::array combining = {Range{0x300, 0x36f},   Range{0x1ab0, 0x1aff},
                                  Range{0x1dc0, 0x1dff}, Range{0x20d0, 0x20ff},
                                  Range{0xfe00, 0xfe0f}, Range{0xfe20, 0xfe2f}};
constexpr std::array wide = {
    Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},   Range{0x3041, 0x4dbf},
    Range{0x4e00, 0xa4cf},   Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},
    Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},   Range{0xffe0, 0xffe6},
    Range{0x1f300, 0x1f64f}, Range{0x1f680, 0x1f6ff}, Range{0x1f900, 0x1f9ff},
    Range{0x20000, 0x3fffd}};
// C0, DEL and C1 steer terminals; marks of direction and width make text look like other text.
constexpr std::array treacherous = {
    Range{0, 0x1f},        Range{0x7f, 0x9f},      Range{0xad, 0xad},     Range{0x61c, 0x61c},
    Range{0x200b, 0x200f}, Range{0x2028, 0x202e},  Range{0x2060, 0x206f}, Range{0xfeff, 0xfeff},
    Range{0xfff9, 0xfffb}, Range{0xe0000, 0xe007f}};

template <size_t N>
bool within(const std::array<Range, N>& ranges, uint32_t code) {
  for (const Range& range : ranges) {
    if (code <= range.last) return code >= range.first;  // they are in order
  }
  return false;
}

}  // namespace

Glyph decode_utf8(std::string_view bytes) {
  constexpr std::array<uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const auto first = static_cast<uint8_t>(bytes[0]);
  if (first < 0x80) return {first, 1};
  const uint8_t size = first < 0xc0   ? 0
                       : first < 0xe0 ? 2
                       : first < 0xf0 ? 3
                       : first < 0xf8 ? 4
                                      : 0;
  if (size == 0 || bytes.size() < size) return {};
  uint32_t code = first & (0x7fu >> size);
  for (uint8_t i = 1; i < size; i++) {
    const auto next = static_cast<uint8_t>(bytes[i]);
    if ((next & 0xc0) != 0x80) return {};
    code = code << 6 | (next & 0x3f);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest[size] || code > 0x10ffff || surrogate) return {};
  return {code, size};
}

bool is_utf8(std::string_view bytes) {
  constexpr uint64_t above_ascii = 0x8080808080808080;
  while (!bytes.empty()) {
    uint64_t word = 0;
    while (bytes.size() >= sizeof(word)) {
      std::memcpy(&word, bytes.data(), sizeof(word));
      if ((word & above_ascii) != 0) break;
      bytes.remove_prefix(sizeof(word));
    }
    if (bytes.empty()) break;
    const Glyph glyph = decode_utf8(bytes);
    if (glyph.size == 0) return false;
    bytes.remove_prefix(glyph.size);
  }
  return true;
}

std::string spell_out(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  while (!bytes.empty()) {
    const Glyph glyph = decode_utf8(bytes);
    const auto byte = static_cast<uint8_t>(bytes[0]);
    if (glyph.size == 0)
      text += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    else if (bytes[0] == '\\')
      text += "\\\\";
    else
      text += bytes.substr(0, glyph.size);
    bytes.remove_prefix(std::max<size_t>(glyph.size, 1));
  }
  return text;
}

unsigned width_of(uint32_t code) {
  if (code < 0x300) return 1;
  return within(combining, code) ? 0 : within(wide, code) ? 2 : 1;
}

bool is_treacherous(uint32_t code) { return within(treacherous, code); }

}  // namespace plumb
