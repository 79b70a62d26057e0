// Cursor: reads hostile bytes front to back and never past their end.
//
// Every read says whether it succeeded; after a failed one the cursor stays where it was.
// Numbers are in the byte order of this machine, as plumb's own files and the kernel's BTF are.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace plumb {

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  size_t position() const { return position_; }
  size_t left() const { return bytes_.size() - position_; }

  template <class T>
  [[nodiscard]] bool read(T& out) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (left() < sizeof(T)) return false;
    std::memcpy(&out, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return true;
  }

  [[nodiscard]] bool read(std::string_view& out, size_t size) {
    if (left() < size) return false;
    out = bytes_.substr(position_, size);
    position_ += size;
    return true;
  }

  [[nodiscard]] bool skip(size_t size) {
    if (left() < size) return false;
    position_ += size;
    return true;
  }

 private:
  std::string_view bytes_;
  size_t position_ = 0;
};

}  // namespace plumb
