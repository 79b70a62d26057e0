// The command line: words in, an exit status out. Everything else is said by its parts.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace plumb::cli {

int main(int argc, char** argv);

using Words = std::vector<std::string>;

// A command is data: the help, the completion and the dispatch are made from this list.
struct CommandInfo {
  const char* name;
  const char* usage;                       // what follows the name
  const char* summary;                     // one line
  Result<int> (*run)(const Words& words);  // the words after the name
};
std::span<const CommandInfo> commands();

Result<int> trace(const Words& words);  // TRACER[,TRACER...] [options] [-- COMMAND]
Result<int> record(const Words& words);
Result<int> show(const Words& words);
Result<int> list(const Words& words);
Result<int> doctor(const Words& words);

}  // namespace plumb::cli
