// PerfSource: perf buffers as a source, for kernels without the ring buffer (before 5.8).
//
// One buffer for each CPU; records are copied out of them. Nothing wakes the reader: it comes by
// itself, so a record after silence may wait for as long as the reader sleeps.
#pragma once
#include <deque>
#include <memory>
#include <string>

#include "base/result.h"
#include "kernel/source.h"

struct perf_buffer;
struct perf_event_header;

namespace plumb::kernel {

class PerfSource : public Source {
 public:
  // `fd` of the perf event array; `bytes` for each CPU, rounded up to a power of two of pages.
  static Result<std::unique_ptr<PerfSource>> open(int fd, uint32_t bytes);
  ~PerfSource() override;

  bool next(std::string_view& bytes, uint64_t& end) override;
  void release(uint64_t position) override;
  uint64_t position() const override { return taken_; }
  // CPU after CPU
  bool in_order() const override { return false; }
  // perf buffers are looked at by next() alone
  bool waiting() const override { return taken_ - released_ < kept_.size(); }

 private:
  PerfSource() = default;
  static int keep(void* self, int cpu, perf_event_header* event);

  perf_buffer* buffer_ = nullptr;
  std::deque<std::string> kept_;  // records from number released_ on
  uint64_t released_ = 0;
  uint64_t taken_ = 0;
};

}  // namespace plumb::kernel
