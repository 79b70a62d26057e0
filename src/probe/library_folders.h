// Where libraries are that nobody has mapped yet.
#pragma once
#include <string>
#include <vector>

namespace plumb::probe {

// The folders in which the dynamic linker looks by itself, ld.so(8): those of $LD_LIBRARY_PATH, of
// /etc/ld.so.conf with what that includes, and the usual ones. Some may not exist.
std::vector<std::string> library_folders();

// The folders that the text of such a file names, and the patterns of what it includes,
// ldconfig(8).
struct LoaderConfiguration {
  std::vector<std::string> folders;
  std::vector<std::string> includes;
};
LoaderConfiguration parse_loader_configuration(const std::string& text);

}  // namespace plumb::probe
