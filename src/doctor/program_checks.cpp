#include <array>
#include <cerrno>

#include "doctor/checks.h"
#include "doctor/uses.h"
#include "kernel/embedded.h"
#include "kernel/probes.h"
#include "kernel/tracer.h"

namespace plumb::doctor {
namespace {

using kernel::Caller;
using kernel::ProgramType;

constexpr const char* program_group = "Program types";
constexpr const char* map_group = "Maps";
constexpr const char* helper_group = "Helpers";

struct Program {
  ProgramType type;
  const char* name;
  const char* cost = nullptr;  // where it is another than what the tracers lose
};

constexpr std::array programs = {
    Program{ProgramType::tp_btf, "tp_btf", "nothing can be traced: plumb itself stands on it"},
    Program{ProgramType::raw_tp, "raw_tp"},
    Program{ProgramType::tracepoint, "tracepoint"},
    Program{ProgramType::kprobe, "kprobe"},
    Program{ProgramType::fentry, "fentry"},
    Program{ProgramType::fexit, "fexit"},
    Program{ProgramType::uprobe, "uprobe"},
    Program{ProgramType::uprobe_multi, "uprobe_multi"},
    Program{ProgramType::perf_event, "perf_event"},
    Program{ProgramType::lsm, "lsm"},
    Program{ProgramType::iter, "iter"},
};

UsesByKind uses_of_tracers() {
  UsesByKind uses;
  for (const kernel::Embedded& each : kernel::embedded_tracers())
    if (auto tracer = kernel::Tracer::open(each)) add_uses(uses, tracer->name(), tracer->hooks());
  return uses;
}

// One that bpf(2) refuses as a whole says nothing about itself.
Check judge(const Context& context, const char* group, const char* name,
            const kernel::Availability& probe, const std::string& cost, const char* since = "") {
  if (probe) return {group, name, Status::ok, {}, {}, {}};
  if (!context.bpf) return {group, name, Status::missing, not_tried, {}, {}};
  std::string remedy = remedy_for(context, probe);
  if (remedy.empty() && *since) remedy = std::string("kernel ") + since + " or newer";
  return {group, name, Status::missing, probe.why_not, cost, std::move(remedy)};
}

struct Map {
  bpf_map_type type;
  const char* name;
  const char* since;
  const char* cost;
};

constexpr std::array maps = {
    Map{BPF_MAP_TYPE_RINGBUF, "ringbuf", "5.8",
        "events go through perf buffers: far fewer of them per second, and sorted only by plumb"},
    Map{BPF_MAP_TYPE_PERF_EVENT_ARRAY, "perf_event_array", "4.3",
        "nothing while there are ring buffers"},
    Map{BPF_MAP_TYPE_PERCPU_HASH, "percpu_hash", "4.6",
        "--by is counted by plumb itself: every event is sent to it"},
    Map{BPF_MAP_TYPE_CGROUP_ARRAY, "cgroup_array", "4.8", "no --cgroup and --container"},
    Map{BPF_MAP_TYPE_TASK_STORAGE, "task_storage", "5.11",
        "what is remembered of a thread lies in a hash: some 100 ns more per span, and full at a "
        "fixed size"},
    Map{BPF_MAP_TYPE_STACK_TRACE, "stack_trace", "4.6",
        "stacks are sent with each event, not once"},
};

struct Helper {
  bpf_func_id id;
  Caller caller;
  const char* name;
  const char* since;
  const char* cost;
};

constexpr std::array helpers = {
    Helper{BPF_FUNC_probe_read_kernel, Caller::tp_btf, "bpf_probe_read_kernel", "5.5",
           "no tracer can read the kernel's structures"},
    Helper{BPF_FUNC_probe_read_user, Caller::tp_btf, "bpf_probe_read_user", "5.5",
           "no arguments and paths of processes"},
    Helper{BPF_FUNC_get_current_cgroup_id, Caller::tp_btf, "bpf_get_current_cgroup_id", "5.10",
           "no cgroup and container in events"},
    Helper{BPF_FUNC_current_task_under_cgroup, Caller::tp_btf, "bpf_current_task_under_cgroup",
           "5.6", "no --cgroup and --container"},
    Helper{BPF_FUNC_get_stack, Caller::tp_btf, "bpf_get_stack", "5.6", "no stacks in events"},
    Helper{BPF_FUNC_get_task_stack, Caller::tp_btf, "bpf_get_task_stack", "5.9",
           "no stack of the thread that was waited for"},
    Helper{BPF_FUNC_task_storage_get, Caller::tp_btf, "bpf_task_storage_get", "5.11",
           "what is remembered of a thread lies in a hash of fixed size"},
    Helper{BPF_FUNC_get_current_task_btf, Caller::tp_btf, "bpf_get_current_task_btf", "5.11",
           "each field of the current task takes a call instead of a load"},
    Helper{BPF_FUNC_task_pt_regs, Caller::tp_btf, "bpf_task_pt_regs", "5.15",
           "a caller's registers are found by the layout of the kernel's stack"},
    Helper{BPF_FUNC_loop, Caller::tp_btf, "bpf_loop", "5.17",
           "the verifier walks every turn of a loop: some tracers take longer to load"},
    Helper{BPF_FUNC_find_vma, Caller::tp_btf, "bpf_find_vma", "5.17",
           "what is mapped at an address is looked up afterwards, when it may be gone"},
    Helper{BPF_FUNC_get_attach_cookie, Caller::kprobe, "bpf_get_attach_cookie", "5.15",
           "each place of a user's probe or USDT takes a program of its own"},
    Helper{BPF_FUNC_get_func_ip, Caller::kprobe, "bpf_get_func_ip", "5.15",
           "one program on many functions cannot tell which it was"},
    Helper{BPF_FUNC_copy_from_user, Caller::sleepable_uprobe, "bpf_copy_from_user", "6.0",
           "text that a process has not yet touched is shown as unread"},
};

kernel::Availability try_helper(const Helper& each) {
  kernel::Availability probe = kernel::helper(each.id, each.caller);
  if (each.caller == Caller::sleepable_uprobe && probe.error == EINVAL)
    probe.why_not = "this kernel has no uprobes that may sleep";
  // that kernels with typed tracepoints have: only lockdown withholds it
  if (each.id == BPF_FUNC_probe_read_kernel && !probe.error)
    probe.remedy = "boot without lockdown=confidentiality";
  return probe;
}

}  // namespace

Checks program_checks(const Context& context) {
  const UsesByKind uses = uses_of_tracers();
  Checks checks;
  for (const Program& each : programs)
    checks.push_back(judge(context, program_group, each.name, kernel::program_type(each.type),
                           each.cost ? each.cost : cost_without(uses, each.name)));
  return checks;
}

Checks map_checks(const Context& context) {
  Checks checks;
  for (const Map& each : maps)
    checks.push_back(
        judge(context, map_group, each.name, kernel::map_type(each.type), each.cost, each.since));
  return checks;
}

Checks helper_checks(const Context& context) {
  Checks checks;
  for (const Helper& each : helpers)
    checks.push_back(
        judge(context, helper_group, each.name, try_helper(each), each.cost, each.since));
  return checks;
}

}  // namespace plumb::doctor
