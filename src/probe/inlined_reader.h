// Looks with libdw for what was inlined; within `isolated` alone, as libdw believes what it reads.
#pragma once
#include <string>

namespace plumb::probe {

// In the form of parse_inlined (inlined.h): of the functions called `name` how many copies are
// where. "": there is no debug information, or too much to look at.
std::string read_inlined(int file, const std::string& name);

}  // namespace plumb::probe
