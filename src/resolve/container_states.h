// Which cgroup a low-level runtime gave to which container: the state files of runc and crun.
//
// They know containers whose cgroup has an arbitrary path (runc's cgroupsPath, ctr --cgroup, docker
// --cgroup-parent), and so does nothing else without asking a daemon.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "resolve/cgroups.h"
#include "resolve/container_paths.h"
#include "resolve/state_file.h"

namespace plumb::resolve {

struct Placement {
  std::string runtime;  // whose state folder it was: runc, crun, docker, containerd
  std::string id;
  std::string cgroup;  // from the root of the hierarchy; "" when there is none of its own
};

class ContainerStates {
 public:
  // `cgroups` is not owned.
  ContainerStates(const Cgroups& cgroups, Paths paths)
      : cgroups_(cgroups), paths_(std::move(paths)) {}

  // Reads the state files that are new or changed, forgets those that are gone. A stat per
  // container when nothing changed.
  void refresh();

  // The container whose own cgroup this is, or nullptr. Good until the next refresh.
  const Placement* at(std::string_view cgroup) const;

 private:
  static constexpr int64_t root_only = -1;
  struct Known {
    FileStamp stamp;
    Placement placement;
    bool seen = false;
  };

  void read_folder(const std::string& folder, const std::string& file, const std::string& runtime,
                   int64_t owner);
  void read_namespaces(const std::string& folder, const std::string& runtime);
  std::string cgroup_in(const Json& state, int64_t owner) const;

  const Cgroups& cgroups_;
  Paths paths_;
  std::map<std::string, Known> files_;                              // by path of the state file
  std::map<std::string, const Placement*, std::less<>> by_cgroup_;  // into files_
};

}  // namespace plumb::resolve
