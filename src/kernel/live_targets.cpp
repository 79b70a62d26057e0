// Live: the processes that are traced, by pid.
#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>

#include "kernel/live.h"

namespace plumb::kernel {

Result<> Live::target(uint32_t pid) {
  const uint32_t followed = 1;
  if (bpf_map_update_elem(engine_->map("targets"), &pid, &followed, BPF_ANY))
    return fail_errno(fmt::format("trace process {}", pid), errno);
  return {};
}

Result<> Live::forget(uint32_t pid) {
  if (bpf_map_delete_elem(engine_->map("targets"), &pid) && errno != ENOENT)
    return fail_errno(fmt::format("forget process {}", pid), errno);
  return {};
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
