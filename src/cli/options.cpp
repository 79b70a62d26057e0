#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cli/probe_flags.h"
#include "cli/recorded_flags.h"
#include "cli/values.h"
#include "session/prepare.h"
#include "session/sinks.h"

namespace plumb::cli {
namespace {

using session::Request;

FlagGroup event_flags(Request& r) {
  const auto sample = [&r](const std::string& value) -> Result<> {
    auto n = value.starts_with("1/") ? parse_unsigned(value.substr(2)) : misuse("");
    if (!n || *n == 0 || *n > 1'000'000'000)
      return misuse("'" + value + "' is not a share", "write it as 1/N, for example 1/100");
    r.ask.sample_every = static_cast<uint32_t>(*n);
    return {};
  };
  return {"Which events",
          {{"--where", "EXPR",
            "only events for which EXPR holds, such as 'uid == 0 && path endswith \"/sh\"'",
            into(r.ask.where)},
           {"--sample", "1/N", "one event of N by chance; counts and sums are weighted", sample},
           {"--count", "N", "end after N events", into(r.count)}}};
}

FlagGroup view_flags(Request& r) {
  return {"What is shown of them",
          {{"--fields", "LIST", "columns: a,b  or changes to the usual ones: +c,-d",
            into(r.ask.fields)},
           {"--stack",
            "PARTS",
            "with the functions that led to it: kernel, user, or both (the default)",
            stack_parts(r),
            "",
            {},
            false,
            false,
            true},
           {"--waker", "", "as --stack, and with the stack of who woke it", into(r.ask.waker)},
           {"--format", "FORMAT",
            "of groups by stack: tree (the default), folded lines, html (a flame graph), or a file "
            "for pprof or speedscope",
            stack_format(r), "", stack_formats()},
           {"--by", "LIST", "count events by these fields instead of showing each", into(r.ask.by)},
           {"--show", "LIST",
            "of each group: count sum(x) avg(x) min(x) max(x) p50(x) p90(x) p99(x) p999(x) hist(x) "
            "(default count)",
            into(r.ask.show)},
           {"--each", "", "each event, also of tracers that show groups by themselves",
            into(r.ask.each)},
           {"--top", "N", "the N largest groups; the rest is (other)", into(r.ask.top)},
           {"--keys", "N", "at most N groups are told apart (default 1024)", into(r.ask.keys)},
           {"--every", "TIME", "show groups so often, and begin anew: 1s", into(r.every)}}};
}

FlagGroup output_flags(Request& r) {
  const auto privacy = [&r](const std::string& value) -> Result<> {
    r.privacy = TRY(disclose::parse_mode(value));
    return {};
  };
  const auto color = [&r](const std::string& value) -> Result<> {
    r.color = value == "always"  ? session::Color::always
              : value == "never" ? session::Color::never
                                 : session::Color::automatic;
    return {};
  };
  return {"Output",
          {{"--json", "", "one JSON object per line instead of a table", into(r.json)},
           {"--output", "FILE", "write there, not to standard output", into(r.output), "-o"},
           {"--privacy",
            "MODE",
            "arguments, paths and addresses: redact (default) masks what looks secret, hash shows "
            "equal as equal, raw shows all, none reads nothing",
            privacy,
            "",
            {"redact", "hash", "raw", "none"}},
           {"--color",
            "WHEN",
            "auto (the default: on a terminal), always or never",
            color,
            "",
            {"auto", "always", "never"}},
           {"--quiet", "", "no closing line", into(r.quiet), "-q"}}};
}

FlagGroup target_flags(Request& r, bool live) {
  const auto pids = [&r](const std::string& value) -> Result<> {
    for (const std::string& text : split(value, ',')) {
      auto pid = parse_unsigned(text);
      if (!pid || *pid == 0 || *pid > INT32_MAX)
        return misuse("'" + text + "' is not a process id",
                      "numbers, with commas between them; pgrep -d, NAME says those of NAME");
      r.who.pids.push_back(static_cast<uint32_t>(*pid));
    }
    return {};
  };
  const auto comm = [&r](const std::string& value) -> Result<> {
    constexpr size_t longest = 15;  // TASK_COMM_LEN without its NUL
    if (value.size() > longest)
      return misuse(
          fmt::format("'{}' is longer than a thread's name can be", value),
          fmt::format("the kernel keeps {} bytes: --comm '{}'", longest, value.substr(0, longest)));
    return into(r.who.comms)(value);
  };
  FlagGroup group = {
      live ? "Who is traced: everybody, or whoever fits one value of each of these"
           : "Whose events: everybody's, or of whoever fits one value of each of these",
      {{"--pid", "PID,...", "these processes", pids, "-p", {}, false, true},
       {"--comm", "NAME", "threads of this name; may be repeated", comm, "", {}, false, true},
       {"--uid",
        "USER,...",
        "threads of these users, by name or number",
        list_into(r.who.users),
        "",
        {},
        false,
        true},
       {"--cgroup",
        "PATH",
        "this control group and all below it; may be repeated",
        into(r.who.cgroups),
        "",
        {},
        false,
        true},
       {"--container",
        "NAME|ID",
        "this container, now or when it starts, besides those of --cgroup; may be repeated",
        into(r.who.containers),
        "",
        {},
        false,
        true}}};
  if (live)
    group.flags.insert(group.flags.begin() + 1,
                       {"--follow",
                        "",
                        "their children and those of COMMAND too (the default)",
                        into(r.who.follow),
                        "",
                        {},
                        true});
  return group;
}

FlagGroup run_group(Request& r) {
  const auto ring = [&r](const std::string& value) -> Result<> {
    const uint64_t bytes = TRY(parse_size_bytes(value));
    if (bytes < 4096 || bytes > (1U << 30))
      return misuse("must be between 4KiB and 1GiB", "for example --ring 16MiB");
    uint32_t size = 4096;  // the kernel wants a power of two of whole pages
    while (size < bytes) size <<= 1;
    r.ring_bytes = size;
    return {};
  };
  return {
      "The run",
      {{"--for", "TIME", "end after this time: 10s, 5m, 1h", into(r.time)},
       {"--plan", "", "say what would run where, and end; needs no privileges", into(r.plan_only)},
       {"--stats", "", "end with the whole account as JSON, on standard error", into(r.statistics)},
       {"--strict", "", "exit status 3 when anything was lost", into(r.strict)},
       {"--ring", "SIZE", "room for events on their way: 16MiB (default 8MiB, lifecycle 4MiB)",
        ring},
       {"--fast", "", "poll for events: microseconds of latency for a whole CPU", into(r.fast)},
       {"--perf-buffers", "", "no ring buffers, as kernels before 5.8", into(r.perf_buffers)},
       {"--python", "CHOICE",
        "functions of Python in stacks: on (the default) among native ones, off, or only they",
        python_frames(r), "", python_choices()},
       {"--prefer",
        "SURFACE",
        "kind of hooks where there is a choice: tp_btf, fentry, fexit, kprobe, tracepoint",
        into(r.preferred_surface),
        "",
        {"tp_btf", "fentry", "fexit", "kprobe", "tracepoint"}},
       {"--verbose", "", "what libbpf and the verifier say", into(r.verbose), "-v"}}};
}

Result<> check(const Request& r, Source source) {
  const bool groups = !r.ask.by.empty() || !r.ask.show.empty();
  if (r.ask.each && groups)
    return misuse("--each and --by: events or groups, not both", "leave one of them out");
  if (groups && !r.ask.fields.empty())
    return misuse("--fields and --by: columns of events or groups, not both",
                  "leave one of them out; --show chooses what is shown of groups");
  if (r.count && groups)
    return misuse("--count stops a stream of events, and groups are none", "--top limits groups");
  if (!r.before.empty() && (r.json || r.every || !render::can_compare(r.stack.format)))
    return misuse("--before: only a whole tree and --format html compare",
                  "leave out --json, --every and other formats");
  if (r.budget_ppm && r.probes.empty())
    return misuse("--budget is for plumb probe", "--sample 1/N thins out what a tracer tells");
  const std::set<std::string> names(r.tracers.begin(), r.tracers.end());
  if (names.size() < r.tracers.size()) return misuse("the same tracer twice", "name each once");
  if (source != Source::kernel_to_recording) return {};
  if (groups)
    return misuse("a recording holds events: --by and --show belong to plumb show",
                  "record without them, then plumb show FILE --by ...");
  if (r.output.empty() || r.output == "-")
    return misuse("record: no file to write", "plumb record TRACER -o FILE");
  return {};
}

Result<> bind_probes(const Words& plain, Request& r) {
  if (plain.empty())
    return misuse("probe: nothing to probe", "plumb probe uprobe:libc:malloc, or usdt:PATH:NAME");
  r.probes = plain;
  const std::set<std::string> once(plain.begin(), plain.end());
  if (once.size() < plain.size()) return misuse("the same probe twice", "name each once");
  if (r.coverage && !(r.command.empty() && r.output.empty()))
    return misuse("--coverage looks at who runs now, and prints what it has seen",
                  "leave -o and the command out");
  return {};
}

Result<> bind_subject(const Words& plain, Source source, Request& r) {
  const bool live = source != Source::recording;
  if (source == Source::probes) return bind_probes(plain, r);
  if (source == Source::kernel_to_recording && !plain.empty() && plain[0] == "probe")
    return bind_probes({plain.begin() + 1, plain.end()}, r);
  if (plain.empty() && live)
    return misuse("no tracer given", "plumb list shows them: plumb exec, plumb exec,exit");
  if (plain.empty()) return misuse("show: no file given", "plumb show FILE, as of plumb record");
  if (plain.size() > 1)
    return misuse(
        "unexpected word '" + plain[1] + "'",
        live ? "several tracers: " + plain[0] + "," + plain[1] + "; a command comes after --"
             : "plumb show takes one file");
  if (live)
    r.tracers = split(plain[0], ',');
  else
    r.recording = plain[0];
  return {};
}

}  // namespace

std::vector<FlagGroup> run_flags(Request& r, Source source) {
  std::vector<FlagGroup> groups = {event_flags(r), view_flags(r), output_flags(r)};
  if (source == Source::recording) {
    add_recorded_flags(r, groups);
    groups.insert(groups.begin(), target_flags(r, false));
    return groups;
  }
  groups.insert(groups.begin(), target_flags(r, true));
  if (source == Source::probes || source == Source::kernel_to_recording)
    groups.push_back(probe_flags(r));
  groups.push_back(run_group(r));
  return groups;
}

Words tracers_in(const Words& words) {
  const auto name = std::find_if(words.begin(), words.end(),
                                 [](const std::string& word) { return !word.starts_with("-"); });
  return name == words.end() ? Words() : split(*name, ',');
}

Result<Parsed> parse_run(const Words& words, Source source, const std::string& command) {
  Parsed parsed;
  Request& r = parsed.request;
  const auto dashes = std::find(words.begin(), words.end(), "--");
  const Words own(words.begin(), dashes);
  if (dashes != words.end()) r.command.assign(dashes + 1, words.end());
  std::vector<FlagGroup> groups = run_flags(r, source);
  if (source == Source::kernel || source == Source::kernel_to_recording)
    for (FlagGroup& group : knob_flags(r, tracers_in(own))) groups.push_back(std::move(group));
  const Taken taken = TRY(take_flags(own, groups, command));
  parsed.help = taken.help;
  if (taken.help) return parsed;
  if (dashes != words.end() && r.command.empty())
    return misuse("no command after --", "write it there, or leave -- out to trace this machine");
  TRY(bind_subject(taken.plain, source, r));
  std::erase_if(r.knobs, [](const auto& knob) { return knob.second.empty(); });
  r.record = source == Source::kernel_to_recording;
  r.ask.by_stack |= !r.before.empty();
  r.ask.all_fields = r.json || r.record;
  if (r.output == "-" && !r.record) r.output.clear();
  r.ask.roomy = session::has_room(r);
  TRY(check(r, source));
  if (r.record || r.count) r.ask.each = true;  // what is kept, and what is counted, are events
  return parsed;
}

}  // namespace plumb::cli
