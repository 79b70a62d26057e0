// The files that a process has mapped, each once, whatever they are called and wherever it lives.
//
// Nothing here follows a link that the process could have made. /proc/PID/map_files leads to the
// file itself: to deleted ones, those in memory, those of other mount namespaces. Where only its
// owner asks, who may not use that, the path is looked up beneath the process's own root and
// believed if the file there has the same number.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "probe/open_file.h"

namespace plumb::probe {

struct MappedFile {
  std::string path;  // as the process sees it, as far as it can: what lies beyond its root is not
  bool deleted = false;
  OpenFile open;
};

struct NotRead {
  std::string path;
  std::string reason;
};

// Calls `see` for each regular file, or for those whose path is `wanted`. Those that could not be
// opened are returned.
Result<std::vector<NotRead>> each_mapped_file(
    uint32_t pid, const std::function<void(MappedFile)>& see,
    const std::function<bool(const std::string& path)>& wanted = {});

// A line of /proc/PID/maps, proc_pid_maps(5), of a file; false: of something else.
struct MapsLine {
  uint64_t begin = 0;
  uint64_t end = 0;
  bool executable = false;
  uint64_t offset = 0;  // in the file
  std::string device;
  uint64_t inode = 0;
  std::string path;
};
bool parse_maps_line(std::string_view line, MapsLine& out);

// `path` as a process sees it whose root is at `root`, both as this process names them.
std::string beneath_root(const std::string& path, const std::string& root);
// Cuts " (deleted)" off.
bool cut_deleted(std::string& path);

}  // namespace plumb::probe
