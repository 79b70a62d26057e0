// Options: the flags of a run, shared by every command that takes records from somewhere.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/cli.h"
#include "session/request.h"

namespace plumb::cli {

enum class Source { kernel, kernel_to_recording, recording };

// The request that `words` ask for. The first word names tracers, or the recording. Errors are
// misuse; a request for help is printed and gives nothing.
struct Parsed {
  session::Request request;
  bool helped = false;
};
Result<Parsed> parse_run(const Words& words, Source source);

}  // namespace plumb::cli
