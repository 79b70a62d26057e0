#include "session/chosen.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/print.h"
#include "base/text.h"

namespace plumb::session {
namespace {

Result<std::vector<Process>> target_descendants(kernel::Live& live,
                                                const std::vector<uint32_t>& pids) {
  const auto found = TRY(identify(descendants_of(pids)));
  for (const Process& process : found) TRY(live.target(process.host));
  return forget_ended(live, found);
}

// What --pid named and has ended before it could be traced. When nobody is left that is a failure.
Result<> tell_ended(const Request& request, const std::vector<Process>& left) {
  std::vector<uint32_t> ended;
  for (uint32_t pid : request.who.pids)
    if (std::ranges::find(left, pid, &Process::pid) == left.end()) ended.push_back(pid);
  if (ended.empty()) return {};
  const std::string what =
      fmt::format("process {} ended before it could be traced", fmt::join(ended, ", "));
  if (left.empty() && request.command.empty())
    return fail("--pid: " + what, "plumb TRACER -- COMMAND traces a program from its first moment");
  tell("plumb: " + what + "\n");
  return {};
}

// What goes away meanwhile is passed over.
std::vector<uint32_t> members_of(const std::string& cgroup) {
  namespace fs = std::filesystem;
  std::vector<fs::path> lists = {fs::path(cgroup) / "cgroup.procs"};
  std::error_code error;
  for (fs::recursive_directory_iterator each(cgroup, error), end; !error && each != end;
       each.increment(error))
    if (each->is_directory(error)) lists.push_back(each->path() / "cgroup.procs");
  std::vector<uint32_t> pids;
  for (const fs::path& list : lists)
    if (const auto text = read_file(list.string(), 16 << 20))
      for (const std::string& line : split(*text, '\n'))
        if (const auto pid = parse_unsigned(line)) pids.push_back(static_cast<uint32_t>(*pid));
  return pids;
}

}  // namespace

Result<> target_members(kernel::Live& live, const kernel::Targeting& targeting) {
  if (!live.any_looks() || targeting.cgroups.empty()) return {};
  std::set<uint32_t> members;
  for (const std::string& cgroup : targeting.cgroups)
    for (const Process& process : TRY(identify(members_of(cgroup)))) members.insert(process.host);
  for (const uint32_t pid : live.targets())
    if (!members.contains(pid)) TRY(live.forget(pid));
  for (const uint32_t pid : members)
    if (!targeting.by_pid) TRY(live.target(pid));
  return {};
}

Result<std::vector<Process>> translate_pids(kernel::Targeting& targeting) {
  std::vector<uint32_t> pids = targeting.pids;
  pids.push_back(targeting.self);
  std::vector<Process> chosen = TRY(identify(pids));
  targeting.self = chosen.back().host;  // plumb has not ended
  chosen.pop_back();
  targeting.pids.clear();
  for (const Process& process : chosen) targeting.pids.push_back(process.host);
  return chosen;
}

// From attaching on, the engine sees how targets end. One that ended before would stay a target,
// and so would whoever gets its number.
Result<std::vector<Process>> forget_ended(kernel::Live& live,
                                          const std::vector<Process>& processes) {
  std::vector<Process> left;
  for (const Process& process : processes) {
    if (is_there(process))
      left.push_back(process);
    else
      TRY(live.forget(process.host));
  }
  return left;
}

Result<std::vector<Process>> settle_targets(kernel::Live& live, const Request& request,
                                            const std::vector<Process>& chosen) {
  std::vector<Process> left = TRY(forget_ended(live, chosen));
  TRY(tell_ended(request, left));
  if (!request.who.follow) return left;
  const auto below = TRY(target_descendants(live, request.who.pids));
  left.insert(left.end(), below.begin(), below.end());
  return left;
}

}  // namespace plumb::session
