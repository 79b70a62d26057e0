// Ordered: records of several sources as one sequence in time.
//
// A record's time is taken before its place in a ring, and there are two rings and many CPUs, so
// neighbours may be swapped. Whatever is older than the last look at the rings by more than a
// program can run is complete, and is handed out sorted; the rest waits in its ring.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "kernel/source.h"

namespace plumb::kernel {

class Ordered {
 public:
  // `time_offset`: of the 64-bit time in each record.
  Ordered(std::vector<std::unique_ptr<Source>> sources, uint32_t time_offset);

  // Hands out what is complete, or with `everything` all there is, but not much more than 65,536
  // records. Returns their number.
  // The bytes are valid during the call.
  size_t drain(bool everything, const std::function<void(std::string_view)>& each);
  // Is there anything in the rings that was not handed out?
  bool waiting() const;
  // Records that came after a younger one had been handed out already.
  uint64_t late() const { return late_; }

 private:
  struct Item {
    uint64_t time;
    const char* bytes;
    uint64_t begin;  // its position in its source
    uint32_t size;
    uint32_t source;
  };

  uint64_t collect();
  uint64_t take(uint32_t source, size_t most);
  size_t hand_out(uint64_t complete, const std::function<void(std::string_view)>& each);
  void release(size_t handed_out);

  std::vector<std::unique_ptr<Source>> sources_;
  uint32_t time_offset_;
  std::vector<Item> items_;
  std::vector<uint64_t> free_to_;
  uint64_t newest_ = 0;
  uint64_t late_ = 0;
};

}  // namespace plumb::kernel
