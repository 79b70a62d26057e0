// Elf: sections and segments of an ELF file, 64 or 32 bits, little-endian.
//
// Any bytes may claim to be one: counts and places are believed only as far as the file has them.
// What libelf would bring, too, is versions, relocations and writing; this reads two tables.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "probe/bytes.h"

namespace plumb::probe {

enum class Machine : uint8_t { other, x86, aarch64 };

struct Section {
  std::string_view name;  // of the Elf's own
  uint32_t type = 0;
  uint64_t address = 0;
  uint64_t offset = 0;
  uint64_t size = 0;
  uint32_t link = 0;        // the number of another section, whose meaning is the type's
  uint64_t entry_size = 0;  // of a table
  bool is_compressed = false;
};

// A part of the file that is loaded.
struct Segment {
  uint64_t address = 0;
  uint64_t offset = 0;
  uint64_t size = 0;  // in the file
  bool is_code = false;
};

// Whether they begin as every ELF file does.
bool is_elf(const Bytes& bytes);

class Elf {
 public:
  // `bytes` are needed as long as it is.
  static Result<Elf> of(const Bytes& bytes);
  Elf(Elf&&) = default;
  Elf& operator=(Elf&&) = default;
  Elf(const Elf&) = delete;
  Elf& operator=(const Elf&) = delete;

  Machine machine() const { return machine_; }
  size_t address_size() const { return wide_ ? 8 : 4; }
  std::span<const Section> sections() const { return sections_; }
  std::span<const Segment> segments() const { return segments_; }  // by address
  // Where C++ finds its unwind information (.eh_frame_hdr) at run time, without sections.
  const std::optional<Segment>& unwind_header() const { return unwind_header_; }

  uint64_t entry() const { return entry_; }  // the address at which the program begins; or 0
  // Where in the file that lies which is loaded at this address.
  std::optional<uint64_t> offset_of(uint64_t address) const;
  // The address at which that is loaded to be run which lies there in the file.
  std::optional<uint64_t> address_of(uint64_t offset) const;
  // Whether what lies there in the file is loaded to be run.
  bool is_code(uint64_t offset) const;
  // All of a section, of at most `limit` bytes.
  Result<std::string> bytes_of(const Section& section, size_t limit) const;

 private:
  explicit Elf(const Bytes& bytes) : bytes_(&bytes) {}

  template <class Layout>
  Result<> read();
  template <class Layout>
  Result<> read_sections(const typename Layout::Header& header);
  template <class Layout>
  Result<> read_segments(const typename Layout::Header& header);
  Result<> name_sections(uint64_t holder);

  const Bytes* bytes_;
  Machine machine_ = Machine::other;
  bool wide_ = true;
  uint64_t entry_ = 0;
  std::vector<Section> sections_;
  std::vector<Segment> segments_;  // by address
  std::optional<Segment> unwind_header_;
  std::vector<uint32_t> name_offsets_;  // of each section
  std::vector<char> names_;             // a vector keeps its place when the Elf is moved
  uint32_t segment_count_ = 0;          // where the header has no room for it
};

}  // namespace plumb::probe
