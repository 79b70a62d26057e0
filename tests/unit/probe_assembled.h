// Machine code as GNU as makes it.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace plumb::probe {

// A directory of one's own, gone with its owner.
class Workplace {
 public:
  Workplace() {
    path_ = (std::filesystem::temp_directory_path() / "plumb-probe-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~Workplace() {
    if (!path_.empty()) std::filesystem::remove_all(path_);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  const std::string& path() const { return path_; }
  // Whether the command, run there, says that it succeeded.
  bool run(const std::string& command) const {
    return !path_.empty() && system(("cd '" + path_ + "' && " + command).c_str()) == 0;
  }

 private:
  std::string path_;
};

inline bool has_tools(const std::string& names) {
  return system(("command -v " + names + " >/dev/null").c_str()) == 0;
}

// Empty where the assembler does not take it.
inline std::string assembled(const std::string& source) {
  const Workplace place;
  std::ofstream(place.path() + "/a.s") << source << "\n";
  if (!place.run("as -o a.o a.s && objcopy -O binary -j .text a.o a.bin")) return {};
  std::stringstream bytes;
  bytes << std::ifstream(place.path() + "/a.bin", std::ios::binary).rdbuf();
  return bytes.str();
}

}  // namespace plumb::probe
