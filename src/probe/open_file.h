// Files of others, opened without an effect on them and without waiting.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

struct stat;

namespace plumb::probe {

struct OpenFile {
  Fd file;  // for reading
  uint64_t size = 0;
};

// How much of a path is another process's root: "/proc/1234/root", or "/proc/self/fd/5", which is
// such a folder, open; 0: it begins in this one's.
size_t root_part(std::string_view path);

// The regular file at `path`, whose links are followed: beneath such a root within it.
Result<OpenFile> open_file(const std::string& path);

// What was opened with O_PATH, now for reading; `facts` are fstat's of it. The errno of what kept
// it from that; 0: nothing did.
int reopen(const Fd& opened, const struct stat& facts, OpenFile& out);

}  // namespace plumb::probe
