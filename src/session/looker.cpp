#include "session/looker.h"

namespace plumb::session {
namespace {

// A thread that runs has mostly been met by a clock until then.
constexpr auto pause_between_looks = std::chrono::milliseconds(5);

}  // namespace

Result<> Looker::look() {
  const auto now = Clock::now();
  if (now < next_) return {};
  const bool more = TRY(live_.look());
  next_ = more ? now + pause_between_looks : Clock::time_point::max();
  is_done_ = !more && live_.all_look();
  return {};
}

}  // namespace plumb::session
