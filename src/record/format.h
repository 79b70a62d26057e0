// The format of a recording. Numbers are in the byte order of the machine that recorded.
//
//   file    magic, version, blocks; the last one is of type `end`
//   block   BlockHeader, then `stored` bytes of zstd that hold `raw` bytes
//
// A block is written whole and never changed, so a crash costs what was not yet in one. Texts are
// a u32 size and bytes. The payloads:
//
//   origin   i64 real-monotonic, i64 real-boot, u64 started, text host, kernel, machine
//   schema   u16 tracer, text name, btf, privacy, about; u32 n, n texts: fields that were not read
//   names    { u8 format, u64 id, text }...
//   records  { RecordHeader, body }...
//   lost     text tracer, reason; u64 count
//   budget   text tracer; u64 time; u32 look_at, detached; u64 estimate, budget, in parts of a
//   million end      text: the account of the run, JSON
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/cursor.h"
#include "schema/names.h"

namespace plumb::record {

constexpr std::string_view magic("plumb\r\n\x1a", 8);
constexpr uint32_t version = 1;
constexpr uint64_t file_header_size = 12;

enum class Block : uint32_t { origin = 1, schema, names, records, lost, end, budget };

struct BlockHeader {
  uint32_t type;
  uint32_t raw;
  uint32_t stored;
  uint32_t checksum;  // CRC-32C of the three above and the stored bytes
};
constexpr uint32_t largest_raw = 8 << 20;
constexpr uint32_t largest_stored = largest_raw + (largest_raw >> 8) + 1024;

struct RecordHeader {
  uint32_t size;  // of the body
  uint16_t tracer;
  uint16_t unused;
  uint32_t time_low;  // in halves, so that the header has no padding
  uint32_t time_high;
  uint32_t weight;
};
static_assert(sizeof(RecordHeader) == 20);

// What --budget has changed about a probe: as render::BudgetStep.
struct BudgetPart {
  std::string tracer;
  uint64_t time = 0;
  uint32_t look_at = 1;
  bool detached = false;
  uint64_t estimate_ppm = 0;
  uint64_t budget_ppm = 0;
};

// Where and when a recording was made.
struct Origin {
  schema::Clock clock;
  uint64_t started = 0;  // ns since the epoch
  std::string host;
  std::string kernel;
  std::string machine;  // "x86_64"

  static Origin here();
};

class Encoder {
 public:
  template <class T>
  Encoder& number(T value) {
    static_assert(std::is_integral_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  Encoder& text(std::string_view value) {
    number(static_cast<uint32_t>(value.size()));
    bytes_ += value;
    return *this;
  }
  std::string_view bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

[[nodiscard]] inline bool read_text(Cursor& cursor, std::string& out) {
  uint32_t size = 0;
  std::string_view bytes;
  if (!cursor.read(size) || !cursor.read(bytes, size)) return false;
  out = bytes;
  return true;
}

uint32_t block_checksum(const BlockHeader& header, std::string_view stored);

}  // namespace plumb::record
