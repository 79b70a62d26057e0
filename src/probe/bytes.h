// Bytes: what an ELF file is read from.
//
// Files are read and not mapped: whoever owns one may cut it short at any moment, and a mapping of
// it would then end plumb with SIGBUS.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/fd.h"
#include "base/result.h"

namespace plumb::probe {

class Bytes {
 public:
  explicit Bytes(uint64_t size) : size_(size) {}
  virtual ~Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  uint64_t size() const { return size_; }
  // Of the open file that they are; -1: they are none.
  virtual int descriptor() const { return -1; }

  // False where not all of it is there.
  [[nodiscard]] bool read(uint64_t offset, char* to, size_t size) const {
    return offset <= size_ && size <= size_ - offset && fetch(offset, to, size);
  }
  template <class T>
  [[nodiscard]] bool read(uint64_t offset, T& out) const {
    static_assert(std::is_trivially_copyable_v<T>);
    return read(offset, reinterpret_cast<char*>(&out), sizeof(T));
  }
  // No memory is taken for what is not there; how much is the caller's to bound.
  [[nodiscard]] bool read(uint64_t offset, std::string& out, uint64_t size) const {
    if (offset > size_ || size > size_ - offset) return false;
    out.resize(size);
    return read(offset, out.data(), out.size());
  }

 private:
  virtual bool fetch(uint64_t offset, char* to, size_t size) const = 0;

  uint64_t size_;
};

class MemoryBytes : public Bytes {
 public:
  explicit MemoryBytes(std::string_view bytes) : Bytes(bytes.size()), bytes_(bytes) {}

 private:
  bool fetch(uint64_t offset, char* to, size_t size) const override {
    std::memcpy(to, bytes_.data() + offset, size);
    return true;
  }

  std::string_view bytes_;
};

class FileBytes : public Bytes {
 public:
  // A regular file, open for reading, and its size.
  FileBytes(Fd file, uint64_t size) : Bytes(size), file_(std::move(file)) {}

  int descriptor() const override { return file_.get(); }

 private:
  bool fetch(uint64_t offset, char* to, size_t size) const override;

  Fd file_;
};

}  // namespace plumb::probe
