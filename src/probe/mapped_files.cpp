#include "probe/mapped_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"

namespace plumb::probe {
namespace {

constexpr size_t most_maps = 64 << 20;  // bytes of text: some hundred thousand mappings
constexpr int most_looks = 3;           // at a process that maps other files meanwhile

// "" where there is none, or its target is too long.
std::string link_target(int directory, const char* name) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlinkat(directory, name, target.data(), target.size());
  const bool is_whole = size > 0 && static_cast<size_t>(size) < target.size();
  return is_whole ? std::string(target.data(), static_cast<size_t>(size)) : std::string();
}

std::string own_name(const Fd& fd) { return fmt::format("/proc/self/fd/{}", fd.get()); }

// What maps tells of one file.
struct Told {
  uint64_t inode = 0;
  std::string path;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
};

std::vector<Told> files_in(std::string_view maps) {
  std::vector<Told> files;
  std::map<std::tuple<std::string, uint64_t, std::string>, size_t> places;
  for (size_t end = 0; (end = maps.find('\n')) != maps.npos; maps.remove_prefix(end + 1)) {
    MapsLine line;
    // without a slash it is something of the kernel's: "anon_inode:[perf_event]"
    if (!parse_maps_line(maps.substr(0, end), line) || line.path[0] != '/') continue;
    const auto [place, is_new] =
        places.try_emplace({line.device, line.inode, line.path}, files.size());
    if (is_new) files.push_back({line.inode, line.path, {}});
    files[place->second].ranges.emplace_back(line.begin, line.end);
  }
  return files;
}

class Process {
 public:
  Process(uint32_t pid, const std::function<void(MappedFile)>& see,
          const std::function<bool(const std::string&)>& wanted)
      : pid_(pid), see_(see), wanted_(wanted) {}

  Result<std::vector<NotRead>> run() {
    // From here on another process with this number is not taken for it.
    proc_ = Fd(::open(fmt::format("/proc/{}", pid_).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!proc_) return gone();
    root_ = link_target(proc_.get(), "root");
    for (int look = 0; look < most_looks; look++) {
      not_read_.clear();
      const std::string maps = TRY(read_maps());
      bool is_missing = false;  // something else may be there by now
      for (const Told& each : files_in(maps))
        if (!wanted_ || wanted_(each.path)) is_missing |= !look_at(each);
      if (!is_missing) break;
    }
    return std::move(not_read_);
  }

 private:
  Fail gone() const {
    if (seen_.empty())
      return fail(fmt::format("--pid {}: no such process", pid_), "ps -e shows what runs");
    return fail(fmt::format("--pid {}: it ended while it was looked at", pid_),
                "a file of it can still be named: plumb usdt PATH");
  }

  Result<std::string> read_maps() {
    auto maps = read_file(own_name(proc_) + "/maps", most_maps);
    if (maps && maps->size() == most_maps) not_read_.push_back({"...", "there are too many more"});
    if (maps && !maps->empty()) return maps;
    // One that has ended has no memory, and neither have the kernel's own.
    const auto status = read_file(own_name(proc_) + "/status", 8192);
    if (!status || status->find("\nState:\tZ") != status->npos) return gone();
    if (maps) return maps;
    return fail(fmt::format("--pid {}: what it maps may not be seen", pid_),
                fmt::format("its owner and root may: sudo plumb usdt -p {}", pid_));
  }

  // False: it was unmapped before it could be opened.
  bool look_at(const Told& told) {
    for (const auto& [begin, end] : told.ranges) {
      if (may_not_map_files_) break;
      const std::string name = fmt::format("map_files/{:x}-{:x}", begin, end);
      const Fd opened(::openat(proc_.get(), name.c_str(), O_PATH | O_CLOEXEC));
      if (opened) return take(opened, told, link_target(AT_FDCWD, own_name(opened).c_str()));
      if (errno == ENOENT || errno == ESRCH) continue;
      if (errno != EPERM && errno != EACCES) return leave(told, std::strerror(errno));
      may_not_map_files_ = true;
    }
    return may_not_map_files_ && look_up(told);
  }

  // By its path, which may be anything by now.
  bool look_up(const Told& told) {
    std::string path = told.path;
    if (cut_deleted(path)) return leave(told, "deleted; root can read it");
    path = beneath_root(path, root_);
    const Fd root(::openat(proc_.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const Fd opened(
        static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str() + 1, &how, sizeof(how))));
    if (!opened) return leave(told, std::strerror(errno));
    struct stat facts {};
    if (::fstat(opened.get(), &facts) != 0 || facts.st_ino != told.inode)
      return leave(told, "another file has its name by now; root can read it");
    return take(opened, told, told.path);
  }

  bool take(const Fd& opened, const Told& told, const std::string& path) {
    struct stat facts {};
    if (::fstat(opened.get(), &facts) != 0) return leave(told, std::strerror(errno));
    if (!S_ISREG(facts.st_mode)) return true;
    if (!seen_.emplace(facts.st_dev, facts.st_ino).second) return true;
    MappedFile mapped;
    if (const int error = reopen(opened, facts, mapped.open); error != 0)
      return leave(told, std::strerror(error));
    mapped.path = path.empty() ? told.path : path;
    mapped.deleted = cut_deleted(mapped.path);
    mapped.path = beneath_root(mapped.path, root_);
    see_(std::move(mapped));
    return true;
  }

  bool leave(const Told& told, std::string reason) {
    not_read_.push_back({beneath_root(told.path, root_), std::move(reason)});
    return true;
  }

  uint32_t pid_;
  const std::function<void(MappedFile)>& see_;
  const std::function<bool(const std::string&)>& wanted_;
  Fd proc_;
  std::string root_;  // the process's, as this one sees it
  bool may_not_map_files_ = false;
  std::set<std::pair<uint64_t, uint64_t>> seen_;  // device and inode
  std::vector<NotRead> not_read_;
};

}  // namespace

Result<std::vector<NotRead>> each_mapped_file(
    uint32_t pid, const std::function<void(MappedFile)>& see,
    const std::function<bool(const std::string& path)>& wanted) {
  return Process(pid, see, wanted).run();
}

}  // namespace plumb::probe
