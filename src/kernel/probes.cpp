#include "kernel/probes.h"
#include "kernel/kernel_functions.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.h"
#include "base/text.h"
#include "kernel/kernel_types.h"
#include "kernel/own_code.h"
#include "kernel/probes_btf.h"
#include "kernel/probes_program.h"
#include "kernel/user_places.h"

namespace plumb::kernel {
namespace {

constexpr auto uprobe_multi_attachment = static_cast<bpf_attach_type>(many_at_once_attachment);
constexpr const char* quiet_function = "bpf_fentry_test1";  // called by nothing but self-tests

Availability try_raw_tracepoint() {
  Fd program = load_nothing({BPF_PROG_TYPE_RAW_TRACEPOINT});
  if (!program) return refused("load", errno);
  Fd link(bpf_raw_tracepoint_open("sched_process_exec", program.get()));
  return link ? available : refused("attach", errno);
}

Fd open_event(perf_event_attr& attributes) {
  attributes.size = sizeof(attributes);
  attributes.disabled = 1;
  return Fd(
      static_cast<int>(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
}

// A program of this type on a perf event: how kprobes, uprobes and tracepoints attach everywhere.
Availability attach_by_event(bpf_prog_type type, perf_event_attr attributes) {
  Fd program = load_nothing({type});
  if (!program) return refused("load", errno);
  Fd event = open_event(attributes);
  if (!event) return refused("open its perf event", errno);
  if (ioctl(event.get(), PERF_EVENT_IOC_SET_BPF, program.get())) return refused("attach", errno);
  return available;
}

Availability try_tracepoint() {
  auto id = tracepoint_id("sched/sched_process_exec");
  if (auto readable = tracefs(); !readable) return readable;
  if (!id) return {false, "this kernel has no tracepoint sched_process_exec", {}};
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = *id;
  return attach_by_event(BPF_PROG_TYPE_TRACEPOINT, attributes);
}

Result<uint32_t> event_source(const std::string& name) {
  auto text = TRY(read_file("/sys/bus/event_source/devices/" + name + "/type", 64));
  return static_cast<uint32_t>(TRY(parse_unsigned(split(text, '\n').front())));
}

// Somewhere in our own code for a uprobe, called by nobody.
[[gnu::noinline, gnu::used]] void landmark() { asm volatile("nop"); }

uint64_t landmark_offset() { return own_offset(reinterpret_cast<const void*>(&landmark)); }

Availability try_uprobe() {
  auto source = event_source("uprobe");
  if (!source)
    return {false, "this kernel is built without uprobes", "a kernel with CONFIG_UPROBES=y"};
  perf_event_attr attributes{};
  attributes.type = *source;
  attributes.uprobe_path = reinterpret_cast<uint64_t>("/proc/self/exe");
  attributes.probe_offset = landmark_offset();
  return attach_by_event(BPF_PROG_TYPE_KPROBE, attributes);
}

// BPF_LINK_CREATE as of 6.6, which libbpf 1.1 and its headers do not know.
struct UprobeMultiLink {
  uint32_t program = 0, target = 0, attach_type = uprobe_multi_attachment, flags = 0;
  uint64_t path = 0, offsets = 0, reference_counters = 0, cookies = 0;
  uint32_t count = 1, link_flags = 0, pid = 0, padding = 0;
};

Availability try_uprobe_multi() {
  Fd program = load_nothing({BPF_PROG_TYPE_KPROBE, uprobe_multi_attachment});
  if (!program) return refused("load", errno);
  const uint64_t offset = landmark_offset();
  UprobeMultiLink link;
  link.program = static_cast<uint32_t>(program.get());
  link.path = reinterpret_cast<uint64_t>("/proc/self/exe");
  link.offsets = reinterpret_cast<uint64_t>(&offset);
  Fd attached(static_cast<int>(syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link))));
  if (attached) return available;
  if (errno != EINVAL && errno != E2BIG) return refused("attach", errno);
  return {false, "this kernel does not know it", "kernel 6.6 or newer"};
}

Availability try_perf_event() {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  attributes.sample_period = 1'000'000'000;
  return attach_by_event(BPF_PROG_TYPE_PERF_EVENT, attributes);
}

Aim aim_of(Caller caller) {
  switch (caller) {
    case Caller::tp_btf:
      return {BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP,
              kernel_type_id("btf_trace_sched_process_exec", BTF_KIND_TYPEDEF)};
    case Caller::raw_tp:
      return {BPF_PROG_TYPE_RAW_TRACEPOINT};
    case Caller::kprobe:
      return {BPF_PROG_TYPE_KPROBE};
    case Caller::sleepable_uprobe:
      return {BPF_PROG_TYPE_KPROBE, {}, 0, BPF_F_SLEEPABLE};
  }
  return {BPF_PROG_TYPE_UNSPEC};
}

}  // namespace

Availability bpf_syscall() {
  Fd map(bpf_map_create(BPF_MAP_TYPE_ARRAY, "plumb_probe", 4, 4, 1, nullptr));
  if (map) return available;
  return refused("make a map", errno, errno == ENOSYS ? "a kernel with CONFIG_BPF_SYSCALL=y" : "");
}

Availability program_type(ProgramType type) {
  switch (type) {
    case ProgramType::tp_btf:
      return try_typed_tracepoint();
    case ProgramType::raw_tp:
      return try_raw_tracepoint();
    case ProgramType::tracepoint:
      return try_tracepoint();
    case ProgramType::kprobe:
      return try_kprobe(quiet_function);
    case ProgramType::fentry:
      return try_trampoline(BPF_TRACE_FENTRY, quiet_function);
    case ProgramType::fexit:
      return try_trampoline(BPF_TRACE_FEXIT, quiet_function);
    case ProgramType::uprobe:
      return try_uprobe();
    case ProgramType::uprobe_multi:
      return try_uprobe_multi();
    case ProgramType::perf_event:
      return try_perf_event();
    case ProgramType::lsm:
      return try_lsm();
    case ProgramType::iter:
      return try_iterator();
  }
  return {};
}

Availability map_type(bpf_map_type type) {
  const int answer = libbpf_probe_bpf_map_type(type, nullptr);
  if (answer == 1) return available;
  return {false, "this kernel does not know it, or refuses to make one", {}, -answer};
}

// The call is always wrong: it has no arguments. How the verifier puts that tells whether it knows
// the helper; the same question as libbpf_probe_bpf_helper, which cannot ask for these programs.
Availability helper(bpf_func_id id, Caller caller) {
  const Aim aim = aim_of(caller);
  if (Fd program = load_nothing(aim); !program)
    return refused(aim.flags & BPF_F_SLEEPABLE ? "load a sleepable uprobe" : "load its caller",
                   errno);
  std::array<char, 4096> log{};
  if (Fd program = load_call(aim, id, log); program) return available;
  const std::string_view said(log.data());
  if (said.find("invalid func ") != std::string_view::npos)
    return {false, "not in this kernel", {}};
  // older kernels said "unknown func" for it
  for (const char* withheld : {"unknown func ", "cannot use helper "})
    if (said.find(withheld) != std::string_view::npos)
      return {false, "in this kernel, but not for these programs", {}};
  return said.empty() ? refused("load a call", errno) : available;
}

// The first kernel with this helper is the one that charges memory cgroups; libbpf asks the same.
Availability memory_cgroup_accounting() {
  Fd program = load_call({BPF_PROG_TYPE_SOCKET_FILTER}, BPF_FUNC_ktime_get_coarse_ns);
  return program ? available : refused("load its first companion", errno);
}

Availability run_time_statistics() {
  Fd statistics(bpf_enable_stats(BPF_STATS_RUN_TIME));
  return statistics ? available : refused("switch on", errno);
}

Availability jit() {
  Fd program = load_nothing({BPF_PROG_TYPE_KPROBE});
  if (!program) return refused("load a program", errno);
  bpf_prog_info info{};
  uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(program.get(), &info, &size)) return refused("ask for it", errno);
  if (info.jited_prog_len) return available;
  return {false, "programs are interpreted", "sysctl net.core.bpf_jit_enable=1"};
}

Availability try_kprobe(std::string_view function) {
  auto source = event_source("kprobe");
  if (!source)
    return {false, "this kernel is built without kprobes", "a kernel with CONFIG_KPROBES=y"};
  const std::string name(function);
  perf_event_attr attributes{};
  attributes.type = *source;
  attributes.kprobe_func = reinterpret_cast<uint64_t>(name.c_str());
  Availability attached = attach_by_event(BPF_PROG_TYPE_KPROBE, attributes);
  const std::string renamed = attached.error == ENOENT ? renamed_function(name) : "";
  if (!renamed.empty()) {
    attributes.kprobe_func = reinterpret_cast<uint64_t>(renamed.c_str());
    return attach_by_event(BPF_PROG_TYPE_KPROBE, attributes);
  }
  if (attached.error == ENOENT) {
    attached.why_not = "this kernel has no function " + name;
    attached.remedy = "a kernel with the function " + name;
  }
  return attached;
}

}  // namespace plumb::kernel
