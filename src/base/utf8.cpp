#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "base/widths.h"

namespace plumb {
namespace {

// C0, DEL and C1 steer terminals; marks of direction and width make text look like other text.
constexpr std::array treacherous = {
    Range{0, 0x1f},        Range{0x7f, 0x9f},      Range{0xad, 0xad},     Range{0x61c, 0x61c},
    Range{0x200b, 0x200f}, Range{0x2028, 0x202e},  Range{0x2060, 0x206f}, Range{0xfeff, 0xfeff},
    Range{0xfff9, 0xfffb}, Range{0xe0000, 0xe007f}};

// In order.
bool within(std::span<const Range> ranges, uint32_t code) {
  const auto found = std::ranges::lower_bound(ranges, code, {}, &Range::last);
  return found != ranges.end() && code >= found->first;
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
  return within(without_width, code) ? 0 : within(wide, code) ? 2 : 1;
}

size_t columns_of(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const Glyph glyph = decode_utf8(text);
    columns += glyph.size == 0 ? 1 : width_of(glyph.code);
    text.remove_prefix(std::max<size_t>(glyph.size, 1));
  }
  return columns;
}

size_t size_within(std::string_view text, size_t columns) {
  size_t size = 0, used = 0;
  while (size < text.size()) {
    const Glyph glyph = decode_utf8(text.substr(size));
    used += glyph.size == 0 ? 1 : width_of(glyph.code);
    if (used > columns) break;
    size += std::max<size_t>(glyph.size, 1);
  }
  return size;
}

bool is_treacherous(uint32_t code) { return within(treacherous, code); }

}  // namespace plumb
