// Block: sixteen bytes that are looked at together (SSE2, which every x86-64 has).
//
//	Mask found;
//	for (size_t at = 0; at < text.size(); at += Block::size) found |= Block(text,
// at).equal('='); 	if (found.any()) …
#pragma once
#include <emmintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace plumb {

// An answer about each byte of a block.
class Mask {
 public:
  Mask() : bytes_(_mm_setzero_si128()) {}
  explicit Mask(__m128i bytes) : bytes_(bytes) {}

  // Bit i is about byte i.
  uint32_t bits() const { return static_cast<uint32_t>(_mm_movemask_epi8(bytes_)); }
  bool any() const { return bits() != 0; }

  Mask operator|(Mask other) const { return Mask(_mm_or_si128(bytes_, other.bytes_)); }
  Mask& operator|=(Mask other) { return *this = *this | other; }
  Mask operator!() const { return Mask(_mm_andnot_si128(bytes_, _mm_set1_epi8(-1))); }

 private:
  __m128i bytes_;  // of each byte the highest bit counts
};

class Block {
 public:
  static constexpr size_t size = 16;

  // The bytes of `text` from `at` on; behind its end comes `fill`. at <= text.size().
  Block(std::string_view text, size_t at, char fill = '\0')
      : count_(std::min(text.size() - at, size)) {
    const char* from = text.data() + at;
    if (count_ == size) {
      bytes_ = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
      return;
    }
    bytes_ =
        count_ > 8 ? pair(few(from, 8), few(from + 8, count_ - 8)) : pair(few(from, count_), 0);
    const __m128i places = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m128i ours = _mm_cmplt_epi8(places, _mm_set1_epi8(static_cast<char>(count_)));
    bytes_ = _mm_or_si128(bytes_, _mm_andnot_si128(ours, _mm_set1_epi8(fill)));
  }

  // How many bytes are the text's.
  size_t count() const { return count_; }

  Mask equal(char c) const { return Mask(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c))); }

  Mask between(char first, char last) const {
    const __m128i above = _mm_sub_epi8(bytes_, _mm_set1_epi8(first));
    const __m128i span = _mm_set1_epi8(static_cast<char>(last - first));
    return Mask(_mm_cmpeq_epi8(_mm_min_epu8(above, span), above));
  }

  Mask beyond_ascii() const { return Mask(bytes_); }

  // Control characters, DEL and all that is not ASCII: of the signed bytes one further those below
  // that of '!', for DEL and what follows become negative, and 0xff becomes 0.
  Mask unprintable() const {
    const __m128i next = _mm_add_epi8(bytes_, _mm_set1_epi8(1));
    return Mask(_mm_subs_epi8(next, _mm_set1_epi8('!')));
  }

  // All sixteen.
  void store(char* to) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes_); }

 private:
  static __m128i pair(uint64_t low, uint64_t high) {
    return _mm_set_epi64x(static_cast<int64_t>(high), static_cast<int64_t>(low));
  }

  // At most eight bytes as one number; reads that overlap are cheaper than a loop.
  static uint64_t few(const char* from, size_t count) {
    if (count == 8) return load<uint64_t>(from);
    if (count >= 4)
      return load<uint32_t>(from) | uint64_t{load<uint32_t>(from + count - 4)} << 8 * (count - 4);
    if (count == 0) return 0;
    const size_t middle = count / 2;
    return load<uint8_t>(from) | uint64_t{load<uint8_t>(from + middle)} << 8 * middle |
           uint64_t{load<uint8_t>(from + count - 1)} << 8 * (count - 1);
  }

  template <class T>
  static T load(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof(value));
    return value;
  }

  size_t count_;
  __m128i bytes_;
};

}  // namespace plumb
