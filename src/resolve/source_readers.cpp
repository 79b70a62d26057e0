#include "resolve/source_readers.h"

#include <algorithm>
#include <utility>

namespace plumb::resolve {
namespace {

constexpr size_t most_running = 16;
// Of one file: a reader may have come to the end of its memory or time with much else told.
constexpr int most_failures = 3;

}  // namespace

Result<> SourceReaders::bring_to_front(int file, int shared) {
  const auto found = std::ranges::find(running_, file, &Running::file);
  if (found != running_.end()) {
    running_.splice(running_.begin(), running_, found);
    return {};
  }
  auto frames = TRY(probe::SourceFrames::of(file, shared));
  if (running_.size() == most_running) running_.pop_back();
  running_.push_front({file, std::move(frames)});
  return {};
}

std::vector<probe::SourceFrame> SourceReaders::frames_at(int file, int shared, uint64_t address) {
  const auto failures = failures_.find(file);
  if (failures != failures_.end() && failures->second == most_failures) return {};
  if (bring_to_front(file, shared)) {
    if (auto frames = running_.front().frames.at(address)) return *std::move(frames);
    running_.pop_front();
  }
  failures_[file]++;
  return {};
}

}  // namespace plumb::resolve
