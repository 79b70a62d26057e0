#include "probe/unwind_ranges.h"

#include <algorithm>
#include <cstring>

namespace plumb::probe {
namespace {

struct UnwindHeader {
  uint8_t version = 0, frame_form = 0, count_form = 0, table_form = 0;
  int32_t frame = 0;
  uint32_t count = 0;
};
static_assert(sizeof(UnwindHeader) == 12);
constexpr size_t most_table = 64 << 20;  // bytes

bool is_usual(const UnwindHeader& header) {
  constexpr uint8_t from_here = 0x1b, number_of_4 = 0x03, from_the_table = 0x3b;
  return header.version == 1 && header.frame_form == from_here &&
         header.count_form == number_of_4 && header.table_form == from_the_table;
}

struct UnwindEntry {
  int32_t begin = 0, description = 0;  // addresses, counted from that of the section
};

// Of a frame description entry, as far as it is needed.
struct UnwindDescription {
  uint32_t length = 0, common = 0;
  int32_t begin = 0;  // an address, counted from that of this number
  uint32_t size = 0;
};
constexpr uint64_t begin_within = 8;

uint64_t counted_from(uint64_t address, int32_t number) {
  return address + static_cast<uint64_t>(int64_t{number});
}

class Table {
 public:
  Table(const Elf& elf, const Bytes& bytes, const Section& section)
      : elf_(elf), bytes_(bytes), section_(section) {}

  std::optional<CodeRange> find(uint64_t address, uint64_t offset) const {
    UnwindHeader header;
    if (section_.size < sizeof(header) || !bytes_.read(section_.offset, header)) return {};
    if (!is_usual(header)) return {};
    const auto last = last_before(address, header.count);
    if (!last) return {};
    const uint64_t begin = counted_from(section_.address, last->begin);
    const uint64_t size = size_of(*last, begin).value_or(0);
    if (address < begin || address - begin >= size || address - begin > offset) return {};
    return CodeRange{offset - (address - begin), size};
  }

 private:
  std::optional<UnwindEntry> entry(uint64_t number) const {
    UnwindEntry entry;
    const uint64_t at = sizeof(UnwindHeader) + number * sizeof(UnwindEntry);
    if (at > section_.size || section_.size - at < sizeof(UnwindEntry)) return {};
    return bytes_.read(section_.offset + at, entry) ? std::optional(entry) : std::nullopt;
  }

  std::optional<UnwindEntry> last_before(uint64_t address, uint64_t count) const {
    std::optional<UnwindEntry> found;
    for (uint64_t low = 0, high = count; low < high;) {
      const uint64_t middle = low + (high - low) / 2;
      const auto each = entry(middle);
      if (!each) return {};
      const bool is_before = counted_from(section_.address, each->begin) <= address;
      if (is_before) found = each;
      (is_before ? low : high) = is_before ? middle + 1 : middle;
    }
    return found;
  }

  // Where both tell the same begin, its form is the one that is read here.
  std::optional<uint64_t> size_of(const UnwindEntry& entry, uint64_t begin) const {
    const uint64_t address = counted_from(section_.address, entry.description);
    const auto at = elf_.offset_of(address);
    UnwindDescription description;
    if (!at || !bytes_.read(*at, description)) return {};
    if (counted_from(address + begin_within, description.begin) != begin) return {};
    return description.size;
  }

  const Elf& elf_;
  const Bytes& bytes_;
  const Section& section_;
};

}  // namespace

std::optional<CodeRange> unwound_at(const Elf& elf, const Bytes& bytes, uint64_t offset) {
  const auto section = std::ranges::find(elf.sections(), ".eh_frame_hdr", &Section::name);
  const auto address = elf.address_of(offset);
  if (section == elf.sections().end() || !address || !elf.is_code(offset)) return {};
  return Table(elf, bytes, *section).find(*address, offset);
}

std::vector<uint64_t> entries_of(const Elf& elf) {
  const auto section = std::ranges::find(elf.sections(), ".eh_frame_hdr", &Section::name);
  if (section == elf.sections().end()) return {};
  const auto table = elf.bytes_of(*section, most_table);
  UnwindHeader header;
  if (!table || table->size() < sizeof(header)) return {};
  std::memcpy(&header, table->data(), sizeof(header));
  if (!is_usual(header)) return {};
  std::vector<uint64_t> begins;
  const uint64_t room = (table->size() - sizeof(header)) / sizeof(UnwindEntry);
  for (uint64_t i = 0; i < std::min<uint64_t>(header.count, room); i++) {
    UnwindEntry entry;
    std::memcpy(&entry, table->data() + sizeof(header) + i * sizeof(entry), sizeof(entry));
    begins.push_back(counted_from(section->address, entry.begin));
  }
  std::ranges::sort(begins);
  return begins;
}

}  // namespace plumb::probe
