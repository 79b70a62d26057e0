// Cgroups: the ids of control groups (version 2) and their paths.
//
// The id is the one bpf_get_current_cgroup_id() gives: kernfs's 64-bit id, which stat(2) shows as
// the inode number of the cgroup's directory. The kernel gives no id twice between two boots, so a
// path that was once learnt stays true for late events, also after its cgroup is gone.
//
// Paths are relative to the mounted root and begin with '/', as in /proc/PID/cgroup.
// Not thread-safe: one reader owns it.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace plumb::resolve {

// Where cgroup2 is mounted according to the text of /proc/PID/mountinfo, "" when it is not. A mount
// of the whole hierarchy is preferred, then the usual places: /sys/fs/cgroup (version 2 alone) and
// /sys/fs/cgroup/unified (hybrid).
std::string find_cgroup_mount(std::string_view mountinfo);

struct Cgroup {
  uint64_t id = 0;
  std::string path;
};

// `path` is `ancestor`, or lies below it. Both begin with '/'.
bool is_within(std::string_view path, std::string_view ancestor);

class Cgroups {
 public:
  using Clock = std::chrono::steady_clock;

  // The hierarchy of this machine, from /proc/self/mountinfo.
  Cgroups();
  // The hierarchy below `mount`, "" for none. An id that was not found is not looked for again
  // during `unknown_for`.
  explicit Cgroups(std::string mount, Clock::duration unknown_for = std::chrono::seconds(1));

  // "" when no cgroup2 hierarchy is mounted: then nothing has a path.
  const std::string& mount() const { return mount_; }

  // `path` is what people have at hand: absolute below the mount, or relative to the root of the
  // hierarchy, with or without its first '/'. Fails with the nearest existing cgroups as a hint.
  Result<uint64_t> id_of(std::string_view path) const;

  // "" when no cgroup has this id. The view is good until the next call.
  std::string_view path_of(uint64_t id);

  // The cgroup at `path` and everything below it, parents before children, 65,536 at most; empty
  // when there is none.
  std::vector<Cgroup> tree(std::string_view path = "/") const;

  // Those directly below it, in no order.
  std::vector<Cgroup> children(std::string_view path) const;
  // Where it is in the file system.
  std::string directory(std::string_view path) const;

  // A process lives in this cgroup or below it (cgroup.events); true when the kernel does not say.
  bool populated(std::string_view path) const;

  // The user that owns the cgroup's directory; -1 when there is no such cgroup.
  int64_t owner_uid(std::string_view path) const;

 private:
  enum class Lookup { found, absent, not_allowed };

  Lookup by_handle(uint64_t id, std::string& path) const;
  void scan(Clock::time_point now);
  std::string_view remember(uint64_t id, std::string path);
  std::string neighbours(const std::string& path) const;

  std::string mount_;
  Fd mount_fd_;
  Clock::duration unknown_for_;
  bool handles_work_ = false;
  Clock::time_point scanned_{};
  std::unordered_map<uint64_t, std::string> paths_;                // emptied when full
  std::unordered_map<uint64_t, Clock::time_point> unknown_until_;  // emptied when full
};

}  // namespace plumb::resolve
