// What the path of a cgroup alone says about the container in it. Pure.
#pragma once
#include <optional>
#include <string_view>

namespace plumb::resolve {

struct PathMark {
  std::string_view runtime;  // "" when the path does not tell
  std::string_view id;       // 64 hexadecimal digits, a view into the path
  bool proven = false;       // false: a bare id, a container only if a state file knows it
};

// The container whose own cgroup this is; what lies below a container's cgroup is not looked at.
//
//   docker      /docker/ID, docker-ID.scope
//   podman      libpod-ID, libpod-ID.scope        (libpod-conmon-ID holds its monitor: not one)
//   containerd  cri-containerd-ID.scope, SLICE:cri-containerd:ID, nerdctl-ID.scope
//   cri-o       crio-ID, crio-ID.scope
//   kubernetes  /kubepods/.../ID                  (which runtime, its state files tell)
//   any         .../ID                            (docker --cgroup-parent and the like: not proven)
std::optional<PathMark> read_path(std::string_view cgroup);

// 64 hexadecimal digits, as docker, podman and the CRI runtimes name their containers.
bool is_full_id(std::string_view text);
bool is_hex(std::string_view text);

}  // namespace plumb::resolve
