// The command line: words in, an exit status out. Everything else is said by its parts.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/flag.h"

namespace plumb::cli {

int main(int argc, char** argv);

struct Example {
  const char* words;
  const char* what;
};

// A command is data: the dispatch, the help, the manual and the completion are made from this list.
struct Command {
  const char* name;     // "" for tracing, which begins with the tracers' names
  const char* usage;    // what follows the name
  const char* summary;  // a phrase
  std::vector<FlagGroup> (*flags)();
  Result<int> (*run)(const Words& words);  // the words after the name
  std::vector<Example> examples{};
};
// Tracing first.
const std::vector<Command>& commands();

// What the exit status says.
struct Status {
  const char* number;
  const char* meaning;
};
std::span<const Status> statuses();

// "0.1.0 (3f2a1bc)": the project's version, and what git described when it was configured.
const char* version();

Result<int> list(const Words& words);
Result<int> usdt(const Words& words);
Result<int> doctor(const Words& words);
Result<int> help(const Words& words);
Result<int> completion(const Words& words);

std::vector<FlagGroup> list_flags();
std::vector<FlagGroup> usdt_flags();
std::vector<FlagGroup> doctor_flags();
std::vector<FlagGroup> help_flags();

}  // namespace plumb::cli
