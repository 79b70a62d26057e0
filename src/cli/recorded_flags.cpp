#include "cli/recorded_flags.h"

#include "cli/values.h"

namespace plumb::cli {

void add_recorded_flags(session::Request& r, std::vector<FlagGroup>& groups) {
  groups[0].flags.push_back(
      {"--only", "TRACER,...", "only events of these tracers", list_into(r.tracers)});
  groups[1].flags.push_back({"--before", "FILE",
                             "beside groups by stack those of another recording, and what has "
                             "changed: as a tree, or --format html",
                             into(r.before)});
  groups.push_back(
      {"The run",
       {{"--for", "TIME", "end so long after the first event: 10s, 5m, 1h", into(r.time)},
        {"--plan", "", "say what would be read and decided, and end", into(r.plan_only)},
        {"--stats", "", "end with the account of the run that recorded, on standard error",
         into(r.statistics)},
        {"--strict", "", "exit status 3 when anything was lost", into(r.strict)}}});
}

}  // namespace plumb::cli
