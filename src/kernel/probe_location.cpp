#include "kernel/probe_location.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

using probe::Argument;
using probe::Parameter;
using probe::ValueKind;

struct Register {
  const char* enumerator;  // of enum location_register
  std::array<std::string_view, 4> names;
};
constexpr auto registers = std::to_array<Register>({
    {"REGISTER_AX", {"rax", "eax", "ax", "al"}},
    {"REGISTER_BX", {"rbx", "ebx", "bx", "bl"}},
    {"REGISTER_CX", {"rcx", "ecx", "cx", "cl"}},
    {"REGISTER_DX", {"rdx", "edx", "dx", "dl"}},
    {"REGISTER_SI", {"rsi", "esi", "si", "sil"}},
    {"REGISTER_DI", {"rdi", "edi", "di", "dil"}},
    {"REGISTER_BP", {"rbp", "ebp", "bp", "bpl"}},
    {"REGISTER_SP", {"rsp", "esp", "sp", "spl"}},
    {"REGISTER_IP", {"rip", "eip", "ip", "ip"}},
    {"REGISTER_FS", {"fs", "fs", "fs", "fs"}},
});
constexpr auto second_bytes = std::to_array<Register>({
    {"REGISTER_AX", {"ah"}},
    {"REGISTER_BX", {"bh"}},
    {"REGISTER_CX", {"ch"}},
    {"REGISTER_DX", {"dh"}},
});

// "" where programs do not get to see it: a vector register, for one.
std::string enumerator_of(std::string_view name, uint32_t& shift) {
  if (name.empty()) return "REGISTER_NONE";
  const auto has = [&](const Register& each) {
    return std::ranges::find(each.names, name) != each.names.end();
  };
  if (const auto* found = std::ranges::find_if(registers, has); found != registers.end())
    return found->enumerator;
  if (const auto* found = std::ranges::find_if(second_bytes, has); found != second_bytes.end()) {
    shift = 8;
    return found->enumerator;
  }
  if (name[0] != 'r') return {};
  name = name.substr(1, name.find_last_of("0123456789"));  // r10d
  for (int number = 8; number < 16; number++)
    if (name == std::to_string(number)) return fmt::format("REGISTER_R{}", number);
  return {};
}

const char* source_of(const Argument& value) {
  switch (value.place) {
    case probe::Place::constant:
      return "SOURCE_CONSTANT";
    case probe::Place::in_register:
      return "SOURCE_REGISTER";
    case probe::Place::memory:
      return "SOURCE_MEMORY";
    case probe::Place::unknown:
      break;
  }
  return "SOURCE_NONE";
}

const char* shape_of(const Argument& value, const Parameter& parameter) {
  const bool is_counted = value.place == probe::Place::in_register && !value.index.empty();
  return parameter.kind == ValueKind::text    ? (is_counted ? "SHAPE_COUNTED" : "SHAPE_TEXT")
         : parameter.kind == ValueKind::bytes ? "SHAPE_BYTES"
                                              : "SHAPE_NUMBER";
}

uint32_t size_in_memory(const Argument& value, const Parameter& parameter) {
  if (in_tail(parameter)) return sizeof(uint64_t);  // an address
  return value.size ? std::min<uint32_t>(value.size, sizeof(uint64_t)) : parameter.size;
}

// What its note says of a number; a function's are as wide as they are declared.
uint32_t bits_to_drop(const Argument& value, const Parameter& parameter) {
  if (in_tail(parameter) || value.kind == probe::Kind::untold || value.size > 4) return 0;
  return 64 - value.size * 8;
}

}  // namespace

bool in_tail(const Parameter& parameter) {
  return parameter.kind == ValueKind::text || parameter.kind == ValueKind::bytes;
}

Members location(const Tracer& tracer, const Argument& value, const Parameter& parameter) {
  uint32_t shift = 0, none = 0;
  // of a segment there is its base alone; a symbol's address only its file knows
  const std::string& base_name = value.segment.empty() ? value.base : value.segment;
  const bool is_read = value.symbol.empty() && value.kind != probe::Kind::floating &&
                       (value.segment.empty() || value.base.empty()) && value.segment != "gs";
  const std::string base = is_read ? enumerator_of(base_name, shift) : "";
  const std::string index = enumerator_of(value.index, none);
  const char* source = base.empty() || index.empty() ? "SOURCE_NONE" : source_of(value);
  return {{"source", tracer.constant(source)},
          {"shape", tracer.constant(shape_of(value, parameter))},
          {"base", tracer.constant(base)},
          {"index", tracer.constant(index)},
          {"scale", value.scale},
          {"size", size_in_memory(value, parameter)},
          {"shift", shift},
          {"drop", bits_to_drop(value, parameter)},
          {"is_signed", value.kind == probe::Kind::signed_number},
          {"length", parameter.size},
          {"offset", static_cast<uint64_t>(value.offset)}};
}

}  // namespace plumb::kernel
