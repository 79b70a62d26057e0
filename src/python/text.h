// Text of CPython's strings.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace plumb::python {

// As UTF-8. `width`: bytes of a character, 1, 2 or 4; any other has no text. What is no character
// stands as U+FFFD.
std::string utf8_of(std::string_view characters, uint32_t width);

}  // namespace plumb::python
