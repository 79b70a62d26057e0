// The helpers of bpf(2), asking the machine of the running test (include/helpers.def lists them).
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "kernel.bpf.h"
#include "machine/machine.h"

extern "C" {
#define HELPER(result, name, ...) result name(__VA_ARGS__);
#include "helpers.def"
#undef HELPER
bool core_has(const char* name);
}

using plumb::host::Machine;
using plumb::host::Space;

namespace {

constexpr __u32 most_loops = 1 << 23;
constexpr __u64 most_ring_record = (UINT32_MAX / 4) - 8;

Machine& machine() { return Machine::running(); }
__u64 address(const void* at) { return reinterpret_cast<__u64>(at); }

}  // namespace

bool core_has(const char* name) { return !machine().lacks.contains(name); }

void* bpf_map_lookup_elem(void* map, const void* key) {
  return machine().map(map).find(key, machine().cpu);
}

long bpf_map_update_elem(void* map, const void* key, const void* value, __u64 flags) {
  return machine().map(map).update(key, value, flags, machine().cpu);
}

long bpf_map_delete_elem(void* map, const void* key) { return machine().map(map).erase(key); }

long bpf_map_push_elem(void* map, const void* value, __u64 flags) {
  return machine().map(map).push(value, flags);
}

long bpf_map_pop_elem(void* map, void* value) { return machine().map(map).peek(value, true); }

long bpf_map_peek_elem(void* map, void* value) { return machine().map(map).peek(value, false); }

long bpf_probe_read_kernel(void* dst, __u32 size, const void* unsafe_ptr) {
  return machine().memory.read(Space::kernel, dst, size, address(unsafe_ptr));
}

long bpf_probe_read_kernel_str(void* dst, __u32 size, const void* unsafe_ptr) {
  return machine().memory.read_text(Space::kernel, static_cast<char*>(dst), size,
                                    address(unsafe_ptr));
}

long bpf_probe_read_user(void* dst, __u32 size, const void* unsafe_ptr) {
  return machine().memory.read(Space::user, dst, size, address(unsafe_ptr));
}

// There is one process.
long bpf_copy_from_user_task(void* dst, __u32 size, const void* user_ptr, task_struct*, __u64) {
  return bpf_copy_from_user(dst, size, user_ptr);
}

long bpf_copy_from_user(void* dst, __u32 size, const void* user_ptr) {
  return machine().memory.read(Space::user, dst, size, address(user_ptr));
}

long bpf_probe_read_user_str(void* dst, __u32 size, const void* unsafe_ptr) {
  return machine().memory.read_text(Space::user, static_cast<char*>(dst), size,
                                    address(unsafe_ptr));
}

__u64 bpf_get_current_task(void) { return address(machine().current); }

task_struct* bpf_get_current_task_btf(void) { return machine().current; }

long bpf_task_pt_regs(task_struct*) { return static_cast<long>(address(machine().registers)); }

__u64 bpf_get_current_pid_tgid(void) {
  const task_struct& task = *machine().current;
  return static_cast<__u64>(task.tgid) << 32 | static_cast<__u32>(task.pid);
}

__u64 bpf_get_current_uid_gid(void) {
  const cred& owner = *machine().current->cred;
  return static_cast<__u64>(owner.gid.val) << 32 | owner.uid.val;
}

long bpf_get_current_comm(void* buf, __u32 size_of_buf) {
  std::strncpy(static_cast<char*>(buf), machine().current->comm, size_of_buf);
  static_cast<char*>(buf)[size_of_buf - 1] = '\0';
  return 0;
}

__u64 bpf_get_current_cgroup_id(void) { return machine().cgroup; }

long bpf_current_task_under_cgroup(void*, __u32 index) {
  if (index >= machine().cgroup_places) return -EAGAIN;
  return machine().in_cgroups.contains(index);
}

__u64 bpf_get_attach_cookie(void*) { return machine().cookie; }

__u64 bpf_ktime_get_ns(void) { return machine().now; }

__u32 bpf_get_smp_processor_id(void) { return machine().cpu; }

__u32 bpf_get_prandom_u32(void) { return machine().random(); }

long bpf_loop(__u32 nr_loops, void* callback_fn, void* callback_ctx, __u64 flags) {
  const auto callback = reinterpret_cast<long (*)(__u64, void*)>(callback_fn);
  __u32 i = 0;
  if (flags) return -EINVAL;
  if (nr_loops > most_loops) return -E2BIG;
  while (i < nr_loops && callback(i++, callback_ctx) == 0) {
  }
  return i;
}

void* bpf_ringbuf_reserve(void* ringbuf, __u64 size, __u64) {
  return size > most_ring_record ? nullptr : machine().channel(ringbuf).reserve(size);
}

void bpf_ringbuf_submit(void* data, __u64 flags) { machine().submit(data, flags, true); }

void bpf_ringbuf_discard(void* data, __u64 flags) { machine().submit(data, flags, false); }

long bpf_ringbuf_output(void* ringbuf, void* data, __u64 size, __u64 flags) {
  return machine().channel(ringbuf).output(data, size, flags) ? 0 : -EAGAIN;
}

__u64 bpf_ringbuf_query(void* ringbuf, __u64 flags) {
  return flags == BPF_RB_AVAIL_DATA ? machine().channel(ringbuf).waiting() : 0;
}

long bpf_perf_event_output(void*, void* map, __u64 flags, void* data, __u64 size) {
  return machine().channel(map).output(data, size, flags) ? 0 : -ENOSPC;
}

// The machine has no stack of the kernel.
long bpf_get_task_stack(task_struct*, void*, __u32, __u64) { return 0; }

long bpf_seq_write(seq_file*, const void* data, __u32 len) {
  machine().shown.append(static_cast<const char*>(data), len);
  return 0;
}
