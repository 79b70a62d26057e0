// Whether C++ passes the objects of a class by their address.
#pragma once
#include <elfutils/libdw.h>

#include <cstdint>

namespace plumb::probe {

enum class Passing : uint8_t { by_value, by_address, unknown };

// The Itanium C++ ABI, §3.1.1: by address where a copy, a move or the end of an object is not
// trivial. clang says it of each class; of GCC's it is seen by the functions that they declare.
Passing passing_of(Dwarf_Die& object);

}  // namespace plumb::probe
