#include "probe/kept_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "probe/confine.h"
#include "probe/isolated.h"

namespace plumb::probe {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_answer{10};
constexpr uint64_t most_seconds_in_all = 120;  // of a processor

// A size, then as many bytes: questions as well as answers.
std::string framed(std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  std::string bytes(sizeof(size), '\0');
  std::memcpy(bytes.data(), &size, sizeof(size));
  return bytes.append(text);
}

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(confined_answers, bytes.data(), bytes.size());
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return true;
}

bool read_exactly(char* to, size_t size) {
  while (size > 0) {
    const ssize_t got = read(confined_answers, to, size);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

using Begin = std::function<KeptReader::Answer(int file, int second)>;

[[noreturn]] void answer_all(int file, int second, int socket, int parent, const Begin& begin) {
  if (!confine(file, socket, parent, most_seconds_in_all, second)) _exit(1);
  const KeptReader::Answer answer = begin(confined_file, second < 0 ? -1 : confined_second_file);
  uint32_t size = 0;
  while (read_exactly(reinterpret_cast<char*>(&size), sizeof(size))) {
    std::string question(size, '\0');
    if (!read_exactly(question.data(), size) || !write_all(framed(answer(question)))) _exit(1);
  }
  _exit(0);
}

// All of `size` bytes, before `end`.
Result<> receive(const Fd& socket, char* to, size_t size, Clock::time_point end) {
  while (size > 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd ready{socket.get(), POLLIN, 0};
    const int waited = left.count() > 0 ? poll(&ready, 1, static_cast<int>(left.count())) : 0;
    if (waited < 0 && errno == EINTR) continue;
    if (waited <= 0) return fail(fmt::format("it took more than {} s", longest_answer.count()));
    const ssize_t got = recv(socket.get(), to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail("its reader has ended");
    to += got;
    size -= static_cast<size_t>(got);
  }
  return {};
}

}  // namespace

Result<KeptReader> KeptReader::start(int file, int second, const Begin& begin) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail_errno("make a pair of sockets", errno);
  Fd own(ends[0]);
  const Fd theirs(ends[1]);
  // none may be what another is to become
  const auto above = [](int one) {
    return Fd(fcntl(one, F_DUPFD_CLOEXEC, confined_second_file + 1));
  };
  const Fd copy = above(file), second_copy = second < 0 ? Fd() : above(second);
  const int parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) answer_all(copy.get(), second_copy.get(), theirs.get(), parent, begin);
  if (pid < 0) return fail_errno("start a process", errno);
  return KeptReader(std::move(own), pid);
}

KeptReader::KeptReader(KeptReader&& other) noexcept
    : socket_(std::move(other.socket_)), pid_(std::exchange(other.pid_, 0)) {}

KeptReader::~KeptReader() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

Result<std::string> KeptReader::ask(std::string_view question) {
  const std::string bytes = framed(question);
  const auto end = Clock::now() + longest_answer;
  // What is asked is far smaller than a socket's room.
  if (send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) !=
      static_cast<ssize_t>(bytes.size()))
    return fail("its reader has ended");
  uint32_t size = 0;
  TRY(receive(socket_, reinterpret_cast<char*>(&size), sizeof(size), end));
  if (size > most_found) return fail(fmt::format("more than {} bytes", most_found));
  std::string answer(size, '\0');
  TRY(receive(socket_, answer.data(), size, end));
  return answer;
}

}  // namespace plumb::probe
