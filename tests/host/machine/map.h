// Map and Channel: what a BPF map is on the host. Sizes and refusals are the kernel's.
#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace plumb::host {

struct Shape {
  uint32_t type = 0;  // BPF_MAP_TYPE_*
  uint32_t key_size = 0;
  uint32_t value_size = 0;
  uint32_t max_entries = 0;
};

// Arrays and hashes, per CPU or not, and queues. Each value is memory of its own, so that a program
// that leaves it is caught.
class Map {
 public:
  explicit Map(const Shape& shape) : shape_(shape) {}

  void* find(const void* key, uint32_t cpu);
  // 0, -E2BIG when full or past the end, -EEXIST with BPF_NOEXIST.
  long update(const void* key, const void* value, uint64_t flags, uint32_t cpu);
  long erase(const void* key);
  // Of a queue: -E2BIG when full, but BPF_EXIST drops the oldest; -ENOENT when empty.
  long push(const void* value, uint64_t flags);
  long peek(void* value, bool take);

  // For tests.
  const Shape& shape() const { return shape_; }
  size_t size() const { return entries_.size(); }
  std::vector<std::string> keys() const;
  // The bytes under a key on every CPU that has touched it.
  std::vector<std::string> values(const std::string& key) const;

 private:
  using Value = std::unique_ptr<char[]>;
  struct Entry {
    std::map<uint32_t, Value> per_cpu;
    std::list<std::string>::iterator use;
  };

  bool is_array() const;
  bool is_per_cpu() const;
  bool is_lru() const;
  bool has_index(const std::string& key) const;
  std::string key_of(const void* key) const;
  char* value_of(Entry& entry, uint32_t cpu);
  Entry& insert(const std::string& key);

  Shape shape_;
  std::map<std::string, Entry> entries_;
  std::list<std::string> uses_;  // least recently used first
  std::list<std::string> queue_;
};

// A ring buffer, or the perf buffers of all CPUs together.
class Channel {
 public:
  struct Record {
    std::string bytes;
    uint64_t flags;
  };

  explicit Channel(const Shape& shape);

  // Memory of exactly this size, with garbage in it, or nullptr when full.
  char* reserve(uint64_t size);
  // False when `data` was not reserved here.
  bool submit(void* data, uint64_t flags, bool keep);
  bool output(const void* data, uint64_t size, uint64_t flags);
  uint64_t waiting() const { return used_; }

  // For tests.
  std::vector<Record> take();
  size_t reserved() const { return reserved_.size(); }
  uint64_t capacity = 0;  // bytes

 private:
  struct Reservation {
    std::unique_ptr<char[]> bytes;
    uint64_t size;
  };

  bool is_ring_;
  uint64_t used_ = 0;  // bytes, with those of the kernel's headers
  std::map<void*, Reservation> reserved_;
  std::vector<Record> records_;
};

}  // namespace plumb::host
