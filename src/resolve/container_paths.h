// Where container runtimes keep their state. The defaults are theirs; tests and people who
// configured a runtime differently give others.
#pragma once
#include <string>
#include <vector>

namespace plumb::resolve {

struct Paths {
  std::string runc = "/run/runc";               // ID/state.json
  std::string crun = "/run/crun";               // ID/status
  std::string users = "/run/user";              // UID/{runc,crun}, the same for rootless containers
  std::string docker_data = "/var/lib/docker";  // containers/ID/config.v2.json
  std::string docker_settings = "/etc/docker/daemon.json";  // its "data-root" is the better answer
  std::string docker_runc = "/run/docker/runtime-runc";     // moby/ID/state.json
  std::string containerd_runc = "/run/containerd/runc";     // NAMESPACE/ID/state.json
  std::string containerd_tasks = "/run/containerd/io.containerd.runtime.v2.task";  // NAMESPACE/ID
  // podman and cri-o: DRIVER-containers/containers.json; the second keeps what dies with a boot.
  std::vector<std::string> storage = {"/var/lib/containers/storage", "/run/containers/storage"};
};

}  // namespace plumb::resolve
