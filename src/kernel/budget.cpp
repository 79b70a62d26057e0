#include "kernel/budget.h"

#include <algorithm>
#include <numeric>

namespace plumb::kernel {
namespace {

// More is looked at again only after so many checks with room for twice as much, and only if what
// it would cost then stays below this part of the budget: else it would be taken back at once.
constexpr uint32_t calm_checks = 4;
constexpr double calm_part = 0.7;
constexpr double least_used = 0.1;  // CPUs

}  // namespace

std::vector<Order> Budget::check(std::span<const ProbeCost> costs) {
  double traps = 0, total = 0;
  bool can_spare = false;
  for (const ProbeCost& each : costs) {
    if (!each.attached) continue;
    traps += each.traps;
    total += each.traps + each.programs;
    can_spare |= each.pace < most_ && each.programs > 0;
  }
  if (total <= allowed_) {
    hopeless_ = false;
    const auto eased = ease(costs, total);
    return eased ? std::vector{*eased} : std::vector<Order>{};
  }
  calm_ = 0;
  const bool was_hopeless = hopeless_;
  hopeless_ = traps > allowed_ || !can_spare;
  if (!hopeless_ || !was_hopeless) return spare(costs, total - allowed_);
  const auto dearest = std::ranges::max_element(costs, {}, [](const ProbeCost& each) {
    return each.attached ? each.traps + each.programs : -1;
  });
  return {{static_cast<size_t>(dearest - costs.begin()), dearest->pace, true}};
}

// The dearest first, and of each no more than is needed.
std::vector<Order> Budget::spare(std::span<const ProbeCost> costs, double excess) const {
  std::vector<size_t> dearest(costs.size());
  std::iota(dearest.begin(), dearest.end(), 0);
  std::ranges::stable_sort(dearest, std::greater(), [&](size_t i) { return costs[i].programs; });
  std::vector<Order> orders;
  for (size_t i : dearest) {
    const ProbeCost& cost = costs[i];
    if (excess <= 0 || !cost.attached || cost.programs <= 0) continue;
    uint32_t pace = cost.pace;
    const auto spared = [&] { return cost.programs * (1 - double(cost.pace) / pace); };
    while (pace < most_ && spared() < excess) pace *= 2;
    if (pace == cost.pace) continue;
    excess -= spared();
    orders.push_back({i, pace, false});
  }
  return orders;
}

std::optional<Order> Budget::ease(std::span<const ProbeCost> costs, double total) {
  const ProbeCost* best = nullptr;
  for (const ProbeCost& each : costs)
    if (each.attached && each.pace > 1 && (!best || each.pace > best->pace)) best = &each;
  if (!best || total + best->programs > allowed_ * calm_part) {
    calm_ = 0;
    return std::nullopt;
  }
  if (++calm_ < calm_checks) return std::nullopt;
  calm_ = 0;
  return Order{static_cast<size_t>(best - costs.data()), best->pace / 2, false};
}

double slowdown(double cost, double used, double elapsed) {
  return cost / std::max(used - cost, elapsed * least_used);
}

}  // namespace plumb::kernel
