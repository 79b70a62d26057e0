// The files that the target of a probe means.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/find_probe.h"

namespace plumb::probe {

// A target with a slash is a path. Other names are looked for among what processes map, what is
// about to be run, and the programs of $PATH; for a command, and where nobody has mapped such a
// file, also among the libraries of this machine. Each inode once.
Result<std::vector<FoundFile>> find_files(const std::string& target, const Search& search);

std::vector<uint32_t> all_processes();

// Whether what is mapped under this path may be one of them.
bool may_be(const std::string& path, const std::string& target);
// Whether a process has mapped what may be one of them; nothing of it is opened.
bool has_mapped(const std::string& target, uint32_t pid);
// What a process has mapped that may be one of them.
std::vector<FoundFile> mapped_of(const std::string& target, uint32_t pid);
// Those that a process has mapped; of a target that is a path the file that is there now.
std::vector<FoundFile> files_of(const std::string& target, uint32_t pid);

}  // namespace plumb::probe
