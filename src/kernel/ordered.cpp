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
// One look takes at most this many, so that a flood cannot keep the reader from handing out.
constexpr size_t most_at_once = 1 << 16;

uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace

Ordered::Ordered(std::vector<std::unique_ptr<Source>> sources, uint32_t time_offset)
    : sources_(std::move(sources)), time_offset_(time_offset) {}

void Ordered::collect() {
  for (uint32_t i = 0; i < sources_.size(); i++) {
    Item item{};
    item.source = i;
    item.begin = sources_[i]->position();
    for (; items_.size() < most_at_once && sources_[i]->next(item.bytes, item.end);
         item.begin = item.end) {
      if (item.bytes.size() < time_offset_ + sizeof(item.time)) continue;
      std::memcpy(&item.time, item.bytes.data() + time_offset_, sizeof(item.time));
      items_.push_back(item);
    }
  }
}

// Frees each source up to the first of its records that is still wanted.
void Ordered::release(size_t handed_out) {
  std::vector<uint64_t> free_to;
  for (const auto& source : sources_) free_to.push_back(source->position());
  for (size_t i = items_.size(); i-- > handed_out;)
    free_to[items_[i].source] = std::min(free_to[items_[i].source], items_[i].begin);
  for (size_t i = 0; i < sources_.size(); i++) sources_[i]->release(free_to[i]);
  items_.erase(items_.begin(), items_.begin() + static_cast<ptrdiff_t>(handed_out));
}

size_t Ordered::drain(bool everything, const std::function<void(std::string_view)>& each) {
  const uint64_t complete = everything ? UINT64_MAX : monotonic_ns() - slack_ns;
  auto older = [](const Item& a, const Item& b) { return a.time < b.time; };
  collect();
  if (items_.empty()) return 0;
  if (!std::is_sorted(items_.begin(), items_.end(), older))
    std::stable_sort(items_.begin(), items_.end(), older);
  size_t count = 0;
  for (; count < items_.size() && items_[count].time <= complete; count++) {
    if (items_[count].time < newest_) late_++;
    newest_ = std::max(newest_, items_[count].time);
    each(items_[count].bytes);
  }
  release(count);
  return count;
}

bool Ordered::waiting() const {
  if (!items_.empty()) return true;
  return std::any_of(sources_.begin(), sources_.end(),
                     [](const auto& source) { return source->waiting(); });
}

}  // namespace plumb::kernel
