#include "resolve/container_path.h"

#include <algorithm>
#include <array>

namespace plumb::resolve {
namespace {

constexpr size_t id_size = 64;

struct Marker {
  std::string_view text;  // stands right before the id
  std::string_view runtime;
};
constexpr std::array markers = {
    Marker{"docker-", "docker"},
    Marker{"libpod-", "podman"},
    Marker{"cri-containerd-", "containerd"},
    Marker{"cri-containerd:", "containerd"},
    Marker{"nerdctl-", "containerd"},
    Marker{"crio-", "cri-o"},
};

// The marker must be a whole word: "libpod-conmon-" is no "conmon-", "x:crio-" is "crio-".
bool ends_with_word(std::string_view text, std::string_view word) {
  if (!text.ends_with(word)) return false;
  text.remove_suffix(word.size());
  return text.empty() || text.back() == ':';
}

}  // namespace

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_full_id(std::string_view text) { return text.size() == id_size && is_hex(text); }

std::optional<PathMark> read_path(std::string_view cgroup) {
  size_t slash = cgroup.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view parent = cgroup.substr(0, slash);
  std::string_view name = cgroup.substr(slash + 1);
  constexpr std::string_view scope = ".scope";
  if (name.ends_with(scope)) name.remove_suffix(scope.size());
  if (name.size() < id_size || !is_full_id(name.substr(name.size() - id_size))) return std::nullopt;
  std::string_view id = name.substr(name.size() - id_size);
  std::string_view before = name.substr(0, name.size() - id_size);
  for (const Marker& marker : markers)
    if (ends_with_word(before, marker.text)) return PathMark{marker.runtime, id, true};
  if (!before.empty()) return std::nullopt;
  if (parent == "/docker" || parent.ends_with("/docker")) return PathMark{"docker", id, true};
  bool in_pod = parent.find("/kubepods") != std::string_view::npos;
  return PathMark{"", id, in_pod};
}

}  // namespace plumb::resolve
