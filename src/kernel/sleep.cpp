#include "kernel/sleep.h"

#include <bpf/libbpf.h>

#include "kernel/kernel_types.h"

namespace plumb::kernel {

Result<> settle_sleep(Tracer& tracer, const Targeting& targeting, bool rings) {
  if (tracer.knob("may_sleep") == 0) return {};
  // Since 6.13 a program of more than 64 bytes of stack has one for each CPU, and not for each
  // task: one that sleeps would find that of whoever ran there meanwhile (bpf_enable_priv_stack,
  // kernel/bpf/verifier.c).
  const bool shares_stacks = is_kernel_name("priv_stack_ptr");
  if (!targeting.cgroups.empty() || !rings || shares_stacks) return tracer.set("may_sleep", 0);
  bpf_map__set_autocreate(bpf_object__find_map_by_name(tracer.object(), "target_cgroups"), false);
  return {};
}

}  // namespace plumb::kernel
