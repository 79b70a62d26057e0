// Payers: how much CPU time processes use that pay for probes.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace plumb::session {

class Payers {
 public:
  using Clock = std::chrono::steady_clock;

  // `who`: their pids now, as this process sees them. It is asked every two seconds.
  explicit Payers(std::function<std::vector<uint32_t>()> who) : who_(std::move(who)) {}

  // ns that they have used since the last call, with their children that have ended. Nothing at the
  // first call, and after forget().
  std::optional<double> used();
  void forget() { used_.clear(); }

 private:
  std::function<std::vector<uint32_t>()> who_;
  std::vector<uint32_t> pids_;
  Clock::time_point asked_{};
  std::map<uint32_t, double> used_;  // by pid: ns at the last call
};

}  // namespace plumb::session
