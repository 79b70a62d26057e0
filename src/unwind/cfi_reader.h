// CfiReader: the numbers that call frame information is made of, front to back.
//
// After the first that is not there, or has no meaning, each is 0 and `failed` says so: programs
// are read whole before anything of them counts.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace plumb::unwind {

// How a pointer is written (LSB Core, "DWARF Exception Header Encoding"): the form of the number,
// and what it counts from.
namespace encoding {
constexpr uint8_t absolute = 0x00, uleb = 0x01, u16 = 0x02, u32 = 0x03, u64 = 0x04;
constexpr uint8_t sleb = 0x09, s16 = 0x0a, s32 = 0x0b, s64 = 0x0c;
constexpr uint8_t from_here = 0x10, from_section = 0x30, omitted = 0xff;
constexpr uint8_t form = 0x0f, counted = 0xf0;  // their bits
}  // namespace encoding

class CfiReader {
 public:
  CfiReader(std::string_view bytes, uint64_t address) : bytes_(bytes), address_(address) {}

  bool failed() const { return failed_; }
  bool done() const { return at_ == bytes_.size(); }
  uint64_t address() const { return address_ + at_; }  // of what is read next
  std::string_view rest() const { return bytes_.substr(at_); }

  template <class T>
  T number() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (bytes_.size() - at_ < sizeof(T)) return fail<T>();
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }

  uint64_t uleb() { return leb().value; }
  int64_t sleb() {
    const Leb leb = this->leb();
    const bool is_negative = (leb.last & 0x40) != 0 && leb.bits < 64;
    return static_cast<int64_t>(is_negative ? leb.value | ~uint64_t{0} << leb.bits : leb.value);
  }

  // The next `size` bytes.
  CfiReader part(uint64_t size) {
    if (bytes_.size() - at_ < size) size = fail<uint64_t>();
    CfiReader part(bytes_.substr(at_, size), address());
    part.failed_ = failed_;
    at_ += size;
    return part;
  }
  // Up to a zero byte, which is read, too.
  std::string_view text() {
    const std::string_view left = rest();
    const size_t size = left.find('\0');
    if (size == std::string_view::npos) return fail<std::string_view>();
    at_ += size + 1;
    return left.substr(0, size);
  }

  // An address. `section`: that of the section that pointers may count from, if there is one.
  uint64_t pointer(uint8_t how, uint64_t section = 0) {
    const uint64_t here = address();
    const uint64_t value = formed(how);
    const uint8_t from = how & encoding::counted;
    if (from == encoding::from_here) return value + here;
    if (from == encoding::from_section && section != 0) return value + section;
    return from == encoding::absolute ? value : fail<uint64_t>();
  }
  // Its number alone, whatever it counts from.
  uint64_t formed(uint8_t how) {
    switch (how & encoding::form) {
      case encoding::uleb:
        return uleb();
      case encoding::sleb:
        return static_cast<uint64_t>(sleb());
      case encoding::u16:
        return number<uint16_t>();
      case encoding::s16:
        return static_cast<uint64_t>(int64_t{number<int16_t>()});
      case encoding::u32:
        return number<uint32_t>();
      case encoding::s32:
        return static_cast<uint64_t>(int64_t{number<int32_t>()});
      case encoding::absolute:
      case encoding::u64:
      case encoding::s64:
        return number<uint64_t>();
      default:
        return fail<uint64_t>();
    }
  }

 private:
  struct Leb {
    uint64_t value = 0;
    unsigned bits = 0;
    uint8_t last = 0;
  };
  // What has more than 64 bits is none: no file needs it.
  Leb leb() {
    Leb leb;
    do {
      if (done() || leb.bits >= 70) return fail<Leb>();
      leb.last = static_cast<uint8_t>(bytes_[at_++]);
      if (leb.bits < 64) leb.value |= uint64_t{leb.last & 0x7fu} << leb.bits;
      leb.bits += 7;
    } while ((leb.last & 0x80) != 0);
    return leb;
  }

  template <class T>
  T fail() {
    failed_ = true;
    at_ = bytes_.size();
    return T{};
  }

  std::string_view bytes_;
  uint64_t address_;
  size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace plumb::unwind
