#include "probe/inlined_reader.h"

#include <dwarf.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "probe/dwarf_die.h"
#include "probe/dwarf_name.h"
#include "probe/inlined.h"

namespace plumb::probe {
namespace {

constexpr int deepest_inlined = 256;        // scopes within scopes
constexpr uint32_t most_inlined = 8 << 20;  // of debug information that are looked at
constexpr size_t longest_caller = 256;      // of a caller

bool has(Dwarf_Die& die, unsigned attribute) { return dwarf_hasattr(&die, attribute) == 1; }

class InlinedReader {
 public:
  InlinedReader(Dwarf* dwarf, const std::string& name) : dwarf_(dwarf), name_(name) {}

  std::string run() {
    each_unit([&](Dwarf_Die& unit) { look_for_sources(unit, is_code(unit), 0); });
    if (!sources_.empty()) each_unit([&](Dwarf_Die& unit) { look_for_copies_in(unit); });
    return entries_ > most_inlined ? std::string() : fmt::format("{}\n{}", count_, told_);
  }

 private:
  template <class Look>
  void each_unit(Look look) {
    Dwarf_CU* at = nullptr;
    Dwarf_Die unit;
    while (dwarf_get_units(dwarf_, at, &at, nullptr, nullptr, &unit, nullptr) == 0 && counts())
      look(unit);
  }

  // False: that is enough.
  bool counts() { return ++entries_ <= most_inlined; }

  static bool is_code(Dwarf_Die& die) { return has(die, DW_AT_low_pc) || has(die, DW_AT_ranges); }

  // A unit without code, of dwz or of optimisation at link time, has sources of copies elsewhere.
  void look_for_sources(Dwarf_Die& scope, bool has_code, int depth) {
    Dwarf_Die at;
    if (depth > deepest_inlined || dwarf_child(&scope, &at) != 0) return;
    do {
      const int tag = dwarf_tag(&at);
      const bool may_be_copied =
          has(at, DW_AT_inline) || (!has_code && !has(at, DW_AT_declaration));
      if (tag == DW_TAG_subprogram && may_be_copied && is_it(at)) {
        sources_.insert(dwarf_dieoffset(&at));
        units_.insert(unit_of(at));
        is_anywhere_ |= !has_code;
      }
      if (tag == DW_TAG_namespace || tag == DW_TAG_subprogram || is_object(at))
        look_for_sources(at, has_code, depth + 1);
    } while (counts() && dwarf_siblingof(&at, &at) == 0);
  }

  bool is_it(Dwarf_Die& function) {
    const std::string_view last = name_of(function);
    if (!last.empty() && name_.ends_with(last) && readable(function) == name_) return true;
    return !name_.empty() && symbol_of(function) == name_;
  }

  static Dwarf_Off unit_of(Dwarf_Die& die) {
    Dwarf_Die unit;
    return dwarf_diecu(&die, &unit, nullptr, nullptr) == nullptr ? 0 : dwarf_dieoffset(&unit);
  }

  void look_for_copies_in(Dwarf_Die& unit) {
    if (is_anywhere_ || units_.contains(dwarf_dieoffset(&unit))) look_for_copies(unit, nullptr, 0);
  }

  void look_for_copies(Dwarf_Die& scope, Dwarf_Die* function, int depth) {
    Dwarf_Die at;
    if (depth > deepest_inlined || dwarf_child(&scope, &at) != 0) return;
    do {
      const int tag = dwarf_tag(&at);
      if (tag == DW_TAG_subprogram) {
        look_for_copies(at, is_code(at) ? &at : nullptr, depth + 1);
        continue;
      }
      if (tag == DW_TAG_inlined_subroutine && function != nullptr && is_copy(at))
        tell(at, *function);
      const bool has_copies = tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block ||
                              tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
      if (has_copies || tag == DW_TAG_namespace || is_object(at))
        look_for_copies(at, function, depth + 1);
    } while (counts() && dwarf_siblingof(&at, &at) == 0);
  }

  bool is_copy(Dwarf_Die& inlined) const {
    Dwarf_Die origin = origin_of(inlined), first = origin_of(origin);
    return sources_.contains(dwarf_dieoffset(&origin)) ||
           sources_.contains(dwarf_dieoffset(&first));
  }

  void tell(Dwarf_Die& copy, Dwarf_Die& function) {
    if (++count_ > most_copies_told) return;
    Dwarf_Addr base = 0, begin = 0, end = 0, entry = 0;
    const bool is_told = dwarf_entrypc(&copy, &entry) == 0 && entry != 0;
    if (!is_told && dwarf_ranges(&copy, 0, &base, &begin, &end) > 0) entry = begin;
    std::string caller = readable(function).substr(0, longest_caller);
    std::ranges::replace_if(
        caller, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
    told_ += fmt::format("{:x} {}\n", entry, caller.empty() ? "?" : caller);
  }

  Dwarf* dwarf_;
  const std::string& name_;
  std::set<Dwarf_Off> sources_, units_;
  bool is_anywhere_ = false;
  uint64_t count_ = 0;
  uint32_t entries_ = 0;  // that were looked at
  std::string told_;
};

}  // namespace

std::string read_inlined(int file, const std::string& name) {
  const OpenDwarf dwarf(file);
  return dwarf.get() == nullptr ? std::string() : InlinedReader(dwarf.get(), name).run();
}

}  // namespace plumb::probe
