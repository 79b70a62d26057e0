#include "probe/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "probe/sweep.h"
#include "probe/x86_code.h"

namespace plumb::probe {
namespace {

using Flow = Instruction::Flow;

constexpr uint64_t furthest_place = 32;    // bytes from the entry
constexpr uint32_t most_stepped_over = 8;  // instructions
constexpr uint32_t stack_pointer = 1 << 4;
constexpr uint32_t frame_pointer = 1 << 5;
constexpr std::string_view endbr64 = "\xf3\x0f\x1e\xfa";

struct Candidate {
  uint64_t offset = 0;
  uint64_t before = 0;  // where the instruction before it begins
  int64_t stack_moved = 0;
  Instruction instruction;
};

bool may_be_passed(const Instruction& each, uint32_t kept) {
  return each.flow == Flow::next && (each.written & kept & ~stack_pointer) == 0 &&
         each.stack_known && !each.writes_memory;
}

// The first emulated instruction of the entry block, before anything that must not be passed.
std::optional<Candidate> first_emulated(std::string_view code, uint32_t kept) {
  Candidate at;
  for (uint32_t passed = 0; passed <= most_stepped_over && at.offset <= furthest_place; passed++) {
    const auto each = decode(code, at.offset);
    if (!each) return std::nullopt;
    at.instruction = *each;
    if (each->emulated) return at;
    if (!may_be_passed(*each, kept)) return std::nullopt;
    at.before = at.offset;
    at.offset += each->length;
    at.stack_moved += each->moves_stack;
  }
  return std::nullopt;
}

bool is_behind_endbr64(std::string_view code, const Candidate& at) {
  return at.offset == endbr64.size() && code.starts_with(endbr64) &&
         at.instruction.flow != Flow::call && at.instruction.flow != Flow::conditional;
}

bool is_jump_of_entry(const Candidate& at) {
  return at.before == 0 && at.instruction.flow == Flow::conditional;
}

// Whether nothing jumps to the candidate or to what is passed before it.
bool is_passed_once(std::string_view code, const Candidate& at) {
  const Sweep all = sweep(code);
  if (!all.whole || !all.consistent) return false;
  const auto next = std::ranges::upper_bound(all.targets, 0u);
  if (next != all.targets.end() && *next <= at.offset) return false;
  if (is_behind_endbr64(code, at) || is_jump_of_entry(at)) return true;
  return !all.leaves && !all.has_indirect && (at.stack_moved == 0 || !all.has_calls);
}

// What is emulated, as the assembler writes it.
std::string name_of(std::string_view code, const Candidate& at) {
  static constexpr std::array<std::string_view, 16> conditions = {
      "jo", "jno", "jb", "jae", "je", "jne", "jbe", "ja",
      "js", "jns", "jp", "jnp", "jl", "jge", "jle", "jg"};
  static constexpr std::array<std::string_view, 16> registers = {
      "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
      "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  const std::string_view bytes = code.substr(at.offset, at.instruction.length);
  const auto byte = [&](size_t index) { return static_cast<uint8_t>(bytes[index]); };
  switch (at.instruction.flow) {
    case Flow::branch:
      return "jmp";
    case Flow::call:
      return "call";
    case Flow::conditional: {
      const size_t near = 6;  // 0f 8x and 32 bits, else 7x and 8
      const bool is_near = bytes.size() >= near && byte(bytes.size() - near) == 0x0f;
      return std::string(conditions[byte(bytes.size() - (is_near ? near - 1 : 2)) & 15u]);
    }
    default:
      if ((at.instruction.written & stack_pointer) == 0) return "nop";
      return fmt::format("push %{}",
                         registers[(byte(bytes.size() - 1) & 7u) | (bytes.size() == 2 ? 8u : 0u)]);
  }
}

std::string reason_of(std::string_view code, const Candidate& at) {
  const std::string name = name_of(code, at);
  if (at.offset == 0) return fmt::format("entry: {} is emulated", name);
  if (at.offset == endbr64.size() && code.starts_with(endbr64))
    return fmt::format("past endbr64: {} is emulated", name);
  return fmt::format("at +{}: {} is emulated; the arguments are still there", at.offset, name);
}

Placement at_entry(std::string_view code) {
  const auto first = decode(code, 0);
  if (first && first->refused) return {.reason = "entry: the kernel takes no uprobe there"};
  return {.reason = "entry: nothing cheaper is proven"};
}

}  // namespace

Placement place_entry(std::string_view code, bool whole, uint32_t kept) {
  whole = whole && code.size() <= most_code;
  code = code.substr(0, most_code);
  const auto found = first_emulated(code, kept | frame_pointer);
  if (!found) return at_entry(code);
  const bool is_proven = found->offset == 0 || (whole && is_passed_once(code, *found));
  if (!is_proven) return at_entry(code);
  return {found->offset, found->stack_moved, true, reason_of(code, *found)};
}

bool begins_instruction(std::string_view code, uint64_t offset) {
  const Sweep all = sweep(code);
  return all.consistent && all.begins_at(offset);
}

std::optional<std::vector<uint64_t>> returns_of(std::string_view code) {
  Sweep all = sweep(code);
  if (code.empty() || !all.whole || !all.consistent) return std::nullopt;
  return std::move(all.returns);
}

}  // namespace plumb::probe
