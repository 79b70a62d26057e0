#include "probe/function_sites.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "probe/debug_file.h"
#include "probe/ends.h"
#include "probe/go_code.h"
#include "probe/inlined_sites.h"
#include "probe/readable_name.h"
#include "probe/unwind_ranges.h"
#include "probe/x86_code.h"

namespace plumb::probe {
namespace {

constexpr size_t most_sites = 100'000;

// What the kernel makes of a uprobe at this place of the file.
bool is_emulated(const Bytes& bytes, uint64_t offset) {
  constexpr uint64_t longest = 15;  // bytes of an instruction
  std::string code;
  const uint64_t left = bytes.size() > offset ? bytes.size() - offset : 0;
  if (!bytes.read(offset, code, std::min(longest, left))) return false;
  const auto instruction = decode(code, 0);
  return instruction && instruction->emulated;
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
  constexpr size_t most_bytes_of_names = 64 << 20;
  return std::ranges::any_of(elf.sections(), [&](const Section& section) {
    if (section.name != ".dynstr" && section.name != ".strtab") return false;
    const auto names = elf.bytes_of(section, most_bytes_of_names);
    const auto has = [&](const char* name) { return names && names->find(name) != names->npos; };
    return has("__gxx_personality_v0") || has("__cxa_throw") || has("rust_eh_personality");
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

// What its runtime does with the stack decides how a return can be seen, and the language where its
// arguments are.
Result<> FunctionSites::begin_file(const Elf& elf, const Bytes& bytes) {
  is_go_ = is_go(elf);
  returns_ = Returns::caught;
  if (is_go_) TRY(begin_go(elf, bytes));
  if (!is_go_ && probe_.at_return && !search_.catch_returns && throws_exceptions(elf))
    TRY(begin_throwing(elf));
  if (probe_.functions.empty() || probe_.returns == returns_) return {};
  return misuse("its returns are seen in another way than those of the files before it",
                "name the file by its path, in a probe of its own");
}

// The kernel's address in the place of the return address stops an exception; the ret instructions
// are all of them only where the parts of functions have names.
Result<> FunctionSites::begin_throwing(const Elf& elf) {
  returns_ = Returns::at_ends;
  if (has_section(elf, ".symtab")) return {};
  return misuse(
      "its functions may throw exceptions: one that passes a call whose return is caught ends the "
      "program, and where they return is not known, as the file is stripped",
      "without -> calls can be probed; --catch-returns where none passes such a call");
}

Result<> FunctionSites::begin_go(const Elf& elf, const Bytes& bytes) {
  if (!probe_.at_return && !spec_.has_parameters) return {};
  if (!passes_in_registers(elf, bytes))
    return misuse(
        "it was compiled by Go before 1.18, which passes arguments in another way than plumb knows",
        "without a signature its calls can be probed");
  if (probe_.at_return) returns_ = Returns::at_ends_of_goroutines;
  return {};
}

Result<> FunctionSites::add(const Bytes& bytes, ProbedFile& file) {
  const Elf elf = TRY(Elf::of(bytes));
  if (elf.machine() != Machine::x86) return fail("it is a program for another kind of processor");
  if (elf.address_size() != 8 && (spec_.has_parameters || spec_.result))
    return fail("it is a 32-bit program: where those pass their arguments plumb does not know",
                "without a signature it can be probed");
  TRY(begin_file(elf, bytes));
  const DebugFile debug(elf, file.path, file.pid);
  const bool is_whole = has_section(elf, ".symtab") && has_section(elf, ".debug_info");
  symbols_ = is_whole ? std::nullopt : debug.open();
  PlaceCheck places(elf, bytes, search_.nops_are_safe);
  places.know(TRY(functions_in(elf, bytes)));
  entry_ = elf.offset_of(elf.entry());
  if (spec_.address) return add_address(bytes, places, file);
  auto found = find_functions(places.functions(), spec_.function);
  if (!found && !symbols_ && !has_section(elf, ".symtab"))
    found.error().hint += "; " + debug.hint();
  if (!found) return Fail{without_code(spec_, elf, file, symbols_, std::move(found.error()))};
  const auto wanted = *std::move(found);
  tell_overloads(wanted, file.path);
  Result<> refused;
  taken_.clear();
  for (const Function& each : wanted) {
    if (file.sites.size() >= most_sites) break;
    if (auto added = add_function(each, bytes, places, file); !added) refused = std::move(added);
  }
  if (refused || file.sites.empty()) return refused;
  if (!spec_.is_pattern())
    probe_.remarks.push_back(file.path + ": another " + refused.error().what);
  return {};
}

Result<> FunctionSites::add_address(const Bytes& bytes, const PlaceCheck& places,
                                    ProbedFile& file) {
  TRY(places.check_typed(*spec_.address));
  TRY(check_return(event_name(spec_), *spec_.address));
  ProbeSite site;
  site.offset = *spec_.address;
  site.entry = site.offset;
  const Function* function = function_at(places.functions(), *spec_.address);
  if (returns_ != Returns::caught) {
    if (function == nullptr || function->offset != *spec_.address)
      return misuse("where the function that begins there ends, nothing tells",
                    "probe its calls alone, without ->");
    site.ends = TRY(ends_in(*function, bytes, places));
  }
  if (is_go_) site.values = TRY(go_arguments(probe_.parameters));
  put(std::move(site), event_name(spec_), bytes, file);
  return {};
}

Result<> FunctionSites::add_function(const Function& function, const Bytes& bytes,
                                     const PlaceCheck& places, ProbedFile& file) {
  if (function.chosen_at_load)
    return misuse(function.name + " is one of several functions, chosen when a program is loaded",
                  "nm shows them all; those that are not exported are in its debugging symbols");
  TRY(check_return(function.name, function.offset));
  if (is_go_ && (probe_.at_return || spec_.has_parameters) && !is_go_function(function.name))
    return misuse(function.name + " has not the calling convention of Go's functions",
                  "without a signature its calls can be probed");
  ProbeSite site;
  site.entry = function.offset;
  site.offset = function.offset + spec_.offset;
  if (spec_.offset && function.size && spec_.offset >= function.size)
    return misuse(fmt::format("{} has {} bytes: +{:#x} lies behind it", function.name,
                              function.size, spec_.offset));
  const std::string code = code_of(function, bytes);
  if (!spec_.offset && !search_.exact) {
    Placement place = placed(function, code);
    site.offset += place.offset;
    site.stack_moved = place.stack_moved;
    site.reason = std::move(place.reason);
  }
  auto allowed = spec_.offset ? places.check_typed(site.offset) : places.check(site.offset);
  TRY(std::move(allowed).within(function.name));
  if (probe_.at_return && returns_ != Returns::caught)
    site.ends = TRY(ends_in(function, bytes, places));
  if (is_go_) site.values = TRY(go_arguments(probe_.parameters));
  put(std::move(site), shown_name(function), bytes, file);
  return {};
}

void FunctionSites::tell_overloads(const std::vector<Function>& functions,
                                   const std::string& path) {
  constexpr size_t most = 8;
  std::map<std::string, std::vector<std::string>> symbols;  // by their readable names
  for (const Function& each : functions)
    if (is_mangled(each.name)) symbols[readable_name(each.name)].push_back(each.name);
  overloaded_.clear();
  for (const auto& [name, alike] : symbols) {
    if (alike.size() < 2) continue;
    std::map<std::string, std::string> overloads;  // their symbols
    for (const std::string& each : alike) overloads.emplace(name_with_parameters(each), each);
    if (overloads.size() < 2) continue;
    if (!search_.tells_apart || search_.tells_apart()) overloaded_.insert(name);
    if (spec_.is_pattern()) continue;
    std::string told;
    size_t count = 0;
    for (const auto& [shown, symbol] : overloads)
      if (count++ < most) told += fmt::format("{}{} is {}", count == 1 ? "" : ", ", shown, symbol);
    probe_.remarks.push_back(fmt::format(
        "{}: {} functions have this name, each of which is probed alone by its symbol: {}{}", path,
        count, told, count > most ? ", ..." : ""));
  }
}

// With its parameters where the name does not tell it from others. What is found later is called as
// what there was.
std::string FunctionSites::shown_name(const Function& function) const {
  std::string name = readable_name(function.name);
  const bool is_full = overloaded_.contains(name), is_known = probe_.numbers.contains(name);
  if (!is_full && is_known) return name;
  std::string full = name_with_parameters(function.name);
  const bool is_full_known = probe_.numbers.contains(full);
  return is_full_known || (is_full && !is_known) ? full : name;
}

Placement FunctionSites::placed(const Function& function, const std::string& code) const {
  const bool whole = is_whole(function, code);
  if (is_go_ && is_go_function(function.name)) return place_go_entry(code, whole);
  Placement place = place_entry(code, whole);
  // the return address is where the stack pointer points when a return is to be caught
  if (place.stack_moved != 0 && probe_.at_return && returns_ == Returns::caught)
    return {0, 0, false, "entry: a return can be caught only there"};
  return place;
}

Result<std::vector<uint64_t>> FunctionSites::ends_in(const Function& function, const Bytes& bytes,
                                                     const PlaceCheck& places) const {
  auto ends = ends_of(function, places.functions(), bytes, is_go_);
  if (!ends && !is_go_) ends.error().hint += "; --catch-returns where no exception passes it";
  return ends;
}

Result<> FunctionSites::check_return(const std::string& name, uint64_t offset) const {
  if (!probe_.at_return || (offset != entry_ && !returns_otherwise(name))) return {};
  return misuse(name + " does not return as functions do: to catch that would break the program",
                "probe its calls alone, without ->");
}

void FunctionSites::put(ProbeSite site, const std::string& name, const Bytes& bytes,
                        ProbedFile& file) {
  if (!taken_.insert(site.offset).second) return;  // one place under two names
  if (probe_.functions.empty()) probe_.returns = returns_;
  site.emulated = is_emulated(bytes, site.offset);
  site.function = number_of(probe_, name);
  file.sites.push_back(std::move(site));
}

}  // namespace plumb::probe
