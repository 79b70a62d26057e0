// Any bytes as an ELF file, as the notes of a sound one, as arguments: read or refused, in bounds.
#include <cstdlib>

#include "probe/argument.h"
#include "probe/mapped_files.h"
#include "probe/placement.h"
#include "probe/static_probes.h"
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

void file(std::string_view bytes) {
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
  if (const auto returns = returns_of(bytes))
    for (const uint64_t each : *returns)
      if (decode(bytes, each)->flow != Instruction::Flow::ret) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  MapsLine line;
  switch (data[0] % 7) {
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
      code(bytes);
      break;
  }
  return 0;
}
