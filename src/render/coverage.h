// Which processes are reached by which probe, for people and for programs.
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace plumb::render {

// A file that a probe means, in a process that has mapped it.
struct Covered {
  uint32_t pid = 0;
  std::string comm;
  std::string container;  // "" in none
  std::string probe;      // as it was written
  std::string file;       // as the process sees it
  size_t sites = 0;       // of the probe in that file
  size_t reached = 0;     // where the process has the kernel's breakpoint in its memory
  std::string reason;     // why not all; "" where there is nothing to say
};

// A line for each, under a head; none: "".
std::string coverage_table(std::span<const Covered> rows);
// A JSON object for each, and line.
std::string coverage_lines(std::span<const Covered> rows);

}  // namespace plumb::render
