// One x86 instruction of 64-bit code: how long it is, where it leads, what it changes, and what the
// kernel makes of a uprobe on it.
//
// Lengths and operands are those of the opcode maps of Intel's SDM, volume 2, appendix A, and of
// AMD's APM, volume 3, for XOP. What uprobes do is from arch/x86/kernel/uprobes.c. Any bytes may
// come: at most 15 are looked at, and none beyond `code`.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace plumb::probe {

struct Instruction {
  // stop: it ends there, by a fault (ud2, hlt, int3) or by a return from an interrupt.
  enum class Flow : uint8_t { next, branch, conditional, call, ret, stop };

  uint32_t length = 0;  // 1 to 15 bytes
  // A uprobe on it costs one trap and no single step, in kernels since 4.19 at least: nop, relative
  // jump or call, push of a register. Longer nops (0f 1f) are emulated since 6.18 only, so they do
  // not count.
  bool emulated = false;
  // The kernel takes no uprobe there, or would run another instruction in its place: it looks at
  // the opcode of a VEX instruction as if there were no VEX, so that vpcmpeqb is a jump to it.
  bool refused = false;
  // A no-op of five bytes: kernels since 6.18 may put a call in its place, which writes below the
  // stack pointer.
  bool may_be_called = false;
  Flow flow = Flow::next;
  // Of a relative jump or call: where it leads, counted from where `code` begins, modulo 2^64.
  std::optional<uint64_t> target;
  // A bit for each general register that it may change, numbered as the hardware does: rax, rcx,
  // rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15. All ones: not known.
  uint32_t written = 0;
  int64_t moves_stack = 0;     // bytes that it adds to rsp
  bool stack_known = true;     // false: they are not known
  bool writes_memory = false;  // it may, other than by a push
  // Whether it has to do with memory below rsp, as far as one can see: a constant that leads there
  // from rsp, or an index; one that leads below where rbp points; rsp in another register.
  bool below_stack = false;
  bool below_frame = false;
  bool copies_stack = false;
};

// The instruction at `at`; nothing where none is known to its end.
std::optional<Instruction> decode(std::string_view code, uint64_t at);

}  // namespace plumb::probe
