#include "kernel/sleep.h"

#include <bpf/libbpf.h>

namespace plumb::kernel {

Result<> settle_sleep(Tracer& tracer, const Targeting& targeting, bool rings) {
  if (tracer.knob("may_sleep") == 0) return {};
  if (!targeting.cgroups.empty() || !rings) return tracer.set("may_sleep", 0);
  bpf_map__set_autocreate(bpf_object__find_map_by_name(tracer.object(), "target_cgroups"), false);
  return {};
}

}  // namespace plumb::kernel
