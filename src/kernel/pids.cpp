#include "kernel/pids.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "kernel/rodata.h"
#include "kernel/tracer.h"

namespace plumb::kernel {
namespace {

// Every whole struct that the iterator writes, as bytes.
Result<std::string> read_all(const Tracer& tracer) {
  bpf_program* program = bpf_object__find_program_by_name(tracer.object(), "pids");
  LinkPtr link(bpf_program__attach_iter(program, nullptr));
  if (!link) return fail_errno("attach the iterator over processes", errno);
  Fd reader(bpf_iter_create(bpf_link__fd(link.get())));
  if (!reader) return fail_errno("open the iterator over processes", errno);
  std::string bytes;
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t got = ::read(reader.get(), chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return fail_errno("read the iterator over processes", errno);
    if (got == 0) return bytes;
    bytes.append(chunk.data(), static_cast<size_t>(got));
  }
}

uint32_t number_at(const std::string& bytes, size_t at) {
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
  const std::string bytes = TRY(read_all(tracer));
  std::map<uint32_t, uint32_t> pids;
  for (size_t at = 0; at + size <= bytes.size(); at += size)
    pids[number_at(bytes, at + own.offset)] = number_at(bytes, at + host.offset);
  return pids;
}

}  // namespace plumb::kernel
