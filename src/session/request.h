// Request: what the command line asked for, checked as far as text alone allows.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "disclose/disclosure.h"
#include "query/plan.h"
#include "render/stack_groups.h"

namespace plumb::session {

enum class Color { automatic, always, never };

// Who is traced: of each condition that is given, one value must fit.
struct Who {
  std::vector<uint32_t> pids;
  std::vector<std::string> comms;
  std::vector<std::string> users;  // names or numbers
  std::vector<std::string> cgroups;
  std::vector<std::string> containers;
  bool follow = true;
};

// What is told of stacks, where they are asked for, and how groups by stack are shown.
struct StackRequest {
  enum class Python : uint8_t { off, on, only };
  bool kernel = true;
  bool user = true;
  Python python = Python::on;  // functions of Python among those of the process
  render::StackFormat format = render::StackFormat::tree;
};

struct Request {
  std::vector<std::string> tracers;
  std::vector<std::string> probes;           // as typed: uprobe:libc:malloc
  bool catch_returns = false;                // by the kernel, whatever is thrown
  bool coverage = false;                     // who is reached by them, instead of events
  bool exact = false;                        // probes on functions at their very entry
  bool unmeasured = false;                   // armed without a look at how often they are hit
  uint64_t budget_ppm = 0;                   // by how much probes may slow targets; 0: by anything
  std::map<std::string, std::string> knobs;  // by the knob's name, as typed
  query::Ask ask;
  Who who;
  std::vector<std::string> command;
  std::string output;     // -o; empty: standard output
  std::string recording;  // show: the file to read instead of tracing
  std::string before;     // show: another, which that is compared with; empty: none
  bool record = false;    // write a recording instead of text
  bool json = false;
  bool plan_only = false;
  bool statistics = false;
  bool strict = false;
  bool fast = false;
  bool perf_buffers = false;
  std::string preferred_surface;
  bool quiet = false;
  bool verbose = false;
  Color color = Color::automatic;
  disclose::Mode privacy = disclose::Mode::redact;
  std::optional<uint32_t> ring_bytes;  // empty: the defaults of kernel::LiveOptions
  StackRequest stack;
  uint64_t count = 0;                             // stop after so many events; 0: never
  std::optional<std::chrono::nanoseconds> every;  // report aggregates so often
  std::optional<std::chrono::nanoseconds> time;   // --for
};

// Does it all; the result is the exit status (docs/design.md).
Result<int> run(const Request& request);

// Opens the tracers that the request names; an unknown name is misuse, with the nearest suggested.
std::vector<std::string> tracer_names();

}  // namespace plumb::session
