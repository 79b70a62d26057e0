// Names: words for numbers that only this machine, or a recording of it, can translate.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.h"

namespace plumb::schema {

class Names {
 public:
  virtual ~Names() = default;
  // Of a format that needs_names; "" when unknown. Valid until the next call.
  virtual std::string_view name(Format format, uint64_t id) = 0;
  // All numbers that have this name, where they are known and stay the same during a run; else
  // none.
  virtual std::vector<uint64_t> numbers(Format, std::string_view) { return {}; }
};

constexpr bool needs_names(Format format) {
  return format == Format::cgroup || format == Format::container || format == Format::user ||
         format == Format::group || format == Format::symbol || format == Format::mount ||
         format == Format::stack;
}
// Do many numbers have one name?
constexpr bool shares_names(Format format) {
  return format == Format::container || format == Format::symbol || format == Format::mount;
}

// Offsets between the kernel's clocks and the calendar, so that a record's time can be told.
struct Clock {
  int64_t real_minus_monotonic = 0;  // ns
  int64_t real_minus_boot = 0;       // ns

  static Clock now();
};

// Names that need nobody: errno and signal numbers of this architecture. "" when unknown.
std::string_view error_name(int64_t error);
std::string_view signal_name(int64_t signal);
// The kernel's dev_t (include/linux/kdev_t.h) from and to "254:0".
constexpr uint32_t minor_bits = 20;
std::optional<uint64_t> device_number(std::string_view text);
// What a signal may be written as beside its name: SIG37, SIGRTMIN+3, SIGRTMAX-27, SIGIO.
std::optional<uint64_t> signal_number(std::string_view text);

}  // namespace plumb::schema
