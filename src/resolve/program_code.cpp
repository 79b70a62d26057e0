#include "resolve/program_code.h"

#include <algorithm>
#include <utility>

#include "probe/debug_file.h"
#include "probe/elf.h"
#include "probe/readable_name.h"
#include "probe/unwind_ranges.h"

namespace plumb::resolve {
namespace {

// Of the names of one function: open, and not __GI___libc_open.
bool is_plainer(const probe::Function& one, const probe::Function& other) {
  const auto shape = [](const std::string& name) {
    return std::pair(std::min(name.find_first_not_of('_'), name.size()), name.size());
  };
  return shape(one.name) < shape(other.name);
}

}  // namespace

void ProgramCode::read() {
  functions_.emplace();
  auto own = probe::functions_of(*bytes_);
  if (own) functions_ = *std::move(own);
  const auto elf = probe::Elf::of(*bytes_);
  if (!elf || probe::has_section(*elf, ".symtab")) return;
  auto separate = probe::DebugFile(*elf, path_, pid_).open();
  if (!separate) return;
  const probe::FileBytes symbols(std::move(separate->file), separate->size);
  auto more = probe::functions_of(symbols, *elf, *functions_, probe::entries_of(*elf));
  if (more) functions_ = *std::move(more);
}

std::string ProgramCode::function_at(uint64_t offset) {
  if (!functions_) read();
  const probe::Function* function = probe::function_at(*functions_, offset);
  if (!function) return {};
  const auto same =
      std::ranges::equal_range(*functions_, function->offset, {}, &probe::Function::offset);
  return probe::readable_name(std::ranges::min_element(same, is_plainer)->name);
}

}  // namespace plumb::resolve
