// Which instructions have to do with memory below the stack pointer.
#include "probe/x86_parts.h"

namespace plumb::probe {
namespace {

uint8_t base_of(const Parts& parts) {
  const bool has_sib = (parts.modrm & 7) == rsp;
  return static_cast<uint8_t>(((has_sib ? parts.sib : parts.modrm) & 7) | (parts.rex & 1) << 3);
}

bool has_index(const Parts& parts) {
  constexpr uint8_t none = 4;
  const uint8_t index = static_cast<uint8_t>((parts.sib >> 3 & 7) | (parts.rex & 2) << 2);
  return (parts.modrm & 7) == rsp && index != none;
}

// Of groups the register operand's bits are part of the operation; of vectors they name no rsp.
bool is_group(const Parts& parts) {
  const uint8_t opcode = parts.opcode;
  return (opcode >= 0x80 && opcode <= 0x83) || opcode == 0x8f || opcode >= 0xc0;
}

// add and sub of a constant move it; mov and lea to it are of no other register.
bool reads_stack_pointer(const Parts& parts) {
  if (parts.encoding != Encoding::legacy || parts.map != 0 || !parts.has_modrm) return false;
  const bool is_named = (parts.direct() && parts.rm() == rsp && !is_group(parts)) ||
                        (parts.reg() == rsp && !is_group(parts) && parts.opcode != 0x8d);
  const bool to_stack = (parts.opcode == 0x8b && parts.reg() == rsp) ||
                        (parts.opcode == 0x89 && parts.direct() && parts.rm() == rsp);
  const bool to_frame = parts.direct() && parts.wide() &&
                        ((parts.opcode == 0x89 && parts.rm() == rbp && parts.reg() == rsp) ||
                         (parts.opcode == 0x8b && parts.reg() == rbp && parts.rm() == rsp));
  const bool compares = parts.opcode >= 0x38 && parts.opcode <= 0x3b;
  return is_named && !to_stack && !to_frame && !compares;
}

}  // namespace

void add_stack_use(const Parts& parts, Instruction& out) {
  out.copies_stack = reads_stack_pointer(parts);
  if (!parts.has_modrm || parts.direct()) return;
  const uint8_t base = base_of(parts), mode = parts.modrm >> 6;
  if (base == rsp) {
    out.below_stack = parts.displacement < 0 || has_index(parts);
    // what lies above may be walked down from there
    out.copies_stack |= parts.encoding == Encoding::legacy && parts.map == 0 &&
                        parts.opcode == 0x8d && parts.reg() != rsp;
  }
  if (base == rbp && mode != 0) out.below_frame = parts.displacement < 0 || has_index(parts);
}

}  // namespace plumb::probe
