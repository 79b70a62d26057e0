#include "kernel/perf_source.h"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace plumb::kernel {
namespace {

// PERF_RECORD_SAMPLE with PERF_SAMPLE_RAW (include/uapi/linux/perf_event.h)
struct RawSample {
  perf_event_header header;
  uint32_t size;
  char bytes[];
};

}  // namespace

Result<std::unique_ptr<PerfSource>> PerfSource::open(int fd, uint32_t bytes) {
  std::unique_ptr<PerfSource> source(new PerfSource);
  perf_event_attr attr{};
  attr.size = sizeof(attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_BPF_OUTPUT;
  attr.sample_type = PERF_SAMPLE_RAW;
  attr.sample_period = 1;
  attr.watermark = 1;
  attr.wakeup_watermark = bytes / 2;
  const auto page = static_cast<uint32_t>(sysconf(_SC_PAGESIZE));
  uint32_t pages = 1;
  while (pages * page < bytes) pages <<= 1;
  auto event = [](void* self, int cpu, perf_event_header* header) {
    keep(self, cpu, header);
    return LIBBPF_PERF_EVENT_CONT;
  };
  source->buffer_ = perf_buffer__new_raw(fd, pages, &attr, event, source.get(), nullptr);
  if (!source->buffer_) return fail_errno("open perf buffers", errno, "a smaller --ring");
  return source;
}

PerfSource::~PerfSource() { perf_buffer__free(buffer_); }

// Lost records are counted where they are lost, by the program whose output failed.
int PerfSource::keep(void* self, int, perf_event_header* event) {
  if (event->type != PERF_RECORD_SAMPLE) return 0;
  const auto* sample = reinterpret_cast<const RawSample*>(event);
  if (sample->size > event->size - offsetof(RawSample, bytes)) return 0;
  static_cast<PerfSource*>(self)->kept_.emplace_back(sample->bytes, sample->size);
  return 0;
}

bool PerfSource::next(std::string_view& bytes, uint64_t& end) {
  if (!waiting()) perf_buffer__consume(buffer_);
  if (!waiting()) return false;
  bytes = kept_[taken_ - released_];
  end = ++taken_;
  return true;
}

void PerfSource::release(uint64_t position) {
  while (released_ < position) {
    kept_.pop_front();
    released_++;
  }
}

}  // namespace plumb::kernel
