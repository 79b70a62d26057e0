#include "kernel/own_code.h"

#include <cstdio>
#include <sstream>
#include <string>

#include "base/text.h"

namespace plumb::kernel {

uint64_t own_offset(const void* where) {
  const auto address = reinterpret_cast<uint64_t>(where);
  auto maps = read_file("/proc/self/maps");
  std::istringstream lines(maps ? *maps : "");
  for (std::string line; std::getline(lines, line);) {
    unsigned long start = 0, end = 0, offset = 0;
    if (sscanf(line.c_str(), "%lx-%lx %*s %lx", &start, &end, &offset) != 3) continue;
    if (start <= address && address < end) return address - start + offset;
  }
  return 0;
}

}  // namespace plumb::kernel
