// A made-up machine in a temporary folder: cgroups are folders, state files say what a test says.
#pragma once
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "resolve/cgroups.h"
#include "resolve/container_paths.h"

namespace plumb::resolve {

class FakeMachine {
 public:
  FakeMachine() {
    std::string name = (std::filesystem::temp_directory_path() / "plumb-resolve-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    root = name;
    std::filesystem::create_directories(mount());
  }
  ~FakeMachine() {
    std::error_code ignored;
    std::filesystem::remove_all(root, ignored);
  }
  FakeMachine(const FakeMachine&) = delete;
  FakeMachine& operator=(const FakeMachine&) = delete;

  std::string mount() const { return root + "/sys/fs/cgroup"; }

  // The id of the new cgroup, from the kernel itself.
  uint64_t cgroup(const std::string& path) const {
    std::filesystem::create_directories(mount() + path);
    struct stat status {};
    if (::stat((mount() + path).c_str(), &status) != 0) std::abort();
    return status.st_ino;
  }

  void write(const std::string& path, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(root + path).parent_path());
    std::ofstream(root + path, std::ios::binary) << text;
  }

  Paths paths() const {
    Paths paths;
    for (std::string* path :
         {&paths.runc, &paths.crun, &paths.users, &paths.docker_data, &paths.docker_settings,
          &paths.docker_runc, &paths.containerd_runc, &paths.containerd_tasks})
      path->insert(0, root);
    for (std::string& path : paths.storage) path.insert(0, root);
    return paths;
  }

  std::string root;
};

inline std::string full_id(char digit) { return std::string(64, digit); }

}  // namespace plumb::resolve
