// Probes: small questions to the kernel, each answered by trying and undone before it returns.
//
// Programs of two instructions are loaded, and attached where loading alone proves nothing:
// lockdown and missing kernel options show only then. They hang on places that nothing passes
// through.
#pragma once
#include <linux/bpf.h>

#include <string_view>

#include "kernel/features.h"

namespace plumb::kernel {

enum class ProgramType {
  tp_btf,
  raw_tp,
  tracepoint,
  kprobe,
  fentry,
  fexit,
  uprobe,
  uprobe_multi,
  perf_event,
  lsm,
  iter,
};

// Whose helpers are asked for; the kernel offers each kind of program its own.
enum class Caller { tp_btf, raw_tp, kprobe, sleepable_uprobe };

// bpf(2) answers, and makes a map.
Availability bpf_syscall();
Availability program_type(ProgramType type);
Availability map_type(bpf_map_type type);
Availability helper(bpf_func_id id, Caller caller);
// Maps and programs are charged to memory cgroups, not to RLIMIT_MEMLOCK.
Availability memory_cgroup_accounting();
Availability run_time_statistics();
// Programs become machine code instead of being interpreted.
Availability jit();

// Attaches to this function of the kernel: BPF_TRACE_FENTRY or BPF_TRACE_FEXIT; a kprobe.
Availability try_trampoline(bpf_attach_type type, std::string_view function);
Availability try_kprobe(std::string_view function);

}  // namespace plumb::kernel
