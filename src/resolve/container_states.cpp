#include "resolve/container_states.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_containers = 16'384;

}  // namespace

// runc: "cgroup_paths" maps each controller to a directory; cgroup2 has the empty name.
// crun: "cgroup-path" is relative to the root.
std::string ContainerStates::cgroup_in(const Json& state, int64_t owner) const {
  const std::string& mount = cgroups_.mount();
  std::string_view path = raw_text(state, "cgroup-path");
  std::string_view absolute = raw_text(member(state, "cgroup_paths"), "");
  if (is_within(absolute, mount)) path = absolute.substr(mount.size());
  // A container without a cgroup of its own says "" or "/": it must not claim everybody's events.
  if (path.size() < 2 || path[0] != '/') return {};
  // Anybody may write "/system.slice/sshd.service" below /run/user; the kernel knows better.
  if (owner != root_only && cgroups_.owner_uid(path) != owner) return {};
  return std::string(path);
}

void ContainerStates::read_folder(const std::string& folder, const std::string& file,
                                  const std::string& runtime, int64_t owner) {
  for (const std::string& id : names_in(folder)) {
    std::string path = fmt::format("{}/{}/{}", folder, id, file);
    FileStamp stamp = stamp_of(path);
    if (stamp == FileStamp{} || (files_.size() >= most_containers && !files_.contains(path)))
      continue;
    Known& known = files_[path];
    known.seen = true;
    if (known.stamp == stamp) continue;
    known.stamp = stamp;
    known.placement = {runtime, printable(id), cgroup_in(read_json(path), owner)};
  }
}

void ContainerStates::read_namespaces(const std::string& folder, const std::string& runtime) {
  for (const std::string& name : names_in(folder))
    read_folder(folder + "/" + name, "state.json", runtime, root_only);
}

void ContainerStates::refresh() {
  by_cgroup_.clear();
  for (auto& [path, known] : files_) known.seen = false;
  read_folder(paths_.runc, "state.json", "runc", root_only);
  read_folder(paths_.crun, "status", "crun", root_only);
  read_namespaces(paths_.docker_runc, "docker");
  read_namespaces(paths_.containerd_runc, "containerd");
  for (const std::string& user : names_in(paths_.users)) {
    auto uid = parse_unsigned(user);
    if (!uid) continue;
    read_folder(fmt::format("{}/{}/runc", paths_.users, user), "state.json", "runc", *uid);
    read_folder(fmt::format("{}/{}/crun", paths_.users, user), "status", "crun", *uid);
  }
  std::erase_if(files_, [](const auto& file) { return !file.second.seen; });
  for (const auto& [path, known] : files_)
    if (!known.placement.cgroup.empty())
      by_cgroup_.emplace(known.placement.cgroup, &known.placement);
}

const Placement* ContainerStates::at(std::string_view cgroup) const {
  auto found = by_cgroup_.find(cgroup);
  return found == by_cgroup_.end() ? nullptr : found->second;
}

}  // namespace plumb::resolve
