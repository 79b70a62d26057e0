#include "render/output.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace plumb::render {

Output::Output(int fd, size_t capacity)
    : fd_(fd), capacity_(capacity), buffer_(std::make_unique<char[]>(capacity)) {}

Output::~Output() { drain(); }

Result<> Output::flush() {
  drain();
  if (error_ == 0) return {};
  return fail_errno(
      "write output", error_,
      error_ == ENOSPC || error_ == EDQUOT ? "free some space, or write elsewhere with -o" : "");
}

bool Output::closed() const { return error_ == EPIPE; }

void Output::make_room(size_t size) {
  drain();
  if (size <= capacity_) return;
  capacity_ = std::max(size, 2 * capacity_);
  buffer_ = std::make_unique<char[]>(capacity_);
}

void Output::drain() {
  size_t done = 0;
  while (done < used_ && error_ == 0) {
    ssize_t wrote = ::write(fd_, buffer_.get() + done, used_ - done);
    if (wrote >= 0) {
      done += static_cast<size_t>(wrote);
    } else if (errno == EAGAIN) {
      // Somebody who shares our standard output made it non-blocking: wait as if nobody had.
      pollfd ready{fd_, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  used_ = 0;
}

}  // namespace plumb::render
