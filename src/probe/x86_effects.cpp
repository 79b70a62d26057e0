#include "probe/x86_parts.h"
#include "probe/x86_tables.h"

namespace plumb::probe {
namespace {

// Without REX the registers 4 to 7 of 8 bits are ah, ch, dh, bh.
uint32_t narrow_bit(const Parts& parts, uint8_t number) {
  return bit_of(parts.rex == 0 && number >= 4 ? number & 3u : number);
}

void unknown(Instruction& out) {
  out.written = ~0u;
  out.stack_known = false;
  out.writes_memory = true;
}

void write_operand(const Parts& parts, bool narrow, Instruction& out) {
  if (!parts.direct())
    out.writes_memory = true;
  else
    out.written |= narrow ? narrow_bit(parts, parts.rm()) : bit_of(parts.rm());
}

void write_register(const Parts& parts, bool narrow, Instruction& out) {
  out.written |= narrow ? narrow_bit(parts, parts.reg()) : bit_of(parts.reg());
}

void move_stack(const Parts& parts, int64_t bytes, Instruction& out) {
  out.written |= bit_of(rsp);
  out.moves_stack += bytes;
  out.stack_known = !parts.operand16;  // else it is two bytes
}

// The registers of a letter that names them whatever the operands are.
uint32_t fixed_bits(char letter) {
  switch (letter) {
    case 'a':
      return bit_of(rax);
    case 'd':
      return bit_of(rdx);
    case 'D':
      return bit_of(rax) | bit_of(rdx);
    case 'c':
      return bit_of(rcx);
    case 'S':
      return bit_of(rax) | bit_of(rcx) | bit_of(rsi) | bit_of(rdi);
    default:
      return 0;
  }
}

// Of letters for the register in the opcode.
uint32_t opcode_bits(char letter, const Parts& parts) {
  if (letter == 'o') return narrow_bit(parts, parts.low());
  const bool is_nop = letter == 'h' && parts.low() == rax;
  return is_nop ? 0 : bit_of(parts.low()) | (letter == 'h' ? bit_of(rax) : 0);
}

// What each letter of the tables of effects stands for, but P, f and q.
void apply(char letter, const Parts& parts, Instruction& out) {
  const bool narrow = letter == 'e' || letter == 'g' || letter == 'x';
  if (std::string_view("eExX").find(letter) != std::string_view::npos)
    write_operand(parts, narrow, out);
  if (std::string_view("gGxX").find(letter) != std::string_view::npos)
    write_register(parts, narrow, out);
  if (std::string_view("oOh").find(letter) != std::string_view::npos)
    out.written |= opcode_bits(letter, parts);
  out.written |= fixed_bits(letter);
  if (letter == 'S' || letter == 'M') out.writes_memory = true;
  if (letter == 'm') out.writes_memory |= !parts.direct();
  if (letter == 'u') move_stack(parts, -8, out);
  if (std::string_view("-eEgGxXoOhadDcSMmu").find(letter) == std::string_view::npos) unknown(out);
}

void pop(const Parts& parts, bool to_operand, Instruction& out) {
  move_stack(parts, 8, out);
  const bool to_memory = to_operand && !parts.direct();
  const uint8_t number = to_operand ? parts.rm() : parts.low();
  out.writes_memory |= to_memory;
  if (!to_memory) out.written |= bit_of(number);
  if (!to_memory && number == rsp) out.stack_known = false;
}

// fnstsw %ax is the one that leaves its result in a general register.
void float_effects(const Parts& parts, Instruction& out) {
  out.writes_memory = !parts.direct();
  if (parts.direct() && parts.opcode == 0xdf) out.written |= bit_of(rax);
}

char one_byte_group(const Parts& parts) {
  const uint8_t group = parts.group();
  const bool narrow = (parts.opcode & 1) == 0;
  switch (parts.opcode) {
    case 0xf6:
    case 0xf7:
      if (group < 2) return '-';
      if (group >= 4) return 'D';
      break;
    case 0xfe:
    case 0xff:
      if (group == 6) return 'u';
      if (group == 4 || group == 5) return '-';
      if (group >= 2) return '!';
      break;
    default:
      if (group == 7) return '-';  // cmp
  }
  return narrow ? 'e' : 'E';
}

char two_byte_group(const Parts& parts) {
  const bool is_plain = !parts.rep && !parts.repne && !parts.operand16;
  switch (parts.opcode) {
    case 0x1e:  // endbr64 and nops; rdssp
      return parts.rep && parts.direct() && parts.group() == 1 ? 'E' : '-';
    case 0x7e:
      return parts.rep ? '-' : 'E';
    case 0xba:
      return parts.group() == 4 ? '-' : 'E';
    case 0xae:  // fences, ldmxcsr
      if (is_plain && parts.direct() && parts.group() >= 5) return '-';
      return is_plain && !parts.direct() && parts.group() == 2 ? '-' : '!';
    default:
      return '!';
  }
}

char vector_effect1(const Parts& parts) {
  switch (parts.opcode) {
    case 0x2c:
    case 0x2d:
    case 0x50:
    case 0x78:
    case 0x79:
    case 0x93:
    case 0xc5:
    case 0xd7:
      return 'G';
    case 0x7e:
      return parts.rep ? '-' : 'E';
    case 0xf7:
      return 'M';
    case 0x11:
    case 0x13:
    case 0x17:
    case 0x29:
    case 0x2b:
    case 0x7f:
    case 0x91:
    case 0xae:
    case 0xd6:
    case 0xe7:
      return 'm';
    default:
      return '-';
  }
}

// Of the maps 0f 38 and 0f 3a and those beyond, with VEX or without. Which of their vector
// instructions store is not told apart.
char later_effect(const Parts& parts) {
  const uint8_t opcode = parts.opcode;
  const bool is_legacy = parts.encoding == Encoding::legacy;
  if (parts.map == 2) {
    if (is_legacy) return opcode == 0xf0 || opcode == 0xf1 ? 'X' : opcode == 0xf6 ? 'G' : 'm';
    if (opcode == 0xf2 || opcode == 0xf5 || opcode == 0xf7) return 'G';
    return opcode >= 0xe0 ? '!' : 'm';
  }
  if (parts.map == 3) {
    if (opcode >= 0x14 && opcode <= 0x17) return 'E';
    if (opcode >= 0x60 && opcode <= 0x63) return 'c';
    return opcode == 0xf0 ? (is_legacy ? '!' : 'G') : 'm';
  }
  if (opcode == 0x7e) return 'E';
  return opcode == 0x2c || opcode == 0x2d || opcode == 0x78 || opcode == 0x79 ? 'G' : 'm';
}

char effect_of(const Parts& parts) {
  if (parts.encoding == Encoding::xop) return '!';
  if (parts.map > 1) return later_effect(parts);
  if (parts.encoding != Encoding::legacy) return vector_effect1(parts);
  const char letter = letter_of(parts.map == 0 ? one_byte_effects : two_byte_effects, parts.opcode);
  if (letter != 'q') return letter;
  if (parts.map == 1) return two_byte_group(parts);
  return parts.opcode == 0x8f ? 'P' : one_byte_group(parts);
}

// add, sub and lea of a constant, by which compilers make and undo frames.
std::optional<int64_t> stack_step(const Parts& parts) {
  if (parts.encoding != Encoding::legacy || parts.map != 0 || !parts.wide()) return std::nullopt;
  const bool is_constant = parts.opcode == 0x81 || parts.opcode == 0x83;
  if (is_constant && parts.direct() && parts.rm() == rsp) {
    if (parts.group() == 0) return parts.immediate;
    if (parts.group() == 5) return -parts.immediate;
  }
  // lea, whose base is rsp and which has no index
  const bool is_at_stack = (parts.modrm & 7) == 4 && parts.sib == 0x24 && (parts.rex & 3) == 0;
  if (parts.opcode == 0x8d && parts.reg() == rsp && is_at_stack && !parts.address32)
    return parts.displacement;
  return std::nullopt;
}

}  // namespace

void add_effects(const Parts& parts, Instruction& out) {
  const char letter = effect_of(parts);
  if (letter == 'P') return pop(parts, parts.opcode == 0x8f, out);
  if (letter == 'f') return float_effects(parts, out);
  if (letter == 'u') return apply(letter, parts, out);
  apply(letter, parts, out);
  if ((out.written & bit_of(rsp)) == 0) return;
  const auto step = stack_step(parts);
  out.stack_known = step.has_value();
  out.moves_stack = step.value_or(0);
}

}  // namespace plumb::probe
