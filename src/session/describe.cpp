// What --plan prints: where each part of the question is answered.
#include "session/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "kernel/features.h"

namespace plumb::session {
namespace {

using Lines = std::vector<std::string>;

std::string row(std::string_view what, std::string_view text) {
  return fmt::format("  {:<10} {}\n", what, text);
}

std::string field_list(const std::vector<const schema::Field*>& fields) {
  Lines paths;
  for (const schema::Field* field : fields) paths.push_back(field->path);
  return paths.empty() ? "-" : fmt::format("{}", fmt::join(paths, ", "));
}

std::string read_fields(const schema::Event& event, const query::Plan& plan, bool wanted) {
  std::vector<const schema::Field*> fields;
  for (size_t i = 0; i < event.fields.size(); i++)
    if (plan.wanted[i] == wanted) fields.push_back(&event.fields[i]);
  return field_list(fields);
}

std::string targets(const kernel::Targeting& targeting, const Request& request, Machine& machine) {
  Lines processes, users;
  for (uint32_t pid : targeting.pids) processes.push_back(std::to_string(pid));
  if (!request.command.empty()) processes.push_back("the command");
  for (uint32_t uid : targeting.uids) {
    const std::string_view name = machine.name(schema::Format::user, uid);
    users.push_back(fmt::format("{}{}", uid, name.empty() ? "" : fmt::format(" ({})", name)));
  }
  std::string text;
  const auto add = [&](const char* what, const Lines& values, const char* more = "") {
    if (!values.empty()) text += row(what, fmt::format("{}{}", fmt::join(values, ", "), more));
  };
  add("pid", processes, targeting.follow ? ", and their children" : ", without children");
  add("uid", users);
  add("comm", targeting.comms);
  add("cgroup", targeting.cgroups, ", and all below");
  add("container", request.who.containers, ", by the control groups above");
  return "targets\n" + (text.empty() ? row("everybody", "but plumb itself") : text);
}

std::string hooks(const kernel::Tracer& tracer) {
  std::string text;
  for (const kernel::Hook& hook : tracer.hooks())
    if (hook.chosen)
      text += row("hook", fmt::format("{}  ({}){}", hook.section, hook.purpose,
                                      hook.unknown ? " if this kernel allows it" : ""));
  for (const std::string& missing : tracer.reductions()) text += row("not seen", missing);
  return text;
}

std::string where(const Request& request, const query::Plan& plan) {
  if (request.ask.where.empty()) return {};
  std::string text = row("where", request.ask.where);
  for (const query::Placed& each : plan.comparisons) {
    if (each.in_kernel) text += row("  kernel", each.text);
    if (!each.why_not.empty()) text += row("  user", each.text + ": " + each.why_not);
  }
  return text;
}

std::string grouping(const query::Plan& plan) {
  if (!plan.grouping) return {};
  const query::Grouping& grouping = *plan.grouping;
  Lines shows;
  for (const query::Show& show : grouping.shows) shows.push_back(show.text);
  return row("by", field_list(grouping.keys)) +
         row("show", fmt::format("{}", fmt::join(shows, ", "))) +
         (grouping.in_kernel
              ? row("  kernel", fmt::format("in tables of {} groups", grouping.max_groups))
              : row("  user", grouping.why_not));
}

std::string one_tracer(const kernel::Tracer& tracer, const query::Plan& plan,
                       const Request& request) {
  const schema::Event& event = tracer.schema().event;
  std::string text = tracer.name() + "\n" + hooks(tracer) + where(request, plan) + grouping(plan);
  if (plan.sample_every > 1)
    text += row("sample", fmt::format("1/{} in {}", plan.sample_every,
                                      plan.sample_in_kernel ? "the kernel" : "user space"));
  return text + row("read", read_fields(event, plan, true)) +
         row("not read", read_fields(event, plan, false));
}

std::string maps(const std::vector<kernel::MapSize>& sizes) {
  std::string text = fmt::format("{:<13}{:<16}{:<16}{:>8}{:>12}  {}\n", "maps", "NAME", "TYPE",
                                 "ENTRIES", "BYTES", "FOR");
  uint64_t sum = 0, growing = 0;
  for (const kernel::MapSize& map : sizes) {
    sum += map.bytes;
    if (map.grows) growing += map.bytes;
    text += fmt::format("  {:<10} {:<16}{:<16}{:>8}{:>12}  {}{}\n", map.owner, map.name, map.type,
                        map.entries, map.bytes, map.purpose,
                        map.grows ? "; grows to that as it fills" : "");
  }
  return text + fmt::format("  {:<10} {} bytes on all CPUs ({}), {} of them as tables fill\n",
                            "in all", sum, show_size(sum), show_size(growing));
}

}  // namespace

std::string describe(const kernel::Live& live, const std::vector<const query::Plan*>& plans,
                     const kernel::LiveOptions& options, const Request& request, Machine& machine) {
  std::string text = targets(options.targeting, request, machine);
  for (size_t i = 0; i < plans.size(); i++)
    text += one_tracer(live.tracers()[i], *plans[i], request);
  text += maps(live.maps());
  if (const kernel::Availability allowed = kernel::may_try(); !allowed)
    text += "not tried: whether this kernel allows the hooks; " + allowed.remedy + "\n";
  return text;
}

}  // namespace plumb::session
