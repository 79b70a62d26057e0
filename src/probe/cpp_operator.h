// What a reader of C++ names must know to count their brackets.
#pragma once
#include <cstddef>
#include <string_view>

namespace plumb::probe {

bool is_name_character(char c);

// How many bytes from `at` on are the word operator and the sign behind it, "operator()" or
// "operator<<"; 0: that word is not there. Of "operator new" and "operator int" the word alone.
size_t operator_at(std::string_view text, size_t at);

// The first byte behind what begins at `at`: behind its closing bracket where that is one of ( <
// [ {, else the next byte. A > that closes nothing is passed over; where nothing closes it, the
// end.
size_t bracket_end(std::string_view text, size_t at);

}  // namespace plumb::probe
