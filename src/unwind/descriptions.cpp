#include "unwind/descriptions.h"

#include <algorithm>

namespace plumb::unwind {
namespace {

constexpr size_t most_shared = 1 << 20;
constexpr uint32_t is_64_bit = 0xffffffff;  // in the place of the length

}  // namespace

Descriptions::Descriptions(const FrameSection& section)
    : section_(section), reader_(section.bytes, section.address) {
  read_shared();
}

void Descriptions::read_shared() {
  CfiReader reader = reader_;
  while (auto entry = next_entry(reader)) {
    const uint64_t reference = read_reference(*entry);
    if (!is_shared(*entry, reference)) continue;
    Shared shared{entry->at, {}};
    if (shared_.size() < most_shared && read_common(entry->content, shared.common))
      shared_.push_back(shared);
    else
      broken_++;
  }
  // what lies behind is found by nobody
  if (reader.failed()) broken_++;
}

std::optional<Description> Descriptions::next() {
  while (auto entry = next_entry(reader_)) {
    const uint64_t reference = read_reference(*entry);
    Description description{.program = entry->content};
    if (is_shared(*entry, reference)) continue;
    if (read(*entry, reference, description)) return description;
    broken_++;
  }
  return std::nullopt;
}

// A length of 0 closes the section, or what one of the files had in it that it was linked from.
std::optional<Descriptions::Entry> Descriptions::next_entry(CfiReader& reader) const {
  while (!reader.done()) {
    const uint64_t at = reader.address() - section_.address;
    uint64_t length = reader.number<uint32_t>();
    const bool is_wide = length == is_64_bit;
    if (is_wide) length = reader.number<uint64_t>();
    if (length == 0 && !section_.is_open_ended) continue;
    const CfiReader content = reader.part(length);
    if (length == 0 || reader.failed()) return std::nullopt;
    return Entry{at, is_wide, content};
  }
  return std::nullopt;
}

// 64-bit DWARF has it wider, but not in .eh_frame.
uint64_t Descriptions::read_reference(Entry& entry) const {
  const bool is_wide = entry.is_wide && section_.is_debug;
  return is_wide ? entry.content.number<uint64_t>() : entry.content.number<uint32_t>();
}

bool Descriptions::is_shared(const Entry& entry, uint64_t reference) const {
  if (!section_.is_debug) return reference == 0;
  return reference == (entry.is_wide ? ~uint64_t{0} : is_64_bit);
}

bool Descriptions::read_common(CfiReader content, Common& out) const {
  const auto version = content.number<uint8_t>();
  if (version != 1 && version != 3 && version != 4) return false;
  const std::string_view letters = content.text();
  if (version == 4) {
    const auto address_size = content.number<uint8_t>(), segment_size = content.number<uint8_t>();
    if (address_size != sizeof(uint64_t) || segment_size != 0) return false;
  }
  out.code_factor = content.uleb();
  out.data_factor = content.sleb();
  out.return_register = version == 1 ? content.number<uint8_t>() : content.uleb();
  if (!read_augmentation(content, letters, out) || content.failed()) return false;
  return out.code_factor != 0 && Instructions().run_common(content, out);
}

// With a 'z' its length is known; what a letter means must be known nevertheless, as it may change
// how addresses are written.
bool Descriptions::read_augmentation(CfiReader& content, std::string_view letters,
                                     Common& out) const {
  if (letters.empty()) return true;
  if (letters[0] != 'z') return false;
  out.is_augmented = true;
  CfiReader data = content.part(content.uleb());
  for (const char letter : letters.substr(1)) {
    if (letter == 'R')
      out.pointers = data.number<uint8_t>();
    else if (letter == 'P')
      data.formed(data.number<uint8_t>());  // the function that C++ calls to unwind
    else if (letter == 'L')
      data.number<uint8_t>();
    else if (letter == 'S')
      out.is_signal = true;
    else
      return false;
  }
  return !data.failed();
}

const Common* Descriptions::common_at(uint64_t at) {
  if (last_ != nullptr && last_->at == at) return &last_->common;
  const auto found = std::ranges::lower_bound(shared_, at, {}, &Shared::at);
  if (found == shared_.end() || found->at != at) return nullptr;
  last_ = &*found;
  return &last_->common;
}

bool Descriptions::read(Entry& entry, uint64_t reference, Description& out) {
  // .eh_frame counts back from where it says so
  const uint64_t here =
      entry.at + (entry.is_wide ? sizeof(uint32_t) + sizeof(uint64_t) : sizeof(uint32_t));
  out.common = common_at(section_.is_debug ? reference : here - reference);
  if (out.common == nullptr) return false;
  CfiReader& content = entry.content;
  out.begin = content.pointer(out.common->pointers);
  const uint64_t size = content.formed(out.common->pointers);
  if (out.common->is_augmented) content.part(content.uleb());
  out.program = content;
  return !content.failed() && !__builtin_add_overflow(out.begin, size, &out.end);
}

}  // namespace plumb::unwind
