// The parts of an x86 instruction as they lie in its bytes, and what they mean.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "probe/x86_code.h"

namespace plumb::probe {

// As instructions number them.
enum Register : uint8_t { rax = 0, rcx = 1, rdx = 2, rsp = 4, rbp = 5, rsi = 6, rdi = 7 };

constexpr uint32_t bit_of(unsigned number) { return 1u << number; }

enum class Encoding : uint8_t { legacy, vex, evex, xop };

struct Parts {
  Encoding encoding = Encoding::legacy;
  // With VEX and EVEX, the prefix that they stand for.
  bool operand16 = false;  // 66
  bool rep = false;        // f3
  bool repne = false;      // f2
  bool address32 = false;  // 67
  bool lock = false;       // f0
  bool segment = false;    // cs, ds, es or ss
  uint8_t rex = 0;         // as in the REX prefix; 0: there is none
  uint8_t map = 0;         // 0: one byte; 1: 0f; 2: 0f 38; 3: 0f 3a; others of VEX, EVEX, XOP
  uint8_t opcode = 0;
  uint8_t third = 0;  // the register VEX.vvvv
  bool has_modrm = false;
  uint8_t modrm = 0;
  uint8_t sib = 0;
  int64_t displacement = 0;
  int64_t immediate = 0;  // the last one, with its sign
  uint32_t length = 0;

  bool wide() const { return (rex & 8) != 0; }
  // Its operand is a register and not memory.
  bool direct() const { return has_modrm && modrm >> 6 == 3; }
  // The three bits of the register operand, which choose the operation in a group.
  uint8_t group() const { return (modrm >> 3) & 7; }
  uint8_t reg() const { return static_cast<uint8_t>(group() | (rex & 4) << 1); }
  uint8_t rm() const { return static_cast<uint8_t>((modrm & 7) | (rex & 1) << 3); }
  uint8_t low() const { return static_cast<uint8_t>((opcode & 7) | (rex & 1) << 3); }
};

std::optional<Parts> parts_of(std::string_view code, uint64_t at);

// Each fills in what it knows of.
void add_effects(const Parts& parts, Instruction& out);    // written, stack, memory
void add_uprobe(const Parts& parts, Instruction& out);     // emulated, refused, may_be_called
void add_stack_use(const Parts& parts, Instruction& out);  // below_stack and the like

}  // namespace plumb::probe
