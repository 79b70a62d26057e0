// From the words of a probe to the places where it is: in the file that they name, or in all files
// of that name that processes have mapped.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/open_file.h"
#include "probe/user_probe.h"

namespace plumb::probe {

// A number for each of some open files, the same for those that are one inode to the kernel.
using Inodes = std::function<Result<std::vector<uint64_t>>(const std::vector<int>& files)>;

struct FoundFile {
  std::string path;
  OpenFile open;
  uint32_t pid = 0;  // a process that has it mapped; 0: it was not found there
};

struct Search {
  std::vector<uint32_t> pids;         // whose mapped files count; empty: everybody's
  std::vector<std::string> programs;  // files that are about to be run
  Inodes inodes;                      // none: files are told apart by what fstat says of them
  // Whether a probe on a no-op of five bytes leaves alone what is below the stack pointer, asked
  // where it matters; none: it does.
  std::function<bool()> nops_are_safe;
  // Whether places of one probe may have names of their own, asked where overloads would; none:
  // they may.
  std::function<bool()> tells_apart;
  bool exact = false;          // functions at their very entry, whatever that costs
  bool catch_returns = false;  // by the kernel, also where an exception ends the program then
};

// Of a probe in files. Errors are misuse, with the nearest names, where nothing is found.
Result<UserProbe> find_probe(const Spec& spec, const Search& search);

// Where the probe is in one more file, as it is: with the parameters and among the functions that
// it has. There may be none.
Result<ProbedFile> find_sites(const Spec& spec, const Search& search, FoundFile found,
                              UserProbe& probe);

// Whether a file of this path is meant by the name "libssl", "python": libssl.so.3, python3.11,
// libpython3.11.so.1.0.
bool is_called(const std::string& path, const std::string& name);

}  // namespace plumb::probe
