#include "probe/inlined_reader.h"

#include <dwarf.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <set>

#include "probe/dwarf_die.h"
#include "probe/inlined.h"
#include "probe/readable_name.h"

namespace plumb::probe {
namespace {

constexpr int deepest_inlined = 256;        // scopes within scopes
constexpr uint32_t most_inlined = 8 << 20;  // of debug information that are looked at
constexpr size_t longest_caller = 256;      // of a caller

std::string_view symbol_of(Dwarf_Die& function) {
  Dwarf_Attribute found;
  for (const unsigned each : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (dwarf_attr_integrate(&function, each, &found) != nullptr)
      if (const char* symbol = dwarf_formstring(&found)) return symbol;
  return {};
}

bool has(Dwarf_Die& die, unsigned attribute) { return dwarf_hasattr(&die, attribute) == 1; }

// What it is an instance of, or where that is declared; itself, where there is none.
Dwarf_Die origin_of(Dwarf_Die die) {
  for (const unsigned each : {DW_AT_abstract_origin, DW_AT_specification}) {
    Dwarf_Attribute found;
    Dwarf_Die to;
    const bool leads =
        dwarf_attr(&die, each, &found) != nullptr && dwarf_formref_die(&found, &to) != nullptr;
    if (leads) return to;
  }
  return die;
}

// With its namespaces and classes. What nobody else can link has no symbol in debug information.
std::string name_with_scopes(Dwarf_Die& function) {
  std::string name(name_of(function));
  Dwarf_Die at = origin_of(origin_of(function));
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes_die(&at, &scopes);
  const std::unique_ptr<Dwarf_Die, void (*)(void*)> keeper(scopes, free);
  for (int i = 1; i < count; i++) {
    const int tag = dwarf_tag(&scopes[i]);
    const std::string_view scope = name_of(scopes[i]);
    if (tag == DW_TAG_namespace && scope.empty())
      name = "(anonymous namespace)::" + name;
    else if (tag == DW_TAG_namespace || is_object(scopes[i]))
      name = fmt::format("{}::{}", scope, name);
  }
  return name;
}

std::string readable(Dwarf_Die& function) {
  const std::string symbol(symbol_of(function));
  return symbol.empty() ? name_with_scopes(function) : readable_name(symbol);
}

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
