#include "kernel/probes_btf.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "kernel/kernel_types.h"
#include "kernel/probes.h"
#include "kernel/probes_program.h"

namespace plumb::kernel {
namespace {

// Some kernels forbid what they were built with; those of distributions do not.
constexpr const char* trampoline_kernel =
    "a kernel with CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y that does not forbid them to root, "
    "such as a distribution's own";
constexpr const char* lsm_kernel =
    "a kernel with CONFIG_BPF_LSM=y that does not forbid them to root, such as a distribution's "
    "own, booted with bpf in the list lsm=";

// Where even the simplest of tracing programs is refused, rights are what is missing, and no other
// kernel would help.
std::string unless_rights_are_missing(std::string remedy) {
  return may_try().yes ? std::move(remedy) : std::string();
}

// A program that the kernel calls through a trampoline or a typed tracepoint.
Availability attach_by_btf(const Aim& aim, const char* remedy = "") {
  Fd program = load_nothing(aim);
  if (!program) return refused("load", errno, unless_rights_are_missing(remedy));
  Fd link(bpf_raw_tracepoint_open(nullptr, program.get()));
  if (!link) return refused("attach", errno, unless_rights_are_missing(remedy));
  return available;
}

uint64_t runs_of(int program) {
  bpf_prog_info info{};
  uint32_t size = sizeof(info);
  return bpf_obj_get_info_by_fd(program, &info, &size) ? 0 : info.run_cnt;
}

}  // namespace

Availability try_typed_tracepoint() {
  if (auto types = kernel_btf(); !types) return types;
  const uint32_t id = kernel_type_id("btf_trace_sched_process_exec", BTF_KIND_TYPEDEF);
  if (!id) return {false, "no typed tracepoint sched_process_exec", {}};
  return attach_by_btf({BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, id});
}

// Programs attach also where the kernel never asks them: only "bpf" among the active security
// modules makes them run, and the list of these is in a file system that may not be mounted.
Availability try_lsm() {
  if (auto types = kernel_btf(); !types) return types;
  const uint32_t id = kernel_type_id("bpf_lsm_task_getpgid", BTF_KIND_FUNC);
  if (!id)
    return {false, "this kernel is built without BPF LSM",
            "a kernel with CONFIG_BPF_LSM=y, booted with bpf in the list lsm="};
  Fd program = load_nothing({BPF_PROG_TYPE_LSM, BPF_LSM_MAC, id});
  if (!program) return refused("load", errno, unless_rights_are_missing(lsm_kernel));
  Fd link(bpf_raw_tracepoint_open(nullptr, program.get()));
  if (!link) return refused("attach", errno, unless_rights_are_missing(lsm_kernel));
  Fd statistics(bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (!statistics) return available;
  const pid_t group = getpgid(getpid());
  if (group >= 0 && runs_of(program.get()) > 0) return available;
  return {false, "attaches but is never run: 'bpf' is not an active security module",
          "add bpf to the list in the boot parameter lsm="};
}

Availability try_iterator() {
  if (auto types = kernel_btf(); !types) return types;
  const uint32_t id = kernel_type_id("bpf_iter_task", BTF_KIND_FUNC);
  if (!id) return {false, "this kernel has no iterator over tasks", "kernel 5.8 or newer"};
  Fd program = load_nothing({BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, id});
  if (!program) return refused("load", errno);
  Fd link(bpf_link_create(program.get(), 0, BPF_TRACE_ITER, nullptr));
  if (!link) return refused("attach", errno);
  Fd reader(bpf_iter_create(link.get()));
  char nothing = 0;
  if (!reader || ::read(reader.get(), &nothing, 1) < 0) return refused("read it", errno);
  return available;
}

Availability try_trampoline(bpf_attach_type type, std::string_view function) {
  if (auto types = kernel_btf(); !types) return types;
  const uint32_t id = kernel_type_id(std::string(function), BTF_KIND_FUNC);
  if (!id)
    return {false, "this kernel has no function " + std::string(function),
            "a kernel with the function " + std::string(function)};
  return attach_by_btf({BPF_PROG_TYPE_TRACING, type, id}, trampoline_kernel);
}

}  // namespace plumb::kernel
