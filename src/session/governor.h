// Governor: keeps what probes cost within --budget while they run.
//
// The estimate is the slowdown of who pays: the CPU time that hits have taken, by that which these
// processes have used for themselves in the same time, or by a tenth of a CPU where they use less.
// Who pays are all processes that have a probed file mapped; where processes are chosen by pid
// they and the others are looked at apart, and the larger slowdown counts.
//
// What a hit takes is the trap, as measured on this machine, and the time that the kernel says the
// programs have run. Hits are counted where they are sampled out, too.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/budget.h"
#include "kernel/live.h"
#include "kernel/trap_costs.h"
#include "session/payers.h"
#include "session/pipeline.h"
#include "session/probes.h"
#include "session/request.h"

namespace plumb::session {

class Governor {
 public:
  // For probes that are attached and armed. What it begins with is told to a recording.
  static Result<Governor> of(const Request& request, const std::vector<NamedProbe>& probes,
                             kernel::Live& live, Pipeline& pipeline);

  // To be called often: some times a second it looks, and changes what has to be. That is said in
  // the output and on standard error.
  void check(Pipeline& pipeline);
  // Every probe is detached.
  bool has_given_up() const;
  // The most hits of which one was looked at.
  uint32_t sparsest() const { return sparsest_; }

 private:
  using Clock = std::chrono::steady_clock;

  // Of a tracer, since it was loaded.
  struct Count {
    uint64_t hits = 0, others = 0;  // of all, and of who is no target
    uint64_t run_ns = 0;
  };
  // Of each tracer, in the interval that ends.
  struct Spent {
    double traps = 0, programs = 0;  // ns
  };

  Governor(const Request& request, kernel::Live& live, kernel::TrapCosts costs)
      : live_(live), costs_(std::move(costs)), budget_ppm_(request.budget_ppm) {}

  std::vector<Count> counts() const;
  // Adds the slowdown of one group of payers to `costs`; false: it is not known yet.
  bool add_group(Payers& payers, const std::vector<Spent>& spent, double elapsed,
                 std::vector<kernel::ProbeCost>& costs);
  std::optional<std::vector<kernel::ProbeCost>> costs_since(const std::vector<Count>& before,
                                                            double elapsed);
  void obey(const kernel::Order& order, uint64_t estimate_ppm, Pipeline& pipeline);

  kernel::Live& live_;
  kernel::TrapCosts costs_;
  uint64_t budget_ppm_;
  std::optional<kernel::Budget> budget_;
  std::optional<Payers> chosen_, others_;  // chosen_: only where there are some
  std::vector<Count> before_;
  Clock::time_point checked_{}, next_{};
  uint32_t sparsest_ = 1;
};

}  // namespace plumb::session
