// Any bytes as an ELF file, as the notes or symbols of a sound one, as arguments, names, specs and
// formats: read or refused, in bounds.
#include <algorithm>
#include <cstdlib>
#include <set>

#include "probe/argument.h"
#include "probe/debug_file.h"
#include "probe/declared.h"
#include "probe/functions.h"
#include "probe/go_code.h"
#include "probe/inlined.h"
#include "probe/mapped_files.h"
#include "probe/needed_files.h"
#include "probe/place_check.h"
#include "probe/placement.h"
#include "probe/readable_name.h"
#include "probe/spec.h"
#include "probe/static_probes.h"
#include "probe/trace_format.h"
#include "probe/unwind_ranges.h"
#include "probe/x86_code.h"
#include "probe_builder.h"

namespace {

using namespace plumb::probe;

void arguments(std::string_view text, Machine machine) {
  size_t told = 0;
  for (const Argument& each : parse_arguments(text, machine)) {
    if (each.text.empty() || type_name(each).empty()) std::abort();
    if (operand_of(each).size() > each.text.size()) std::abort();
    if (each.place == Place::in_register && each.base.empty()) std::abort();
    told += each.text.size();
  }
  // nothing but blanks is dropped
  for (const char c : text) told += c == ' ';
  if (told < text.size()) std::abort();
}

void functions(std::string_view bytes) {
  const auto found = functions_of(MemoryBytes(bytes));
  if (!found) {
    if (found.error().what.empty()) std::abort();
    return;
  }
  for (size_t i = 0; i < found->size(); i++) {
    const Function& each = (*found)[i];
    if (each.name.empty() || each.name.size() > 4096 || each.offset >= bytes.size()) std::abort();
    if (i > 0 && each.offset < (*found)[i - 1].offset) std::abort();
    const Function* at = function_at(*found, each.offset);
    if (at == nullptr || at->offset != each.offset) std::abort();
  }
  if (found->empty()) return;
  const auto same = find_functions(*found, found->back().name);
  if (same && same->empty()) std::abort();
}

// What is before the first line end is a name or a pattern, each line after it a symbol.
void names(std::string_view bytes) {
  std::vector<Function> all;
  const size_t first = std::min(bytes.find('\n'), bytes.size());
  for (size_t begin = first + 1; begin < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', begin), bytes.size());
    std::string symbol(bytes.substr(begin, end - begin));
    symbol.resize(std::min(symbol.find('\0'), symbol.size()));
    if (!symbol.empty() && readable_name(symbol).empty()) std::abort();
    if (name_within(symbol).size() > symbol.size()) std::abort();
    all.push_back({std::move(symbol), begin});
    begin = end + 1;
  }
  const auto found = find_functions(all, std::string(bytes.substr(0, first)));
  if (found ? found->empty() : found.error().what.empty()) std::abort();
}

void spec(std::string_view text) {
  const auto spec = parse_spec(text);
  if (!spec) {
    if (spec.error().exit_status != plumb::Exit::usage || spec.error().what.empty()) std::abort();
    return;
  }
  if (spec->text != text || spec->function.empty() == !spec->address) std::abort();
  if (spec->parameters.size() > max_parameters) std::abort();
  std::set<std::string> distinct;
  for (const Parameter& each : spec->parameters) {
    if (each.name.empty() || each.name.size() > max_parameter_name) std::abort();
    if (!distinct.insert(each.name).second || type_name(each).empty()) std::abort();
    if (each.size > max_bytes || (each.size == 0) != (each.kind == ValueKind::text)) std::abort();
  }
}

// Where its debugging symbols would be; nothing is opened.
void separate(std::string_view bytes) {
  const MemoryBytes memory(bytes);
  const auto elf = Elf::of(memory);
  if (!elf) return;
  for (const std::string& each : needed_by(*elf, memory).libraries)
    if (each.empty() || each.size() > bytes.size()) std::abort();
  if (DebugFile(*elf, "/srv/app", 0).hint().empty()) std::abort();
  if (!std::ranges::is_sorted(entries_of(*elf))) std::abort();
  for (const char c : build_id_of(*elf))
    if (std::string_view("0123456789abcdef").find(c) == std::string_view::npos) std::abort();
}

void file(std::string_view bytes) {
  functions(bytes);
  separate(bytes);
  const auto found = static_probes(MemoryBytes(bytes));
  if (!found) {
    if (found.error().what.empty()) std::abort();
    return;
  }
  for (const Probe& probe : found->probes) {
    if (probe.sites.empty()) std::abort();
    for (const Site& site : probe.sites) {
      if (site.offset && *site.offset >= bytes.size()) std::abort();
      if (site.semaphore && (!site.has_semaphore || *site.semaphore >= bytes.size())) std::abort();
      arguments(site.arguments, found->machine);
    }
  }
}

template <class Layout>
void notes(std::string_view bytes, uint16_t machine) {
  Builder<Layout> elf(machine);
  elf.load(0, 0, bytes.size());
  elf.notes(std::string(bytes));
  file(elf.bytes());
}

void code(std::string_view bytes) {
  for (uint64_t at = 0; at <= bytes.size(); at++) {
    const auto each = decode(bytes, at);
    if (!each) continue;
    if (each->length == 0 || each->length > 15 || each->length > bytes.size() - at) std::abort();
    if (each->emulated && each->refused) std::abort();
  }
  for (const bool whole : {false, true}) {
    const Placement place = place_entry(bytes, whole);
    if (place.reason.empty() || place.offset > 32) std::abort();
    if (place.offset != 0 && (!whole || !begins_instruction(bytes, place.offset))) std::abort();
    if (place.emulated != (decode(bytes, place.offset) && decode(bytes, place.offset)->emulated))
      std::abort();
  }
  const Placement gos = place_go_entry(bytes, true);
  if (gos.reason.empty() || gos.offset > 80) std::abort();
  if (keeps_nothing_below_stack(bytes, bytes.size())) std::abort();
  for (uint64_t at = 0; at < bytes.size() && at < 64; at++)
    if (keeps_nothing_below_stack(bytes, at) && !begins_instruction(bytes, at)) std::abort();
  if (const auto returns = returns_of(bytes))
    for (const uint64_t each : *returns)
      if (decode(bytes, each)->flow != Instruction::Flow::ret) std::abort();
}

// The first byte says how many functions there are.
void inlined(std::string_view bytes) {
  const auto copies = parse_inlined(bytes);
  if (!copies) return;
  if (copies->told.size() > most_copies_told || copies->told.size() > copies->count) std::abort();
  if (callers_of(*copies).empty() != copies->told.empty()) std::abort();
}

void declared(std::string_view bytes) {
  if (bytes.empty()) return;
  const size_t count = static_cast<unsigned char>(bytes[0]);
  const auto all = parse_declared(bytes.substr(1), count);
  if (!all) return;
  if (all->size() != count) std::abort();
  for (const auto& each : *all) {
    if (!each) continue;
    if (each->parameters.size() > max_parameters || !each->is_like(*each)) std::abort();
    if (passed_arguments(each->passed, 0).size() != each->parameters.size()) std::abort();
    std::set<std::string> distinct;
    for (const Parameter& parameter : each->parameters)
      if (parameter.name.size() > max_declared_name || !distinct.insert(parameter.name).second)
        std::abort();
  }
}

// The table of unwind information: where it leads to is within the file.
void unwinding(std::string_view bytes) {
  constexpr uint64_t base = 0x1000;
  Builder<Elf64> builder;
  builder.section(".eh_frame_hdr", SHT_PROGBITS, std::string(bytes), base);
  builder.load(base, builder.sections.back().sh_offset, bytes.size());
  builder.segments.back().p_flags = PF_R | PF_X;
  const std::string content = builder.bytes();
  const MemoryBytes all(content);
  const auto elf = Elf::of(all);
  if (!elf) std::abort();
  for (uint64_t at = 0; at < content.size(); at += 1 + at / 64) {
    const auto range = unwound_at(*elf, all, at);
    if (range && (at < range->offset || at - range->offset >= range->size)) std::abort();
  }
}

// Go's table of functions.
void gos(std::string_view bytes) {
  Builder<Elf64> builder;
  builder.load(0, 0, bytes.size());
  builder.section(".gopclntab", SHT_PROGBITS, std::string(bytes));
  functions(builder.bytes());
}

// A table of symbols and then their names; the first byte says how many symbols.
template <class Layout, class Symbol>
void symbols(std::string_view bytes) {
  if (bytes.empty()) return;
  const size_t table = static_cast<unsigned char>(bytes[0]) * sizeof(Symbol);
  bytes.remove_prefix(1);
  Builder<Layout> elf;
  elf.load(0, 0, bytes.size());
  elf.section(".symtab", SHT_SYMTAB, std::string(bytes.substr(0, table)));
  elf.sections.back().sh_entsize = sizeof(Symbol);
  elf.sections.back().sh_link = 2;
  elf.section(".strtab", SHT_STRTAB, std::string(bytes.substr(std::min(table, bytes.size()))));
  functions(elf.bytes());
}

void format(std::string_view text) {
  for (const ContextField& each : trace_fields(text)) {
    if (each.parameter.name.empty() || type_name(each.parameter).empty()) std::abort();
    if (each.value.offset + each.value.size > 1 << 16) std::abort();
    const bool is_number = each.value.form == ContextValue::Form::here &&
                           each.parameter.kind != ValueKind::text &&
                           each.parameter.kind != ValueKind::bytes;
    if (is_number && (each.value.size == 0 || each.value.size > 8)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  MapsLine line;
  switch (data[0] % 15) {
    case 0:
      file(bytes);
      break;
    case 1:
      notes<Elf64>(bytes, EM_X86_64);
      break;
    case 2:
      notes<Elf32>(bytes, EM_AARCH64);
      break;
    case 3:
      arguments(bytes, Machine::x86);
      break;
    case 4:
      arguments(bytes, Machine::aarch64);
      break;
    case 5:
      if (parse_maps_line(bytes, line) && (line.inode == 0 || line.path.empty())) std::abort();
      break;
    case 6:
      symbols<Elf64, Elf64_Sym>(bytes);
      break;
    case 7:
      symbols<Elf32, Elf32_Sym>(bytes);
      break;
    case 8:
      names(bytes);
      break;
    case 9:
      spec(bytes);
      break;
    case 10:
      code(bytes);
      break;
    case 11:
      format(bytes);
      break;
    case 12:
      declared(bytes);
      inlined(bytes);
      break;
    case 13:
      unwinding(bytes);
      break;
    case 14:
      gos(bytes);
      break;
  }
  return 0;
}
