#include "session/capabilities.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <vector>

#include "kernel/user_places.h"

namespace plumb::session {

void drop_capabilities(bool looks_at_processes) {
  // reading maps by descriptor, /proc of other users, and container state files of root
  std::vector keep = {CAP_BPF, CAP_PERFMON, CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE};
  if (looks_at_processes) keep.push_back(CAP_CHECKPOINT_RESTORE);  // /proc/PID/map_files
  // perf events on user code, where the kernel has no other way to attach to it
  if (looks_at_processes && !kernel::many_at_once()) keep.push_back(CAP_SYS_ADMIN);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> now{}, kept{};
  if (syscall(SYS_capget, &header, now.data())) return;
  for (const int capability : keep) {
    const auto word = static_cast<size_t>(CAP_TO_INDEX(capability));
    kept[word].permitted |= CAP_TO_MASK(capability) & now[word].permitted;
    kept[word].effective |= CAP_TO_MASK(capability) & now[word].effective;
  }
  syscall(SYS_capset, &header, kept.data());
}

}  // namespace plumb::session
