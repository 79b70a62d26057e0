// Command: the program after `--`, which starts only when every probe is attached.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace plumb::session {

class Command {
 public:
  // The file that a shell would run by this name; an error with a shell's status when it cannot.
  static Result<std::string> find(const std::string& name);
  // Forks; the child waits for start() and keeps this program's standard input, output and error.
  // `path`: as found, for words[0].
  static Result<Command> prepare(const std::string& path, const std::vector<std::string>& words);
  Command(Command&&) = default;
  Command& operator=(Command&&) = default;
  // A child that was never started ends at once: the pipe it waits for closes.
  ~Command() = default;

  pid_t pid() const { return pid_; }
  // Lets it run. An error when the program cannot be executed.
  Result<> start();
  // Its exit status as a shell tells it (128 + signal), once it has ended.
  std::optional<int> status();

 private:
  Command() = default;

  pid_t pid_ = -1;
  Fd go_;       // closed or written: the child goes on
  Fd refusal_;  // the child writes errno here when it cannot execute the program
  std::string name_;
  std::optional<int> status_;
};

}  // namespace plumb::session
