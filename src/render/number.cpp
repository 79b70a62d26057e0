#include "render/number.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>
#include <span>

#include "schema/names.h"

namespace plumb::render {
namespace {

using schema::Field;
using schema::Format;
using schema::Unit;

struct Scale {
  uint64_t factor;
  std::string_view name;
};
constexpr std::array durations = {Scale{1, "ns"}, Scale{1'000, "us"}, Scale{1'000'000, "ms"},
                                  Scale{1'000'000'000, "s"}};
constexpr std::array sizes = {Scale{1, "B"}, Scale{1 << 10, "KiB"}, Scale{1 << 20, "MiB"},
                              Scale{1 << 30, "GiB"}};

// Three significant digits in the largest unit that leaves at least 0.9995 of it.
char* put_scaled(char* at, uint64_t value, std::span<const Scale> scales) {
  size_t unit = 0;
  while (unit + 1 < scales.size() &&
         value >= scales[unit + 1].factor - scales[unit + 1].factor / 2000)
    unit++;
  const uint64_t factor = scales[unit].factor;
  if (unit == 0) {
    at = put_unsigned(at, value);
  } else if (const uint64_t whole = value / factor; whole >= 1000) {
    at = put_unsigned(at, whole + (value % factor + factor / 2) / factor);
  } else {
    // Below 1000 units nothing overflows: value * 100 < 1000 * 2^30 * 100.
    const uint64_t hundredths = (value * 100 + factor / 2) / factor;
    if (hundredths < 1000) {
      *at++ = static_cast<char>('0' + hundredths / 100);
      *at++ = '.';
      at = put_digits(at, hundredths % 100, 2);
    } else if (const uint64_t tenths = (value * 10 + factor / 2) / factor; tenths < 1000) {
      at = put_unsigned(at, tenths / 10);
      *at++ = '.';
      at = put_digits(at, tenths % 10, 1);
    } else {
      at = put_unsigned(at, (value + factor / 2) / factor);
    }
  }
  std::memcpy(at, scales[unit].name.data(), scales[unit].name.size());
  return at + scales[unit].name.size();
}

}  // namespace

char* put_unsigned(char* at, uint64_t value) {
  return std::to_chars(at, at + number_room, value).ptr;
}

char* put_signed(char* at, int64_t value) { return std::to_chars(at, at + number_room, value).ptr; }

char* put_grouped(char* at, uint64_t value) {
  if (value < 1000) return put_unsigned(at, value);
  std::array<char, 24> digits;
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  for (const char* digit = digits.data(); digit < end; digit++) {
    *at++ = *digit;
    if (const auto left = end - digit - 1; left > 0 && left % 3 == 0) *at++ = ',';
  }
  return at;
}

char* put_hex(char* at, uint64_t value) {
  *at++ = '0';
  *at++ = 'x';
  return std::to_chars(at, at + number_room, value, 16).ptr;
}

char* put_octal(char* at, uint64_t value) {
  *at++ = '0';
  return value == 0 ? at : std::to_chars(at, at + number_room, value, 8).ptr;
}

char* put_device(char* at, uint64_t device) {
  at = put_unsigned(at, device >> schema::minor_bits);
  *at++ = ':';
  return put_unsigned(at, device & ((1u << schema::minor_bits) - 1));
}

char* put_duration(char* at, uint64_t ns) { return put_scaled(at, ns, durations); }

char* put_size(char* at, uint64_t bytes) { return put_scaled(at, bytes, sizes); }

char* put_digits(char* at, uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; i--) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + digits;
}

char* put_address(char* at, std::string_view bytes) {
  constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (bytes.size() != 16) return at;
  if (bytes.starts_with(mapped)) {
    for (size_t i = 12; i < 16; i++) {
      if (i > 12) *at++ = '.';
      at = put_unsigned(at, static_cast<uint8_t>(bytes[i]));
    }
    return at;
  }
  in6_addr address;
  std::memcpy(&address, bytes.data(), sizeof(address));
  if (inet_ntop(AF_INET6, &address, at, number_room) == nullptr) return at;
  return at + std::strlen(at);
}

char* put_quantity(char* at, const Field& field, uint64_t bits) {
  const bool negative = field.is_signed() && static_cast<int64_t>(bits) < 0;
  if (field.format == Format::hex) return put_hex(at, bits);
  if (field.format == Format::octal) return put_octal(at, bits);
  if (field.format == Format::device) return put_device(at, bits);
  if (field.format != Format::plain)
    return negative ? put_signed(at, static_cast<int64_t>(bits)) : put_unsigned(at, bits);
  if (negative) *at++ = '-';
  const uint64_t magnitude = negative ? ~bits + 1 : bits;
  switch (field.unit) {
    case Unit::ns:
      return put_duration(at, magnitude);
    case Unit::bytes:
      return put_size(at, magnitude);
    default:
      return put_grouped(at, magnitude);
  }
}

}  // namespace plumb::render
