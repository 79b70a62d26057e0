#include "cli/probe_flags.h"

#include "base/text.h"
#include "cli/values.h"

namespace plumb::cli {

FlagGroup probe_flags(session::Request& r) {
  const auto budget = [&r](const std::string& value) -> Result<> {
    r.budget_ppm = TRY(parse_percent(value));
    return {};
  };
  return {
      "Where probes go, and what they may cost",
      {{"--exact", "", "functions at their very entry, also where another instruction costs less",
        into(r.exact)},
       {"--coverage", "", "say which processes are reached, and why others are not, and end",
        into(r.coverage)},
       {"--catch-returns", "",
        "returns by the kernel also where exceptions are thrown: one that passes such a call ends "
        "the "
        "program",
        into(r.catch_returns)},
       {"--budget", "N%",
        "keep the estimated slowdown of who is probed below this: fewer hits are looked at, "
        "weighted; where the probe alone is too much, it is detached",
        budget},
       {"--yes", "", "begin without a look at how often the probes are hit", into(r.unmeasured)}}};
}

}  // namespace plumb::cli
