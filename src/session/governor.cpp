#include "session/governor.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/print.h"
#include "probe/find_files.h"
#include "session/processes.h"

namespace plumb::session {
namespace {

constexpr auto first_pause = std::chrono::milliseconds(100);
constexpr auto pause = std::chrono::milliseconds(250);
// Beyond it the programs cost no less: what is left is the draw.
constexpr uint32_t sparsest_pace = 256;

// So few hits in an interval say nothing of what one costs: a program that was preempted has the
// time of another one in its own (seen on 7.3: 40 ms), and even if it were true nobody would feel
// it.
constexpr double fewest_hits = 20;

// A record's weight has 32 bits, and --sample its part of them.
uint32_t most_pace(const Request& request) {
  const uint32_t room = UINT32_MAX / std::max(request.ask.sample_every, 1U);
  return std::bit_floor(std::min(sparsest_pace, room));
}

// Those that have mapped what is probed, but for this process.
std::vector<uint32_t> mapping(const std::vector<std::string>& targets, const kernel::Live& live,
                              bool by_pid) {
  std::vector<uint32_t> pids;
  for (uint32_t pid : probe::all_processes()) {
    if (pid == static_cast<uint32_t>(getpid()) || (by_pid && live.is_target(pid))) continue;
    if (std::ranges::any_of(targets,
                            [&](const auto& each) { return probe::has_mapped(each, pid); }))
      pids.push_back(pid);
  }
  return pids;
}

uint64_t now_ns() {
  return static_cast<uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

uint64_t ppm_of(double share) {
  constexpr double most = 1e12;
  return static_cast<uint64_t>(std::llround(std::clamp(share * 1e6, 0.0, most)));
}

}  // namespace

Result<Governor> Governor::of(const Request& request, const std::vector<NamedProbe>& probes,
                              kernel::Live& live, Pipeline& pipeline) {
  Governor governor(request, live, TRY(kernel::TrapCosts::measure().within("--budget")));
  constexpr double million = 1e6;
  governor.budget_.emplace(static_cast<double>(request.budget_ppm) / million, most_pace(request));
  if (!live.times_programs())
    tell("plumb: --budget: this kernel does not time programs: what they cost is not counted\n");
  std::vector<std::string> targets;
  for (const NamedProbe& each : probes) targets.push_back(each.spec.target);
  const bool by_pid =
      (!request.who.pids.empty() || !request.command.empty()) && in_first_pid_namespace();
  if (by_pid) governor.chosen_.emplace([&live] { return live.targets(); });
  governor.others_.emplace([targets, &live, by_pid] { return mapping(targets, live, by_pid); });
  for (const kernel::Tracer& tracer : live.tracers())
    if (request.record) pipeline.budget({tracer.name(), now_ns(), 1, false, 0, request.budget_ppm});
  governor.before_ = governor.counts();
  governor.checked_ = Clock::now();
  governor.next_ = governor.checked_ + first_pause;
  return governor;
}

std::vector<Governor::Count> Governor::counts() const {
  std::vector<Count> counts;
  for (const kernel::Tracer& tracer : live_.tracers()) {
    kernel::Account account = tracer.account();
    const kernel::Costs costs = tracer.costs();
    counts.push_back({account["hits"] + costs.missed, account["not_target"], costs.run_ns});
  }
  return counts;
}

// What is far from the budget even for who does nothing else is not worth a look at /proc.
bool Governor::add_group(Payers& payers, const std::vector<Spent>& spent, double elapsed,
                         std::vector<kernel::ProbeCost>& costs) {
  double sum = 0, used = 0;
  for (const Spent& each : spent) sum += each.traps + each.programs;
  constexpr double million = 1e6;
  if (kernel::slowdown(sum, 0, elapsed) > static_cast<double>(budget_ppm_) / million) {
    const auto known = payers.used();
    if (!known) return false;
    used = *known;
  } else {
    payers.forget();
  }
  for (size_t i = 0; i < spent.size() && sum > 0; i++) {
    const double share = kernel::slowdown(sum, used, elapsed) / sum;
    costs[i].traps = std::max(costs[i].traps, spent[i].traps * share);
    costs[i].programs = std::max(costs[i].programs, spent[i].programs * share);
  }
  return true;
}

std::optional<std::vector<kernel::ProbeCost>> Governor::costs_since(
    const std::vector<Count>& before, double elapsed) {
  const std::vector<Count> now = counts();
  std::vector<kernel::ProbeCost> costs;
  std::vector<Spent> chosen, others;
  for (size_t i = 0; i < now.size(); i++) {
    const kernel::Tracer& tracer = live_.tracers()[i];
    const auto all = static_cast<double>(now[i].hits - before[i].hits);
    const auto of_others =
        chosen_ ? std::min(static_cast<double>(now[i].others - before[i].others), all) : all;
    const bool are_enough = all >= fewest_hits;
    const auto programs = are_enough ? static_cast<double>(now[i].run_ns - before[i].run_ns) : 0;
    const double trap = are_enough ? costs_.of(tracer) : 0;
    // who is no target leaves the program at once
    chosen.push_back({(all - of_others) * trap, chosen_ ? programs : 0});
    others.push_back({of_others * trap, chosen_ ? 0 : programs});
    costs.push_back({0, 0, tracer.pace(), !tracer.given_up()});
  }
  const bool knows_chosen = !chosen_ || add_group(*chosen_, chosen, elapsed, costs);
  const bool knows_others = add_group(*others_, others, elapsed, costs);
  if (!knows_chosen || !knows_others) return std::nullopt;
  return costs;
}

void Governor::obey(const kernel::Order& order, uint64_t estimate_ppm, Pipeline& pipeline) {
  kernel::Tracer& tracer = live_.tracer(order.probe);
  // to detach takes the kernel a while, in which the target runs freely
  const render::BudgetStep step{tracer.name(), now_ns(),     order.pace,
                                order.detach,  estimate_ppm, budget_ppm_};
  if (order.detach)
    tracer.give_up();
  else
    tracer.pace(order.pace);
  sparsest_ = std::max(sparsest_, order.pace);
  pipeline.budget(step);
  tell("plumb: " + render::sentence_of(step) + "\n");
}

void Governor::check(Pipeline& pipeline) {
  const auto now = Clock::now();
  if (now < next_) return;
  const double elapsed = std::chrono::duration<double, std::nano>(now - checked_).count();
  const auto costs = costs_since(before_, elapsed);
  if (costs) {
    double estimate = 0;
    for (const kernel::ProbeCost& each : *costs) estimate += each.traps + each.programs;
    for (const kernel::Order& order : budget_->check(*costs))
      obey(order, ppm_of(estimate), pipeline);
    if (has_given_up()) tell("plumb: --budget: nothing is probed any more\n");
  }
  before_ = counts();
  checked_ = Clock::now();
  next_ = checked_ + pause;
}

bool Governor::has_given_up() const {
  return std::ranges::all_of(live_.tracers(), [](const auto& each) { return each.given_up(); });
}

}  // namespace plumb::session
