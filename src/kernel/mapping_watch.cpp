#include "kernel/mapping_watch.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace plumb::kernel {
namespace {

constexpr size_t pages = 16;  // of data on each CPU: a power of two, some 500 mappings

// What PERF_RECORD_MMAP2 has; its path follows, with a NUL.
struct MappedRecord {
  perf_event_header header;
  uint32_t pid, tid;
  uint64_t address, length, offset;
  uint32_t major, minor;
  uint64_t inode, generation;
  uint32_t protection, flags;
};

Fd open_event(int cpu) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.mmap = attributes.mmap2 = 1;
  attributes.watermark = 1;
  attributes.wakeup_watermark = 1;
  return Fd(static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC)));
}

// A record may begin at the end of the ring and go on at its begin.
std::string bytes_at(const char* data, size_t size, uint64_t at, size_t count) {
  const size_t begin = at % size;
  const size_t before_end = std::min(count, size - begin);
  return std::string(data + begin, before_end).append(data, count - before_end);
}

// False: the record says that others were lost.
bool tell_mapping(const std::string& bytes, uint32_t type,
                  const std::function<void(const NewMapping&)>& each) {
  if (type != PERF_RECORD_MMAP2) return type != PERF_RECORD_LOST;
  MappedRecord record{};
  if (bytes.size() <= sizeof(record)) return true;
  std::memcpy(&record, bytes.data(), sizeof(record));
  NewMapping mapping{record.pid, bytes, bytes};
  mapping.path.remove_prefix(sizeof(record));
  mapping.path = mapping.path.substr(0, mapping.path.find('\0'));
  constexpr size_t first = offsetof(MappedRecord, major), end = offsetof(MappedRecord, protection);
  mapping.file = mapping.file.substr(first, end - first);
  each(mapping);
  return true;
}

}  // namespace

Result<MappingWatch> MappingWatch::open() {
  MappingWatch watch;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const auto count = static_cast<int>(sysconf(_SC_NPROCESSORS_CONF));
  for (int number = 0; number < count; number++) {
    Cpu cpu{open_event(number), {}};
    if (!cpu.event && errno == ENODEV) continue;  // it is off
    if (!cpu.event) return fail_errno("watch what is mapped", errno);
    cpu.ring = TRY(Mapping::of("the ring of new mappings", cpu.event.get(), page * (pages + 1),
                               PROT_READ | PROT_WRITE));
    watch.cpus_.push_back(std::move(cpu));
  }
  return watch;
}

bool MappingWatch::take(const std::function<void(const NewMapping&)>& each) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  bool is_whole = true;
  for (const Cpu& cpu : cpus_) {
    auto* about = cpu.ring.at<perf_event_mmap_page>(0);
    const char* data = cpu.ring.at<char>(page);
    const uint64_t end = __atomic_load_n(&about->data_head, __ATOMIC_ACQUIRE);
    uint64_t at = about->data_tail;
    while (at < end) {
      perf_event_header header{};
      const std::string head = bytes_at(data, page * pages, at, sizeof(header));
      std::memcpy(&header, head.data(), sizeof(header));
      if (header.size < sizeof(header)) break;
      is_whole &= tell_mapping(bytes_at(data, page * pages, at, header.size), header.type, each);
      at += header.size;
    }
    __atomic_store_n(&about->data_tail, end, __ATOMIC_RELEASE);
  }
  return is_whole;
}

std::vector<int> MappingWatch::descriptors() const {
  std::vector<int> all;
  for (const Cpu& cpu : cpus_) all.push_back(cpu.event.get());
  return all;
}

}  // namespace plumb::kernel
