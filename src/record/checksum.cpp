#include "record/checksum.h"

#include <array>
#include <cstring>

namespace plumb::record {
namespace {

// Eight bytes at a time: table i gives the effect of a byte that i more bytes follow.
using Tables = std::array<std::array<uint32_t, 256>, 8>;
constexpr Tables tables = [] {
  Tables result{};
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
    result[0][byte] = crc;
  }
  for (size_t i = 1; i < 8; i++) {
    for (size_t byte = 0; byte < 256; byte++) {
      const uint32_t crc = result[i - 1][byte];
      result[i][byte] = (crc >> 8) ^ result[0][crc & 0xff];
    }
  }
  return result;
}();

}  // namespace

uint32_t crc32c(std::string_view bytes, uint32_t before) {
  uint32_t crc = ~before;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof(word));
    word ^= crc;
    crc = 0;
    for (size_t i = 0; i < 8; i++) crc ^= tables[7 - i][word >> (8 * i) & 0xff];
  }
  for (const char c : bytes) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<uint8_t>(c)) & 0xff];
  return ~crc;
}

}  // namespace plumb::record
