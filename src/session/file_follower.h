// FileFollower: the thread that gives files their tables which somebody maps while a run goes on
// (code_files.h).
#pragma once
#include <atomic>
#include <memory>
#include <thread>

#include "base/result.h"
#include "session/code_files.h"

namespace plumb::session {

class FileFollower {
 public:
  // With the capabilities that the caller has now. `files` and the programs that they were filled
  // for must outlive it.
  static Result<std::unique_ptr<FileFollower>> start(CodeFiles& files);
  ~FileFollower();
  FileFollower(const FileFollower&) = delete;
  FileFollower& operator=(const FileFollower&) = delete;

 private:
  explicit FileFollower(CodeFiles& files) : files_(files) {}

  CodeFiles& files_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

}  // namespace plumb::session
