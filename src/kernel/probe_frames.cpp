#include "kernel/probe_frames.h"

#include <bpf/libbpf.h>

#include <algorithm>

#include "kernel/probe_location.h"

namespace plumb::kernel {

// What is told of a call has to wait for its return: a frame has so much room for all its texts.
Result<> write_frames(Tracer& tracer, const probe::ProbeEvent& probe) {
  constexpr uint64_t room = 1024;
  const bool paired = probe.at_call && probe.at_return;
  for (const char* name : {"frames", "depths"})
    bpf_map__set_autocreate(bpf_object__find_map_by_name(tracer.object(), name), paired);
  if (!paired) return {};
  const auto texts = static_cast<uint64_t>(std::ranges::count_if(probe.parameters, in_tail));
  uint64_t size = bpf_map__value_size(bpf_object__find_map_by_name(tracer.object(), "frames"));
  if (texts) {
    TRY(tracer.set("probe.text_bytes", room / texts));
    size += room;
  }
  TRY(tracer.set("frame_bytes", size));
  bpf_map__set_value_size(bpf_object__find_map_by_name(tracer.object(), "frames"),
                          static_cast<uint32_t>(size));
  return {};
}

}  // namespace plumb::kernel
