#include "cli/cli.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/print.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/options.h"
#include "kernel/verifier.h"
#include "session/prepare.h"
#include "session/request.h"

namespace plumb::cli {
namespace {

template <Source source>
std::vector<FlagGroup> documented_flags() {
  static session::Request nobody;
  return run_flags(nobody, source);
}

const Command& called(std::string_view name) {
  return *std::ranges::find(commands(), name, [](const Command& each) { return each.name; });
}

Result<int> run(const Words& words, Source source, const Command& command) {
  const bool has_tracers = source == Source::kernel || source == Source::kernel_to_recording;
  const Words tracers = has_tracers ? tracers_in(words) : Words();
  auto parsed = TRY(parse_run(words, source,
                              fmt::format("plumb {}", *command.name     ? command.name
                                                      : tracers.empty() ? ""
                                                                        : tracers[0])));
  if (!parsed.help) return session::run(parsed.request);
  TRY(print(help_of(command, tracers)));
  return 0;
}

Result<int> trace(const Words& words) { return run(words, Source::kernel, called("")); }
Result<int> probe(const Words& words) { return run(words, Source::probes, called("probe")); }
Result<int> record(const Words& words) {
  return run(words, Source::kernel_to_recording, called("record"));
}
Result<int> show(const Words& words) { return run(words, Source::recording, called("show")); }

const std::vector<Command> all_commands = {
    {"",
     "TRACER[,TRACER...] [options] [-- COMMAND ARG...]",
     "trace this machine, or a command",
     documented_flags<Source::kernel>,
     trace,
     {{"exec -- make", "what make starts"},
      {"exec --where 'error != 0 && user == \"www-data\"'", "who fails to start what"},
      {"exec,exit --container web-1 --json", "one container, for a program to read"},
      {"exit --by comm --show 'count,p99(lifetime)' --every 1s", "how long programs live"}}},
    {"probe",
     "SPEC... [options] [-- COMMAND ARG...]",
     "trace functions and static probes of any program, and of the kernel, by name",
     documented_flags<Source::probes>,
     probe,
     {{"probe 'uprobe:libc:malloc(size_t size)' --by comm --show 'count,sum(size)'",
       "who allocates how much"},
      {"probe 'uprobe:./app:handle(u32 id, str path) -> s64' --where 'latency > 1ms'",
       "slow calls, with their arguments and results"},
      {"probe usdt:python:gc__start -- python3 app.py", "a static probe of a program"},
      {"probe tracepoint:sched:sched_process_exec", "a tracepoint of the kernel"}}},
    {"record",
     "TRACER[,TRACER...] -o FILE [options] [-- COMMAND ARG...]",
     "keep events in a file",
     documented_flags<Source::kernel_to_recording>,
     record,
     {{"record exec,fork,exit -o day.plumb --for 1h", "an hour of processes"}}},
    {"show",
     "FILE [options]",
     "look at a recording with the options of live tracing",
     documented_flags<Source::recording>,
     show,
     {{"show day.plumb --only exec --by path --top 10", "what was started most"}}},
    {"list",
     "[TRACER] [options]",
     "the tracers; or one's fields, knobs, hooks, cost and blind spots",
     list_flags,
     list,
     {{"list exec", "what exec sees, and what it costs"}}},
    {"usdt",
     "PATH|-p PID [options]",
     "the static probes of a program, a library or a process, and what they pass",
     usdt_flags,
     usdt,
     {{"usdt /usr/bin/python3", "what Python offers"},
      {"usdt -p 1234 --json", "of all that a process has mapped, for a program to read"}}},
    {"doctor", "[options]", "what this machine allows, what is missing, what to do", doctor_flags,
     doctor},
    {"help",
     "[COMMAND|TRACER] [options]",
     "the commands and their options",
     help_flags,
     help,
     {{"help --man | man -l -", "the manual"}}},
    {"completion",
     "bash",
     "a script that lets bash complete the words of plumb",
     [] { return std::vector<FlagGroup>(); },
     completion,
     {{"completion bash >/etc/bash_completion.d/plumb", "for every user"}}}};

int report(const Error& error) {
  tell("plumb: " + error.what + "\n");
  if (!error.hint.empty()) tell("hint: " + error.hint + "\n");
  return static_cast<int>(error.exit_status);
}

// A first word that is neither a command nor a tracer, and is spelled like a command.
Result<> refuse_misspelled(const std::string& word) {
  std::vector<std::string> known = session::tracer_names();
  const size_t tracers = known.size();
  for (const Command& each : commands()) known.emplace_back(each.name);
  const std::string near = nearest(word, known);
  const auto at = static_cast<size_t>(std::find(known.begin(), known.end(), near) - known.begin());
  if (near.empty() || at < tracers || word.ends_with(".bpf.o")) return {};
  return misuse("no command or tracer '" + word + "'", "did you mean '" + near + "'?");
}

Result<int> dispatch(const Words& words) {
  if (words.empty()) {
    TRY(print(help_of_all()));
    return static_cast<int>(Exit::usage);
  }
  const std::string& first = words[0];
  if (first == "--help" || first == "-h") return help({});
  if (first == "--version") {
    TRY(print(fmt::format("plumb {}\n", version())));
    return 0;
  }
  for (const Command& each : commands())
    if (first == each.name) return each.run({words.begin() + 1, words.end()});
  TRY(refuse_misspelled(first));
  return trace(words);
}

}  // namespace

const std::vector<Command>& commands() { return all_commands; }

std::span<const Status> statuses() {
  static constexpr std::array all = {
      Status{"0", "done"},
      Status{"1", "failed; of doctor: nothing can be traced"},
      Status{"2", "the words make no sense"},
      Status{"3", "events were lost (--strict)"},
      Status{"126, 127", "COMMAND cannot be executed, is not there"},
      Status{"other", "that of COMMAND; 128 + N when signal N ended it"},
  };
  return all;
}

int main(int argc, char** argv) {
  // What is opened later must not become standard output or error where those were closed; and what
  // is written to them has to fail as it would without this.
  int spare = open("/dev/null", O_RDONLY);
  while (spare >= 0 && spare <= STDERR_FILENO) spare = dup(spare);
  close(spare);
  // a reader that goes away is no failure: writes then say EPIPE
  signal(SIGPIPE, SIG_IGN);
  // nor is a file at ulimit -f a death without a word: writes then say EFBIG
  signal(SIGXFSZ, SIG_IGN);
  // glibc would raise it after the first large buffer is freed, and then keep the next ones
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  // what fails says so itself, with what to do
  kernel::capture_libbpf_messages(false);
  auto status = dispatch(Words(argv + 1, argv + argc));
  return status ? *status : report(status.error());
}

}  // namespace plumb::cli
