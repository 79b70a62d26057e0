// Containers: which container a cgroup belongs to, and which cgroups belong to a container.
//
// A cgroup is a container's when its path says so (container_path.h) or when a runtime's state file
// does (container_states.h); so is every cgroup below it, the innermost container first. Names come
// from state files alone (container_names.h): no daemon is asked, none needs to run.
//
// Blind: rootless containers have no name where it is kept in the user's home (docker, podman: the
// id is shown); a cgroup that went before anybody asked for its path.
// Not thread-safe: one reader owns it.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "resolve/cgroups.h"
#include "resolve/container_names.h"
#include "resolve/container_paths.h"
#include "resolve/container_states.h"

namespace plumb::resolve {

struct Container {
  std::string runtime;  // docker podman containerd cri-o runc crun; "" when nothing tells
  std::string id;       // whole
  std::string name;     // "" when no state file names it; kubernetes: "NAMESPACE/POD/CONTAINER"
  std::string image;    // as the user wrote it; "" when unknown
  std::string cgroup;   // its own one; its processes may live below
};

// Is it meant by this name? A kubernetes name may be given from any of its parts on
// ("POD/CONTAINER"), an id by its first 6 or more digits.
bool is_meant(const Container& container, std::string_view name_or_id);

// The name, or the first 12 characters of an id of 64.
std::string shown_name(const Container& container);

class Containers {
 public:
  // `cgroups` is not owned. What is not known is not looked for again during `unknown_for`.
  explicit Containers(Cgroups& cgroups, Paths paths = {},
                      Cgroups::Clock::duration unknown_for = std::chrono::seconds(1));

  // The shown name of the container that the cgroup is in, "" when it is in none, "cgroup:ID" when
  // the cgroup went before anybody asked for its path: whether it was a container's is not known. A
  // name is kept once found, so late events of a container that ended still have it; docker rename
  // is not seen.
  std::string name_of(uint64_t cgroup_id);

  // The cgroups of every running container that is called `name_or_id`, or of the one whose id
  // begins so, each with all below it, parents first. Fails with what is running as a hint, as
  // misuse where no container could ever be meant.
  Result<std::vector<uint64_t>> cgroup_ids(std::string_view name_or_id);

  // The container that the cgroup is in, as the state files have it now.
  std::optional<Container> at(std::string_view cgroup);

  // Every container with a live process, in the order of their cgroups' paths.
  std::vector<Container> running();

 private:
  struct CachedName {
    std::string name;
    Cgroups::Clock::time_point until;
    Cgroups::Clock::duration wait;
  };

  void refresh(Cgroups::Clock::time_point now);
  std::optional<Container> whose(std::string_view cgroup);
  std::optional<Container> innermost(std::string_view cgroup);

  Cgroups& cgroups_;
  ContainerStates states_;
  ContainerNames names_;
  Cgroups::Clock::duration unknown_for_;
  Cgroups::Clock::time_point refreshed_{};
  std::unordered_map<uint64_t, CachedName> cache_;  // emptied when full
};

}  // namespace plumb::resolve
