// Reads debug information with libdw; within `isolated` alone, as libdw believes what it reads.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace plumb::probe {

// Of the functions that begin at these addresses, in the form of dwarf_text.h. "": there is none.
std::string read_dwarf(int file, const std::vector<uint64_t>& addresses);

}  // namespace plumb::probe
