#include "record/format.h"

#include <sys/utsname.h>

#include <cstddef>
#include <ctime>

#include "record/checksum.h"

namespace plumb::record {

Origin Origin::here() {
  Origin origin{.clock = schema::Clock::now()};
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  origin.started = static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
  utsname system{};
  if (uname(&system) == 0) {
    origin.host = system.nodename;
    origin.kernel = system.release;
    origin.machine = system.machine;
  }
  return origin;
}

uint32_t block_checksum(const BlockHeader& header, std::string_view stored) {
  const std::string_view front(reinterpret_cast<const char*>(&header),
                               offsetof(BlockHeader, checksum));
  return crc32c(stored, crc32c(front));
}

}  // namespace plumb::record
