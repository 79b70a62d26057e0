// Makes ELF files whose code is described by hand.
#pragma once
#include <dwarf.h>
#include <stddef.h>

#include <string>
#include <vector>

#include "probe_builder.h"
#include "unwind/table.h"
#include "unwind_search.h"

namespace plumb::unwind {

using probe::raw;

inline std::string byte(uint64_t value) { return std::string(1, static_cast<char>(value)); }

inline std::string uleb(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += byte(value | 0x80);
  return bytes + byte(value);
}

inline std::string sleb(int64_t value) {
  std::string bytes;
  for (; value < -64 || value > 63; value >>= 7) bytes += byte(static_cast<uint64_t>(value) | 0x80);
  return bytes + byte(static_cast<uint64_t>(value) & 0x7f);
}

inline std::string block(const std::string& bytes) { return uleb(bytes.size()) + bytes; }

inline std::string record(const std::string& content) {
  return raw(static_cast<uint32_t>(content.size())) + content;
}

// rsp+8, return address at CFA-8: at the first instruction of each function.
inline const std::string at_entry =
    byte(DW_CFA_def_cfa) + uleb(7) + uleb(8) + byte(DW_CFA_offset | 16) + uleb(1);

inline std::string common(const std::string& program = at_entry, const std::string& more = "",
                          uint64_t code_factor = 1, int64_t data_factor = -8) {
  return record(raw(uint32_t{0}) + byte(1) + "zR" + more + '\0' + uleb(code_factor) +
                sleb(data_factor) + byte(16) + block(byte(DW_EH_PE_udata8)) + program);
}

// Of .eh_frame. `back`: from its reference to what it shares.
inline std::string description(uint64_t back, uint64_t begin, uint64_t size,
                               const std::string& program) {
  return record(raw(static_cast<uint32_t>(back)) + raw(begin) + raw(size) + uleb(0) + program);
}

// Addresses are offsets in the file.
constexpr uint64_t code_begin = sizeof(Elf64_Ehdr), code_size = 0x1000;
constexpr uint64_t frames_begin = code_begin + code_size;

inline std::string file_of(const std::string& frames, const std::string& code = "",
                           const char* section = ".eh_frame") {
  probe::Builder<> builder;
  std::string all = code;
  all.resize(code_size, '\x90');
  builder.load(0, 0, 1 << 20);
  builder.segments.back().p_flags = PF_R | PF_X;
  builder.section(".text", SHT_PROGBITS, all, code_begin);
  builder.section(section, SHT_PROGBITS, frames, frames_begin);
  return builder.bytes();
}

// As `strip --strip-section-headers` leaves it: `header` is what .eh_frame_hdr was.
inline std::string without_sections(const std::string& header, const std::string& frames) {
  probe::Builder<> builder;
  builder.load(0, 0, 1 << 20);
  builder.segments.back().p_flags = PF_R | PF_X;
  builder.load(frames_begin, frames_begin, header.size());
  builder.segments.back().p_type = PT_GNU_EH_FRAME;
  builder.section(".text", SHT_PROGBITS, std::string(code_size, '\x90'), code_begin);
  builder.section(".a", SHT_PROGBITS, header);
  builder.section(".b", SHT_PROGBITS, frames);
  std::string file = builder.bytes();
  file.replace(offsetof(Elf64_Ehdr, e_shoff), 8, 8, '\0');
  file.replace(offsetof(Elf64_Ehdr, e_shnum), 2, 2, '\0');
  return file;
}

inline Result<Table> table_of(const std::string& file) {
  const probe::MemoryBytes bytes(file);
  const auto elf = probe::Elf::of(bytes);
  if (!elf) return Fail{elf.error()};
  return table_of(*elf, bytes);
}

inline Table table_of_frames(const std::string& frames, const std::string& code = "") {
  auto table = table_of(file_of(frames, code));
  if (table) return std::move(*table);
  return {.rows = {}, .rules = {Rule()}, .skipped = UINT32_MAX};  // which no test expects
}

}  // namespace plumb::unwind
