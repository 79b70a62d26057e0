// What the isolated reader of debug information tells plumb, line by line.
//
//   ?                            nothing is known of the function
//   x LACK                       its arguments cannot be told; LACK says why
//   f                            a function follows: its result, then its parameters
//   r SHAPE SIZE INTEGERS FLOATS IN_MEMORY WIDE LACK
//   p SHAPE SIZE INTEGERS FLOATS IN_MEMORY WIDE LACK NAME
//   e VALUE NAME                 a value of the enumeration that the line before them is of
//
// SHAPE and LACK are letters of dwarf_type.h, and those below; NAME is of letters, digits and _, or
// is "-".
#pragma once

namespace plumb::probe {

// Why the arguments of a function cannot be told.
enum class Distrust : char {
  not_called = 'n',  // DW_CC_nocall: the compiler has changed how it is called
  language = 'l',
  differs = 'd',  // its code has other parameters than its source
  result = 'r',   // whether its result is in memory is not known: that would come first
  apart = 'a'     // in a .dwo file
};

}  // namespace plumb::probe
