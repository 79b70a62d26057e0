#include "machine/map.h"

#include <linux/bpf.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace plumb::host {
namespace {

constexpr uint64_t perf_bytes = 64 << 10;
constexpr uint64_t ring_header = 8;
constexpr char garbage = '\xa5';

uint64_t padded(uint64_t size) { return (size + 7) & ~uint64_t{7}; }

}  // namespace

bool Map::is_array() const {
  return shape_.type == BPF_MAP_TYPE_ARRAY || shape_.type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

bool Map::is_per_cpu() const {
  return shape_.type == BPF_MAP_TYPE_PERCPU_ARRAY || shape_.type == BPF_MAP_TYPE_PERCPU_HASH;
}

bool Map::is_lru() const { return shape_.type == BPF_MAP_TYPE_LRU_HASH; }

std::string Map::key_of(const void* key) const {
  return {static_cast<const char*>(key), shape_.key_size};
}

bool Map::has_index(const std::string& key) const {
  uint32_t index = 0;
  std::memcpy(&index, key.data(), sizeof(index));
  return index < shape_.max_entries;
}

char* Map::value_of(Entry& entry, uint32_t cpu) {
  Value& value = entry.per_cpu[is_per_cpu() ? cpu : 0];
  if (!value) value = std::make_unique<char[]>(shape_.value_size);
  return value.get();
}

Map::Entry& Map::insert(const std::string& key) {
  if (is_lru() && entries_.size() == shape_.max_entries) {
    entries_.erase(uses_.front());
    uses_.pop_front();
  }
  Entry& entry = entries_[key];
  entry.use = uses_.insert(uses_.end(), key);
  return entry;
}

void* Map::find(const void* key, uint32_t cpu) {
  const std::string name = key_of(key);
  auto found = entries_.find(name);
  if (found == entries_.end()) {
    if (!is_array() || !has_index(name)) return nullptr;
    return value_of(insert(name), cpu);
  }
  uses_.splice(uses_.end(), uses_, found->second.use);
  return value_of(found->second, cpu);
}

long Map::update(const void* key, const void* value, uint64_t flags, uint32_t cpu) {
  const std::string name = key_of(key);
  auto found = entries_.find(name);
  if (is_array() && !has_index(name)) return -E2BIG;
  if (flags == BPF_NOEXIST && (is_array() || found != entries_.end())) return -EEXIST;
  if (flags != BPF_NOEXIST && flags != BPF_ANY) return -EINVAL;
  if (found == entries_.end() && !is_lru() && entries_.size() == shape_.max_entries) return -E2BIG;
  Entry& entry = found == entries_.end() ? insert(name) : found->second;
  std::memcpy(value_of(entry, cpu), value, shape_.value_size);
  return 0;
}

long Map::erase(const void* key) {
  if (is_array()) return -EINVAL;
  auto found = entries_.find(key_of(key));
  if (found == entries_.end()) return -ENOENT;
  uses_.erase(found->second.use);
  entries_.erase(found);
  return 0;
}

long Map::push(const void* value, uint64_t flags) {
  if (queue_.size() == shape_.max_entries) {
    if (flags != BPF_EXIST) return -E2BIG;
    queue_.pop_front();
  }
  queue_.emplace_back(static_cast<const char*>(value), shape_.value_size);
  return 0;
}

long Map::peek(void* value, bool take) {
  if (queue_.empty()) return -ENOENT;
  std::memcpy(value, queue_.front().data(), shape_.value_size);
  if (take) queue_.pop_front();
  return 0;
}

std::vector<std::string> Map::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, entry] : entries_) keys.push_back(key);
  return keys;
}

std::vector<std::string> Map::values(const std::string& key) const {
  std::vector<std::string> values;
  auto found = entries_.find(key);
  if (found == entries_.end()) return values;
  for (const auto& [cpu, value] : found->second.per_cpu)
    values.emplace_back(value.get(), shape_.value_size);
  return values;
}

Channel::Channel(const Shape& shape) : is_ring_(shape.type == BPF_MAP_TYPE_RINGBUF) {
  capacity = is_ring_ ? shape.max_entries : perf_bytes;
}

char* Channel::reserve(uint64_t size) {
  const uint64_t needed = padded(size + ring_header);
  if (used_ + needed > capacity - 1) return nullptr;
  used_ += needed;
  auto bytes = std::make_unique<char[]>(size);
  std::memset(bytes.get(), garbage, size);
  char* at = bytes.get();
  reserved_[at] = {std::move(bytes), size};
  return at;
}

bool Channel::submit(void* data, uint64_t flags, bool keep) {
  auto found = reserved_.find(data);
  if (found == reserved_.end()) return false;
  if (keep) records_.push_back({{found->second.bytes.get(), found->second.size}, flags});
  reserved_.erase(found);
  return true;
}

bool Channel::output(const void* data, uint64_t size, uint64_t flags) {
  char* to = reserve(size);
  if (!to) return false;
  std::memcpy(to, data, size);
  return submit(to, flags, true);
}

std::vector<Channel::Record> Channel::take() {
  used_ = 0;
  return std::exchange(records_, {});
}

}  // namespace plumb::host
