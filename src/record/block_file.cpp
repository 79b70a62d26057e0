#include "record/block_file.h"

#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstdlib>

namespace plumb::record {

BlockFile::BlockFile(Fd file, std::string name)
    : file_(std::move(file)), name_(std::move(name)), zstd_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
  if (zstd_ == nullptr) std::abort();  // out of memory
  ZSTD_CCtx_setParameter(zstd_.get(), ZSTD_c_compressionLevel, 1);
  // The block's checksum covers the stored bytes.
  ZSTD_CCtx_setParameter(zstd_.get(), ZSTD_c_checksumFlag, 0);
}

BlockFile::~BlockFile() = default;

void BlockFile::write_file_header() {
  std::string header(magic);
  header.append(reinterpret_cast<const char*>(&version), sizeof(version));
  append(header);
}

void BlockFile::write(Block type, std::string_view payload) {
  if (failed()) return;
  if (payload.size() > largest_raw) {
    error_ = EMSGSIZE;
    return;
  }
  packed_.resize(sizeof(BlockHeader) + ZSTD_compressBound(payload.size()));
  char* stored = packed_.data() + sizeof(BlockHeader);
  const size_t size = ZSTD_compress2(zstd_.get(), stored, packed_.size() - sizeof(BlockHeader),
                                     payload.data(), payload.size());
  if (ZSTD_isError(size) != 0) std::abort();  // the room suffices: only out of memory
  BlockHeader header{static_cast<uint32_t>(type), static_cast<uint32_t>(payload.size()),
                     static_cast<uint32_t>(size), 0};
  header.checksum = block_checksum(header, {stored, size});
  std::memcpy(packed_.data(), &header, sizeof(header));
  append({packed_.data(), sizeof(header) + size});
}

void BlockFile::append(std::string_view bytes) {
  size_t done = 0;
  while (done < bytes.size() && error_ == 0) {
    const ssize_t wrote = ::write(file_.get(), bytes.data() + done, bytes.size() - done);
    if (wrote > 0)
      done += static_cast<size_t>(wrote);
    else if (wrote == 0)
      error_ = EIO;
    else if (errno != EINTR)
      error_ = errno;
  }
  if (error_ == 0) {
    size_ += bytes.size();
  } else if (done > 0) {
    // A reader stops at the part of a block as well; without it the file is merely short. Pipes
    // cannot be cut, and there is nothing else to do.
    if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) return;
  }
}

Result<> BlockFile::status() const {
  if (error_ == 0) return {};
  const bool full = error_ == ENOSPC || error_ == EDQUOT || error_ == EFBIG;
  std::string hint = full ? "what was recorded until then is kept: plumb show " + name_ : "";
  if (error_ == EFBIG) hint += "; ulimit -f, or the file system, lets files grow no further";
  return fail_errno("record to " + name_, error_, std::move(hint));
}

}  // namespace plumb::record
