// Mounts: where this process sees each file system, from /proc/self/mountinfo
// (proc_pid_mountinfo(5)).
//
// Where a whole file system is mounted, parts of it that are mounted elsewhere too do not count.
// Read when first asked, and again when the kernel says that something was mounted or unmounted
// since: a device's number is soon another's. Not thread-safe: one reader owns it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/fd.h"

namespace plumb::resolve {

class Mounts {
 public:
  explicit Mounts(const std::string& file = "/proc/self/mountinfo");

  // "/var/lib/data" for the device major << 20 | minor, of several the first in the file. Where
  // only folders of it are mounted, as subvolumes are: "/[/root], /home[/home]", of at most eight
  // the place and in brackets which folder that is. "" when there is none.
  std::string place_of(uint32_t device);
  // The other way round, of the last that was mounted there and of any part of a file system; 0:
  // nothing is.
  uint32_t device_at(const std::string& place);

 private:
  // A folder of a file system, and where that is.
  struct Part {
    std::string root, place;
  };

  void refresh();
  bool has_changed();
  void read();
  void take(std::string_view line);
  static void take_part(std::vector<Part>& parts, Part part);

  Fd file_;
  bool is_read_ = false;
  std::unordered_map<uint32_t, std::string> places_;
  std::unordered_map<uint32_t, std::vector<Part>> parts_;
  std::unordered_map<std::string, uint32_t> devices_;
};

}  // namespace plumb::resolve
