#include "session/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/text.h"

namespace plumb::session {
namespace {

// Only async-signal-safe calls: this runs between fork and exec.
[[noreturn]] void become(const char* path, char* const* words, int go, int refusal) {
  char byte = 0;
  if (read(go, &byte, 1) != 1) _exit(1);
  signal(SIGPIPE, SIG_DFL);
  execv(path, words);
  const int error = errno;
  [[maybe_unused]] ssize_t told = write(refusal, &error, sizeof(error));
  _exit(error == ENOENT ? 127 : 126);
}

// As a shell finds it, but before anything is traced: execvp would try the whole PATH in the child,
// and every failed attempt would be traced.
Result<std::string> find_program(const std::string& name) {
  const char* path = getenv("PATH");
  if (name.find('/') != std::string::npos) {
    if (access(name.c_str(), X_OK) == 0) return name;
    return fail_errno("start " + name, errno);
  }
  for (const std::string& folder : split(path ? path : "/usr/bin:/bin", ':')) {
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return fail("start " + name + ": no such program", "it is in no folder of PATH");
}

}  // namespace

Result<Command> Command::prepare(const std::vector<std::string>& words) {
  std::array<int, 2> go{}, refusal{};
  if (pipe2(go.data(), O_CLOEXEC) || pipe2(refusal.data(), O_CLOEXEC))
    return fail_errno("start " + words[0], errno);
  const std::string path = TRY(find_program(words[0]));
  Command command;
  Fd child_go(go[0]), child_refusal(refusal[1]);
  command.go_ = Fd(go[1]);
  command.refusal_ = Fd(refusal[0]);
  command.name_ = words[0];
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  command.pid_ = fork();
  if (command.pid_ < 0) return fail_errno("start " + words[0], errno);
  if (command.pid_ == 0) {
    close(go[1]);  // else the child would keep its own pipe open and wait for ever
    become(path.c_str(), arguments.data(), go[0], refusal[1]);
  }
  return command;
}

Result<> Command::start() {
  const char byte = 1;
  if (write(go_.get(), &byte, 1) != 1) return fail_errno("start " + name_, errno);
  int error = 0;
  // closes without a word when the program begins (O_CLOEXEC)
  if (read(refusal_.get(), &error, sizeof(error)) != sizeof(error)) return {};
  Fail failure = fail_errno("start " + name_, error);
  return failure;
}

std::optional<int> Command::status() {
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_)
    status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return status_;
}

}  // namespace plumb::session
