// TrapCosts: what a hit of a probe on user code costs on this machine, before any of its program.
#pragma once
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "kernel/tracer.h"

namespace plumb::kernel {

// Measured on functions of this program's own, which nothing else calls: with a program of two
// instructions on them, for some milliseconds in all. The probes stay until this goes, as to take
// them away would take longer than to measure.
class TrapCosts {
 public:
  static Result<TrapCosts> measure();

  // ns of a hit of this tracer: of the dearest of its places, and of the return if it is caught.
  double of(const Tracer& tracer) const;

 private:
  double emulated_ = 0, stepped_ = 0, returned_ = 0;  // ns
  std::vector<UserFile> probed_;
};

}  // namespace plumb::kernel
