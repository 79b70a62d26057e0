#include "probe/function_sites.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "probe/placement.h"
#include "probe/readable_name.h"
#include "probe/x86_code.h"

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
  constexpr size_t most_names = 64 << 20;
  return std::ranges::any_of(elf.sections(), [&](const Section& section) {
    if (section.name != ".dynstr" && section.name != ".strtab") return false;
    const auto names = elf.bytes_of(section, most_names);
    const auto has = [&](const char* name) { return names && names->find(name) != names->npos; };
    return has("__gxx_personality_v0") || has("rust_eh_personality");
  });
}

}  // namespace

std::vector<Argument> passed_arguments(size_t count, int64_t stack_moved) {
  constexpr auto in_registers =
      std::to_array<std::string_view>({"rdi", "rsi", "rdx", "rcx", "r8", "r9"});
  std::vector<Argument> all(count);
  for (size_t i = 0; i < count; i++) {
    if (i < in_registers.size()) {
      all[i].place = Place::in_register;
      all[i].base = in_registers[i];
      all[i].text = fmt::format("%{}", all[i].base);
      continue;
    }
    all[i].place = Place::memory;  // behind the address that the call returns to
    all[i].base = "rsp";
    all[i].offset = 8 + 8 * static_cast<int64_t>(i - in_registers.size()) - stack_moved;
    all[i].text = fmt::format("{}(%rsp)", all[i].offset);
  }
  return all;
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
  const std::vector<Function> all = TRY(functions_of(bytes));
  entry_ = elf.offset_of(elf.entry());
  if (spec_.address && !elf.is_code(*spec_.address))
    return misuse(fmt::format("at {:#x} of the file there is no code", *spec_.address),
                  "an offset in the file, not an address: objdump -dF shows both");
  if (spec_.address) return add_address(all, bytes, file);
  const auto wanted = TRY(find_functions(all, spec_.function));
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
  site.values = passed_arguments(probe_.parameters.size(), 0);
  put(std::move(site), event_name(spec_), bytes, file);
  return {};
}

Result<> FunctionSites::add_function(const Function& function, const Bytes& bytes,
                                     ProbedFile& file) {
  if (function.chosen_at_load)
    return misuse(function.name + " is one of several functions, chosen when a program is loaded",
                  "nm shows them all; those that are not exported are in its debugging symbols");
  TRY(check_return(function.name, function.offset));
  ProbeSite site;
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
  site.values = passed_arguments(probe_.parameters.size(), site.stack_moved);
  put(std::move(site), readable_name(function.name), bytes, file);
  return {};
}

Result<> FunctionSites::check_return(const std::string& name, uint64_t offset) const {
  if (!probe_.at_return || (offset != entry_ && !returns_otherwise(name))) return {};
  return misuse(name + " does not return as functions do: to catch that would break the program",
                "probe its calls alone, without -> TYPE");
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

void FunctionSites::put(ProbeSite site, const std::string& name, const Bytes& bytes,
                        ProbedFile& file) {
  if (!taken_.insert(site.offset).second) return;  // one place under two names
  site.emulated = is_emulated(bytes, site.offset);
  site.function = number_of(probe_, name);
  file.sites.push_back(std::move(site));
}

}  // namespace plumb::probe
