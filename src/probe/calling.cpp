#include "probe/calling.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace plumb::probe {
namespace {

constexpr auto general = std::to_array<std::string_view>({"rdi", "rsi", "rdx", "rcx", "r8", "r9"});
constexpr uint32_t vector_registers = 8;

Argument in_register(std::string_view name) {
  Argument argument;
  argument.place = Place::in_register;
  argument.base = name;
  argument.text = fmt::format("%{}", name);
  return argument;
}

Argument on_stack(int64_t offset) {
  Argument argument;
  argument.place = Place::memory;
  argument.base = "rsp";
  argument.offset = offset;
  argument.text = fmt::format("{}(%rsp)", offset);
  return argument;
}

}  // namespace

std::vector<Argument> passed_arguments(std::span<const Passed> all, int64_t stack_moved) {
  std::vector<Argument> values;
  uint32_t integers = 0, floats = 0;
  int64_t stack = 0;
  for (const Passed& each : all) {
    const bool fits = !each.in_memory && integers + each.integers <= general.size() &&
                      floats + each.floats <= vector_registers;
    if (fits) {
      if (each.has_value) values.push_back(in_register(general[integers]));
      integers += each.integers;
      floats += each.floats;
      continue;
    }
    constexpr int64_t slot = 8, wide_slot = 16;
    if (each.wide) stack = (stack + wide_slot - 1) / wide_slot * wide_slot;
    // behind the address that the call returns to
    if (each.has_value) values.push_back(on_stack(slot + stack - stack_moved));
    stack += (int64_t{each.size} + slot - 1) / slot * slot;
  }
  return values;
}

}  // namespace plumb::probe
