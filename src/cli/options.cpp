#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>

#include "base/text.h"
#include "session/prepare.h"

namespace plumb::cli {
namespace {

// Text of options that need more than CLI11 checks; bound to the request afterwards.
struct Texts {
  std::string what;  // tracers or a recording
  std::string only, pids, sample, every, time, ring, privacy = "redact", color = "auto";
  std::map<std::string, std::string> knobs;
};

std::string flag_of(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return "--" + name;
}

void add_query(CLI::App& app, session::Request& r, Texts& t) {
  app.add_option("--where", r.ask.where, "only events for which EXPR holds")->type_name("EXPR");
  app.add_option("--fields", r.ask.fields, "columns: a,b  or  +c,-d")->type_name("LIST");
  app.add_option("--by", r.ask.by, "group by these fields")->type_name("LIST");
  app.add_option("--show", r.ask.show,
                 "count,sum(x),avg(x),min(x),max(x),p50(x),p90(x),p99(x),p999(x),hist(x)")
      ->type_name("LIST");
  app.add_option("--top", r.ask.top, "the N largest groups")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  app.add_option("--keys", r.ask.keys, "at most N groups; the rest is (other)")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  app.add_option("--every", t.every, "show groups so often")->type_name("TIME");
  app.add_option("--sample", t.sample, "keep one event of N, weighted")->type_name("1/N");
  app.add_option("--count", r.count, "stop after N events")
      ->check(CLI::Range(uint64_t{1}, uint64_t{INT64_MAX}))
      ->type_name("N");
}

void add_output(CLI::App& app, session::Request& r, Texts& t) {
  app.add_flag("--json", r.json, "one JSON object per line");
  app.add_option("-o,--output", r.output, "write events there")->type_name("FILE");
  app.add_option("--privacy", t.privacy, "redact, hash, raw or none")->type_name("MODE");
  app.add_option("--color", t.color, "auto, always or never")->type_name("WHEN");
  app.add_flag("-q,--quiet", r.quiet, "no closing line");
}

void add_targets(CLI::App& app, session::Request& r, Texts& t) {
  app.add_option("-p,--pid", t.pids, "these processes")->type_name("PID,...");
  app.add_option("--comm", r.who.comm, "threads of this name")->type_name("NAME");
  app.add_option("--uid", r.who.user, "this user's")->type_name("USER");
  app.add_option("--cgroup", r.who.cgroup, "this control group and below")->type_name("PATH");
  app.add_option("--container", r.who.container, "this container")->type_name("NAME|ID");
  app.add_flag("--follow,!--no-follow", r.who.follow,
               "children of --pid and COMMAND too (default)");
}

void add_run(CLI::App& app, session::Request& r, Texts& t) {
  app.add_option("--for", t.time, "stop after this time")->type_name("TIME");
  app.add_option("--ring", t.ring, "size of the ring of events")->type_name("SIZE");
  app.add_flag("--fast", r.fast, "poll for events: microseconds of latency, a whole CPU");
  app.add_flag("--perf-buffers", r.perf_buffers, "as kernels before 5.8 need, on any kernel");
  app.add_option("--prefer", r.preferred_surface, "hooks of this surface where there is a choice")
      ->check(CLI::IsMember({"tp_btf", "fentry", "fexit", "kprobe", "tracepoint"}))
      ->type_name("SURFACE");
  app.add_flag("--plan", r.plan_only, "show what would run where, and end");
  app.add_flag("--stats", r.statistics, "end with the whole account, as JSON");
  app.add_flag("--strict", r.strict, "exit status 3 when anything was lost");
  app.add_flag("-v,--verbose", r.verbose, "what libbpf and the verifier say");
}

// A knob is a flag; knobs of all chosen tracers appear.
void add_knobs(CLI::App& app, const std::vector<std::string>& names, Texts& t) {
  for (const std::string& name : names) {
    auto tracer = session::open_tracer(name);
    if (!tracer) continue;
    for (const schema::Knob& knob : tracer->schema().knobs) {
      const std::string flag = flag_of(knob.name);
      if (t.knobs.contains(knob.name)) continue;
      std::string& text = t.knobs[knob.name];
      if (knob.type.kind == schema::Kind::boolean)
        app.add_flag(flag + ",!--no-" + flag.substr(2), text, knob.type.doc)->group(name);
      else
        app.add_option(flag, text, knob.type.doc)->group(name);
    }
  }
}

Result<> bind_time(const std::string& flag, const std::string& text,
                   std::optional<std::chrono::nanoseconds>& out) {
  if (text.empty()) return {};
  auto ns = parse_duration_ns(text);
  if (!ns) return Fail{std::move(ns.error()).within(flag)};
  if (*ns == 0) return misuse(flag + ": must be longer than nothing");
  out = std::chrono::nanoseconds(*ns);
  return {};
}

Result<> bind_sample(const std::string& text, session::Request& r) {
  if (text.empty()) return {};
  auto n = text.starts_with("1/") ? parse_unsigned(text.substr(2)) : Result<uint64_t>(misuse(""));
  if (!n || *n == 0 || *n > 1'000'000'000)
    return misuse("--sample: '" + text + "' is not a share", "write it as 1/N, for example 1/100");
  r.ask.sample_every = static_cast<uint32_t>(*n);
  return {};
}

Result<> bind_ring(const std::string& text, session::Request& r) {
  if (text.empty()) return {};
  auto bytes = parse_size_bytes(text);
  if (!bytes) return Fail{std::move(bytes.error()).within("--ring")};
  if (*bytes < 4096 || *bytes > (1U << 30)) return misuse("--ring: must be between 4KiB and 1GiB");
  uint32_t size = 4096;  // the kernel wants a power of two of whole pages
  while (size < *bytes) size <<= 1;
  r.ring_bytes = size;
  return {};
}

Result<> bind(Texts& t, session::Request& r) {
  if (!t.pids.empty()) {
    for (const std::string& text : split(t.pids, ',')) {
      auto pid = parse_unsigned(text);
      if (!pid || *pid == 0 || *pid > INT32_MAX)
        return misuse("--pid: '" + text + "' is not a process id");
      r.who.pids.push_back(static_cast<uint32_t>(*pid));
    }
  }
  TRY(bind_time("--every", t.every, r.every));
  TRY(bind_time("--for", t.time, r.time));
  TRY(bind_sample(t.sample, r));
  TRY(bind_ring(t.ring, r));
  r.privacy = TRY(disclose::parse_mode(t.privacy));
  if (t.color != "auto" && t.color != "always" && t.color != "never")
    return misuse("--color: '" + t.color + "' is none of auto, always, never");
  r.color = t.color == "always"  ? session::Color::always
            : t.color == "never" ? session::Color::never
                                 : session::Color::automatic;
  for (const auto& [name, text] : t.knobs)
    if (!text.empty()) r.knobs[name] = text;
  return {};
}

Result<> check(const session::Request& r, Source source) {
  if (r.every && r.ask.by.empty() && r.ask.show.empty())
    return misuse("--every shows groups: it needs --by or --show");
  if (r.count && (!r.ask.by.empty() || !r.ask.show.empty()))
    return misuse("--count stops a stream of events, and groups are none", "--top limits groups");
  auto names = r.tracers;
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end())
    return misuse("the same tracer twice");
  if (source != Source::kernel_to_recording) return {};
  if (!r.ask.by.empty() || !r.ask.show.empty())
    return misuse("a recording holds events: --by and --show belong to plumb show");
  if (r.output.empty()) return misuse("record: no file to write", "plumb record TRACER -o FILE");
  return {};
}

// What is wrong with the words, in the words of this program.
Fail explain(const CLI::ParseError& error) {
  return misuse(error.what(), "plumb --help shows the commands, plumb TRACER --help its flags");
}

const char* description(Source source) {
  if (source == Source::recording)
    return "plumb show FILE: look at a recording, with the options of live tracing";
  if (source == Source::kernel_to_recording)
    return "plumb record TRACER[,TRACER...] -o FILE [-- COMMAND...]";
  return "plumb TRACER[,TRACER...] [options] [-- COMMAND...]";
}

}  // namespace

Result<Parsed> parse_run(const Words& words, Source source) {
  Parsed parsed;
  session::Request& r = parsed.request;
  Texts t;
  auto dashes = std::find(words.begin(), words.end(), "--");
  Words own(words.begin(), dashes);
  if (dashes != words.end()) r.command.assign(dashes + 1, words.end());
  if (dashes != words.end() && r.command.empty()) return misuse("no command after --");
  CLI::App app(description(source));
  app.add_option("what", t.what)
      ->required()
      ->type_name(source == Source::recording ? "FILE" : "TRACERS");
  add_query(app, r, t);
  add_output(app, r, t);
  const bool live = source != Source::recording;
  if (!live)
    app.add_option("--only", t.only, "only the events of these tracers")->type_name("TRACER,...");
  if (live) {
    add_targets(app, r, t);
    add_run(app, r, t);
    const auto name = std::find_if(own.begin(), own.end(),
                                   [](const std::string& word) { return !word.starts_with("-"); });
    if (name != own.end()) add_knobs(app, split(*name, ','), t);
  }
  std::reverse(own.begin(), own.end());  // CLI11 takes words from the back
  try {
    app.parse(own);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    parsed.helped = true;
    return parsed;
  } catch (const CLI::ParseError& error) {
    return explain(error);
  }
  if (live)
    r.tracers = split(t.what, ',');
  else
    r.recording = t.what;
  for (const char* flag : {"--where", "--fields", "--by", "--show"})
    if (app.count(flag) && app.get_option(flag)->as<std::string>().empty())
      return misuse(std::string(flag) + ": nothing given");
  if (!t.only.empty()) r.tracers = split(t.only, ',');
  r.record = source == Source::kernel_to_recording;
  r.ask.all_fields = r.json || r.record;
  TRY(bind(t, r));
  TRY(check(r, source));
  return parsed;
}

}  // namespace plumb::cli
