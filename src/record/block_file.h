// BlockFile: whole blocks at the end of a file.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"
#include "record/format.h"

struct ZSTD_CCtx_s;

namespace plumb::record {

class BlockFile {
 public:
  BlockFile(Fd file, std::string name);
  ~BlockFile();
  BlockFile(const BlockFile&) = delete;
  BlockFile& operator=(const BlockFile&) = delete;

  void write_file_header();
  // At most largest_raw bytes. Nothing is written after a failure.
  void write(Block type, std::string_view payload);

  bool failed() const { return error_ != 0; }
  // The first failure, with a hint.
  Result<> status() const;
  uint64_t size() const { return size_; }

 private:
  void append(std::string_view bytes);

  Fd file_;
  std::string name_;
  int error_ = 0;      // errno of the first failure
  uint64_t size_ = 0;  // of whole blocks
  std::string packed_;
  std::unique_ptr<ZSTD_CCtx_s, size_t (*)(ZSTD_CCtx_s*)> zstd_;
};

}  // namespace plumb::record
