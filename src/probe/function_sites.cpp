#include "probe/function_sites.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probe/debug_file.h"
#include "probe/placement.h"
#include "probe/readable_name.h"

namespace plumb::probe {
namespace {

constexpr size_t most_code = 64 << 10;
constexpr size_t most_sites = 100'000;

// A function's code as far as it is looked at; "" where it cannot be read.
std::string code_of(const Function& function, const Bytes& bytes) {
  constexpr uint64_t guess = 64;  // where its size is not told
  const uint64_t left = bytes.size() > function.offset ? bytes.size() - function.offset : 0;
  const uint64_t size =
      std::min({function.size ? function.size : guess, left, uint64_t{most_code}});
  std::string code;
  return bytes.read(function.offset, code, size) ? code : std::string();
}

bool is_whole(const Function& function, const std::string& code) {
  return function.size != 0 && function.size == code.size();
}

// What is on top of the stack there is no address to return to, or it is kept for more than one
// return: with that of a uretprobe in its place the program breaks.
bool returns_otherwise(std::string_view name) {
  constexpr auto all =
      std::to_array<std::string_view>({"setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp",
                                       "getcontext", "swapcontext", "__restore_rt", "__restore"});
  name = name.substr(0, name.find('@'));
  return std::ranges::find(all, name) != all.end() || name.starts_with("_dl_runtime_resolve") ||
         name.starts_with("_dl_runtime_profile") || name.ends_with(".cold");
}

// Whether it names the function by which C++ or Rust find the way of an exception (the
// "personality" of the Itanium C++ ABI): the kernel has put an address in the place of the return
// address that has none.
bool throws_exceptions(const Elf& elf) {
  constexpr size_t most_names = 64 << 20;
  return std::ranges::any_of(elf.sections(), [&](const Section& section) {
    if (section.name != ".dynstr" && section.name != ".strtab") return false;
    const auto names = elf.bytes_of(section, most_names);
    const auto has = [&](const char* name) { return names && names->find(name) != names->npos; };
    return has("__gxx_personality_v0") || has("rust_eh_personality");
  });
}

}  // namespace

// Its own, and where it has only those that are for others to link, those that were taken from it.
Result<std::vector<Function>> FunctionSites::functions_in(const Elf& elf,
                                                          const Bytes& bytes) const {
  std::vector<Function> own = TRY(functions_of(bytes));
  if (!symbols_ || has_section(elf, ".symtab")) return own;
  const Fd& symbols = symbols_->file;
  const FileBytes there(Fd(fcntl(symbols.get(), F_DUPFD_CLOEXEC, 0)), symbols_->size);
  return functions_of(there, elf, std::move(own), entries_of(elf))
      .within("separate debugging symbols");
}

// What its runtime does with the stack decides whether a return can be caught.
Result<> FunctionSites::check_language(const Elf& elf) const {
  const bool is_go = std::ranges::any_of(elf.sections(), [](const Section& section) {
    return section.name == ".gopclntab" || section.name == ".go.buildinfo";
  });
  if (is_go && (probe_.at_return || spec_.has_parameters))
    return misuse(
        "it is a Go program: catching a return would break it, as Go moves its stacks, and where "
        "it "
        "passes arguments plumb does not know",
        "without a signature its calls can be probed");
  if (probe_.at_return && !search_.catch_returns && throws_exceptions(elf))
    return misuse(
        "its functions may throw exceptions: one that passes a call whose return is caught finds "
        "no "
        "way back, and ends the program",
        "without -> calls can be probed; --catch-returns where none passes such a call");
  return {};
}

Result<> FunctionSites::add(const Bytes& bytes, ProbedFile& file) {
  const Elf elf = TRY(Elf::of(bytes));
  if (elf.machine() != Machine::x86) return fail("it is a program for another kind of processor");
  if (elf.address_size() != 8 && (spec_.has_parameters || spec_.result))
    return fail("it is a 32-bit program: where those pass their arguments plumb does not know",
                "without a signature it can be probed");
  TRY(check_language(elf));
  const DebugFile debug(elf, file.path, file.pid);
  const bool is_whole = has_section(elf, ".symtab") && has_section(elf, ".debug_info");
  symbols_ = is_whole ? std::nullopt : debug.open();
  const std::vector<Function> all = TRY(functions_in(elf, bytes));
  entry_ = elf.offset_of(elf.entry());
  if (spec_.address && !elf.is_code(*spec_.address))
    return misuse(fmt::format("at {:#x} of the file there is no code", *spec_.address),
                  "an offset in the file, not an address: objdump -dF shows both");
  if (spec_.address) return add_address(all, bytes, file);
  auto found = find_functions(all, spec_.function);
  if (!found && !symbols_ && !has_section(elf, ".symtab"))
    found.error().hint += "; " + debug.hint();
  const auto wanted = TRY(std::move(found));
  Result<> refused;
  taken_.clear();
  for (const Function& each : wanted) {
    if (file.sites.size() >= most_sites) break;
    if (auto added = add_function(each, bytes, file); !added) refused = std::move(added);
  }
  if (refused || file.sites.empty()) return refused;
  if (!spec_.is_pattern())
    probe_.remarks.push_back(file.path + ": another " + refused.error().what);
  return {};
}

Result<> FunctionSites::add_address(const std::vector<Function>& all, const Bytes& bytes,
                                    ProbedFile& file) {
  if (const Function* function = function_at(all, *spec_.address))
    TRY(check_instruction(*function, *spec_.address - function->offset, bytes));
  TRY(check_return(event_name(spec_), *spec_.address));
  ProbeSite site;
  site.offset = *spec_.address;
  site.entry = site.offset;
  put(std::move(site), event_name(spec_), file);
  return {};
}

Result<> FunctionSites::add_function(const Function& function, const Bytes& bytes,
                                     ProbedFile& file) {
  if (function.chosen_at_load)
    return misuse(function.name + " is one of several functions, chosen when a program is loaded",
                  "nm shows them all; those that are not exported are in its debugging symbols");
  TRY(check_return(function.name, function.offset));
  ProbeSite site;
  site.entry = function.offset;
  site.offset = function.offset + spec_.offset;
  if (spec_.offset) {
    TRY(check_instruction(function, spec_.offset, bytes));
  } else if (!search_.exact) {
    const std::string code = code_of(function, bytes);
    Placement placed = place_entry(code, is_whole(function, code));
    // the return address is where the stack pointer points when a return is to be caught
    if (placed.stack_moved != 0 && probe_.at_return)
      placed = {0, 0, false, "entry: a return can be caught only there"};
    site.offset += placed.offset;
    site.stack_moved = placed.stack_moved;
    site.reason = std::move(placed.reason);
  }
  put(std::move(site), readable_name(function.name), file);
  return {};
}

Result<> FunctionSites::check_return(const std::string& name, uint64_t offset) const {
  if (!probe_.at_return || (offset != entry_ && !returns_otherwise(name))) return {};
  return misuse(name + " does not return as functions do: to catch that would break the program",
                "probe its calls alone, without ->");
}

// A probe in the middle of an instruction breaks the program.
Result<> FunctionSites::check_instruction(const Function& function, uint64_t offset,
                                          const Bytes& bytes) const {
  if (function.size && offset >= function.size)
    return misuse(fmt::format("{} has {} bytes: +{:#x} lies behind it", function.name,
                              function.size, offset));
  if (begins_instruction(code_of(function, bytes), offset)) return {};
  return misuse(fmt::format("{}+{:#x} is in the middle of an instruction", function.name, offset),
                fmt::format("objdump -d --disassemble={} shows where they begin", function.name));
}

void FunctionSites::put(ProbeSite site, const std::string& name, ProbedFile& file) {
  if (!taken_.insert(site.offset).second) return;  // one place under two names
  site.function = number_of(probe_, name);
  file.sites.push_back(std::move(site));
}

}  // namespace plumb::probe
