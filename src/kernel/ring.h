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

#include "base/mapping.h"
#include "base/result.h"
#include "kernel/source.h"

namespace plumb::kernel {

class Ring : public Source {
 public:
  // `fd` of the map stays with its owner; `size` is its max_entries.
  static Result<Ring> open(int fd, uint32_t size);

  bool next(std::string_view& bytes, uint64_t& end) override;
  // Gives the space back to the producers.
  void release(uint64_t position) override;
  uint64_t position() const override { return read_; }
  bool in_order() const override { return true; }
  bool waiting() const override;

 private:
  Ring() = default;

  Mapping consumer_page_, records_;
  uint32_t size_ = 0;
  uint64_t read_ = 0;
  uint64_t* consumer_ = nullptr;
  const uint64_t* producer_ = nullptr;
  const char* data_ = nullptr;
};

}  // namespace plumb::kernel
