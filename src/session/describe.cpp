// What --plan prints: where each part of the question is answered.
#include "session/describe.h"

#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "base/page.h"
#include "base/text.h"
#include "kernel/features.h"
#include "render/moment.h"
#include "render/pen.h"

namespace plumb::session {
namespace {

using Lines = std::vector<std::string>;

std::string row(std::string_view what, std::string_view text) {
  return fmt::format("  {:<10} {}\n", what, text);
}

// As wide as the terminal, where there is one; texts stay in the column of row().
std::string folded(const std::string& text) {
  return fold(text, 13, terminal_columns(STDOUT_FILENO));
}

std::string field_list(const std::vector<const schema::Field*>& fields) {
  Lines paths;
  for (const schema::Field* field : fields) paths.push_back(field->path);
  return paths.empty() ? "-" : fmt::format("{}", fmt::join(paths, ", "));
}

template <class Condition>
std::string fields_that(const schema::Event& event, Condition condition) {
  std::vector<const schema::Field*> fields;
  for (size_t i = 0; i < event.fields.size(); i++)
    if (condition(i)) fields.push_back(&event.fields[i]);
  return field_list(fields);
}

// Those of the rows that have values, or a word for everybody.
struct Targets {
  std::string rows;

  void add(const char* what, const Lines& values, const char* more = "") {
    if (!values.empty()) rows += row(what, fmt::format("{}{}", fmt::join(values, ", "), more));
  }
  std::string text(const char* otherwise) const {
    return "targets\n" + (rows.empty() ? row("everybody", otherwise) : rows);
  }
};

std::string targets(const kernel::Targeting& targeting, const Request& request, Machine& machine) {
  Lines processes, users;
  for (uint32_t pid : targeting.pids) processes.push_back(std::to_string(pid));
  if (!request.command.empty()) processes.push_back("the command");
  for (uint32_t uid : targeting.uids) {
    const std::string_view name = machine.name(schema::Format::user, uid);
    users.push_back(fmt::format("{}{}", uid, name.empty() ? "" : fmt::format(" ({})", name)));
  }
  Targets targets;
  targets.add("pid", processes, targeting.follow ? ", and their children" : ", without children");
  targets.add("uid", users);
  targets.add("comm", targeting.comms);
  targets.add("cgroup", targeting.cgroups, ", and all below");
  targets.add("container", request.who.containers, ", by the control groups above");
  return targets.text("but plumb itself");
}

std::string targets(const Who& who) {
  Lines processes;
  for (uint32_t pid : who.pids) processes.push_back(std::to_string(pid));
  Targets targets;
  targets.add("pid", processes);
  targets.add("uid", who.users);
  targets.add("comm", who.comms);
  targets.add("cgroup", who.cgroups, ", and all below");
  targets.add("container", who.containers);
  return targets.text("who was recorded");
}

// A probe whose returns ret instructions show catches none.
std::string section_of(const kernel::Hook& hook, const kernel::Tracer& tracer) {
  const auto has_ends = [](const kernel::UserFile& file) {
    return std::ranges::any_of(file.places, [](const auto& place) { return !place.ends.empty(); });
  };
  const bool is_at_ends = std::ranges::any_of(tracer.places().files, has_ends);
  return is_at_ends && hook.section == "uretprobe" ? "uprobe" : hook.section;
}

std::string hooks(const kernel::Tracer& tracer) {
  std::string text;
  for (const kernel::Hook& hook : tracer.hooks())
    if (hook.chosen)
      text += row("hook", fmt::format("{}  ({}){}", section_of(hook, tracer), hook.purpose,
                                      hook.unknown ? " if this kernel allows it" : ""));
  for (const std::string& missing : tracer.reductions()) text += row("not seen", missing);
  return text;
}

std::string ends(const kernel::UserPlace& place) {
  if (place.ends.empty()) return {};
  return fmt::format("; its returns by {} ret instruction{}", place.ends.size(),
                     place.ends.size() == 1 ? "" : "s");
}

// Of a probe: where it goes, and why there.
std::string places(const kernel::Tracer& tracer) {
  constexpr size_t most = 20;
  std::string text;
  size_t count = 0;
  for (const kernel::UserFile& file : tracer.places().files)
    for (const kernel::UserPlace& place : file.places) {
      if (count++ >= most) continue;
      text +=
          row("site", fmt::format("{}+{:#x}  {}{}{}{}", file.path, place.offset, place.function,
                                  place.semaphore ? ", has a semaphore" : "",
                                  place.reason.empty() ? "" : "; " + place.reason, ends(place)));
    }
  for (const kernel::KernelPlace& place : tracer.kernel_places())
    if (count++ < most) text += row("site", place_name(place));
  if (count > most) text += row("", fmt::format("and {} sites more", count - most));
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

// Nobody has filtered a recording for this question.
std::string where_recorded(const Request& request, const query::Plan& plan) {
  if (request.ask.where.empty()) return {};
  std::string text = row("where", request.ask.where);
  for (const query::Placed& each : plan.comparisons) text += row("  user", each.text);
  return text;
}

std::string grouping(const Request& request, const query::Plan& plan, bool recorded) {
  if (!plan.grouping) return {};
  const query::Grouping& grouping = *plan.grouping;
  Lines shows;
  for (const query::Show& show : grouping.shows) shows.push_back(show.text);
  const std::string tables = fmt::format("in tables of {} groups", grouping.max_groups);
  std::string text = row("by", field_list(grouping.keys)) +
                     row("show", fmt::format("{}", fmt::join(shows, ", "))) +
                     (recorded             ? row("  user", tables)
                      : grouping.in_kernel ? row("  kernel", tables)
                                           : row("  user", grouping.why_not));
  if (plan.top != 0) text += row("top", fmt::format("{}, and the rest as (other)", plan.top));
  if (request.every)
    text += row("every", show_duration(static_cast<uint64_t>(request.every->count())));
  return text;
}

std::string sampling(const query::Plan& plan, bool in_kernel) {
  if (plan.sample_every <= 1) return {};
  return row("sample",
             fmt::format("1/{} in {}", plan.sample_every, in_kernel ? "the kernel" : "user space"));
}

std::string budget(const Request& request) {
  if (!request.budget_ppm) return {};
  return row("budget", fmt::format("{} % of slowdown: of the hits fewer are looked at, in the "
                                   "kernel; where traps alone take more, the probe is detached",
                                   show_percent(request.budget_ppm)));
}

std::string one_tracer(const kernel::Tracer& tracer, const query::Plan& plan,
                       const Request& request) {
  const schema::Event& event = tracer.schema().event;
  std::string text = tracer.name() + "\n" + hooks(tracer) + places(tracer) + where(request, plan) +
                     grouping(request, plan, false) + sampling(plan, plan.sample_in_kernel) +
                     budget(request);
  const auto is_read = [&](size_t i) { return plan.wanted[i]; };
  return text + row("read", fields_that(event, is_read)) +
         row("not read", fields_that(event, std::not_fn(is_read)));
}

// What a file says of itself may be any bytes.
std::string printable(std::string_view bytes) {
  constexpr size_t widest = 64;
  std::string text(render::Pen::room(bytes.size()), '\0');
  render::Pen pen(text.data(), widest);
  pen.text(bytes);
  text.resize(static_cast<size_t>(pen.end() - text.data()));
  return text;
}

std::string recording(const record::Origin& origin, const Request& request) {
  std::string began(render::Moments::rfc3339_size, '\0');
  render::Moments(origin.clock).put_rfc3339(began.data(), static_cast<int64_t>(origin.started));
  Lines ends;
  if (request.count) ends.push_back(fmt::format("after {} events", request.count));
  if (request.time)
    ends.push_back(show_duration(static_cast<uint64_t>(request.time->count())) +
                   " after the first event");
  ends.emplace_back("with the file");
  return "recording\n" +
         row("made", fmt::format("{} on {}, {}, {}", began, printable(origin.host),
                                 printable(origin.kernel), printable(origin.machine))) +
         row("ends", fmt::format("{}", fmt::join(ends, ", or ")));
}

// What its values went through before they came into the file, and what they go through now.
std::string privacy(const RecordedPlan& recorded, const Request& request) {
  return row("privacy", fmt::format("recorded with {}, shown with {}",
                                    printable(recorded.tracer.part->privacy),
                                    disclose::name_of(request.privacy)));
}

std::string one_recorded(const RecordedPlan& recorded, const Request& request) {
  const query::Plan& plan = *recorded.plan;
  const schema::Event& event = recorded.tracer.schema->event;
  const auto is_wanted = [&](size_t i) {
    return plan.wanted[i] || (recorded.targets->where && recorded.targets->wanted[i]);
  };
  const auto is_there = [&](size_t i) { return event.fields[i].read; };
  std::string text = recorded.tracer.part->name + "\n" + privacy(recorded, request) +
                     where_recorded(request, plan) + grouping(request, plan, true) +
                     sampling(plan, false);
  return text +
         row("read", fields_that(event, [&](size_t i) { return is_wanted(i) && is_there(i); })) +
         row("not read",
             fields_that(event, [&](size_t i) { return !is_wanted(i) && is_there(i); })) +
         row("not there", fields_that(event, std::not_fn(is_there)));
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
  return folded(text);
}

std::string describe(const record::Origin& origin, const std::vector<RecordedPlan>& plans,
                     const Request& request) {
  std::string text = recording(origin, request) + targets(request.who);
  for (const RecordedPlan& each : plans) text += one_recorded(each, request);
  return folded(text);
}

}  // namespace plumb::session
