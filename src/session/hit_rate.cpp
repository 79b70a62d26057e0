#include "session/hit_rate.h"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "base/print.h"
#include "base/text.h"
#include "kernel/trap_costs.h"

namespace plumb::session {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr double expensive = 0.05;  // of a CPU
// A moment ends at `at` when there were fewer hits than that by then, or as many as that.
struct Look {
  milliseconds at;
  uint64_t fewer;
  uint64_t many;
};
// One hit in 10 ms by a single step is the price of a thousandth of a CPU.
constexpr Look looks[] = {
    {milliseconds(10), 1, UINT64_MAX}, {milliseconds(20), 5, 1000}, {milliseconds(100), 0, 0}};

struct Counted {
  std::vector<uint64_t> hits;  // by tracer
  double seconds = 0;
};

// Nothing: they are hit seldom.
std::optional<Counted> count(const kernel::Live& live) {
  const auto began = Clock::now();
  for (const Look& look : looks) {
    std::this_thread::sleep_until(began + look.at);
    Counted counted;
    uint64_t sum = 0;
    for (const kernel::Tracer& tracer : live.tracers()) {
      counted.hits.push_back(tracer.counted());
      sum += counted.hits.back();
    }
    counted.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    if (sum < look.fewer) return std::nullopt;
    if (sum >= look.many) return counted;
  }
  return std::nullopt;
}

// What is said of those that are expensive; "" where none is.
std::string warnings(const std::vector<NamedProbe>& probes, const kernel::Live& live) {
  const auto counted = count(live);
  if (!counted) return {};
  const auto costs = kernel::TrapCosts::measure();
  if (!costs) {
    tell("plumb: not known: what the probes cost: " + costs.error().what + "\n");
    return {};
  }
  std::string text;
  for (const NamedProbe& probe : probes) {
    const double rate = static_cast<double>(counted->hits[probe.tracer]) / counted->seconds;
    const double trap = costs->of(live.tracers()[probe.tracer]);
    const double share = rate * trap / 1e9;
    if (share < expensive) continue;
    text += fmt::format(
        "plumb: {}: hit {:.0f} times a second: its traps alone, of {} each, take {} % of a CPU "
        "from "
        "who runs it\n",
        probe.spec.text, rate, show_duration(static_cast<uint64_t>(trap)),
        show_percent(static_cast<uint64_t>(share * 1e6)));
  }
  return text;
}

// Whoever does not say yes says no.
bool is_wanted() {
  tell("go on? [y/N] ");
  char answer = 0;
  return read(STDIN_FILENO, &answer, 1) == 1 && (answer == 'y' || answer == 'Y');
}

Result<> ask(kernel::Live& live) {
  live.detach();
  if (!is_wanted()) return fail("nothing was probed");
  return live.attach();
}

}  // namespace

Result<> arm(const Request& request, const std::vector<NamedProbe>& probes, kernel::Live& live) {
  const std::string said =
      is_measured(request) && !probes.empty() ? warnings(probes, live) : std::string();
  if (!said.empty()) {
    tell(said +
         "hint: whoever is traced, all pay for it: --budget 2% bounds that, a function that is "
         "called less costs less; --yes leaves out this look\n");
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) TRY(ask(live));
  }
  for (const NamedProbe& probe : probes) live.tracer(probe.tracer).pace(1);
  return {};
}

}  // namespace plumb::session
