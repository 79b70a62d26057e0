#include "probe/inlined_sites.h"

#include <fmt/format.h>

#include "probe/debug_file.h"
#include "probe/inlined.h"

namespace plumb::probe {
namespace {

InlinedCopies copies_of(const Spec& spec, const Elf& elf, const ProbedFile& file,
                        const std::optional<OpenFile>& symbols) {
  const OpenFile* told = with_debug_information(elf, file.open, symbols);
  if (told == nullptr || spec.is_pattern()) return {};
  auto copies = inlined_copies(told->file.get(), spec.function);
  return copies ? *std::move(copies) : InlinedCopies();
}

// What can be probed instead.
std::string hint_of(const Spec& spec, const Elf& elf, const InlinedCopies& copies) {
  constexpr size_t most = 3;
  std::string places;
  size_t told = 0;
  for (const InlinedCopy& each : copies.told) {
    const auto offset = elf.offset_of(each.address);
    if (each.address == 0 || !offset) continue;
    if (told++ == most) break;
    places += fmt::format("{} uprobe:{}:{:#x} in {}", told == 1 ? "" : ",", spec.target, *offset,
                          each.caller);
  }
  const char* rest = told > most ? ", ..." : "";
  return places.empty()
             ? "probe what calls it"
             : fmt::format("probe what calls it, or where copies begin:{}{}", places, rest);
}

}  // namespace

Error without_code(const Spec& spec, const Elf& elf, const ProbedFile& file,
                   const std::optional<OpenFile>& symbols, Error otherwise) {
  const InlinedCopies copies = copies_of(spec, elf, file, symbols);
  if (copies.count == 0) return otherwise;
  std::string hint = hint_of(spec, elf, copies);
  const bool has_variants = otherwise.hint.find("'" + spec.function + ".") != std::string::npos;
  if (has_variants) hint += "; " + otherwise.hint;
  return misuse(fmt::format("'{}' has no code of its own: the compiler has inlined it into {}",
                            spec.function, callers_of(copies)),
                std::move(hint))
      .error;
}

std::string note_of_copies(const Spec& spec, const Bytes& bytes, const ProbedFile& file,
                           const std::optional<OpenFile>& symbols) {
  const auto elf = Elf::of(bytes);
  const bool is_at_entry = !spec.address && spec.offset == 0;
  if (!elf || !is_at_entry) return {};
  const InlinedCopies copies = copies_of(spec, *elf, file, symbols);
  if (copies.count == 0) return {};
  return fmt::format("{}: not seen where the compiler has inlined it: {} in {}", file.path,
                     copies.count == 1 ? "a copy" : fmt::format("{} copies", copies.count),
                     callers_of(copies));
}

}  // namespace plumb::probe
