// Numbers within the bytes of records and of values of maps, whose places BTF tells.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "kernel/rodata.h"

namespace plumb::kernel {

// `bytes` must reach that far.
template <class T>
T number_at(std::string_view bytes, Place place) {
  T number{};
  std::memcpy(&number, bytes.data() + place.offset, std::min<size_t>(place.size, sizeof(number)));
  return number;
}

inline void put_number(std::string& bytes, Place place, uint64_t value) {
  std::memcpy(bytes.data() + place.offset, &value, std::min<size_t>(place.size, sizeof(value)));
}

}  // namespace plumb::kernel
