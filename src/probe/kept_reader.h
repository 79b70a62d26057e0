// KeptReader: as `isolated`, for one file that is asked again and again. Its process stays, with
// what it has made of the file.
#pragma once
#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace plumb::probe {

class KeptReader {
 public:
  using Answer = std::function<std::string(std::string_view question)>;

  // `begin` is called in the process, with descriptors of the file, and of another one that belongs
  // to it (-1: there is none); it says what answers.
  static Result<KeptReader> start(int file, int second,
                                  const std::function<Answer(int file, int second)>& begin);
  KeptReader(KeptReader&& other) noexcept;
  KeptReader& operator=(KeptReader&&) = delete;
  // Its process ends.
  ~KeptReader();

  // The answer is as hostile as the file; at most `most_found` bytes (isolated.h). After an error,
  // which has no hint, it answers nothing any more.
  Result<std::string> ask(std::string_view question);

 private:
  KeptReader(Fd ends, pid_t pid) : socket_(std::move(ends)), pid_(pid) {}

  Fd socket_;
  pid_t pid_;
};

}  // namespace plumb::probe
