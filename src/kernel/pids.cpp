#include "kernel/pids.h"

#include <bpf/libbpf.h>

#include <cstring>

#include "kernel/rodata.h"
#include "kernel/tracer.h"

namespace plumb::kernel {
namespace {

uint32_t pid_at(const std::string& bytes, size_t at) {
  uint32_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

}  // namespace

Result<std::map<uint32_t, uint32_t>> host_pids() {
  Tracer tracer = TRY(Tracer::open(embedded_own("pids")));
  for (Hook& hook : tracer.hooks()) hook.chosen = true;
  TRY(tracer.load());
  const btf* types = bpf_object__btf(tracer.object());
  const Place host = TRY(place_in(types, "pid_pair", "host"));
  const Place own = TRY(place_in(types, "pid_pair", "own"));
  const size_t size = host.size + own.size;
  const std::string bytes = TRY(tracer.iterate("pids"));
  std::map<uint32_t, uint32_t> pids;
  for (size_t at = 0; at + size <= bytes.size(); at += size)
    pids[pid_at(bytes, at + own.offset)] = pid_at(bytes, at + host.offset);
  return pids;
}

}  // namespace plumb::kernel
