// UserProbe: a probe that the user named, and where it is in which files.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "probe/argument.h"
#include "probe/declared.h"
#include "probe/event.h"
#include "probe/open_file.h"

namespace plumb::probe {

// One place of it.
struct ProbeSite {
  uint64_t offset = 0;           // in the file
  uint64_t entry = 0;            // of its function, likewise; of an offset that was named, that
  uint64_t semaphore = 0;        // a static probe's, its offset in the file; 0: none
  uint32_t function = 0;         // of UserProbe::functions
  int64_t stack_moved = 0;       // the stack pointer there, less that at the function's entry
  std::vector<Argument> values;  // where those of UserProbe::parameters are
  std::vector<uint64_t> ends;    // offsets of its ret instructions, where those are probed
  std::string reason;            // why there, for people; may be ""
  bool emulated = false;         // by the kernel; false: it is single-stepped, as far as is known
};

struct ProbedFile {
  std::string path;  // as this process names it, or whoever has mapped it
  OpenFile open;
  std::vector<ProbeSite> sites;
  uint32_t pid = 0;  // a process that has it mapped; 0: none is known
};

// How the return of a call is seen.
enum class Returns : uint8_t {
  caught,                // the kernel puts its own address in the place of that to return to
  at_ends,               // by probes on the ret instructions; calls belong to threads
  at_ends_of_goroutines  // likewise, of Go: to goroutines, which change threads and stacks
};

struct UserProbe : ProbeEvent {
  std::vector<Passed> passed;        // how they are passed to a function, and what is between them
  std::optional<Declared> declared;  // where debug information has told them
  bool is_static = false;
  Returns returns = Returns::caught;        // of all its sites
  std::map<std::string, uint32_t> numbers;  // of its functions
  std::vector<ProbedFile> files;
  // What is true of most sites, once it is loaded; so many differ from that, and so many may.
  ProbeSite usual;
  size_t told_apart = 0, most_told_apart = 0;
};

// The number of a name in UserProbe::functions, where it is added if it is new.
uint32_t number_of(UserProbe& probe, const std::string& name);

}  // namespace plumb::probe
