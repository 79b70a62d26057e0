// An error that points into a text that somebody typed.
#pragma once
#include <string>
#include <string_view>

namespace plumb {

// Bytes of the text, from `begin` up to `end`.
struct Stretch {
  size_t begin = 0;
  size_t end = 0;
};

// Two more lines for an error: the text as a terminal may have it, and a caret under the stretch,
// at least one column wide. Both begin with a newline and four blanks.
std::string caret_under(std::string_view text, Stretch stretch);

}  // namespace plumb
