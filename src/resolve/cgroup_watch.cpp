#include "resolve/cgroup_watch.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace plumb::resolve {
namespace {

constexpr std::string_view everything = "/";

std::string child_path(std::string_view parent, std::string_view child) {
  return fmt::format("{}/{}", parent == everything ? "" : parent, child);
}

}  // namespace

Result<CgroupWatch> CgroupWatch::open(const Cgroups& cgroups) {
  if (cgroups.mount().empty()) return fail("no cgroup2 hierarchy is mounted");
  Fd notes(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!notes) return fail_errno("inotify", errno, "sysctl fs.inotify.max_user_instances");
  CgroupWatch watch(cgroups, std::move(notes));
  if (watch.enter(everything).empty())
    return fail_errno("inotify: " + cgroups.mount(), errno, "sysctl fs.inotify.max_user_watches");
  return watch;
}

// Those at and below `top` that were not watched yet.
std::vector<std::string> CgroupWatch::enter(std::string_view top) {
  std::vector<std::string> fresh;
  std::vector<std::string> left{std::string(top)};
  while (!left.empty()) {
    const std::string path = std::move(left.back());
    left.pop_back();
    const int watch = ::inotify_add_watch(notes_.get(), cgroups_->directory(path).c_str(),
                                          IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW);
    if (watch < 0) continue;  // it went meanwhile
    if (paths_.insert_or_assign(watch, path).second) fresh.push_back(path);
    for (Cgroup& child : cgroups_->children(path)) left.push_back(std::move(child.path));
  }
  return fresh;
}

// False: the kernel had no room for all that came.
bool CgroupWatch::read_notes(std::vector<std::string>& came) {
  bool whole = true;
  alignas(inotify_event) std::array<char, 16 << 10> bytes{};
  for (ssize_t size; (size = ::read(notes_.get(), bytes.data(), bytes.size())) > 0;) {
    inotify_event note{};
    for (size_t at = 0; at + sizeof(note) <= static_cast<size_t>(size);
         at += sizeof(note) + note.len) {
      std::memcpy(&note, bytes.data() + at, sizeof(note));
      whole &= !(note.mask & IN_Q_OVERFLOW);
      const auto parent = paths_.find(note.wd);
      if (parent == paths_.end()) continue;
      if (note.mask & IN_IGNORED)
        paths_.erase(parent);
      else if (note.mask & IN_ISDIR)
        came.push_back(child_path(parent->second, bytes.data() + at + sizeof(note)));
    }
  }
  return whole;
}

std::vector<std::string> CgroupWatch::take() {
  std::vector<std::string> came;
  if (!read_notes(came)) came = {std::string(everything)};
  std::vector<std::string> fresh;
  for (const std::string& path : came)
    for (std::string& each : enter(path)) fresh.push_back(std::move(each));
  return fresh;
}

}  // namespace plumb::resolve
