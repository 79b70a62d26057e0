// Context: what several checks need to know to tell why something was refused.
#pragma once
#include <cstdint>
#include <string>

#include "kernel/features.h"

namespace plumb::doctor {

struct Context {
  std::string mountinfo;
  uint64_t capabilities = 0;  // effective
  bool root = false;          // user 0
  bool under_seccomp_filter = false;
  bool in_user_namespace = false;
  std::string lockdown;                   // "" when it cannot be read
  uint64_t lockable_bytes = 0;            // RLIMIT_MEMLOCK
  uint64_t open_files = 0;                // RLIMIT_NOFILE, the hard limit
  kernel::Availability bpf;               // bpf(2) answers
  kernel::Availability tracing_programs;  // tp_btf, on which all tracers stand
  kernel::Availability kernel_reads;      // bpf_probe_read_kernel

  bool has(int capability) const { return (capabilities >> capability & 1) != 0; }
};

Context look_around();

// What to do about an EPERM or EACCES of bpf(2) or perf_event_open(2).
std::string remedy_for_refusal(const Context& context);

// The remedy that came with a failed probe, or what its error number suggests.
std::string remedy_for(const Context& context, const kernel::Availability& probe);

}  // namespace plumb::doctor
