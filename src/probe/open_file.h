// Files of others, opened without an effect on them and without waiting.
#pragma once
#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"

struct stat;

namespace plumb::probe {

struct OpenFile {
  Fd file;  // for reading
  uint64_t size = 0;
};

// The regular file at `path`, whose links are followed: beneath /proc/PID/root within that root.
Result<OpenFile> open_file(const std::string& path);

// What was opened with O_PATH, now for reading; `facts` are fstat's of it. The errno of what kept
// it from that; 0: nothing did.
int reopen(const Fd& opened, const struct stat& facts, OpenFile& out);

}  // namespace plumb::probe
