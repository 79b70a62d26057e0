// What people call a container: from the files that docker, podman, cri-o and containerd keep.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "resolve/container_paths.h"
#include "resolve/state_file.h"

namespace plumb::resolve {

struct Naming {
  std::string runtime;  // "" when no file knows the id
  std::string name;     // kubernetes: "NAMESPACE/POD/CONTAINER", the pod's own: "NAMESPACE/POD"
  std::string image;
};

class ContainerNames {
 public:
  explicit ContainerNames(Paths paths) : paths_(std::move(paths)) {}

  // `id` has 64 hexadecimal digits; other ids are their own name. Reads files on every call, save
  // podman's list, which is read again when it has changed.
  Naming of(const std::string& id);

 private:
  struct StorageList {
    FileStamp stamp;
    std::map<std::string, Naming> by_id;
  };

  std::string docker_data() const;
  Naming from_docker(const std::string& id) const;
  Naming from_storage(const std::string& id);
  Naming from_containerd(const std::string& id) const;

  Paths paths_;
  std::map<std::string, StorageList> lists_;  // by file
};

}  // namespace plumb::resolve
