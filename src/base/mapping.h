// Mapping: memory shared with a file or a BPF map, unmapped when it goes.
#pragma once
#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "base/result.h"

namespace plumb {

class Mapping {
 public:
  // `size` bytes of `fd` from `offset` on, which is a multiple of the page size. The file may be
  // closed after. An error says `what` is mapped, and the hint.
  static Result<Mapping> of(const std::string& what, int fd, size_t size, int protection,
                            off_t offset = 0, std::string hint = {}) {
    return mapped(what, mmap(nullptr, size, protection, MAP_SHARED, fd, offset), size,
                  std::move(hint));
  }
  // The bytes of a file that nobody writes to.
  static Result<Mapping> of_file(const std::string& what, int fd, size_t size) {
    return mapped(what, mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0), size, {});
  }

  Mapping() = default;
  Mapping(Mapping&& other) noexcept
      : begin_(std::exchange(other.begin_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(begin_, other.begin_);
    std::swap(size_, other.size_);
    return *this;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (begin_) munmap(begin_, size_);
  }

  size_t size() const { return size_; }
  template <typename T>
  T* at(size_t offset) const {
    return reinterpret_cast<T*>(begin_ + offset);
  }

 private:
  static Result<Mapping> mapped(const std::string& what, void* begin, size_t size,
                                std::string hint) {
    if (begin == MAP_FAILED) return fail_errno("map " + what, errno, std::move(hint));
    Mapping mapping;
    mapping.begin_ = static_cast<char*>(begin);
    mapping.size_ = size;
    return mapping;
  }

  char* begin_ = nullptr;
  size_t size_ = 0;
};

}  // namespace plumb
