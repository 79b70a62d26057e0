// From the words of a probe to the places where it is: in the file that they name, or in all files
// of that name that processes have mapped.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/user_probe.h"

namespace plumb::probe {

struct Search {
  std::vector<uint32_t> pids;         // whose mapped files count; empty: everybody's
  std::vector<std::string> programs;  // files that are about to be run
  bool exact = false;                 // functions at their very entry, whatever that costs
  bool catch_returns = false;         // also where an exception may pass, which ends the program
};

// Of uprobe, uretprobe and usdt. Errors are misuse, with the nearest names, where nothing is found.
Result<UserProbe> find_probe(const Spec& spec, const Search& search);

// Whether a file of this path is meant by the name "libssl", "python": libssl.so.3, python3.11,
// libpython3.11.so.1.0.
bool is_called(const std::string& path, const std::string& name);

}  // namespace plumb::probe
