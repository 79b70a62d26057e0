// Moments: kernel time as calendar text. The text of the last second is kept, since events come
// thousands to a second.
#pragma once
#include <array>
#include <cstdint>

#include "schema/names.h"

namespace plumb::render {

class Moments {
 public:
  explicit Moments(schema::Clock clock) : clock_(clock) {}

  // ns since the epoch of a record's time, and of an instant (ns since boot).
  int64_t of_record(uint64_t monotonic) const {
    return add(monotonic, clock_.real_minus_monotonic);
  }
  int64_t of_instant(uint64_t boot) const { return add(boot, clock_.real_minus_boot); }

  static constexpr size_t rfc3339_size = 30;
  // "2024-05-01T10:20:30.123456789Z": rfc3339_size bytes; returns their end.
  char* put_rfc3339(char* at, int64_t real);

  static constexpr size_t time_of_day_size = 12;
  // "10:20:30.123" where this machine is; time_of_day_size bytes; returns their end.
  char* put_time_of_day(char* at, int64_t real);

 private:
  // Recordings are hostile: sums wrap, they never overflow.
  static int64_t add(uint64_t time, int64_t offset) {
    return static_cast<int64_t>(time + static_cast<uint64_t>(offset));
  }

  schema::Clock clock_;
  int64_t utc_second_ = INT64_MIN;
  int64_t local_second_ = INT64_MIN;
  std::array<char, 20> utc_text_{};   // "2024-05-01T10:20:30."
  std::array<char, 9> local_text_{};  // "10:20:30."
};

}  // namespace plumb::render
