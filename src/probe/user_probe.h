// UserProbe: a probe that the user named, and where it is in which files.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "probe/argument.h"
#include "probe/open_file.h"
#include "probe/spec.h"

namespace plumb::probe {

// One place of it.
struct ProbeSite {
  uint64_t offset = 0;           // in the file
  uint64_t semaphore = 0;        // a static probe's, its offset in the file; 0: none
  uint32_t function = 0;         // of UserProbe::functions
  int64_t stack_moved = 0;       // the stack pointer there, less that at the function's entry
  std::vector<Argument> values;  // where those of UserProbe::parameters are
  std::string reason;            // why there, for people; may be ""
  bool emulated = false;         // by the kernel; false: it is single-stepped, as far as is known
};

struct ProbedFile {
  std::string path;  // as this process names it, or whoever has mapped it
  OpenFile open;
  std::vector<ProbeSite> sites;
  uint32_t pid = 0;  // a process that has it mapped; 0: none is known
};

struct UserProbe {
  std::string name;  // of its event
  std::string text;  // as it was written
  std::vector<Parameter> parameters;
  std::optional<Parameter> result;
  bool at_call = true;
  bool at_return = false;  // with at_call: both are one event
  bool is_static = false;
  std::vector<std::string> functions;       // what its name stands for
  std::map<std::string, uint32_t> numbers;  // of these
  std::vector<ProbedFile> files;
  // What is true of most sites, once it is loaded; so many differ from that, and so many may.
  ProbeSite usual;
  size_t told_apart = 0, most_told_apart = 0;
  std::vector<std::string> remarks;  // what is not probed, and why, for people
};

// The event is called by what is probed, without its namespaces; a pattern by its target, too.
std::string event_name(const Spec& spec);
// The number of a name in UserProbe::functions, where it is added if it is new.
uint32_t number_of(UserProbe& probe, const std::string& name);

}  // namespace plumb::probe
