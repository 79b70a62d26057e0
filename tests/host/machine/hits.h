// Hits: a process that does something, and what the kernel passes for it to programs at the hooks
// that are known here; for tests that drive every tracer.
#pragma once
#include <string>
#include <vector>

#include "kernel_net.bpf.h"
#include "machine/machine.h"
#include "machine/process.h"
#include "random.h"

namespace plumb::host {

class Hits {
 public:
  Hits(Machine& machine, Random& random);

  // Its task is the current one from now on.
  void enter();
  // What a program in this section gets; empty when the hook is not known here.
  std::vector<uint64_t> context(const std::string& section);

 private:
  uint64_t text(const std::string& text);
  void make_files();
  void make_args();

  Machine& machine_;
  Random& random_;
  Files files_;
  Process shell_{100, "sh"};
  Process task_{200, "python3", &shell_, 5'000'000'000};
  Process child_{201, "python3", &task_};
  bool is_thread_ = false;
  std::string filename_;
  linux_binprm binprm_{};
  pt_regs registers_{};
  int64_t result_ = 0;
  kernel_siginfo siginfo_{};
  tcp_sock tcp_{};  // begins with its sock
  sock& sock_ = *reinterpret_cast<sock*>(&tcp_);
  // a connection that is made, and one that is not: include/net/tcp_states.h
  static constexpr uint64_t socket_states_[] = {2, 1, 2, 7};
  size_t state_ = 0;
  uint32_t cpu_ = 0;
  uint64_t now_ = 0;
};

}  // namespace plumb::host
