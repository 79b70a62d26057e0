// The part of the kernel's types that objects relocate against.
#pragma once
#include <set>
#include <string>

#include "kernel/type_table.h"

struct btf;

namespace plumb::kernel {

// The names of an object's structs, unions, enums and typedefs, without their flavour (___NAME):
// what its relocations can begin from.
std::set<std::string> relocatable_names(const btf* object);

// BTF (bytes of a file) of the types of `kernel` with these names and of all that lies in them.
// What is behind a pointer does not: a relocation ends there, and the next begins from the type by
// its name.
std::string reduced_types(const TypeTable& kernel, const std::set<std::string>& names);

}  // namespace plumb::kernel
