#include "python/interpreter.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/cursor.h"
#include "probe/unwind_ranges.h"

namespace plumb::python {
namespace {

constexpr size_t most_bytes = 64 << 20;  // of a section
constexpr std::string_view loop_name = "_PyEval_EvalFrameDefault";

struct Symbol {
  uint64_t address = 0;
  uint64_t size = 0;
};
using Symbols = std::map<std::string_view, Symbol>;

// Of the dynamic table, those that are looked for here.
Symbols symbols_of(const probe::Elf& elf) {
  constexpr std::array wanted = {std::string_view("_PyRuntime"), std::string_view("PyCode_Type"),
                                 std::string_view("Py_Version"), loop_name};
  Symbols symbols;
  const auto table = std::ranges::find(elf.sections(), uint32_t{SHT_DYNSYM}, &probe::Section::type);
  if (table == elf.sections().end() || table->link >= elf.sections().size()) return symbols;
  const auto entries = elf.bytes_of(*table, most_bytes);
  const auto names = elf.bytes_of(elf.sections()[table->link], most_bytes);
  if (!entries || !names || names->find(loop_name) == std::string::npos) return symbols;
  Cursor cursor(*entries);
  for (Elf64_Sym each{}; cursor.read(each);) {
    if (each.st_shndx == SHN_UNDEF || each.st_name >= names->size()) continue;
    const std::string_view name = names->c_str() + each.st_name;
    const auto* known = std::ranges::find(wanted, name);
    if (known != wanted.end()) symbols[*known] = {each.st_value, each.st_size};
  }
  return symbols;
}

const probe::Section* section_named(const probe::Elf& elf, std::string_view name) {
  const auto found = std::ranges::find(elf.sections(), name, &probe::Section::name);
  return found == elf.sections().end() ? nullptr : &*found;
}

// Before 3.11 it is in no symbol, but the name of the folder of modules has it.
int minor_by_text(const probe::Elf& elf) {
  constexpr std::string_view prefix = "python3.";
  const probe::Section* section = section_named(elf, ".rodata");
  const auto text = section ? elf.bytes_of(*section, most_bytes) : fail("none");
  if (!text) return 0;
  for (size_t at = text->find(prefix); at != std::string::npos; at = text->find(prefix, at + 1)) {
    int minor = 0;
    for (size_t i = at + prefix.size(); i < text->size() && minor < 100; i++) {
      const char digit = (*text)[i];
      if (digit < '0' || digit > '9') break;
      minor = minor * 10 + (digit - '0');
    }
    if (minor > 0) return minor;
  }
  return 0;
}

int minor_of(const probe::Elf& elf, const probe::Bytes& bytes, const Symbols& symbols) {
  const auto version = symbols.find("Py_Version");
  if (version == symbols.end()) return minor_by_text(elf);
  const auto offset = elf.offset_of(version->second.address);
  uint32_t number = 0;
  if (!offset || !bytes.read(*offset, number) || number >> 24 != 3) return 0;
  return static_cast<int>(number >> 16 & 0xff);
}

// Where a jump of four bytes' distance leads that this may be; only what leads out of it counts.
std::optional<uint64_t> jump_out(std::string_view code, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(code[at + i]); };
  const size_t opcode = byte(0) == 0xe9 ? 1 : byte(0) == 0x0f && (byte(1) & 0xf0) == 0x80 ? 2 : 0;
  if (opcode == 0) return std::nullopt;
  int32_t distance = 0;
  Cursor cursor(code.substr(at + opcode));
  if (!cursor.read(distance)) return std::nullopt;
  const uint64_t target = at + opcode + sizeof(distance) + static_cast<uint64_t>(int64_t{distance});
  if (target < code.size()) return std::nullopt;
  return target;
}

// The function, by the unwind tables, whose inside most jumps of the loop lead into: the part of it
// that is rarely run. Bytes that only look like jumps lead anywhere, and calls at its end lead to
// begins of functions.
CodePart cold_part(const probe::Elf& elf, const probe::Bytes& bytes, const CodePart& loop) {
  constexpr size_t most_code = 4 << 20, fewest_jumps = 4;
  std::string code;
  if (loop.size > most_code || !bytes.read(loop.offset, code, loop.size)) return {};
  std::map<uint64_t, CodePart> parts;
  std::map<uint64_t, size_t> jumps;
  for (size_t at = 0; at + 6 <= code.size(); at++) {
    const auto distance = jump_out(code, at);
    if (!distance) continue;
    const uint64_t target = loop.offset + *distance;
    auto known = parts.upper_bound(target);
    const bool is_known = known != parts.begin() && target - (--known)->first < known->second.size;
    if (!is_known) {
      const auto range = elf.is_code(target) ? probe::unwound_at(elf, bytes, target) : std::nullopt;
      if (!range) continue;
      known = parts.insert_or_assign(range->offset, CodePart{range->offset, range->size}).first;
    }
    if (target != known->first) jumps[known->first]++;
  }
  const auto most =
      std::ranges::max_element(jumps, {}, [](const auto& each) { return each.second; });
  return most == jumps.end() || most->second < fewest_jumps ? CodePart() : parts[most->first];
}

Result<Layout> find_layout(const probe::Elf& elf, const probe::Bytes& bytes, int minor,
                           const Symbol& runtime) {
  constexpr int first_that_tells = 13;
  constexpr size_t told_bytes = 1024;
  if (minor == 0) return fail("its version is not known");
  if (minor < first_that_tells) {
    const auto layout = layout_of(minor);
    return layout ? Result<Layout>(*layout) : fail("plumb knows 3.7 and later");
  }
  const auto offset = elf.offset_of(runtime.address);
  std::string told;
  if (!offset || !bytes.read(*offset, told, told_bytes))
    return fail("it does not tell where its frames are");
  return layout_of(told, minor);
}

}  // namespace

std::optional<Interpreter> interpreter_of(const probe::Elf& elf, const probe::Bytes& bytes) {
  if (elf.machine() != probe::Machine::x86 || elf.address_size() != 8) return std::nullopt;
  const Symbols symbols = symbols_of(elf);
  const auto loop = symbols.find(loop_name), runtime = symbols.find("_PyRuntime"),
             code_type = symbols.find("PyCode_Type");
  if (loop == symbols.end() || code_type == symbols.end()) return std::nullopt;
  const auto offset = elf.offset_of(loop->second.address);
  if (!offset) return std::nullopt;
  Interpreter found;
  found.minor = minor_of(elf, bytes, symbols);
  found.loop = {*offset, loop->second.size};
  found.cold = cold_part(elf, bytes, found.loop);
  const auto in_place_of_code = [&](uint64_t address) {
    return address - loop->second.address + *offset;
  };
  found.code_type = in_place_of_code(code_type->second.address);
  if (runtime == symbols.end()) {
    found.trouble = "plumb knows 3.7 and later";
    return found;
  }
  found.runtime = in_place_of_code(runtime->second.address);
  auto layout = find_layout(elf, bytes, found.minor, runtime->second);
  if (layout)
    found.layout = *layout;
  else
    found.trouble = layout.error().what;
  return found;
}

}  // namespace plumb::python
