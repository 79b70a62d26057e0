#include "kernel/ordered.h"

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace plumb::kernel {
namespace {

// Longer than a program takes from its clock reading to its place in the ring; on a virtual
// machine whose CPU is taken away in between it may be exceeded, and the record counts as late.
constexpr uint64_t slack_ns = 1'000'000;
// Records are handed out and their space given back in pieces of this size: the producers need the
// space, and the next reader of the bytes finds them in the cache.
constexpr size_t piece = 4096;
// One call hands out about this many, so that a flood cannot keep the reader from all else.
constexpr size_t most_at_once = 1 << 16;

uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace

Ordered::Ordered(std::vector<std::unique_ptr<Source>> sources, uint32_t time_offset)
    : sources_(std::move(sources)), time_offset_(time_offset) {}

// Takes a piece of each source. Everything older than the result has been taken.
uint64_t Ordered::collect() {
  uint64_t known = UINT64_MAX;
  for (uint32_t i = 0; i < sources_.size(); i++) {
    const size_t most = sources_[i]->in_order() ? piece : SIZE_MAX;
    const uint64_t newest = take(i, most);
    if (newest > 0) known = std::min(known, newest - std::min(newest, slack_ns));
  }
  return known;
}

// The time of the last record taken, or 0 when the source has been read to its end.
uint64_t Ordered::take(uint32_t source, size_t most) {
  Item item{};
  item.source = source;
  item.begin = sources_[source]->position();
  std::string_view bytes;
  uint64_t end = 0;
  for (size_t count = 0; sources_[source]->next(bytes, end); item.begin = end) {
    if (bytes.size() < time_offset_ + sizeof(item.time)) continue;
    std::memcpy(&item.time, bytes.data() + time_offset_, sizeof(item.time));
    item.bytes = bytes.data();
    item.size = static_cast<uint32_t>(bytes.size());
    items_.push_back(item);
    if (++count == most) return item.time;
  }
  return 0;
}

// Frees each source up to the first of its records that is still wanted.
void Ordered::release(size_t handed_out) {
  free_to_.clear();
  for (const auto& source : sources_) free_to_.push_back(source->position());
  for (size_t i = items_.size(); i-- > handed_out;)
    free_to_[items_[i].source] = std::min(free_to_[items_[i].source], items_[i].begin);
  for (size_t i = 0; i < sources_.size(); i++) sources_[i]->release(free_to_[i]);
  items_.erase(items_.begin(), items_.begin() + static_cast<ptrdiff_t>(handed_out));
}

size_t Ordered::hand_out(uint64_t complete, const std::function<void(std::string_view)>& each) {
  auto older = [](const Item& a, const Item& b) { return a.time < b.time; };
  if (!std::is_sorted(items_.begin(), items_.end(), older))
    std::stable_sort(items_.begin(), items_.end(), older);
  size_t count = 0;
  for (; count < items_.size() && items_[count].time <= complete; count++) {
    if (items_[count].time < newest_) late_++;
    newest_ = std::max(newest_, items_[count].time);
    each({items_[count].bytes, items_[count].size});
  }
  release(count);
  return count;
}

size_t Ordered::drain(bool everything, const std::function<void(std::string_view)>& each) {
  const uint64_t complete = everything ? UINT64_MAX : monotonic_ns() - slack_ns;
  size_t count = 0;
  for (uint64_t known = 0; known != UINT64_MAX && count < most_at_once;) {
    known = collect();
    count += hand_out(std::min(complete, known), each);
  }
  return count;
}

bool Ordered::waiting() const {
  if (!items_.empty()) return true;
  return std::any_of(sources_.begin(), sources_.end(),
                     [](const auto& source) { return source->waiting(); });
}

}  // namespace plumb::kernel
