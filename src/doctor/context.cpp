#include "doctor/context.h"

#include <linux/capability.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "doctor/facts.h"
#include "kernel/probes.h"

namespace plumb::doctor {
namespace {

std::string text_of(const std::string& path) {
  auto text = read_file(path);
  return text ? *text : "";
}

uint64_t limit(__rlimit_resource resource) {
  rlimit now{};
  return getrlimit(resource, &now) ? 0 : now.rlim_cur;
}

// To which plumb raises its own.
uint64_t hard_limit(__rlimit_resource resource) {
  rlimit now{};
  return getrlimit(resource, &now) ? 0 : now.rlim_max;
}

}  // namespace

Context look_around() {
  const std::string status = text_of("/proc/self/status");
  Context context;
  context.mountinfo = text_of("/proc/self/mountinfo");
  context.capabilities = effective_capabilities(status);
  context.root = geteuid() == 0;
  context.under_seccomp_filter = under_seccomp_filter(status);
  context.in_user_namespace = in_user_namespace(text_of("/proc/self/uid_map"));
  context.lockdown = lockdown_mode(text_of("/sys/kernel/security/lockdown"));
  // before the first map: libbpf raises it for old kernels where it may
  context.lockable_bytes = limit(RLIMIT_MEMLOCK);
  context.open_files = hard_limit(RLIMIT_NOFILE);
  context.bpf = kernel::bpf_syscall();
  context.tracing_programs = kernel::program_type(kernel::ProgramType::tp_btf);
  context.kernel_reads = kernel::helper(BPF_FUNC_probe_read_kernel, kernel::Caller::kprobe);
  return context;
}

std::string remedy_for_refusal(const Context& context) {
  if (context.in_user_namespace)
    return "root of a user namespace is not enough: run as root of the machine";
  const bool may_load = context.has(CAP_BPF) && context.has(CAP_PERFMON);
  if (!may_load && !context.has(CAP_SYS_ADMIN))
    return "run as root, or with CAP_BPF and CAP_PERFMON";
  if (context.under_seccomp_filter)
    return "a seccomp filter may stand in the way; for a container: --privileged, or a seccomp "
           "profile that allows bpf and perf_event_open";
  if (context.lockdown == "confidentiality") return "boot without lockdown=confidentiality";
  return "forbidden even to root: a security module or the kernel itself (dmesg may tell)";
}

std::string remedy_for(const Context& context, const kernel::Availability& probe) {
  if (!probe.remedy.empty()) return probe.remedy;
  return probe.error == EPERM || probe.error == EACCES ? remedy_for_refusal(context) : "";
}

}  // namespace plumb::doctor
