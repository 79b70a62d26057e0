#include "probe/open_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/text.h"

namespace plumb::probe {

Result<OpenFile> open_file(const std::string& path) {
  // O_PATH has no effect on whatever lies there: a FIFO, a device.
  const Fd opened(::open(path.c_str(), O_PATH | O_CLOEXEC));
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
