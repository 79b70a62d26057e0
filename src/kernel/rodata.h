// Places in a BPF object's read-only data and structs, found by name through its BTF.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

struct btf;

namespace plumb::kernel {

struct Place {
  uint32_t offset = 0;  // in the section
  uint32_t size = 0;
};

// "plan.where[3].op" → where it lies in .rodata.
Result<Place> place_of(const btf* types, std::string_view path);

// "statistic[1].max" of struct cell → where it lies in the struct.
Result<Place> place_in(const btf* types, std::string_view structure, std::string_view path);

// The name of the struct that a member of `structure` is; "" when it is none.
std::string struct_of(const btf* types, std::string_view structure, std::string_view member);

// The value of an enumerator of any enum in `types`; false when there is none of that name.
bool enumerator(const btf* types, std::string_view name, uint64_t& value);

}  // namespace plumb::kernel
