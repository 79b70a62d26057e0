#include "probe/dwarf_name.h"

#include <dwarf.h>
#include <stdlib.h>

#include <memory>

#include "probe/dwarf_die.h"
#include "probe/readable_name.h"

namespace plumb::probe {

std::string_view symbol_of(Dwarf_Die& function) {
  Dwarf_Attribute found;
  for (const unsigned each : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name})
    if (dwarf_attr_integrate(&function, each, &found) != nullptr)
      if (const char* symbol = dwarf_formstring(&found)) return symbol;
  return {};
}

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

namespace {

// Whether functions of its language may be within something. libdw finds what by walking through
// the unit.
bool may_have_scopes(Dwarf_Die& die) {
  Dwarf_Die unit;
  if (dwarf_diecu(&die, &unit, nullptr, nullptr) == nullptr) return true;
  switch (dwarf_srclang(&unit)) {
    case DW_LANG_C:
    case DW_LANG_C89:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case DW_LANG_Go:
    case DW_LANG_Mips_Assembler:
      return false;
    default:
      return true;
  }
}

// With its namespaces and classes. What nobody else can link has no symbol in debug information.
std::string name_with_scopes(Dwarf_Die& function) {
  std::string name(name_of(function));
  Dwarf_Die at = origin_of(origin_of(function));
  if (!may_have_scopes(at)) return name;
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes_die(&at, &scopes);
  const std::unique_ptr<Dwarf_Die, void (*)(void*)> keeper(scopes, free);
  for (int i = 1; i < count; i++) {
    const int tag = dwarf_tag(&scopes[i]);
    const std::string_view scope = name_of(scopes[i]);
    if (tag == DW_TAG_namespace && scope.empty())
      name = "(anonymous namespace)::" + name;
    else if (tag == DW_TAG_namespace || is_object(scopes[i]))
      name.insert(0, "::").insert(0, scope);
  }
  return name;
}

}  // namespace

std::string readable(Dwarf_Die& function) {
  const std::string symbol(symbol_of(function));
  return symbol.empty() ? name_with_scopes(function) : readable_name(symbol);
}

}  // namespace plumb::probe
