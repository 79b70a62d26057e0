#include "probe/isolated.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>

#include "base/fd.h"
#include "base/text.h"

namespace plumb::probe {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_wait{10};
constexpr rlim_t most_cpu_seconds = 5;
constexpr uint64_t most_memory = 1 << 30;  // bytes more than this process has
constexpr int work_file = 0, answers = 1;

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

bool lock_in(int file, int answer, int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) return false;
  prctl(PR_SET_DUMPABLE, 0);  // no core file, and nobody's to look into
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, most_cpu_seconds);
  limit(RLIMIT_DATA, writable_memory() + most_memory);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL})
    ::signal(signal, SIG_DFL);
  if (dup2(file, work_file) < 0 || dup2(answer, answers) < 0) return false;
  return syscall(SYS_close_range, answers + 1, ~0u, 0) == 0 && forbid_the_rest();
}

[[noreturn]] void child(int file, int answer, int parent,
                        const std::function<std::string(int)>& work) {
  if (!lock_in(file, answer, parent)) _exit(1);
  const std::string found = work(work_file);
  for (size_t at = 0; at < found.size();) {
    const ssize_t wrote = write(answers, found.data() + at, found.size() - at);
    if (wrote <= 0) _exit(1);
    at += static_cast<size_t>(wrote);
  }
  _exit(0);
}

// Until the other end is closed. The error says what stood against it.
Result<std::string> read_all(const Fd& pipe) {
  std::string all;
  std::array<char, 1 << 14> piece{};
  const auto end = Clock::now() + longest_wait;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd ready{pipe.get(), POLLIN, 0};
    const int waited = left.count() > 0 ? poll(&ready, 1, static_cast<int>(left.count())) : 0;
    if (waited < 0 && errno == EINTR) continue;
    if (waited <= 0) return fail(fmt::format("it took more than {} s", longest_wait.count()));
    const ssize_t got = read(pipe.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    all.append(piece.data(), static_cast<size_t>(got));
    if (all.size() > most_found) return fail(fmt::format("more than {} bytes", most_found));
  }
}

}  // namespace

Result<std::string> isolated(int file, const std::function<std::string(int)>& work) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("make a pipe", errno);
  const Fd from(ends[0]);
  Fd to(ends[1]);
  // neither may be what the other is to become
  const Fd copy(fcntl(file, F_DUPFD_CLOEXEC, answers + 1));
  const int parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) child(copy.get(), to.get(), parent, work);
  if (pid < 0) return fail_errno("start a process", errno);
  to = Fd();
  auto found = read_all(from);
  if (!found) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (!found || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return found;
  if (WIFSIGNALED(status))
    return fail(fmt::format("reading it ended by signal {} ({})", WTERMSIG(status),
                            strsignal(WTERMSIG(status))));
  return fail("this system did not let it be read apart from the rest");
}

}  // namespace plumb::probe
