// Options: the flags of a run, shared by every command that takes records from somewhere.
#pragma once
#include <string>
#include <vector>

#include "cli/flag.h"
#include "session/request.h"

namespace plumb::cli {

// Where a command takes its events from, and where they go.
enum class Source { kernel, probes, kernel_to_recording, recording };

// The flags that fill `request`, which must outlive them.
std::vector<FlagGroup> run_flags(session::Request& request, Source source);
// The knobs of these tracers; one that several have stands with the first.
std::vector<FlagGroup> knob_flags(session::Request& request, const Words& tracers);

// The request that `words` ask for; `own` names tracers, or the recording. Errors are misuse.
struct Parsed {
  session::Request request;
  bool help = false;
};
Result<Parsed> parse_run(const Words& words, Source source, const std::string& command);

// The tracers that the first word among `words` names, which is no flag.
Words tracers_in(const Words& words);

}  // namespace plumb::cli
