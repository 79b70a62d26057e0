// Live: the processes that are traced, by pid and by control group.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "kernel/live.h"

namespace plumb::kernel {

Result<> Live::target(uint32_t pid) {
  const uint32_t ended_by = 0;  // nobody: it lives
  if (bpf_map_update_elem(engine_->map("targets"), &pid, &ended_by, BPF_ANY))
    return fail_errno(fmt::format("trace process {}", pid), errno);
  return {};
}

Result<> Live::forget(uint32_t pid) {
  if (bpf_map_delete_elem(engine_->map("targets"), &pid) && errno != ENOENT)
    return fail_errno(fmt::format("forget process {}", pid), errno);
  return {};
}

Result<> Live::target_cgroup(uint32_t place, const std::string& path) {
  Fd cgroup(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!cgroup) return fail_errno("cgroup " + path, errno);
  const int fd = cgroup.get();
  if (bpf_map_update_elem(engine_->map("target_cgroups"), &place, &fd, BPF_ANY))
    return fail_errno("trace cgroup " + path, errno,
                      "only directories of the cgroup2 file system can be traced");
  return {};
}

Result<> Live::forget_cgroup(uint32_t place) {
  if (bpf_map_delete_elem(engine_->map("target_cgroups"), &place) && errno != ENOENT)
    return fail_errno(fmt::format("forget cgroup {}", place), errno);
  return {};
}

uint32_t Live::cgroup_places() const {
  return static_cast<uint32_t>(engine_->constant("TARGET_CGROUPS"));
}

std::vector<uint32_t> Live::targets() const {
  std::vector<uint32_t> pids;
  uint32_t pid = 0;
  const uint32_t* before = nullptr;
  const size_t most =
      bpf_map__max_entries(bpf_object__find_map_by_name(engine_->object(), "targets"));
  // one that goes meanwhile lets it begin anew
  while (pids.size() < most && bpf_map_get_next_key(engine_->map("targets"), before, &pid) == 0) {
    pids.push_back(pid);
    before = &pids.back();
  }
  std::ranges::sort(pids);
  pids.erase(std::ranges::unique(pids).begin(), pids.end());
  return pids;
}

bool Live::has_targets() const {
  uint32_t first = 0;
  return bpf_map_get_next_key(engine_->map("targets"), nullptr, &first) == 0;
}

bool Live::is_target(uint32_t pid) const {
  uint32_t followed = 0;
  return bpf_map_lookup_elem(engine_->map("targets"), &pid, &followed) == 0;
}

}  // namespace plumb::kernel
