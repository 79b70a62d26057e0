#include "kernel/sampling.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"

namespace plumb::kernel {
namespace {

// The kernel's own clock and no counter of the processor: virtual machines rarely have those.
int open_clock(int cpu, uint64_t frequency) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  attributes.freq = 1;
  attributes.sample_freq = frequency;
  return static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

std::string clock_hint(int error) {
  const auto most = read_file("/proc/sys/kernel/perf_event_max_sample_rate", 32);
  if (error == EINVAL && most)
    return "a smaller --frequency: kernel.perf_event_max_sample_rate is " +
           most->substr(0, most->find('\n'));
  return "root, or CAP_PERFMON";
}

}  // namespace

bool is_sampler(std::string_view section) { return section == "perf_event"; }

Availability samplers() {
  bpf_map_create_opts growing{};
  growing.sz = sizeof(growing);
  growing.map_flags = BPF_F_NO_PREALLOC;
  const uint32_t word = sizeof(uint32_t);
  const Fd table(bpf_map_create(BPF_MAP_TYPE_HASH, "try", word, word, 1, &growing));
  const bpf_insn code[] = {
      {BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, table.get()},
      {},  // the other half of that one's number
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  const Fd program(bpf_prog_load(BPF_PROG_TYPE_PERF_EVENT, "try", "GPL", code, 4, nullptr));
  if (program || errno != EINVAL) return {true, {}, {}};
  return {false, "this kernel's clocks take no program with tables that grow", "Linux 6.1"};
}

Result<> attach_sampler(const bpf_program* program, uint64_t frequency, KernelLinks& links) {
  if (frequency == 0) return misuse("--frequency: no samples", "99 is usual");
  const auto count = static_cast<int>(sysconf(_SC_NPROCESSORS_CONF));
  for (int cpu = 0; cpu < count; cpu++) {
    const int clock = open_clock(cpu, frequency);
    const int error = errno;
    if (clock < 0 && error == ENODEV) continue;  // it is off
    if (clock < 0) return fail_errno("sample what runs", error, clock_hint(error));
    LinkPtr link(bpf_program__attach_perf_event(program, clock));  // and it is the link's
    if (!link) {
      const int why = errno;
      close(clock);
      return fail_errno("sample what runs", why);
    }
    links.all.push_back(std::move(link));
  }
  return {};
}

}  // namespace plumb::kernel
