#include "session/prepare.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>
#include <set>

#include "base/print.h"
#include "base/text.h"
#include "session/probes.h"
#include "session/processes.h"

namespace plumb::session {
namespace {

// A name of an enumeration's; of bits, several with commas between them.
Result<uint64_t> enumeration_value(const schema::Enumeration& names, const std::string& text) {
  uint64_t value = 0;
  const std::vector<std::string> words = split(text, ',');
  if (words.size() > 1 && !names.bits)
    return misuse("'" + text + "': only one of them can be", "name one");
  for (const std::string& word : words) {
    std::vector<std::string> known;
    for (const auto& [number, name] : names.values) {
      known.push_back(name);
      if (name == word) value |= static_cast<uint64_t>(number);
    }
    if (std::ranges::find(known, word) != known.end()) continue;
    const std::string near = nearest(word, known);
    return misuse("there is no '" + word + "'",
                  near.empty() ? fmt::format("one of {}", fmt::join(known, ", "))
                               : "did you mean '" + near + "'?");
  }
  return value;
}

// The knob's value in its own unit: --slower-than 10ms.
Result<uint64_t> knob_value(const schema::Knob& knob, const std::string& text) {
  if (knob.type.kind == schema::Kind::boolean) {
    if (text == "true") return uint64_t{1};
    if (text == "false") return uint64_t{0};
    return misuse("'" + text + "' is neither true nor false");
  }
  if (knob.type.names) return enumeration_value(*knob.type.names, text);
  if (knob.type.unit == schema::Unit::ns) return parse_duration_ns(text);
  if (knob.type.unit == schema::Unit::bytes) return parse_size_bytes(text);
  return parse_unsigned(text);
}

bool chooses_somebody(const Request& request) {
  const Who& who = request.who;
  return !request.command.empty() || !who.pids.empty() || !who.comms.empty() ||
         !who.users.empty() || !who.cgroups.empty() || !who.containers.empty();
}

// What acts does so before there is an event that could be looked at: a condition on events would
// leave out of the output what was done all the same.
Result<> check_acting(const kernel::Tracer& tracer, const Request& request) {
  for (const schema::Knob& knob : tracer.schema().knobs) {
    if (!knob.acts || !tracer.knob(knob.name)) continue;
    std::string flag = "--" + knob.name;
    std::ranges::replace(flag, '_', '-');
    if (!chooses_somebody(request))
      return misuse(flag + " is for somebody in particular",
                    "a command behind --, or --pid, --uid, --comm, --cgroup or --container");
    const char* choice = !request.ask.where.empty()     ? "--where"
                         : request.ask.sample_every > 1 ? "--sample"
                                                        : nullptr;
    if (choice)
      return misuse(
          fmt::format("{}: {} chooses events, and not upon whom {} acts", flag, choice, flag),
          "record without it, and choose in plumb show");
  }
  return {};
}

Result<> set_knobs(std::vector<kernel::Tracer>& tracers, const Request& request) {
  for (const auto& [name, text] : request.knobs) {
    for (kernel::Tracer& tracer : tracers) {
      for (const schema::Knob& knob : tracer.schema().knobs) {
        if (knob.name != name) continue;
        auto value = knob_value(knob, text);
        if (!value) return Fail{std::move(value.error()).within("--" + name)};
        TRY(tracer.set_knob(name, *value));
      }
    }
  }
  for (const kernel::Tracer& tracer : tracers) TRY(check_acting(tracer, request));
  return {};
}

Result<uint32_t> find_user(const std::string& user) {
  if (auto number = parse_unsigned(user); number) {
    if (*number < UINT32_MAX) return static_cast<uint32_t>(*number);
    return misuse("--uid: '" + user + "' is too large", "users have numbers below 4294967295");
  }
  const passwd* entry = getpwnam(user.c_str());
  if (!entry)
    return misuse("--uid: no user '" + user + "'", "a name from /etc/passwd, or a number");
  return static_cast<uint32_t>(entry->pw_uid);
}

// The control groups of --cgroup and --container.
Result<> find_cgroups(const Who& who, Machine& machine, kernel::Targeting& targeting) {
  std::vector<uint64_t> ids;
  for (const std::string& path : who.cgroups) ids.push_back(TRY(machine.cgroups().id_of(path)));
  for (const std::string& container : who.containers) {
    auto found = machine.containers().cgroup_ids(container);
    const bool may_come =
        targeting.more_cgroups && !found && found.error().exit_status != Exit::usage;
    if (!may_come)
      for (uint64_t id : TRY(std::move(found))) ids.push_back(id);
  }
  std::set<std::string> paths;
  for (uint64_t id : ids) paths.emplace(machine.cgroups().path_of(id));
  for (const std::string& path : paths) {
    // what lies below a chosen cgroup is chosen with it
    const bool below = std::any_of(paths.begin(), paths.end(), [&](const std::string& other) {
      return other != path && resolve::is_within(path, other);
    });
    if (!below) targeting.cgroups.push_back(machine.cgroups().mount() + path);
  }
  return {};
}

// Of several tracers those go for which this kernel has no hook at all, but not the last. Probes of
// the user's own stay, and their error with them.
Result<> leave_out_unavailable(const Request& request, Prepared& prepared) {
  if (request.strict) return {};
  for (size_t i = std::min(request.tracers.size(), prepared.tracers.size()); i-- > 0;) {
    if (prepared.tracers.size() == 1) break;
    auto chosen = kernel::choose_hooks(prepared.tracers[i], request.preferred_surface);
    if (chosen) continue;
    if (chosen.error().exit_status == Exit::usage) return chosen;
    prepared.left_out += "left out: " + chosen.error().what + "\n";
    tell(fmt::format("plumb: left out: {}\nhint: {}\n", chosen.error().what, chosen.error().hint));
    prepared.tracers.erase(prepared.tracers.begin() + static_cast<ptrdiff_t>(i));
    prepared.plans.erase(prepared.plans.begin() + static_cast<ptrdiff_t>(i));
    for (NamedProbe& probe : prepared.probes) probe.tracer--;
  }
  return {};
}

}  // namespace

std::vector<std::string> tracer_names() {
  std::vector<std::string> names;
  for (const kernel::Embedded& each : kernel::embedded_tracers()) names.emplace_back(each.name);
  return names;
}

Result<kernel::Tracer> open_tracer(const std::string& name) {
  for (const kernel::Embedded& each : kernel::embedded_tracers())
    if (each.name == name) return kernel::Tracer::open(each);
  if (name.ends_with(".bpf.o")) return kernel::Tracer::open_file(name);
  const std::string near = nearest(name, tracer_names());
  if (name.find('/') != std::string::npos || name.ends_with(".o"))
    return misuse("no tracer '" + name + "'",
                  "a tracer of your own is a file called NAME.bpf.o; a command comes after --");
  return misuse("no tracer '" + name + "'",
                near.empty() ? "plumb list shows them all" : "did you mean '" + near + "'?");
}

Result<Prepared> prepare(const Request& request, Machine& machine) {
  Prepared prepared;
  for (const std::string& name : request.tracers)
    prepared.tracers.push_back(TRY(open_tracer(name)));
  prepared.probes = TRY(open_probes(request, prepared.tracers));
  TRY(set_knobs(prepared.tracers, request));
  query::Ask ask = request.ask;
  ask.private_fields = request.privacy != disclose::Mode::none;
  if (!in_first_pid_namespace()) ask.usual = "who.ns_pid";  // the number that ps shows there
  for (const kernel::Tracer& tracer : prepared.tracers) {
    auto plan = query::compile(ask, tracer.schema().event, tracer.limits(), &machine);
    if (!plan && prepared.tracers.size() > 1)
      return Fail{std::move(plan.error()).within(tracer.name())};
    prepared.plans.push_back(std::make_unique<query::Plan>(TRY(std::move(plan))));
    prepared.plans.back()->weighted |= request.budget_ppm != 0;
  }
  TRY(check_every(request, std::ranges::any_of(prepared.plans, [](const auto& plan) {
                    return plan->grouping.has_value();
                  })));
  TRY(leave_out_unavailable(request, prepared));
  return prepared;
}

Result<> check_every(const Request& request, bool groups) {
  if (!request.every || groups) return {};
  return misuse("--every shows groups: it needs --by or --show", "add --by FIELD");
}

Result<> check_memory(const kernel::LiveOptions& options) {
  const uint64_t free = available_memory();
  const uint64_t rings = uint64_t{options.ring_bytes} + options.lifecycle_bytes;
  if (rings <= free / 2) return {};
  return fail(fmt::format("--ring: {} of rings do not fit into {} of free memory", show_size(rings),
                          show_size(free)),
              "a smaller --ring");
}

// stat(2) would tell another device of a root on btrfs than the kernel's programs see.
kernel::View own_view(Machine& machine) {
  kernel::View view;
  struct stat about {};
  if (stat("/proc/self/ns/mnt", &about) == 0) view.mount_ns = static_cast<uint32_t>(about.st_ino);
  if (stat("/", &about) == 0) view.root_inode = about.st_ino;
  view.root_device = machine.mounts().device_at("/");
  return view;
}

Result<kernel::Targeting> find_targets(const Request& request, Machine& machine,
                                       bool containers_may_come) {
  kernel::Targeting targeting;
  targeting.more_cgroups = containers_may_come;
  targeting.by_pid = !request.who.pids.empty() || !request.command.empty();
  targeting.follow = request.who.follow;
  targeting.comms = request.who.comms;
  for (uint32_t pid : request.who.pids) TRY(check_process(pid));
  targeting.pids = request.who.pids;
  targeting.self = static_cast<uint32_t>(getpid());
  targeting.view = own_view(machine);
  for (const std::string& user : request.who.users) targeting.uids.push_back(TRY(find_user(user)));
  TRY(find_cgroups(request.who, machine, targeting));
  return targeting;
}

}  // namespace plumb::session
