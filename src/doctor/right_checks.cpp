#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include <fmt/format.h>
#include <array>
#include <cerrno>

#include "base/text.h"
#include "doctor/checks.h"
#include "doctor/facts.h"
#include "kernel/probes.h"

namespace plumb::doctor {
namespace {

constexpr const char* rights_group = "Rights and limits";

struct Right {
  int capability;
  const char* name;
  bool part_of_sys_admin;
  const char* cost;
};

constexpr std::array rights = {
    Right{CAP_BPF, "CAP_BPF", true, "no BPF maps and programs: nothing can be traced"},
    Right{CAP_PERFMON, "CAP_PERFMON", true, "no tracing programs: nothing can be traced"},
    Right{CAP_SYS_ADMIN, "CAP_SYS_ADMIN", false, "--stats has no ns_per_hit"},
    Right{CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE", false,
          "limits on locked memory and open files cannot be raised"},
    Right{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", false,
          "the cgroup of an event is found by a walk through all of them; other users' programs "
          "and the state of containers stay unread"},
    Right{CAP_SYS_PTRACE, "CAP_SYS_PTRACE", false,
          "the memory maps of other users' processes stay unread: no names in their stacks"},
};

Check capability(const Context& context, const Right& right) {
  if (context.has(right.capability)) return {rights_group, right.name, Status::ok, {}, {}, {}};
  if (right.part_of_sys_admin && context.has(CAP_SYS_ADMIN))
    return {rights_group, right.name, Status::ok, "as part of CAP_SYS_ADMIN", {}, {}};
  return {rights_group,
          right.name,
          Status::missing,
          "not among the effective capabilities",
          right.cost,
          context.root ? "ask whoever started this shell for it; for a container: --cap-add"
                       : "run as root"};
}

Check lockable_memory(const Context& context) {
  const std::string limit =
      context.lockable_bytes == RLIM_INFINITY ? "unlimited" : show_size(context.lockable_bytes);
  auto check = [&](const std::string& found) {
    return Check{rights_group, "memlock", Status::ok, found, {}, {}};
  };
  if (context.lockable_bytes == RLIM_INFINITY) return check(limit);
  if (!context.bpf) return check(limit);
  if (kernel::memory_cgroup_accounting())
    return check(limit + ", which BPF memory does not count against");
  if (context.has(CAP_SYS_RESOURCE)) return check(limit + ", raised when plumb starts");
  return {rights_group,
          "memlock",
          Status::reduced,
          limit,
          "rings and tables must fit into it, with those of other programs: a smaller --ring, "
          "fewer --keys",
          "ulimit -l unlimited, by root"};
}

Check open_files(const Context& context) {
  constexpr uint64_t plenty = 1024;
  const std::string limit =
      context.open_files == RLIM_INFINITY ? "unlimited" : fmt::format("{}", context.open_files);
  if (context.open_files >= plenty) return {rights_group, "nofile", Status::ok, limit, {}, {}};
  return {rights_group,
          "nofile",
          Status::reduced,
          limit + " open files",
          "every place that is probed takes one, or two before Linux 6.6, as do rings and programs",
          "ulimit -Hn 4096, by root"};
}

// The kernel asks for the same right as for stacks and arguments read from outside. Address 0 is
// never mapped, so success and EFAULT both mean yes.
bool may_read_memory_of(pid_t process) {
  char byte = 0;
  const iovec local{&byte, 1}, remote{nullptr, 1};
  return process_vm_readv(process, &local, 1, &remote, 1, 0) >= 0 || errno == EFAULT;
}

Check yama(const Context& context) {
  auto text = read_file("/proc/sys/kernel/yama/ptrace_scope", 16);
  const std::string found =
      text ? "ptrace_scope " + split(*text, '\n').front() : std::string("not in this kernel");
  const pid_t parent = getppid();
  if (parent == 0 || may_read_memory_of(parent))
    return {rights_group, "Yama", Status::ok, found, {}, {}};
  std::string remedy = "run as root, or with CAP_SYS_PTRACE";
  if (context.has(CAP_SYS_PTRACE)) remedy = "sysctl kernel.yama.ptrace_scope=1";
  if (text && text->starts_with('3'))
    remedy = "boot with sysctl.kernel.yama.ptrace_scope=1: 3 stays";
  return {rights_group,
          "Yama",
          Status::reduced,
          found + "; the memory of other processes cannot be read",
          "stacks of running processes cannot be read from outside; probes work all the same",
          remedy};
}

Check addresses() {
  auto setting = read_file("/proc/sys/kernel/kptr_restrict", 16);
  const std::string found =
      "kptr_restrict " + (setting ? split(*setting, '\n').front() : std::string("unknown"));
  auto symbols = read_file("/proc/kallsyms", 64 << 10);
  if (symbols && shows_addresses(*symbols))
    return {rights_group, "kallsyms", Status::ok, found, {}, {}};
  return {rights_group,
          "kallsyms",
          Status::reduced,
          symbols ? found + "; all addresses are shown as 0" : symbols.error().what,
          "functions of the kernel have no names in stacks",
          "run as root; where that is not enough, sysctl kernel.kptr_restrict=1"};
}

}  // namespace

Checks right_checks(const Context& context) {
  Checks checks;
  for (const Right& right : rights) checks.push_back(capability(context, right));
  checks.push_back(lockable_memory(context));
  checks.push_back(open_files(context));
  checks.push_back(yama(context));
  checks.push_back(addresses());
  return checks;
}

}  // namespace plumb::doctor
