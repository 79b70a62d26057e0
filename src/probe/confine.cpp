#include "probe/confine.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>

#include "base/text.h"

namespace plumb::probe {
namespace {

constexpr uint64_t most_memory = 1 << 30;  // bytes more than this process has

#ifdef __x86_64__
constexpr uint32_t this_machine = AUDIT_ARCH_X86_64;
#else
constexpr uint32_t this_machine = AUDIT_ARCH_AARCH64;
#endif

// What an allocator and a reader of files need. The last two are how newer kernels come back from
// probes, which whoever traces plumb may have set.
constexpr auto allowed = std::to_array<uint32_t>({SYS_read,
                                                  SYS_pread64,
                                                  SYS_write,
                                                  SYS_lseek,
                                                  SYS_fstat,
                                                  SYS_mmap,
                                                  SYS_munmap,
                                                  SYS_mremap,
                                                  SYS_mprotect,
                                                  SYS_madvise,
                                                  SYS_brk,
                                                  SYS_futex,
                                                  SYS_getrandom,
                                                  SYS_rt_sigprocmask,
                                                  SYS_rt_sigreturn,
                                                  SYS_sigaltstack,
                                                  SYS_sched_yield,
                                                  SYS_exit,
                                                  SYS_exit_group,
                                                  335,
                                                  336});

bool forbid_the_rest() {
  std::array<sock_filter, allowed.size() * 2 + 5> code{};
  size_t at = 0;
  const auto load = [](size_t offset) -> sock_filter {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
  };
  const auto answer = [](uint32_t what) -> sock_filter { return BPF_STMT(BPF_RET | BPF_K, what); };
  const auto skip_unless = [](uint32_t value) -> sock_filter {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  };
  code[at++] = load(offsetof(seccomp_data, arch));
  code[at++] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, this_machine, 1, 0);
  code[at++] = answer(SECCOMP_RET_KILL_PROCESS);
  code[at++] = load(offsetof(seccomp_data, nr));
  for (const uint32_t call : allowed) {
    code[at++] = skip_unless(call);
    code[at++] = answer(SECCOMP_RET_ALLOW);
  }
  code[at++] = answer(SECCOMP_RET_ERRNO | EPERM);
  const sock_fprog program{static_cast<unsigned short>(at), code.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

void limit(__rlimit_resource_t what, rlim_t most) {
  const rlimit both{most, most};
  setrlimit(what, &both);
}

// The memory that this process may write, proc_pid_statm(5); bytes.
uint64_t writable_memory() {
  const auto text = read_file("/proc/self/statm", 256);
  const auto words = split(text ? *text : "", ' ');
  const auto pages = words.size() > 5 ? parse_unsigned(words[5]) : Result<uint64_t>(0);
  return (pages ? *pages : 0) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

bool confine(int file, int answers, int parent, uint64_t cpu_seconds, int second_file) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return false;
  prctl(PR_SET_DUMPABLE, 0);  // no core file, and nobody's to look into
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, cpu_seconds);
  limit(RLIMIT_DATA, writable_memory() + most_memory);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL})
    ::signal(signal, SIG_DFL);
  if (dup2(file, confined_file) < 0 || dup2(answers, confined_answers) < 0) return false;
  const bool has_second = second_file >= 0;
  if (has_second && dup2(second_file, confined_second_file) < 0) return false;
  const int first_closed = confined_answers + 1 + (has_second ? 1 : 0);
  return syscall(SYS_close_range, first_closed, ~0u, 0) == 0 && forbid_the_rest();
}

}  // namespace plumb::probe
