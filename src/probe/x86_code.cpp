#include "probe/x86_code.h"

#include "probe/x86_parts.h"
#include "probe/x86_tables.h"

namespace plumb::probe {
namespace {

using Flow = Instruction::Flow;

Flow one_byte_flow(const Parts& parts) {
  const uint8_t opcode = parts.opcode;
  if (opcode >> 4 == 7 || (opcode >= 0xe0 && opcode <= 0xe3)) return Flow::conditional;
  switch (opcode) {
    case 0xe8:
      return Flow::call;
    case 0xe9:
    case 0xeb:
      return Flow::branch;
    case 0xc2:
    case 0xc3:
    case 0xca:
    case 0xcb:
      return Flow::ret;
    case 0xcc:
    case 0xcf:
    case 0xf1:
    case 0xf4:
      return Flow::stop;
    case 0xc7:
      return parts.modrm == 0xf8 ? Flow::conditional : Flow::next;  // xbegin
    case 0xff:
      if (parts.group() == 2 || parts.group() == 3) return Flow::call;
      return parts.group() == 4 || parts.group() == 5 ? Flow::branch : Flow::next;
    default:
      return Flow::next;
  }
}

Flow flow_of(const Parts& parts) {
  if (parts.encoding != Encoding::legacy || parts.map > 1) return Flow::next;
  if (parts.map == 0) return one_byte_flow(parts);
  switch (parts.opcode) {
    case 0x07:  // sysret
    case 0x0b:  // ud2
    case 0x34:  // sysenter
    case 0x35:  // sysexit
    case 0xb9:  // ud1
    case 0xff:  // ud0
      return Flow::stop;
    default:
      return parts.opcode >> 4 == 8 ? Flow::conditional : Flow::next;
  }
}

bool is_relative(const Parts& parts, Flow flow) {
  if (flow != Flow::branch && flow != Flow::conditional && flow != Flow::call) return false;
  return parts.map == 1 || parts.opcode != 0xff;
}

bool is_emulated_branch(const Parts& parts) {
  if (parts.map == 1) return parts.opcode >> 4 == 8;
  return parts.opcode >> 4 == 7 || parts.opcode == 0xe8 || parts.opcode == 0xe9 ||
         parts.opcode == 0xeb;
}

// branch_setup_xol_ops, push_setup_xol_ops; 0x90 as insn_is_nop has it since 6.19.
bool is_emulated(const Parts& parts) {
  if (parts.encoding != Encoding::legacy || parts.map > 1) return false;
  if (is_emulated_branch(parts)) return !parts.operand16;
  if (parts.map != 0) return false;
  if (parts.opcode == 0x90) return !parts.rep && (parts.rex & 1) == 0;
  const bool is_push = parts.opcode >= 0x50 && parts.opcode <= 0x57;
  return is_push && (parts.length == 1 || (parts.length == 2 && parts.rex == 0x41));
}

// With VEX, the kernel compares the opcode with those of jumps, nop and ret.
bool is_mistaken(uint8_t opcode) {
  switch (opcode) {
    case 0x90:
    case 0xc2:
    case 0xc3:
    case 0xca:
    case 0xcb:
    case 0xe8:
    case 0xe9:
    case 0xeb:
      return true;
    default:
      return opcode >> 4 == 7;
  }
}

bool is_refused(const Parts& parts) {
  if (parts.lock || parts.segment || parts.encoding == Encoding::xop) return true;
  const bool is_good = letter_of(good_for_uprobes, parts.opcode) == 'y';
  if (parts.encoding != Encoding::legacy) return !is_good || is_mistaken(parts.opcode);
  if (parts.map > 1) return false;
  if (is_emulated_branch(parts)) return parts.operand16;
  if (parts.map == 1) return false;
  // no trap comes behind a load of ss; xchg with r8 is a nop to kernels before 6.19
  if (parts.opcode == 0x8e && parts.group() == 2) return true;
  return !is_good || (parts.opcode == 0x90 && (parts.rex & 1) != 0);
}

// can_optimize and insn_is_nop, arch/x86/kernel: of what does nothing, what the kernel may take for
// such a no-op; rather too many.
bool may_be_called(const Parts& parts) {
  constexpr uint32_t of_a_call = 5;
  if (parts.length != of_a_call || parts.encoding != Encoding::legacy) return false;
  if (parts.map == 1) return parts.opcode >= 0x18 && parts.opcode <= 0x1f;
  const bool is_lea = parts.opcode == 0x8d && parts.displacement == 0;
  return parts.map == 0 && (parts.opcode == 0x90 || is_lea);
}

}  // namespace

void add_uprobe(const Parts& parts, Instruction& out) {
  out.refused = is_refused(parts);
  out.emulated = !out.refused && is_emulated(parts);
  out.may_be_called = may_be_called(parts);
}

std::optional<Instruction> decode(std::string_view code, uint64_t at) {
  const auto parts = parts_of(code, at);
  if (!parts) return std::nullopt;
  Instruction out;
  out.length = parts->length;
  out.flow = flow_of(*parts);
  if (is_relative(*parts, out.flow))
    out.target = at + parts->length + static_cast<uint64_t>(parts->immediate);
  add_uprobe(*parts, out);
  add_effects(*parts, out);
  add_stack_use(*parts, out);
  return out;
}

}  // namespace plumb::probe
