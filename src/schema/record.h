// Record: one event as bytes, read through its schema. Owns nothing.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "schema/schema.h"

namespace plumb::schema {

// What a tail field holds in the struct: where its bytes are. Laid out as bpf/schema.bpf.h does.
struct TailRef {
  static constexpr uint16_t is_whole =
      UINT16_MAX;  // `size` of one that has all its bytes, more than that

  uint16_t offset;  // from the start of the body
  uint16_t size;    // captured bytes
  uint32_t whole;   // bytes there were; more than were captured means it was cut

  uint32_t captured() const { return size == is_whole ? whole : size; }
};

struct Record {
  const Event* event = nullptr;
  uint64_t time = 0;      // ns, CLOCK_MONOTONIC
  uint32_t weight = 1;    // events it stands for (sampling)
  std::string_view body;  // the struct, then the tails

  // Any number, zero- or sign-extended to 64 bits. Reading outside the body gives 0.
  uint64_t bits(const Field& field) const {
    if (field.offset + field.size > body.size()) return 0;
    const char* at = body.data() + field.offset;
    const bool is_signed = field.is_signed();
    switch (field.size) {
      case 1:
        return is_signed ? extend<int8_t>(at) : extend<uint8_t>(at);
      case 2:
        return is_signed ? extend<int16_t>(at) : extend<uint16_t>(at);
      case 4:
        return is_signed ? extend<int32_t>(at) : extend<uint32_t>(at);
      default:
        return field.size == 8 ? extend<uint64_t>(at) : 0;
    }
  }

  // It has no value, whatever its bytes are.
  bool is_missing(const Field& field) const {
    if (field.missing_mask == 0 || field.missing_at + sizeof(uint32_t) > body.size()) return false;
    return (extend<uint32_t>(body.data() + field.missing_at) & field.missing_mask) != 0;
  }

  TailRef tail(const Field& field) const {
    TailRef ref{};
    if (field.offset + sizeof(ref) <= body.size())
      std::memcpy(&ref, body.data() + field.offset, sizeof(ref));
    return ref;
  }

  // The bytes of a text, tail or address; a list's elements are separated and ended by NUL.
  std::string_view text(const Field& field) const {
    if (field.in_tail()) {
      TailRef ref = tail(field);
      if (ref.offset > body.size()) return {};
      return body.substr(ref.offset, ref.captured());
    }
    if (field.offset + field.size > body.size()) return {};
    std::string_view whole = body.substr(field.offset, field.size);
    return field.kind == Kind::text ? whole.substr(0, std::min(whole.find('\0'), whole.size()))
                                    : whole;
  }

  // The body without what is behind its last tail: a long list comes in more room than it takes
  // (bpf/whole.bpf.h).
  std::string_view used() const {
    size_t end = event->size;
    for (const Field& field : event->fields) {
      if (!field.in_tail()) continue;
      const TailRef ref = tail(field);
      end = std::max<size_t>(end, size_t{ref.offset} + ref.captured());
    }
    return body.substr(0, end);
  }

  bool cut(const Field& field) const {
    if (!field.in_tail() || is_missing(field)) return false;
    TailRef ref = tail(field);
    return ref.whole > ref.captured();
  }

 private:
  template <class T>
  static uint64_t extend(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof(value));
    return static_cast<uint64_t>(static_cast<int64_t>(value));
  }
};

}  // namespace plumb::schema
