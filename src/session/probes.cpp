#include "session/probes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/print.h"
#include "kernel/inodes.h"
#include "kernel/kernel_probe.h"
#include "kernel/nop_trial.h"
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

void tell_remarks(const probe::ProbeEvent& probe) {
  for (const std::string& remark : probe.remarks)
    tell(fmt::format("plumb: {}: {}\n", probe.text, remark));
}

// What is asked for is bound to an event only when its programs have been chosen. Who gets those
// that can take stacks for nothing pays some nanoseconds.
bool may_want_stacks(const Request& request) {
  const query::Ask& ask = request.ask;
  const auto names_them = [](const std::string& text) {
    return text.find("stack") != std::string::npos;
  };
  return ask.stack || ask.by_stack || names_them(ask.where) || names_them(ask.fields) ||
         names_them(ask.by);
}

Result<kernel::Tracer> open_in_kernel(const Request& request, const probe::Spec& spec,
                                      const std::vector<kernel::Tracer>& tracers) {
  if (request.coverage)
    return misuse("--coverage: " + spec.text + " is in the kernel, which is everybody's",
                  "name probes in programs and libraries");
  if (request.budget_ppm)
    return misuse("--budget: " + spec.text + " is in the kernel: whom it slows nothing tells",
                  "name probes in programs and libraries");
  kernel::KernelProbe probe = TRY(kernel::find_kernel_probe(spec));
  tell_remarks(probe);
  probe.name = unique_name(probe.name, tracers);
  return kernel::open_kernel_probe(spec, probe, may_want_stacks(request));
}

}  // namespace

bool has_probes_in_files(const Request& request) {
  return std::ranges::any_of(request.probes, [](const std::string& text) {
    const auto spec = probe::parse_spec(text);
    return spec && !probe::is_in_kernel(spec->surface);
  });
}

bool is_measured(const Request& request) {
  return !request.probes.empty() && request.command.empty() && !request.coverage &&
         !request.unmeasured && !request.budget_ppm;
}

Result<probe::Search> search_of(const Request& request) {
  probe::Search search;
  search.pids = request.who.pids;
  search.inodes = kernel::inodes_of;
  search.nops_are_safe = kernel::nops_are_safe;
  search.tells_apart = kernel::tells_places_apart;
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
    if (probe::is_in_kernel(spec.surface)) {
      tracers.push_back(TRY(open_in_kernel(request, spec, tracers)));
      continue;
    }
    probe::UserProbe probe = TRY(probe::find_probe(spec, search));
    tell_remarks(probe);
    probe.name = unique_name(probe.name, tracers);
    tracers.push_back(TRY(kernel::open_probe(probe, may_want_stacks(request))));
    TRY(tracers.back().set_paced(is_measured(request) || request.budget_ppm));
    probes.push_back({spec, std::move(probe), tracers.size() - 1});
  }
  return probes;
}

}  // namespace plumb::session
