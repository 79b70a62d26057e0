#include "resolve/kallsyms.h"

#include <unistd.h>

#include <array>
#include <string>

namespace plumb::resolve {

void each_line(Fd file, const std::function<bool(std::string_view line)>& take) {
  std::array<char, 1 << 16> block;
  std::string rest;
  ssize_t got = 0;
  while ((got = ::read(file.get(), block.data(), block.size())) > 0) {
    rest.append(block.data(), static_cast<size_t>(got));
    size_t begin = 0;
    for (size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos; begin = end + 1)
      if (!take(std::string_view(rest).substr(begin, end - begin))) return;
    rest.erase(0, begin);
    if (rest.size() > block.size()) return;
  }
}

}  // namespace plumb::resolve
