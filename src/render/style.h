// Style: how tables look on this output.
#pragma once
#include <cstdint>
#include <string_view>

namespace plumb::render {

struct TableStyle {
  uint32_t terminal = 0;  // its width in columns; 0: not a terminal, nothing is cut
  uint32_t lines = 0;     // its height
  bool color = false;
};

constexpr std::string_view bold_ink = "\x1b[1m";
constexpr std::string_view red_ink = "\x1b[31m";
// What a function is of; those of programs and libraries have none.
constexpr std::string_view kernel_ink = "\x1b[35m";
constexpr std::string_view python_ink = "\x1b[32m";
constexpr std::string_view jit_ink = "\x1b[36m";
// A line that is too long for the terminal ends at its edge (DECAWM), and so is one line there.
constexpr std::string_view no_wrap = "\x1b[?7l";
constexpr std::string_view wrap = "\x1b[?7h";
constexpr std::string_view no_ink = "\x1b[0m";

}  // namespace plumb::render
