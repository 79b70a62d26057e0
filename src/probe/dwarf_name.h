// What a function is called in debug information. Of libdw, within `isolated`.
#pragma once
#include <elfutils/libdw.h>

#include <string>
#include <string_view>

namespace plumb::probe {

// What linkers call it; "": it has no such name.
std::string_view symbol_of(Dwarf_Die& function);

// What it is an instance of, or where that is declared; itself, where there is none.
Dwarf_Die origin_of(Dwarf_Die die);

// As people write it: "shop::Cart::add", without parameters.
std::string readable(Dwarf_Die& function);

}  // namespace plumb::probe
