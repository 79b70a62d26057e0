#include "session/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/text.h"
#include "session/open_files.h"

namespace plumb::session {
namespace {

// Only async-signal-safe calls: this runs between fork and exec.
[[noreturn]] void become(const char* path, char* const* words, int go, int refusal) {
  char byte = 0;
  if (read(go, &byte, 1) != 1) _exit(1);
  signal(SIGPIPE, SIG_DFL);  // plumb ignores both, and execv would pass that on
  signal(SIGXFSZ, SIG_DFL);
  give_back_open_files();
  execv(path, words);
  const int error = errno;
  [[maybe_unused]] ssize_t told = write(refusal, &error, sizeof(error));
  _exit(static_cast<int>(Exit::not_executable));
}

// With the statuses of shells: 127 for what is not there, 126 for what is and cannot run.
Fail cannot_start(const std::string& name, int error, bool found, std::string hint) {
  Fail failure = fail_errno("start " + name, error, std::move(hint));
  failure.error.exit_status = found ? Exit::not_executable : Exit::not_found;
  return failure;
}

// Why this file cannot be a program; 0 when it may be one.
int refusal_of(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file)) return errno;
  if (S_ISDIR(file.st_mode)) return EISDIR;
  return access(path.c_str(), X_OK) ? errno : 0;
}

// What the kernel said to the program itself.
std::string hint_for(int error) {
  if (error == ENOENT) return "its interpreter is not there: see its first line, or ldd";
  if (error == ENOEXEC) return "a script begins with a line #!INTERPRETER";
  return {};
}

}  // namespace

// Before anything is traced: execvp would try the whole PATH in the child, and every failed attempt
// would be traced.
Result<std::string> Command::find(const std::string& name) {
  const char* path = getenv("PATH");
  if (name.find('/') != std::string::npos) {
    const int error = refusal_of(name);
    if (error == 0) return name;
    const bool found = error == EISDIR || error == EACCES;
    return cannot_start(name, error, found,
                        error == EACCES ? "chmod +x " + name : read_hint(name, error));
  }
  std::string refused;  // the first file of this name that may not be executed
  for (const std::string& folder : split(path ? path : "/usr/bin:/bin", ':')) {
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    const int error = refusal_of(candidate);
    if (error == 0) return candidate;
    if (error == EACCES && refused.empty()) refused = candidate;
  }
  if (!refused.empty()) return cannot_start(refused, EACCES, true, "chmod +x " + refused);
  return cannot_start(name, ENOENT, false,
                      "no folder of PATH has it; one that is here is called ./" + name);
}

Result<Command> Command::prepare(const std::string& path, const std::vector<std::string>& words) {
  std::array<int, 2> go{}, refusal{};
  if (pipe2(go.data(), O_CLOEXEC) || pipe2(refusal.data(), O_CLOEXEC))
    return fail_errno("start " + words[0], errno);
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
  return cannot_start(name_, error, true, hint_for(error));
}

std::optional<int> Command::status() {
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_)
    status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return status_;
}

}  // namespace plumb::session
