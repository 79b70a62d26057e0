#include "cli/cli.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>
#include <array>
#include <cstdio>

#include "base/text.h"
#include "cli/options.h"
#include "session/prepare.h"
#include "session/request.h"

namespace plumb::cli {
namespace {

constexpr std::array all_commands = {
    CommandInfo{"list", "[TRACER] [--json]", "the tracers; or one tracer's fields, knobs and hooks",
                list},
    CommandInfo{"record", "TRACER... -o FILE [-- COMMAND]", "keep events in a file", record},
    CommandInfo{"show", "FILE [options]", "look at a recording as if it were live", show},
    CommandInfo{"doctor", "[--json]", "what this machine allows, what is missing, what to do",
                doctor},
};

void print_help() {
  fmt::print(
      "plumb follows a slow moment down to the thing it waited for.\n\n"
      "  plumb TRACER[,TRACER...] [options] [-- COMMAND...]\n");
  for (const CommandInfo& each : all_commands)
    fmt::print("  plumb {:<8} {:<32} {}\n", each.name, each.usage, each.summary);
  fmt::print("\nTracers:");
  for (const std::string& name : session::tracer_names()) fmt::print(" {}", name);
  fmt::print("\nplumb TRACER --help shows its options, plumb list TRACER what it sees.\n");
}

int report(const Error& error) {
  fmt::print(stderr, "plumb: {}\n", error.what);
  if (!error.hint.empty()) fmt::print(stderr, "hint: {}\n", error.hint);
  return static_cast<int>(error.exit_status);
}

Result<int> dispatch(const Words& words) {
  if (words.empty()) {
    print_help();
    return static_cast<int>(Exit::usage);
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_help();
    return 0;
  }
  for (const CommandInfo& each : all_commands)
    if (words[0] == each.name) return each.run({words.begin() + 1, words.end()});
  return trace(words);
}

}  // namespace

std::span<const CommandInfo> commands() { return all_commands; }

Result<int> trace(const Words& words) {
  auto parsed = TRY(parse_run(words, Source::kernel));
  if (parsed.helped) return 0;
  return session::run(parsed.request);
}

Result<int> record(const Words& words) {
  auto parsed = TRY(parse_run(words, Source::kernel_to_recording));
  if (parsed.helped) return 0;
  return session::run(parsed.request);
}

Result<int> show(const Words& words) {
  auto parsed = TRY(parse_run(words, Source::recording));
  if (parsed.helped) return 0;
  return session::run(parsed.request);
}

int main(int argc, char** argv) {
  // what is opened later must not become standard output or error where those were closed
  int spare = open("/dev/null", O_RDWR);
  while (spare >= 0 && spare <= STDERR_FILENO) spare = dup(spare);
  close(spare);
  // glibc would raise it after the first large buffer is freed, and then keep the next ones
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  auto status = dispatch(Words(argv + 1, argv + argc));
  return status ? *status : report(status.error());
}

}  // namespace plumb::cli
