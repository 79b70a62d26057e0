// UTF-8 as it comes from strangers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace plumb {

struct Glyph {
  uint32_t code = 0;
  uint8_t size = 0;  // bytes; 0: they are not UTF-8
};

// The code point at the start of `bytes`, which is not empty. Overlong forms, surrogates and
// values above U+10FFFF are not UTF-8.
Glyph decode_utf8(std::string_view bytes);

bool is_utf8(std::string_view bytes);

// Every byte that is not UTF-8 as \xNN and every backslash as \\: nothing is lost.
std::string spell_out(std::string_view bytes);

// Columns a terminal gives a code point: 0 for combining marks, 2 for wide ones, which most emoji
// are (widths.h). What a terminal makes of several together, a flag or a family, it alone knows.
unsigned width_of(uint32_t code);
// Of a text, where what is no UTF-8 has one column for each byte.
size_t columns_of(std::string_view text);
// The bytes of the longest beginning that needs no more than so many columns.
size_t size_within(std::string_view text, size_t columns);

// Control characters, and those that reorder or hide text: not to be sent to a terminal.
bool is_treacherous(uint32_t code);

}  // namespace plumb
