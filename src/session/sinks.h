// Sinks: the output that a request wants, and the sink that writes to it.
#pragma once
#include <functional>
#include <memory>

#include "base/fd.h"
#include "render/output.h"
#include "render/profile_taker.h"
#include "render/sink.h"
#include "schema/names.h"
#include "session/prepare.h"
#include "session/request.h"

namespace plumb::session {

struct Opened {
  Fd file;                                 // of -o; empty for standard output
  std::unique_ptr<render::Output> output;  // empty for a recording
  std::unique_ptr<render::Sink> sink;
  bool refreshes = false;  // groups can be shown so far, again and again in the same place
  // Tells a recording what its events are, and what this kernel does not show of them: before the
  // first one, of tracers that are loaded. Empty for text.
  std::function<void(const std::vector<kernel::Tracer>& tracers)> describe;
  // Ends a recording with the account of its run; empty for text.
  std::function<Result<>(std::string_view account)> finish;
  std::function<uint64_t()> unwritten;  // events that a recording has no room for

  // The reader went away (a closed pipe): the end of the run, not a failure.
  bool closed() const { return output && output->closed(); }
};

// Does the request's table have room for fields that are worth it (schema::Field::wide)? Not on
// narrow terminals.
bool has_room(const Request& request);

// A table or JSON Lines. `clock` tells what the records' times mean.
// `before`: what groups by stack are compared with.
Result<Opened> open_sink(const Request& request, schema::Clock clock, render::Profiles before = {});
// Both must live until it is described.
Result<Opened> open_recording(const Request& request, const Prepared& prepared);

}  // namespace plumb::session
