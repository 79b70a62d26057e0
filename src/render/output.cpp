#include "render/output.h"

#include <sys/stat.h>
#include <unistd.h>

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
  const off_t begin = error_ == 0 ? lseek(fd_, 0, SEEK_CUR) : -1;
  if (error_ == 0) error_ = write_all(fd_, {buffer_.get(), used_});
  if (begin >= 0) {
    const off_t end = error_ == 0 ? begin + static_cast<off_t>(used_) : lseek(fd_, 0, SEEK_CUR);
    count_unended({buffer_.get(), static_cast<size_t>(std::max(begin, end) - begin)});
    if (error_ != 0) keep_whole_lines(end);
  }
  used_ = 0;
}

void Output::count_unended(std::string_view written) {
  const size_t last = written.rfind('\n');
  unended_ = last == written.npos ? unended_ + written.size() : written.size() - last - 1;
}

void Output::keep_whole_lines(off_t end) {
  struct stat file {};
  const bool is_ours = fstat(fd_, &file) == 0 && S_ISREG(file.st_mode) && file.st_size == end;
  if (!is_ours || end < static_cast<off_t>(unended_)) return;
  [[maybe_unused]] const int done = ftruncate(fd_, end - static_cast<off_t>(unended_));
}

}  // namespace plumb::render
