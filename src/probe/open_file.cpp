#include "probe/open_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"

namespace plumb::probe {
namespace {

// O_PATH has no effect on whatever lies there: a FIFO, a device. Within another root links lead
// where they lead its processes: an absolute one to its own files, and none out of it.
Fd open_path(const std::string& path) {
  constexpr int flags = O_PATH | O_CLOEXEC;
  const size_t part = root_part(path);
  if (part == 0) return Fd(::open(path.c_str(), flags));
  const Fd root(::open(path.substr(0, part).c_str(), flags | O_DIRECTORY));
  if (!root) return {};
  open_how how{};
  how.flags = flags;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const char* rest = path.c_str() + part + 1;
  return Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), rest, &how, sizeof(how))));
}

}  // namespace

size_t root_part(std::string_view path) {
  constexpr std::string_view proc = "/proc/", own = "/proc/self/fd/", root = "/root/";
  const bool is_own = path.starts_with(own);
  if (!path.starts_with(proc)) return 0;
  const size_t begin = is_own ? own.size() : proc.size();
  const size_t end = std::min(path.find('/', begin), path.size());
  if (!parse_unsigned(path.substr(begin, end - begin))) return 0;
  if (is_own) return end == path.size() ? 0 : end;
  return path.substr(end).starts_with(root) ? end + root.size() - 1 : 0;
}

Result<OpenFile> open_file(const std::string& path) {
  const Fd opened = open_path(path);
  if (!opened) return fail_errno(path, errno, file_hint(path, errno));
  struct stat facts {};
  if (::fstat(opened.get(), &facts) != 0) return fail_errno(path, errno);
  if (S_ISDIR(facts.st_mode)) return fail_errno(path, EISDIR, file_hint(path, EISDIR));
  if (!S_ISREG(facts.st_mode)) return fail(path + ": not a file", "name a program or a library");
  OpenFile file;
  if (const int error = reopen(opened, facts, file); error != 0)
    return fail_errno(path, error, file_hint(path, error));
  return file;
}

int reopen(const Fd& opened, const struct stat& facts, OpenFile& out) {
  out.file =
      Fd(::open(fmt::format("/proc/self/fd/{}", opened.get()).c_str(), O_RDONLY | O_CLOEXEC));
  out.size = static_cast<uint64_t>(facts.st_size);
  return out.file ? 0 : errno;
}

}  // namespace plumb::probe
