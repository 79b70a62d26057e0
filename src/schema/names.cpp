#include "schema/names.h"

#include <array>
#include <cstring>
#include <ctime>

namespace plumb::schema {
namespace {

constexpr int64_t last_error = 133;  // EHWPOISON
// What only the kernel sees: a call that a signal interrupts and that may begin anew
// (include/linux/errno.h).
constexpr int64_t first_restart = 512;
constexpr std::array restarts = {"ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ENOIOCTLCMD",
                                 "ERESTART_RESTARTBLOCK"};
constexpr int64_t last_signal = 31;  // the named ones; real-time signals have numbers

struct SignalNames {
  std::string names[last_signal + 1];

  SignalNames() {
    for (int signal = 1; signal <= last_signal; signal++)
      if (const char* name = sigabbrev_np(signal)) names[signal] = std::string("SIG") + name;
  }
};

int64_t nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

std::string_view error_name(int64_t error) {
  if (const int64_t i = error - first_restart; i >= 0 && i < std::ssize(restarts))
    return restarts[static_cast<size_t>(i)];
  if (error <= 0 || error > last_error) return {};
  const char* name = strerrorname_np(static_cast<int>(error));
  return name ? name : std::string_view();
}

std::string_view signal_name(int64_t signal) {
  static const SignalNames known;
  if (signal <= 0 || signal > last_signal) return {};
  return known.names[signal];
}

Clock Clock::now() {
  const int64_t monotonic = nanoseconds(CLOCK_MONOTONIC);
  const int64_t boot = nanoseconds(CLOCK_BOOTTIME);
  const int64_t real = nanoseconds(CLOCK_REALTIME);
  return {real - monotonic, real - boot};
}

}  // namespace plumb::schema
