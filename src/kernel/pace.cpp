// How many of its hits a tracer looks at (bpf/pace.bpf.h).
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include "kernel/rodata.h"
#include "kernel/tracer.h"

namespace plumb::kernel {
namespace {

uint32_t offset_of(const Tracer& tracer, std::string_view member) {
  const auto place = place_in(bpf_object__btf(tracer.object()), "pace", member);
  return place ? place->offset : 0;
}

}  // namespace

Result<> Tracer::set_paced(bool paced) {
  bpf_map__set_autocreate(bpf_object__find_map_by_name(object_.get(), "paces"), paced);
  return set("paced", paced);
}

Result<> Tracer::map_pace() {
  const bpf_map* map = bpf_object__find_map_by_name(object_.get(), "paces");
  if (!map || !bpf_map__autocreate(map)) return {};
  pace_ = TRY(Mapping::of("the pace of " + name_, bpf_map__fd(map),
                          static_cast<size_t>(sysconf(_SC_PAGESIZE)), PROT_READ | PROT_WRITE));
  return {};
}

void Tracer::pace(uint32_t look_at) {
  if (pace_.size())
    __atomic_store_n(pace_.at<uint32_t>(offset_of(*this, "look_at")), look_at, __ATOMIC_RELAXED);
}

uint32_t Tracer::pace() const {
  if (!pace_.size()) return 1;
  return __atomic_load_n(pace_.at<uint32_t>(offset_of(*this, "look_at")), __ATOMIC_RELAXED);
}

uint64_t Tracer::counted() const {
  if (!pace_.size()) return 0;
  return __atomic_load_n(pace_.at<uint64_t>(offset_of(*this, "counted")), __ATOMIC_RELAXED);
}

void Tracer::give_up() {
  detach();
  given_up_ = true;
}

}  // namespace plumb::kernel
