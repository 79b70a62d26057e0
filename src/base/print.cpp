#include "base/print.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace plumb {

Result<> print(std::string_view text) {
  const int error = write_all(STDOUT_FILENO, text);
  if (error == 0 || error == EPIPE) return {};
  return cannot_write("standard output", error);
}

void tell(std::string_view text) { write_all(STDERR_FILENO, text); }

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote == 0) return EIO;
    if (wrote > 0) {
      bytes.remove_prefix(static_cast<size_t>(wrote));
    } else if (errno == EAGAIN) {
      // Somebody who shares our standard output made it non-blocking: wait as if nobody had.
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

Fail cannot_write(const std::string& where, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  const char* hint = full             ? "free some space, or write elsewhere"
                     : error == EFBIG ? "ulimit -f, or the file system, lets files grow no further"
                     : error == EBADF ? "whoever started plumb has closed it"
                                      : "";
  return fail_errno("write " + where, error, hint);
}

}  // namespace plumb
