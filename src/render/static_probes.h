// Static probes, for people and for programs.
#pragma once
#include <string>
#include <string_view>

#include "probe/static_probes.h"

namespace plumb::render {

// Where they were found.
struct ProbedFile {
  std::string path;
  bool deleted = false;
  probe::StaticProbes found;
};

// Lines of at most 80 columns, if names allow. Below each probe of few sites, where these lie in
// the file and what they pass.
std::string probe_table(const probe::StaticProbes& found);
// One JSON object for each probe, and line.
std::string probe_lines(const ProbedFile& file);

// "/usr/lib/libx.so (deleted)", to be shown.
std::string shown_path(const std::string& path, bool deleted = false);

}  // namespace plumb::render
