#include "probe/isolated.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "base/fd.h"
#include "probe/confine.h"

namespace plumb::probe {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_wait{10};
constexpr uint64_t most_cpu_seconds = 5;
[[noreturn]] void child(int file, int answer, int parent,
                        const std::function<std::string(int)>& work) {
  if (!confine(file, answer, parent, most_cpu_seconds)) _exit(1);
  const std::string found = work(confined_file);
  for (size_t at = 0; at < found.size();) {
    const ssize_t wrote = write(confined_answers, found.data() + at, found.size() - at);
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
  const Fd copy(fcntl(file, F_DUPFD_CLOEXEC, confined_answers + 1));
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
