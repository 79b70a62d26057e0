// SourceReaders: the processes that read debug information (probe/source_frames.h), one per file.
// Those that were asked last run.
#pragma once
#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

#include "probe/source_frames.h"

namespace plumb::resolve {

class SourceReaders {
 public:
  // Of an instruction, as probe::SourceFrames; empty also where they cannot be read. `file`, which
  // has debug information, stays open as long as this is, and `shared` as well (source_frames.h).
  std::vector<probe::SourceFrame> frames_at(int file, int shared, uint64_t address);

 private:
  struct Running {
    int file;
    probe::SourceFrames frames;
  };

  Result<> bring_to_front(int file, int shared);

  std::list<Running> running_;             // the one that was asked last comes first
  std::unordered_map<int, int> failures_;  // by file
};

}  // namespace plumb::resolve
