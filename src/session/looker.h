// Looker: has the tracers look again that look at what there is, until they have seen all of it.
#pragma once
#include <chrono>

#include "base/result.h"
#include "kernel/live.h"

namespace plumb::session {

class Looker {
 public:
  using Clock = std::chrono::steady_clock;

  // `live` must outlive it.
  explicit Looker(kernel::Live& live)
      : live_(live), next_(live.any_looks() ? Clock::now() : Clock::time_point::max()) {}

  // If it is time.
  Result<> look();
  Clock::time_point next_look() const { return next_; }
  // All has been seen, and no tracer does anything else.
  bool is_done() const { return is_done_; }

 private:
  kernel::Live& live_;
  Clock::time_point next_;
  bool is_done_ = false;
};

}  // namespace plumb::session
