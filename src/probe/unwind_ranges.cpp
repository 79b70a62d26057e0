#include "probe/unwind_ranges.h"

#include <algorithm>

namespace plumb::probe {
namespace {

struct Header {
  uint8_t version = 0, frame_form = 0, count_form = 0, table_form = 0;
  int32_t frame = 0;
  uint32_t count = 0;
};
static_assert(sizeof(Header) == 12);
constexpr uint8_t number_of_4 = 0x03, from_the_table = 0x3b;

struct Entry {
  int32_t begin = 0, description = 0;  // addresses, counted from that of the section
};

// Of a frame description entry, as far as it is needed.
struct Description {
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
    Header header;
    if (section_.size < sizeof(header) || !bytes_.read(section_.offset, header)) return {};
    if (header.version != 1 || header.count_form != number_of_4 ||
        header.table_form != from_the_table)
      return {};
    const auto last = last_before(address, header.count);
    if (!last) return {};
    const uint64_t begin = counted_from(section_.address, last->begin);
    const uint64_t size = size_of(*last, begin).value_or(0);
    if (address < begin || address - begin >= size || address - begin > offset) return {};
    return CodeRange{offset - (address - begin), size};
  }

 private:
  std::optional<Entry> entry(uint64_t number) const {
    Entry entry;
    const uint64_t at = sizeof(Header) + number * sizeof(Entry);
    if (at > section_.size || section_.size - at < sizeof(Entry)) return {};
    return bytes_.read(section_.offset + at, entry) ? std::optional(entry) : std::nullopt;
  }

  std::optional<Entry> last_before(uint64_t address, uint64_t count) const {
    std::optional<Entry> found;
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
  std::optional<uint64_t> size_of(const Entry& entry, uint64_t begin) const {
    const uint64_t address = counted_from(section_.address, entry.description);
    const auto at = elf_.offset_of(address);
    Description description;
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

}  // namespace plumb::probe
