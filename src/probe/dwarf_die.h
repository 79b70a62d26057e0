// Questions to an entry of debug information. Of libdw, within `isolated`.
#pragma once
#include <elfutils/libdw.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace plumb::probe {

// An attribute's number, also of what the entry is an instance of.
std::optional<uint64_t> number(Dwarf_Die& die, unsigned attribute);
std::string_view name_of(Dwarf_Die& die);

// The type that `holder` has, without typedefs and qualifiers. False: it has none.
bool take_type(Dwarf_Die& holder, Dwarf_Die& type);

bool is_object(Dwarf_Die& type);           // a struct, a class or a union
bool is_static_member(Dwarf_Die& member);  // of an object: it is not within it

}  // namespace plumb::probe
