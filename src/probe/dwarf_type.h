// A type of debug information, as what a function passes or returns. Of libdw, within `isolated`.
#pragma once
#include <elfutils/libdw.h>

#include <cstdint>

namespace plumb::probe {

// The letters are those of declared.cpp's text.
enum class Shape : char {
  unsigned_number = 'u',
  signed_number = 's',
  boolean = 'b',
  pointer = 'p',
  text = 't',
  nothing = '-'
};
enum class Lack : char {
  none = '-',
  floating = 'f',
  object = 'o',   // a struct, a class, a union by value
  wide = 'w',     // a number of more than 64 bits
  unknown = '?',  // where it is passed is not known, nor where what follows it is
};

struct Type {
  Shape shape = Shape::nothing;
  Lack lack = Lack::none;
  uint32_t size = 8;  // bytes
  uint32_t integers = 0, floats = 0;
  bool in_memory = false;      // on the stack; as a result, where the caller says
  bool wide = false;           // aligned to 16 bytes there
  bool is_by_address = false;  // an object of which its address is passed
};

enum class Language : uint8_t { c, cpp, rust, unknown };
Language language_of(Dwarf_Die& unit);

// Of what has this DW_AT_type; of what has none, void.
Type type_of(Dwarf_Die& holder, Language language);

}  // namespace plumb::probe
