// Iterators of the kernel: what one writes, and those that look until they have seen everything.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "kernel/live.h"
#include "kernel/tracer.h"

namespace plumb::kernel {
namespace {

bool looks(const Tracer& tracer) {
  return std::ranges::any_of(tracer.hooks(),
                             [](const Hook& hook) { return hook.chosen && hook.until_seen; });
}

Result<bool> look_once(const Tracer& tracer) {
  bool more = false;
  for (const Hook& hook : tracer.hooks())
    if (hook.chosen && hook.until_seen) more |= !TRY(tracer.iterate(hook.program)).empty();
  return more;
}

}  // namespace

Result<std::string> Tracer::iterate(const std::string& program, uint32_t pid) const {
  const std::string what = name_ + ": run the iterator " + program;
  bpf_program* iterator = bpf_object__find_program_by_name(object_.get(), program.c_str());
  bpf_iter_link_info of_process{};
  of_process.task.pid = pid;
  LIBBPF_OPTS(bpf_iter_attach_opts, options);
  options.link_info = &of_process;
  options.link_info_len = sizeof(of_process);
  LinkPtr link(bpf_program__attach_iter(iterator, pid ? &options : nullptr));
  if (!link) link.reset(bpf_program__attach_iter(iterator, nullptr));
  if (!link) return fail_errno(what, errno);
  Fd reader(bpf_iter_create(bpf_link__fd(link.get())));
  if (!reader) return fail_errno(what, errno);
  std::string bytes;
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t got = ::read(reader.get(), chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return fail_errno(what, errno);
    if (got == 0) return bytes;
    bytes.append(chunk.data(), static_cast<size_t>(got));
  }
}

bool Live::any_looks() const { return std::ranges::any_of(tracers_, looks); }

bool Live::all_look() const { return std::ranges::all_of(tracers_, looks); }

Result<bool> Live::look() {
  bool more = false;
  for (const Tracer& tracer : tracers_) more |= TRY(look_once(tracer));
  return more;
}

}  // namespace plumb::kernel
