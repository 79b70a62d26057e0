#include "unwind/frame_sections.h"

#include <algorithm>
#include <array>
#include <optional>

#include "probe/unpacked_section.h"
#include "unwind/cfi_reader.h"

namespace plumb::unwind {
namespace {

constexpr uint64_t most_section = 64 << 20;  // bytes; the largest compilers have 6 MiB

// LSB Core, "The .eh_frame_hdr section", as far as it is needed.
constexpr uint64_t header_size = 12;

std::optional<uint64_t> led_to(const probe::Segment& segment, const probe::Bytes& bytes) {
  std::array<char, header_size> header{};
  if (!bytes.read(segment.offset, header)) return std::nullopt;
  CfiReader reader({header.data(), header.size()}, segment.address);
  const auto version = reader.number<uint8_t>(), how = reader.number<uint8_t>();
  reader.number<uint16_t>();  // how the rest is written
  const uint64_t address = reader.pointer(how, segment.address);
  if (version != 1 || reader.failed()) return std::nullopt;
  return address;
}

// Up to the end of what is loaded together with it.
Result<std::vector<FrameSection>> by_header(const probe::Elf& elf, const probe::Bytes& bytes) {
  std::vector<FrameSection> found;
  if (!elf.unwind_header()) return found;
  const auto address = led_to(*elf.unwind_header(), bytes);
  const auto offset = address ? elf.offset_of(*address) : std::nullopt;
  if (!offset) return found;
  const auto after =
      std::ranges::upper_bound(elf.segments(), *address, {}, &probe::Segment::address);
  const probe::Segment& segment = *std::prev(after);
  const uint64_t left =
      std::min(segment.size - (*address - segment.address), bytes.size() - *offset);
  FrameSection section{.address = *address, .is_open_ended = true};
  if (!bytes.read(*offset, section.bytes, std::min(left, most_section)))
    return fail("its unwind information cannot be read");
  found.push_back(std::move(section));
  return found;
}

}  // namespace

Result<std::vector<FrameSection>> frame_sections(const probe::Elf& elf, const probe::Bytes& bytes) {
  std::vector<FrameSection> found;
  for (const std::string_view name : {".eh_frame", ".debug_frame"}) {
    const auto section = std::ranges::find(elf.sections(), name, &probe::Section::name);
    if (section == elf.sections().end()) continue;
    const bool is_debug = name == ".debug_frame";
    auto content = probe::unpacked_bytes_of(elf, *section, most_section).within(std::string(name));
    // what it adds can be done without
    if (!content && is_debug) continue;
    found.push_back({TRY(std::move(content)), section->address, is_debug});
  }
  return elf.sections().empty() ? by_header(elf, bytes) : std::move(found);
}

}  // namespace plumb::unwind
