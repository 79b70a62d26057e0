#include "probe/source_reader.h"

#include <dwarf.h>

#include <algorithm>

#include "probe/dwarf_name.h"
#include "probe/source_frames.h"

namespace plumb::probe {
namespace {

constexpr int deepest_code_scope = 256;      // scopes within scopes
constexpr size_t most_overlapping = 64;      // ranges that are looked at for one address
constexpr size_t most_code_parts = 1 << 16;  // of the code of one function or unit
constexpr size_t longest_name_told = 1024;   // bytes of a function's name
constexpr size_t longest_source_path = 1024;

bool holds_functions(Dwarf_Die& die) {
  return dwarf_tag(&die) == DW_TAG_namespace || is_object(die);
}

bool is_scope_of_code(int tag) {
  return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block ||
         tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

// What is inlined where `address` is, outermost first.
void find_inlined(Dwarf_Die scope, uint64_t address, std::vector<Dwarf_Die>& found) {
  Dwarf_Die at;
  for (int depth = 0; depth < deepest_code_scope && dwarf_child(&scope, &at) == 0; depth++) {
    bool is_within = false;
    do {
      const int tag = dwarf_tag(&at);
      is_within = is_scope_of_code(tag) && dwarf_haspc(&at, address) == 1;
      if (is_within && tag == DW_TAG_inlined_subroutine) found.push_back(at);
    } while (!is_within && dwarf_siblingof(&at, &at) == 0);
    if (!is_within) return;
    scope = at;
  }
}

// Where it is called.
int call_line(Dwarf_Die& inlined) {
  return static_cast<int>(number(inlined, DW_AT_call_line).value_or(0));
}

const char* call_file(Dwarf_Die& inlined, Dwarf_Die& unit) {
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  const auto index = number(inlined, DW_AT_call_file);
  if (!index || dwarf_getsrcfiles(&unit, &files, &count) != 0 || *index >= count) return nullptr;
  return dwarf_filesrc(files, *index, nullptr, nullptr);
}

std::string in_one_line(std::string_view text, size_t most) {
  std::string line(text.substr(0, most));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return line;
}

}  // namespace

SourceReader::SourceReader(int file, int shared) : dwarf_(file) {
  if (shared < 0 || dwarf_.get() == nullptr) return;
  shared_.emplace(shared);
  dwarf_setalt(dwarf_.get(), shared_->get());
}

void AddressTable::sort() { std::ranges::sort(ranges_, {}, &Range::begin); }

std::optional<size_t> AddressTable::at(uint64_t address) const {
  auto after = std::ranges::upper_bound(ranges_, address, {}, &Range::begin);
  const Range* best = nullptr;
  for (size_t i = 0; i < most_overlapping && after != ranges_.begin(); i++) {
    const Range& each = *--after;
    if (address >= each.end) continue;
    if (best == nullptr || each.end - each.begin < best->end - best->begin) best = &each;
  }
  return best == nullptr ? std::nullopt : std::optional(best->what);
}

// What begins at 0 was left out by the linker.
void SourceReader::add_ranges(Dwarf_Die& die, AddressTable& table, size_t what) {
  Dwarf_Addr base = 0, begin = 0, end = 0;
  ptrdiff_t next = 0;
  for (size_t i = 0; i < most_code_parts; i++) {
    next = dwarf_ranges(&die, next, &base, &begin, &end);
    if (next <= 0) return;
    if (begin != 0 && begin < end) table.add(begin, end, what);
  }
}

void SourceReader::read_units() {
  has_units_ = true;
  if (dwarf_.get() == nullptr) return;
  Dwarf_CU* at = nullptr;
  Unit unit;
  while (dwarf_get_units(dwarf_.get(), at, &at, nullptr, nullptr, &unit.die, nullptr) == 0) {
    if (dwarf_tag(&unit.die) != DW_TAG_compile_unit) continue;
    add_ranges(unit.die, unit_table_, units_.size());
    units_.push_back(unit);
  }
  unit_table_.sort();
}

void SourceReader::read_functions(Unit& unit, Dwarf_Die& scope, bool inner, int depth) {
  Dwarf_Die at;
  if (depth > deepest_code_scope || dwarf_child(&scope, &at) != 0) return;
  do {
    const int tag = dwarf_tag(&at);
    if (tag == DW_TAG_subprogram) {
      add_ranges(at, unit.table, unit.functions.size());
      unit.functions.push_back(at);
    }
    if (holds_functions(at) || (inner && (tag == DW_TAG_subprogram || is_scope_of_code(tag))))
      read_functions(unit, at, inner, depth + 1);
  } while (dwarf_siblingof(&at, &at) == 0);
}

// Within functions are those of classes that they declare, as lambdas are. Most units have none
// that anybody asks for.
Dwarf_Die* SourceReader::function_at(Unit& unit, uint64_t address) {
  auto found = unit.table.at(address);
  for (bool* has : {&unit.has_table, &unit.has_inner}) {
    if (found || *has) continue;
    *has = true;
    unit.table = {};
    unit.functions.clear();
    read_functions(unit, unit.die, has == &unit.has_inner, 0);
    unit.table.sort();
    found = unit.table.at(address);
  }
  return found ? &unit.functions[*found] : nullptr;
}

const std::string& SourceReader::name_of_function(Dwarf_Die& function) {
  Dwarf_Die origin = origin_of(function);
  const auto [found, is_new] = names_.emplace(dwarf_dieoffset(&origin), "");
  if (is_new) found->second = in_one_line(readable(function), longest_name_told);
  return found->second;
}

void SourceReader::put(int line, const char* file, Dwarf_Die* function) {
  told_ += std::to_string(std::max(line, 0)) + '\t';
  if (file != nullptr) told_ += in_one_line(file, longest_source_path);
  told_ += '\t';
  if (function != nullptr) told_ += name_of_function(*function);
  told_ += '\n';
}

std::string SourceReader::at(uint64_t address) {
  if (!has_units_) read_units();
  const auto number = unit_table_.at(address);
  if (!number) return {};
  Unit& unit = units_[*number];
  Dwarf_Line* row = dwarf_getsrc_die(&unit.die, address);
  int line = 0;
  if (row != nullptr) dwarf_lineno(row, &line);
  const char* file = row == nullptr ? nullptr : dwarf_linesrc(row, nullptr, nullptr);
  Dwarf_Die* function = function_at(unit, address);
  std::vector<Dwarf_Die> inlined;
  if (function != nullptr) find_inlined(*function, address, inlined);
  told_.clear();
  for (size_t told = 1; !inlined.empty() && told < most_source_frames; told++) {
    put(line, file, &inlined.back());
    line = call_line(inlined.back());
    file = call_file(inlined.back(), unit.die);
    inlined.pop_back();
  }
  put(line, file, function);
  return std::move(told_);
}

}  // namespace plumb::probe
