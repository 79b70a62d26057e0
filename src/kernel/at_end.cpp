#include "kernel/at_end.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace plumb::kernel {
namespace {

// Longer than any program runs, where the kernel cannot tell when all have ended.
constexpr auto grace = std::chrono::milliseconds(100);

bool runs_at_end(const Hook& hook) { return hook.chosen && hook.at_end; }

}  // namespace

void await_programs() {
  // an RCU grace period, but not on kernels with nohz_full CPUs
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0) std::this_thread::sleep_for(grace);
}

bool has_at_end(const Tracer& tracer) { return std::ranges::any_of(tracer.hooks(), runs_at_end); }

Result<bool> run_at_end(const Tracer& tracer) {
  bool more = false;
  for (const Hook& hook : tracer.hooks()) {
    if (!runs_at_end(hook)) continue;
    const bpf_program* program =
        bpf_object__find_program_by_name(tracer.object(), hook.program.c_str());
    bpf_test_run_opts options{};
    options.sz = sizeof(options);
    if (bpf_prog_test_run_opts(bpf_program__fd(program), &options))
      return fail_errno(tracer.name() + ": not told: " + hook.purpose, errno);
    more |= options.retval == 1;
  }
  return more;
}

}  // namespace plumb::kernel
