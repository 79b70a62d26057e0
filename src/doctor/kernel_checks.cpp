#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.h"
#include "doctor/checks.h"
#include "doctor/facts.h"
#include "kernel/probes.h"

namespace plumb::doctor {
namespace {

constexpr const char* kernel_group = "Kernel";

Check kernel_release() {
  utsname name{};
  uname(&name);
  return {kernel_group, "release", Status::ok, name.release, {}, {}};
}

Check machine() {
  utsname name{};
  uname(&name);
  const std::string machine = name.machine;
  if (machine == "x86_64") return {kernel_group, "processor", Status::ok, machine, {}, {}};
  return {kernel_group,
          "processor",
          Status::missing,
          machine,
          "arguments of functions and system calls are read from the registers of x86-64",
          "an x86-64 machine"};
}

Check types() {
  if (auto btf = kernel::kernel_btf(); !btf)
    return {kernel_group,
            "BTF",
            Status::missing,
            btf.why_not,
            "nothing can be traced: plumb finds "
            "the kernel's structures through it",
            btf.remedy};
  struct stat file {};
  if (stat("/sys/kernel/btf/vmlinux", &file) != 0)
    return {kernel_group, "BTF", Status::ok, "from a file of the kernel package", {}, {}};
  return {
      kernel_group, "BTF",
      Status::ok,   "/sys/kernel/btf/vmlinux, " + show_size(static_cast<uint64_t>(file.st_size)),
      {},           {}};
}

Check bpf(const Context& context) {
  if (!context.bpf)
    return {kernel_group,
            "bpf(2)",
            Status::missing,
            context.bpf.why_not,
            "nothing can be traced",
            remedy_for(context, context.bpf)};
  auto privileged = read_file("/proc/sys/kernel/unprivileged_bpf_disabled", 16);
  if (!privileged) return {kernel_group, "bpf(2)", Status::ok, "allowed", {}, {}};
  return {kernel_group,
          "bpf(2)",
          Status::ok,
          privileged->starts_with('0') ? "allowed, as to every user"
                                       : "allowed, to privileged users only",
          {},
          {}};
}

// Without securityfs only what lockdown does can be seen.
Check lockdown_by_effect(const Context& context) {
  const bool mounted = !mounts_of(context.mountinfo, "securityfs").empty();
  const std::string why = mounted ? "no lockdown in securityfs" : "securityfs is not mounted";
  if (!context.tracing_programs)
    return {kernel_group,
            "lockdown",
            Status::reduced,
            why + ", and its effect cannot be tried",
            {},
            mounted ? "" : "mount -t securityfs securityfs /sys/kernel/security"};
  if (context.kernel_reads)
    return {kernel_group, "lockdown", Status::ok, why + "; kernel memory can be read", {}, {}};
  return {kernel_group,
          "lockdown",
          Status::missing,
          why + "; it must be 'confidentiality': kernel memory cannot be read",
          "no tracer can read the kernel's structures",
          "boot without lockdown=confidentiality"};
}

Check lockdown(const Context& context) {
  if (context.lockdown.empty()) return lockdown_by_effect(context);
  if (context.lockdown != "confidentiality")
    return {kernel_group, "lockdown", Status::ok, context.lockdown, {}, {}};
  return {kernel_group,
          "lockdown",
          Status::missing,
          context.lockdown,
          "kernel memory cannot be read, so no tracer works; tracefs and kprobes are closed",
          "boot without lockdown=confidentiality; some kernels set it under Secure Boot"};
}

Check jit(const Context& context) {
  if (!context.bpf) return {kernel_group, "JIT", Status::missing, not_tried, {}, {}};
  if (auto compiled = kernel::jit(); !compiled)
    return {kernel_group,
            "JIT",
            Status::reduced,
            compiled.why_not,
            "every event costs several times more; fentry does not work",
            remedy_for(context, compiled)};
  return {kernel_group, "JIT", Status::ok, "on", {}, {}};
}

Check statistics() {
  auto possible = kernel::run_time_statistics();
  if (!possible)
    return {kernel_group,
            "BPF statistics",
            Status::missing,
            possible.why_not,
            "--stats has no ns_per_hit: what a tracer costs the machine stays unknown",
            "run as root, or with CAP_SYS_ADMIN"};
  auto setting = read_file("/proc/sys/kernel/bpf_stats_enabled", 16);
  const bool on = setting && setting->starts_with('1');
  return {kernel_group, "BPF statistics",
          Status::ok,   on ? "on for all programs: some ns for each run" : "off until --stats asks",
          {},           {}};
}

}  // namespace

Checks kernel_checks(const Context& context) {
  return {kernel_release(),  machine(),    types(),     bpf(context),
          lockdown(context), jit(context), statistics()};
}

}  // namespace plumb::doctor
