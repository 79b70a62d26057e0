#include "probe/dwarf_reader.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "probe/cpp_operator.h"
#include "probe/dwarf_die.h"
#include "probe/dwarf_text.h"
#include "probe/dwarf_type.h"
#include "probe/isolated.h"
#include "probe/spec.h"

namespace plumb::probe {
namespace {

constexpr int deepest_scope = 32;        // scopes within scopes
constexpr uint32_t most_dies = 8 << 20;  // of debug information that are looked at
constexpr uint32_t most_passed = 256;    // of a function
constexpr size_t longest_variable = 64;

bool begins_at(Dwarf_Die& function, uint64_t address) {
  Dwarf_Addr base = 0, begin = 0, end = 0;
  // of a function in several parts the first is where it begins
  return dwarf_ranges(&function, 0, &base, &begin, &end) > 0 && begin == address;
}

bool is_scope(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
         tag == DW_TAG_union_type || tag == DW_TAG_module;
}
// Functions within functions, as of local classes.
bool is_inner_scope(int tag) {
  return tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block || is_scope(tag);
}

// An enumerator's, of so many bytes. Which form has a sign, its name alone says.
std::optional<int64_t> value_of(Dwarf_Die& enumerator, uint32_t size) {
  Dwarf_Attribute attribute;
  Dwarf_Word bits = 0;
  Dwarf_Sword number = 0;
  if (dwarf_attr(&enumerator, DW_AT_const_value, &attribute) == nullptr) return std::nullopt;
  const unsigned form = dwarf_whatform(&attribute);
  const bool has_sign = form == DW_FORM_sdata || form == DW_FORM_implicit_const;
  if (has_sign && dwarf_formsdata(&attribute, &number) == 0)
    bits = static_cast<Dwarf_Word>(number);
  else if (has_sign || dwarf_formudata(&attribute, &bits) != 0)
    return std::nullopt;
  const unsigned unused = 64 - 8 * size;
  return static_cast<int64_t>(bits << unused) >> unused;
}

// As it can be told in a line: anything may be called so.
std::string word_of(Dwarf_Die& named) {
  const std::string name(name_of(named).substr(0, longest_variable));
  return !name.empty() && std::ranges::all_of(name, is_name_character) ? name : "-";
}

class DieReader {
 public:
  explicit DieReader(Dwarf* dwarf) : dwarf_(dwarf) {}

  void tell(uint64_t address) {
    Dwarf_Die unit, function;
    if (!find_unit(address, unit)) return line("?");
    if (find_function(unit, address, is_scope, 0, function) ||
        find_function(unit, address, is_inner_scope, 0, function))
      return tell(unit, function);
    Dwarf_Attribute attribute;
    const bool is_apart = dwarf_attr(&unit, DW_AT_dwo_name, &attribute) != nullptr ||
                          dwarf_attr(&unit, DW_AT_GNU_dwo_name, &attribute) != nullptr;
    if (is_apart) return distrust(Distrust::apart);
    line("?");
  }

  std::string& text() { return text_; }

 private:
  // Some compilers leave the table of addresses out: then the units are asked one by one.
  bool find_unit(uint64_t address, Dwarf_Die& unit) {
    if (dwarf_addrdie(dwarf_, address, &unit) != nullptr) return true;
    Dwarf_CU* at = nullptr;
    while (dwarf_get_units(dwarf_, at, &at, nullptr, nullptr, &unit, nullptr) == 0) {
      if (++entries_ > most_dies) return false;
      if (dwarf_haspc(&unit, address) == 1) return true;
    }
    return false;
  }

  bool find_function(Dwarf_Die& scope, uint64_t address, bool (*enters)(int), int depth,
                     Dwarf_Die& found) {
    Dwarf_Die at;
    if (depth > deepest_scope || dwarf_child(&scope, &at) != 0) return false;
    do {
      if (++entries_ > most_dies) return false;
      const int tag = dwarf_tag(&at);
      if (tag == DW_TAG_subprogram && begins_at(at, address)) {
        found = at;
        return true;
      }
      if (enters(tag) && find_function(at, address, enters, depth + 1, found)) return true;
    } while (dwarf_siblingof(&at, &at) == 0);
    return false;
  }

  void tell(Dwarf_Die& unit, Dwarf_Die& function) {
    const Language language = language_of(unit);
    if (language == Language::unknown) return distrust(Distrust::language);
    const bool is_called =
        number(function, DW_AT_calling_convention).value_or(DW_CC_normal) == DW_CC_normal;
    if (!is_called) return distrust(Distrust::not_called);
    const auto parameters = parameters_of(function);
    if (!parameters) return distrust(Distrust::differs);
    Type result = type_of(function, language);
    if (result.lack == Lack::unknown) return distrust(Distrust::result);
    if (result.is_by_address) {
      result.lack = Lack::object;
      result.in_memory = true;
    }
    line("f");
    line(fmt::format("r {}", told(result)));
    tell_enumerators(function, result);
    for (Dwarf_Die each : *parameters) {
      const Type type = type_of(each, language);
      line(fmt::format("p {} {}", told(type), word_of(each)));
      if (type.lack == Lack::unknown) return;
      tell_enumerators(each, type);
    }
  }

  // What was inlined elsewhere has those of its source at its origin; where its code has others,
  // the compiler has changed them.
  std::optional<std::vector<Dwarf_Die>> parameters_of(Dwarf_Die& function) {
    std::vector<Dwarf_Die> own = children_of(function);
    Dwarf_Attribute attribute;
    Dwarf_Die origin;
    if (dwarf_attr(&function, DW_AT_abstract_origin, &attribute) == nullptr ||
        dwarf_formref_die(&attribute, &origin) == nullptr)
      return own;
    std::vector<Dwarf_Die> of_source = children_of(origin);
    if (own.empty()) return of_source;
    if (own.size() != of_source.size()) return std::nullopt;
    return own;
  }

  std::vector<Dwarf_Die> children_of(Dwarf_Die& function) {
    std::vector<Dwarf_Die> all;
    Dwarf_Die at;
    if (dwarf_child(&function, &at) != 0) return all;
    do {
      if (++entries_ > most_dies || all.size() == most_passed) break;
      if (dwarf_tag(&at) == DW_TAG_formal_parameter) all.push_back(at);
    } while (dwarf_siblingof(&at, &at) == 0);
    return all;
  }

  // Of what has this type; where many functions have told much, no more.
  void tell_enumerators(Dwarf_Die& holder, const Type& type) {
    Dwarf_Die enumeration, at;
    if (type.lack != Lack::none || !take_type(holder, enumeration) ||
        dwarf_tag(&enumeration) != DW_TAG_enumeration_type || dwarf_child(&enumeration, &at) != 0)
      return;
    size_t count = 0;
    do {
      if (++entries_ > most_dies || text_.size() > most_found / 2) return;
      const auto value = value_of(at, type.size);
      const std::string word = word_of(at);
      if (dwarf_tag(&at) != DW_TAG_enumerator || !value || word == "-") continue;
      line(fmt::format("e {} {}", *value, word));
      count++;
    } while (count < max_enumerators && dwarf_siblingof(&at, &at) == 0);
  }

  static std::string told(const Type& type) {
    return fmt::format("{} {} {} {} {:d} {:d} {}", static_cast<char>(type.shape), type.size,
                       type.integers, type.floats, type.in_memory, type.wide,
                       static_cast<char>(type.lack));
  }
  void distrust(Distrust why) { line(fmt::format("x {}", static_cast<char>(why))); }
  void line(const std::string& told) { text_ += told + "\n"; }

  Dwarf* dwarf_;
  std::string text_;
  uint32_t entries_ = 0;  // that were looked at
};

}  // namespace

std::string read_dwarf(int file, const std::vector<uint64_t>& addresses) {
  const OpenDwarf dwarf(file);
  if (dwarf.get() == nullptr) return {};
  DieReader reader(dwarf.get());
  for (const uint64_t address : addresses) reader.tell(address);
  return std::move(reader.text());
}

}  // namespace plumb::probe
