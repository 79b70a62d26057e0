// Report: the account of a run: losses in-band as they happen, and the closing lines.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernel/live.h"
#include "session/pipeline.h"

namespace plumb::session {

// hits = not_target + filtered + sampled_out + aggregated + emitted + the sum of lost.
struct Totals {
  std::string tracer;
  uint64_t hits = 0, not_target = 0, filtered = 0, sampled_out = 0, aggregated = 0, emitted = 0;
  std::map<std::string, uint64_t> lost;  // by reason
  uint64_t ns_per_hit = 0;               // 0 unless the kernel timed the programs

  uint64_t lost_in_all() const;
  bool adds_up() const;
};

// The kernel's account of a tracer, completed by what user space did with its records.
Totals totals_of(const kernel::Tracer& tracer, const Fate& fate);

class Report {
 public:
  // `sample_every`: one event of so many was kept.
  Report(const kernel::Live& live, Pipeline& pipeline, uint32_t sample_every)
      : live_(live), pipeline_(pipeline), sample_every_(sample_every) {}

  // Tells the sink what was lost since the last call.
  void tell_losses();
  std::vector<Totals> totals() const;
  // What waited for the end of the run, of which nobody knows how much it was, has no event.
  void leave_untold(std::string what) { untold_ = std::move(what); }
  bool lost_any() const;
  // "plumb: 12 events in 2.0s (exec 12), sampled 1/4: about 48; nothing lost"
  // `unwritten`: what the output lacks, or "". `look_at`: at times a budget let one hit of so many
  // be looked at.
  std::string closing_line(std::chrono::nanoseconds time, const std::string& unwritten,
                           uint32_t look_at) const;
  // The line of --stats (docs/design.md).
  std::string statistics_line() const;

 private:
  // The engine's losses (children that could not be followed) are told like a tracer's.
  std::map<std::string, uint64_t> engine_losses() const;

  const kernel::Live& live_;
  Pipeline& pipeline_;
  uint32_t sample_every_;
  std::map<std::string, uint64_t> told_;  // by "tracer reason"
  std::string untold_;
};

// What the whole program has used: CPU time and resident memory.
struct OwnCost {
  uint64_t cpu_ns = 0;
  uint64_t rss_bytes = 0;
};
OwnCost own_cost();

}  // namespace plumb::session
