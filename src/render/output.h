// Output: bytes on their way to a file descriptor, gathered into large writes.
//
// Writers format straight into the buffer: reserve room, write, commit the end. The first failed
// write is kept and everything after it is dropped, so that a hot path need not ask; a file that is
// full ends with its last whole line. SIGPIPE must be ignored by the program; a reader that went
// away is then told apart by closed().
#pragma once
#include <sys/types.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plumb::render {

class Output {
 public:
  // Does not own `fd`, which errors call `name`.
  explicit Output(int fd, std::string name = "standard output", size_t capacity = 64 << 10);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Room for `size` bytes, until the next call of anything here.
  char* reserve(size_t size) {
    if (capacity_ - used_ < size) [[unlikely]]
      make_room(size);
    return buffer_.get() + used_;
  }
  // Everything before `end`, which lies within the last reserved room, is to be written.
  void commit(const char* end) { used_ = static_cast<size_t>(end - buffer_.get()); }
  void append(std::string_view bytes) {
    char* at = reserve(bytes.size());
    std::memcpy(at, bytes.data(), bytes.size());
    commit(at + bytes.size());
  }

  // Writes what is buffered. The error of the first write that failed, now and ever after.
  Result<> flush();
  // The reader went away (a closed pipe): an end, not a failure.
  bool closed() const;

 private:
  void make_room(size_t size);
  void drain();
  void count_unended(std::string_view written);
  // After a write that failed, into a file that is `end` long now.
  void keep_whole_lines(off_t end);

  int fd_;
  std::string name_;
  int error_ = 0;  // errno of the first failure
  size_t used_ = 0;
  size_t unended_ = 0;  // written to a file after the last end of a line
  size_t capacity_;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace plumb::render
