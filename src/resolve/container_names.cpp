#include "resolve/container_names.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "base/text.h"
#include "resolve/container_path.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_list_bytes = 16 << 20;  // about 10,000 containers
constexpr std::array drivers = {"overlay", "vfs", "btrfs", "zfs"};

std::string pod_name(const std::string& space, const std::string& pod,
                     const std::string& container) {
  if (pod.empty()) return container;
  return fmt::format("{}/{}{}{}", space, pod, container.empty() ? "" : "/", container);
}

// The kubelet names containers "k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT" in docker and cri-o, and
// the one that holds the pod's namespaces "k8s_POD_...". None of the parts may contain '_'.
std::string plain_name(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);  // docker's way to write it
  std::vector<std::string> parts = split(name, '_');
  if (parts.size() != 6 || parts[0] != "k8s") return std::string(name);
  return pod_name(parts[3], parts[2], parts[1] == "POD" ? "" : parts[1]);
}

std::string first_of(const Json& list) {
  if (!list.is_array() || list.empty() || !list[0].is_string()) return {};
  return printable(list[0].get_ref<const std::string&>());
}

// One entry of podman's and cri-o's list; the image's name is in JSON inside the JSON.
Naming storage_entry(const Json& entry) {
  std::string name = first_of(member(entry, "names"));
  const Json metadata = Json::parse(raw_text(entry, "metadata"), nullptr, false);
  std::string image = text(metadata, "image-name");
  return {name.starts_with("k8s_") ? "cri-o" : "podman", plain_name(name),
          image.empty() ? text(entry, "image") : image};
}

}  // namespace

std::string ContainerNames::docker_data() const {
  const Json settings = read_json(paths_.docker_settings);
  std::string root = text(settings, "data-root");
  return root.empty() ? paths_.docker_data : root;
}

Naming ContainerNames::from_docker(const std::string& id) const {
  const Json config = read_json(fmt::format("{}/containers/{}/config.v2.json", docker_data(), id));
  std::string name = plain_name(text(config, "Name"));
  if (name.empty()) return {};
  return {"docker", name, text(member(config, "Config"), "Image")};
}

Naming ContainerNames::from_storage(const std::string& id) {
  for (const std::string& root : paths_.storage) {
    for (const char* driver : drivers) {
      for (const char* name : {"containers", "volatile-containers"}) {
        std::string file = fmt::format("{}/{}-containers/{}.json", root, driver, name);
        StorageList& list = lists_[file];
        FileStamp stamp = stamp_of(file);
        if (list.stamp != stamp) {
          list = {stamp, {}};
          const Json entries = read_json(file, most_list_bytes);
          if (entries.is_array())
            for (const Json& entry : entries)
              list.by_id.emplace(text(entry, "id"), storage_entry(entry));
        }
        if (auto found = list.by_id.find(id); found != list.by_id.end()) return found->second;
      }
    }
  }
  return {};
}

// The annotations of the OCI bundle: io.kubernetes.cri.* by containerd's CRI plugin.
Naming ContainerNames::from_containerd(const std::string& id) const {
  for (const std::string& space : names_in(paths_.containerd_tasks)) {
    const Json bundle =
        read_json(fmt::format("{}/{}/{}/config.json", paths_.containerd_tasks, space, id));
    if (!bundle.is_object()) continue;
    const Json& notes = member(bundle, "annotations");
    std::string name = pod_name(text(notes, "io.kubernetes.cri.sandbox-namespace"),
                                text(notes, "io.kubernetes.cri.sandbox-name"),
                                text(notes, "io.kubernetes.cri.container-name"));
    if (name.empty()) name = text(notes, "nerdctl/name");
    return {"containerd", name, text(notes, "io.kubernetes.cri.image-name")};
  }
  return {};
}

Naming ContainerNames::of(const std::string& id) {
  if (!is_full_id(id)) return {};
  // Docker runs its containers by containerd too, so it is asked before.
  if (Naming naming = from_docker(id); !naming.runtime.empty()) return naming;
  if (Naming naming = from_storage(id); !naming.runtime.empty()) return naming;
  return from_containerd(id);
}

}  // namespace plumb::resolve
