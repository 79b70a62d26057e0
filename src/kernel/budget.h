// Budget: what is to be done about probes that cost their targets more than they may.
//
// First fewer hits are looked at, of the probe whose programs cost most; that spares the programs,
// not the traps. Where these alone are too much, or nothing is left to be spared, the dearest probe
// goes, if that is still so at the next check: what lasts less than that is a burst. All costs are
// slowdowns: CPU time by the CPU time that the targets use for themselves, 0.02 for 2 %.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace plumb::kernel {

// What the hits of a probe have cost since the last check.
struct ProbeCost {
  double traps = 0;      // of the kernel, to come to the program and go back
  double programs = 0;   // at the pace that the probe has
  uint32_t pace = 1;     // one hit of so many is looked at
  bool attached = true;  // false: it has no cost, and gets no order
};

struct Order {
  size_t probe = 0;
  uint32_t pace = 1;  // the new one
  bool detach = false;
};

class Budget {
 public:
  // At `most` the draw is what is left of the programs' cost: a power of two.
  Budget(double allowed, uint32_t most) : allowed_(allowed), most_(most) {}

  // What changes after this check; none for most.
  std::vector<Order> check(std::span<const ProbeCost> costs);

 private:
  std::vector<Order> spare(std::span<const ProbeCost> costs, double excess) const;
  std::optional<Order> ease(std::span<const ProbeCost> costs, double total);

  double allowed_;
  uint32_t most_;
  uint32_t calm_ = 0;      // checks in a row with room for more
  bool hopeless_ = false;  // at the last check nothing was left to be spared
};

// The slowdown of who has used `used` ns of CPU time in `elapsed` ns, `cost` of it for probes. Who
// uses less for himself than a tenth of a CPU counts as if it were that.
double slowdown(double cost, double used, double elapsed);

}  // namespace plumb::kernel
