// The files that a program will run code from, as far as it says so itself, before it runs.
#pragma once
#include <string>
#include <vector>

#include "probe/bytes.h"
#include "probe/elf.h"

namespace plumb::probe {

// What a file's dynamic section asks for (elf(5), .dynamic): libraries by name or path, and the
// folders in which these are looked for first, in which $ORIGIN is its own.
struct Needed {
  std::vector<std::string> libraries;
  std::vector<std::string> folders;
};
Needed needed_by(const Elf& elf, const Bytes& bytes);

// The program at this path; of a script, its interpreter, execve(2); and all libraries that these
// need, and those they need, where the dynamic linker of this machine finds them, ld.so(8). At most
// 512 files; what is not there, or is asked for only as it runs (dlopen), is left out.
std::vector<std::string> files_run_by(const std::string& program);

}  // namespace plumb::probe
