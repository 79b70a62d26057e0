// A probe of the user's own in the kernel (bpf/kernel_probe.bpf.c).
#pragma once
#include <optional>
#include <vector>

#include "kernel/kernel_places.h"
#include "kernel/tracer.h"
#include "probe/context_value.h"
#include "probe/event.h"
#include "probe/spec.h"

namespace plumb::kernel {

struct KernelProbe : probe::ProbeEvent {
  std::vector<probe::ContextValue> values;  // where those of the parameters are
  probe::ContextValue result_value;
  std::vector<KernelPlace> places;
};

// What is meant, in this kernel. Errors are misuse, with the nearest names, where nothing is found.
Result<KernelProbe> find_kernel_probe(const probe::Spec& spec);

// For those who find its places: too many are misuse; of too many values the last ones are left
// out, with a remark.
Result<> check_count(const probe::Spec& spec, size_t places);
void take_fields(std::vector<probe::ContextField> fields, KernelProbe& probe);

// As a tracer, whose event is as that of open_probe (kernel/probe.h).
Result<Tracer> open_kernel_probe(const probe::Spec& spec, const KernelProbe& probe,
                                 bool with_stacks);

}  // namespace plumb::kernel
