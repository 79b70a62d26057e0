#include "probe/go_code.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probe/sweep.h"
#include "probe/x86_code.h"

namespace plumb::probe {
namespace {

using Flow = Instruction::Flow;

constexpr std::array<std::string_view, 2> line_tables = {".gopclntab", ".data.rel.ro.gopclntab"};
constexpr std::string_view build_info = ".go.buildinfo";

const Section* section_of(const Elf& elf, std::string_view name) {
  const auto found = std::ranges::find(elf.sections(), name, &Section::name);
  return found == elf.sections().end() ? nullptr : &*found;
}

// src/runtime/symtab.go, pcHeader: Go 1.18 and 1.20, which later ones kept.
bool has_new_lines(const Section& section, const Bytes& bytes) {
  uint32_t magic = 0;
  return bytes.read(section.offset, magic) && (magic == 0xfffffff0 || magic == 0xfffffff1);
}

// src/debug/buildinfo: a magic, the size of pointers, and flags, of which Go 1.18 brought the
// second.
bool has_new_information(const Section& section, const Bytes& bytes) {
  constexpr std::string_view magic = "\xff Go buildinf:";
  constexpr uint8_t has_text = 2;
  std::array<char, magic.size() + 2> head{};
  return bytes.read(section.offset, head) &&
         std::string_view(head.data(), head.size()).starts_with(magic) &&
         (static_cast<uint8_t>(head.back()) & has_text) != 0;
}

constexpr uint32_t go_bit(unsigned number) { return 1u << number; }
// Those of the look at the stack; nothing is in them at the entry.
constexpr uint32_t scratch = go_bit(12) | go_bit(13);
constexpr uint64_t furthest_check = 64;  // bytes from the entry
constexpr uint32_t most_behind = 64;     // instructions that ask for a larger stack

// Whether what lies there only goes back to the entry.
bool begins_again(std::string_view code, uint64_t at) {
  for (uint32_t passed = 0; passed < most_behind; passed++) {
    const auto each = decode(code, at);
    if (!each) return false;
    if (each->flow == Flow::branch) return each->target == uint64_t{0};
    if (each->flow != Flow::next && each->flow != Flow::call) return false;
    at += each->length;
  }
  return false;
}

// Where the body begins; nothing: there is no look at the stack.
std::optional<uint64_t> behind_stack_check(std::string_view code) {
  std::optional<uint64_t> behind;
  for (uint64_t at = 0; at < furthest_check;) {
    const auto each = decode(code, at);
    if (!each) break;
    at += each->length;
    if (each->flow == Flow::conditional && each->target && begins_again(code, *each->target))
      behind = at;
    else if (each->flow != Flow::next || (each->written & ~scratch) != 0 || each->writes_memory)
      break;
  }
  return behind;
}

}  // namespace

bool is_go(const Elf& elf) {
  return section_of(elf, build_info) != nullptr ||
         std::ranges::any_of(line_tables,
                             [&](std::string_view name) { return section_of(elf, name); });
}

bool passes_in_registers(const Elf& elf, const Bytes& bytes) {
  const Section* information = section_of(elf, build_info);
  if (information != nullptr && has_new_information(*information, bytes)) return true;
  return std::ranges::any_of(line_tables, [&](std::string_view name) {
    const Section* lines = section_of(elf, name);
    return lines != nullptr && has_new_lines(*lines, bytes);
  });
}

bool is_go_function(std::string_view symbol) {
  return symbol.find('.') != symbol.npos && !symbol.ends_with(".abi0");
}

Result<std::vector<Argument>> go_arguments(const std::vector<Parameter>& parameters) {
  constexpr auto registers = std::to_array<std::string_view>(
      {"rax", "rbx", "rcx", "rdi", "rsi", "r8", "r9", "r10", "r11"});
  std::vector<Argument> all;
  size_t next = 0;
  for (const Parameter& each : parameters) {
    const size_t words = each.kind == ValueKind::text ? 2 : 1;
    if (next + words > registers.size())
      return misuse(fmt::format("'{}' is behind what Go passes in its nine registers, of which a "
                                "str takes two",
                                each.name),
                    "leave out the arguments from there on");
    Argument value;
    value.place = Place::in_register;
    value.base = registers[next];
    if (words == 2) value.index = registers[next + 1];
    value.text = fmt::format("%{}{}{}", value.base, words == 2 ? ":%" : "", value.index);
    all.push_back(std::move(value));
    next += words;
  }
  return all;
}

Placement place_go_entry(std::string_view code, bool whole) {
  const auto behind = behind_stack_check(code);
  if (!behind || !whole) return place_entry(code, whole);
  const Sweep all = sweep(code);
  const bool is_passed_once =
      all.whole && all.consistent && !std::ranges::binary_search(all.targets, *behind);
  if (!is_passed_once) return place_entry(code, whole);
  const auto there = decode(code, *behind);
  return {*behind, 0, there && there->emulated,
          fmt::format("at +{}: behind the look at the stack, from which a call may begin again",
                      *behind)};
}

}  // namespace plumb::probe
