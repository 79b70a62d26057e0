// MappingWatch: which files processes map to run code from them, as they do it.
//
// Source: PERF_RECORD_MMAP2 of a software event on each CPU (include/uapi/linux/perf_event.h),
// which the kernel writes for mmap and for exec. A record costs who maps some microseconds.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/mapping.h"
#include "base/result.h"

namespace plumb::kernel {

struct NewMapping {
  uint32_t pid = 0;       // as plumb's own pid namespace numbers it
  std::string_view path;  // as the process sees it
  std::string_view file;  // the bytes of device, inode and generation: which file it is
};

class MappingWatch {
 public:
  // Sees everybody's from now on; wants CAP_PERFMON.
  static Result<MappingWatch> open();

  // Calls `each` for what has come. False: some were lost, as too many had come.
  bool take(const std::function<void(const NewMapping&)>& each);

  // Of all CPUs, to be waited for: readable when something has come.
  std::vector<int> descriptors() const;

 private:
  struct Cpu {
    Fd event;
    Mapping ring;  // a page that describes it, and its data
  };
  std::vector<Cpu> cpus_;
};

}  // namespace plumb::kernel
