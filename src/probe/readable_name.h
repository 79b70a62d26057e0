// Names as people write them, of the symbols that compilers make of them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace plumb::probe {

// "ns::Server::handle" of _ZN...: C++ (the Itanium ABI) and Rust's names, of both its schemes,
// without hashes; without parameters and return type. A suffix stays (".cold"): it is not where the
// function begins. The symbol itself where it is not mangled, where it is longer than 1024 bytes,
// or where what it refers to within itself could make it longer than anybody's name.
std::string readable_name(const std::string& symbol);

// The same; adds to `work` the bytes that were made on the way.
std::string readable_name(const std::string& symbol, uint64_t& work);

// The same with the parameters that C++ tells overloads apart by, "ns::f(int) const"; without them
// where the symbol has none.
std::string name_with_parameters(const std::string& symbol);

bool is_mangled(std::string_view symbol);

// What c++filt makes of a function, without its return type and parameters.
std::string_view name_within(std::string_view demangled);

}  // namespace plumb::probe
