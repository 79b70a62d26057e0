// The files that the target of a probe means.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "probe/find_probe.h"
#include "probe/open_file.h"

namespace plumb::probe {

struct FoundFile {
  std::string path;
  OpenFile open;
};

// A target with a slash is a path. Other names are looked for among what processes map, what is
// about to be run, and the programs of $PATH. Each file once.
Result<std::vector<FoundFile>> find_files(const std::string& target, const Search& search);

}  // namespace plumb::probe
