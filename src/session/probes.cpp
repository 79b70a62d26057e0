#include "session/probes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/print.h"
#include "kernel/inodes.h"
#include "kernel/probe.h"
#include "probe/find_probe.h"
#include "session/command.h"

namespace plumb::session {
namespace {

// Two probes may be called alike, as malloc of two libraries: the later one has its number behind.
std::string unique_name(const std::string& name, const std::vector<kernel::Tracer>& tracers) {
  const auto is_taken = [&](const std::string& wanted) {
    return std::ranges::any_of(tracers, [&](const auto& each) { return each.name() == wanted; });
  };
  std::string unique = name;
  for (int number = 2; is_taken(unique); number++) unique = fmt::format("{}.{}", name, number);
  return unique;
}

}  // namespace

bool is_measured(const Request& request) {
  return !request.probes.empty() && request.command.empty() && !request.coverage &&
         !request.unmeasured && !request.budget_ppm;
}

Result<probe::Search> search_of(const Request& request) {
  probe::Search search;
  search.pids = request.who.pids;
  search.inodes = kernel::inodes_of;
  search.exact = request.exact;
  search.catch_returns = request.catch_returns;
  if (!request.command.empty()) search.programs.push_back(TRY(Command::find(request.command[0])));
  return search;
}

Result<std::vector<NamedProbe>> open_probes(const Request& request,
                                            std::vector<kernel::Tracer>& tracers) {
  std::vector<NamedProbe> probes;
  if (request.probes.empty()) return probes;
  const probe::Search search = TRY(search_of(request));
  for (const std::string& text : request.probes) {
    const probe::Spec spec = TRY(probe::parse_spec(text));
    probe::UserProbe probe = TRY(probe::find_probe(spec, search));
    for (const std::string& remark : probe.remarks)
      tell(fmt::format("plumb: {}: {}\n", text, remark));
    probe.name = unique_name(probe.name, tracers);
    tracers.push_back(TRY(kernel::open_probe(probe)));
    TRY(tracers.back().set_paced(is_measured(request) || request.budget_ppm));
    probes.push_back({spec, std::move(probe), tracers.size() - 1});
  }
  return probes;
}

}  // namespace plumb::session
