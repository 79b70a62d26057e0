// Flag: an option of the command line as data. Parsing, help, the manual and completion are all
// made from it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace plumb::cli {

using Words = std::vector<std::string>;

struct Flag {
  std::string name;   // "--pid"
  std::string value;  // what follows it: "PID,..."; empty for a switch
  std::string help;   // a phrase: what it does, with units, and the default where there is one
  // Gets the value; for a switch "true", or "false" when it was turned off with --no-NAME.
  std::function<Result<>(const std::string& value)> take;
  std::string letter{};                // "-p"
  std::vector<std::string> choices{};  // the only values there are, if not empty
  bool negatable = false;
  bool repeats = false;
  bool may_lack_value = false;  // then it takes "", and a value only as --NAME=VALUE
};

struct FlagGroup {
  std::string title;
  std::vector<Flag> flags;
};

struct Taken {
  Words plain;  // the words that belong to no flag
  bool help = false;
};

// Gives each flag's value to its `take`, from the first word to the last; stops at --help. Errors
// are misuse and begin with the flag. `command`: whose --help a hint names ("plumb exec").
Result<Taken> take_flags(const Words& words, const std::vector<FlagGroup>& groups,
                         const std::string& command);

// All the ways to write it: "--follow", "--no-follow"; the letter first.
std::vector<std::string> spellings(const Flag& flag);

}  // namespace plumb::cli
