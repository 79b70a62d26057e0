#include "render/output.h"

#include <algorithm>
#include <cerrno>

#include "base/print.h"

namespace plumb::render {

Output::Output(int fd, std::string name, size_t capacity)
    : fd_(fd),
      name_(std::move(name)),
      capacity_(capacity),
      buffer_(std::make_unique<char[]>(capacity)) {}

Output::~Output() { drain(); }

Result<> Output::flush() {
  drain();
  if (error_ == 0) return {};
  return cannot_write(name_, error_);
}

bool Output::closed() const { return error_ == EPIPE; }

void Output::make_room(size_t size) {
  drain();
  if (size <= capacity_) return;
  capacity_ = std::max(size, 2 * capacity_);
  buffer_ = std::make_unique<char[]>(capacity_);
}

void Output::drain() {
  if (error_ == 0) error_ = write_all(fd_, {buffer_.get(), used_});
  used_ = 0;
}

}  // namespace plumb::render
