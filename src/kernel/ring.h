// Ring: the consumer's side of a BPF ring buffer, without copies.
//
// Source: kernel/bpf/ringbuf.c. The consumer's page is mapped writable, the producer's and the data
// (twice in a row, so that a record never wraps) read-only. A record is a 32-bit length whose top
// bits say "being written" and "discarded", 32 bits of the kernel's own, and the bytes, rounded up
// to eight.
//
// Records stay in place, and in the producers' way, until they are released.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace plumb::kernel {

class Ring {
 public:
  // `fd` of the map stays with its owner; `size` is its max_entries.
  static Result<Ring> open(int fd, uint32_t size);
  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&&) = delete;
  ~Ring();

  // The next committed record, and the position behind it; false when there is none (yet).
  bool next(std::string_view& bytes, uint64_t& end);
  // Gives the space before `position` back to the producers.
  void release(uint64_t position);
  // Everything that was returned by next() is before this.
  uint64_t position() const { return read_; }
  // Bytes that are written and not released.
  uint64_t waiting() const;
  int fd() const { return fd_; }

 private:
  Ring() = default;

  int fd_ = -1;
  uint32_t size_ = 0;
  uint64_t read_ = 0;
  uint64_t* consumer_ = nullptr;
  const uint64_t* producer_ = nullptr;
  const char* data_ = nullptr;
};

}  // namespace plumb::kernel
