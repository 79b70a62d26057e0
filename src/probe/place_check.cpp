#include "probe/place_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "probe/placement.h"
#include "probe/sweep.h"
#include "probe/unwind_ranges.h"
#include "probe/x86_code.h"

namespace plumb::probe {
namespace {

constexpr size_t longest_read = 15;

std::string read_some(const Bytes& bytes, uint64_t offset, uint64_t wanted) {
  const uint64_t left = bytes.size() > offset ? bytes.size() - offset : 0;
  std::string code;
  return bytes.read(offset, code, std::min(wanted, left)) ? code : std::string();
}

// Nothing before `offset` writes to memory, and no jump leads to what is passed or to that place.
bool is_as_entered(std::string_view code, const Sweep& all, uint64_t offset) {
  if (!all.targets.empty() && all.targets.front() <= offset) return false;
  return std::ranges::all_of(all.begins, [&](uint64_t begin) {
    return begin >= offset || !decode(code, begin)->writes_memory;
  });
}

}  // namespace

std::string code_of(const Function& function, const Bytes& bytes) {
  constexpr uint64_t guess = 64;  // where its size is not told
  return read_some(bytes, function.offset,
                   std::min<uint64_t>(function.size ? function.size : guess, most_code));
}

bool is_whole(const Function& function, const std::string& code) {
  return function.size != 0 && function.size == code.size();
}

bool keeps_nothing_below_stack(std::string_view code, uint64_t offset) {
  const Sweep all = sweep(code);
  if (!all.whole || !all.consistent || !all.begins_at(offset)) return false;
  if (is_as_entered(code, all, offset)) return true;
  return std::ranges::none_of(all.begins, [&](uint64_t begin) {
    const auto each = decode(code, begin);
    return each->below_stack || (!all.has_calls && (each->below_frame || each->copies_stack));
  });
}

const std::vector<Function>& PlaceCheck::functions() const {
  if (!functions_) {
    auto read = functions_of(bytes_);
    functions_ = read ? *std::move(read) : std::vector<Function>();
  }
  return *functions_;
}

// By its symbol; of a stripped file, by where it begins.
std::optional<Function> PlaceCheck::around(uint64_t offset) const {
  if (const Function* known = function_at(functions(), offset)) return *known;
  const auto range = unwound_at(elf_, bytes_, offset);
  if (!range) return std::nullopt;
  return Function{fmt::format("the function at {:#x}", range->offset), range->offset, range->size,
                  false};
}

Result<> PlaceCheck::check(uint64_t offset) const {
  if (!elf_.is_code(offset))
    return misuse(fmt::format("at {:#x} of the file there is no code", offset),
                  "an offset in the file, not an address: objdump -dF shows both");
  const std::string code = read_some(bytes_, offset, longest_read);
  const auto there = decode(code, 0);
  if (!there || !there->may_be_called || elf_.address_size() != 8 || !nops_are_safe_) return {};
  const auto function = around(offset);
  if (function && keeps_nothing_below_stack(code_of(*function, bytes_), offset - function->offset))
    return {};
  if (nops_are_safe_()) return {};
  return misuse(
      fmt::format("at {:#x} of the file is a no-op of five bytes: this kernel puts a call there, "
                  "which writes below the stack pointer, where the function may have data",
                  offset),
      "choose another instruction of the function: objdump -dF shows them");
}

Result<> PlaceCheck::check_typed(uint64_t offset) const {
  TRY(check(offset));
  if (elf_.address_size() != 8) return {};
  const auto function = around(offset);
  if (!function || function->offset == offset) return {};
  const uint64_t within = offset - function->offset;
  if (begins_instruction(code_of(*function, bytes_), within)) return {};
  return misuse(fmt::format("{}+{:#x} is in the middle of an instruction", function->name, within),
                "objdump -dF shows where they begin");
}

}  // namespace plumb::probe
