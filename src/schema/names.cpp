#include "schema/names.h"

#include <array>
#include <charconv>
#include <csignal>
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
// Real-time signals: as the C library counts them, which keeps the kernel's first two for itself.
constexpr int64_t first_real_time = 34;
constexpr int64_t last_signal = 64;

// As `kill -l` of bash has them: from the nearer end.
std::string name_of_signal(int signal) {
  constexpr int64_t half = (last_signal - first_real_time) / 2;
  if (const char* name = sigabbrev_np(signal)) return std::string("SIG") + name;
  if (signal < first_real_time) return "SIG" + std::to_string(signal);
  const int64_t above = signal - first_real_time, below = last_signal - signal;
  if (above <= half) return "SIGRTMIN" + (above ? "+" + std::to_string(above) : "");
  return "SIGRTMAX" + (below ? "-" + std::to_string(below) : "");
}

struct SignalNames {
  std::string names[last_signal + 1];

  SignalNames() {
    for (int signal = 1; signal <= last_signal; signal++) names[signal] = name_of_signal(signal);
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

std::optional<uint64_t> device_number(std::string_view text) {
  uint32_t major = 0, minor = 0;
  const char* const last = text.data() + text.size();
  const auto first = std::from_chars(text.data(), last, major);
  if (first.ec != std::errc() || first.ptr == last || *first.ptr != ':') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, last, minor);
  if (second.ec != std::errc() || second.ptr != last) return std::nullopt;
  if (major >> (32 - minor_bits) != 0 || minor >> minor_bits != 0) return std::nullopt;
  return major << minor_bits | minor;
}

std::optional<uint64_t> signal_number(std::string_view text) {
  struct Form {
    std::string_view begin;
    int64_t from, step, first;
  };
  constexpr std::array forms = {Form{"SIGRTMIN+", first_real_time, 1, first_real_time},
                                Form{"SIGRTMAX-", last_signal, -1, first_real_time},
                                Form{"SIG", 0, 1, 1}};
  if (text == "SIGIO") return SIGPOLL;
  for (const Form& form : forms) {
    if (!text.starts_with(form.begin)) continue;
    text.remove_prefix(form.begin.size());
    uint8_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const int64_t signal = form.from + form.step * count;
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (signal < form.first || signal > last_signal) return std::nullopt;
    return static_cast<uint64_t>(signal);
  }
  return std::nullopt;
}

Clock Clock::now() {
  const int64_t monotonic = nanoseconds(CLOCK_MONOTONIC);
  const int64_t boot = nanoseconds(CLOCK_BOOTTIME);
  const int64_t real = nanoseconds(CLOCK_REALTIME);
  return {real - monotonic, real - boot};
}

}  // namespace plumb::schema
