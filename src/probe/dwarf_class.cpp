#include "probe/dwarf_class.h"

#include <dwarf.h>

#include <string>
#include <string_view>

#include "probe/dwarf_die.h"

namespace plumb::probe {
namespace {

constexpr int deepest_base = 16;     // bases and members of bases and members
constexpr int most_parts = 100'000;  // that are looked at

class Copying {
 public:
  Passing of(Dwarf_Die& object, int depth) {
    Dwarf_Die at;
    if (depth > deepest_base) return Passing::unknown;
    if (dwarf_child(&object, &at) != 0) return Passing::by_value;
    do {
      if (++entries_ > most_parts) return Passing::unknown;
      const Passing passing = of_entry(object, at, depth);
      if (passing != Passing::by_value) return passing;
    } while (dwarf_siblingof(&at, &at) == 0);
    return Passing::by_value;
  }

 private:
  // Of a virtual function or base every copy is more than its bytes.
  Passing of_entry(Dwarf_Die& object, Dwarf_Die& entry, int depth) {
    const int tag = dwarf_tag(&entry);
    const bool is_part = tag == DW_TAG_inheritance || tag == DW_TAG_member;
    if (!is_part && tag != DW_TAG_subprogram) return Passing::by_value;
    if (number(entry, DW_AT_virtuality).value_or(0) != 0) return Passing::by_address;
    if (tag == DW_TAG_subprogram) return of_function(object, entry);
    if (is_static_member(entry)) return Passing::by_value;
    Dwarf_Die type;
    if (!take_type(entry, type)) return Passing::unknown;
    for (int i = 0; i < deepest_base && dwarf_tag(&type) == DW_TAG_array_type; i++)
      if (Dwarf_Die array = type; !take_type(array, type)) return Passing::unknown;
    return is_object(type) ? of(type, depth + 1) : Passing::by_value;
  }

  // Those that the compiler makes are as trivial as the parts of the object.
  static Passing of_function(Dwarf_Die& object, Dwarf_Die& function) {
    if (!is_end(function) && !is_copy(object, function)) return Passing::by_value;
    if (number(function, DW_AT_artificial).value_or(0) != 0) return Passing::by_value;
    if (number(function, DW_AT_deleted).value_or(0) != 0) return Passing::unknown;
    const bool is_default = number(function, DW_AT_defaulted) == DW_DEFAULTED_in_class;
    return is_default ? Passing::by_value : Passing::by_address;
  }

  static bool is_end(Dwarf_Die& function) { return name_of(function).starts_with("~"); }

  // Called as the class is, without the arguments of its template, and given another of it.
  static bool is_copy(Dwarf_Die& object, Dwarf_Die& function) {
    const std::string_view name = name_of(object);
    if (name.empty() || name_of(function) != name.substr(0, name.find('<'))) return false;
    Dwarf_Die parameter;
    if (dwarf_child(&function, &parameter) != 0) return false;
    do {
      if (dwarf_tag(&parameter) != DW_TAG_formal_parameter) continue;
      if (number(parameter, DW_AT_artificial).value_or(0) != 0) continue;
      Dwarf_Die reference, to;
      if (!take_type(parameter, reference) || !take_type(reference, to)) return false;
      const int tag = dwarf_tag(&reference);
      return (tag == DW_TAG_reference_type || tag == DW_TAG_rvalue_reference_type) &&
             dwarf_dieoffset(&to) == dwarf_dieoffset(&object);
    } while (dwarf_siblingof(&parameter, &parameter) == 0);
    return false;
  }

  int entries_ = 0;
};

}  // namespace

Passing passing_of(Dwarf_Die& object) {
  const auto told = number(object, DW_AT_calling_convention);
  if (told == DW_CC_pass_by_value) return Passing::by_value;
  if (told == DW_CC_pass_by_reference) return Passing::by_address;
  return Copying().of(object, 0);
}

}  // namespace plumb::probe
