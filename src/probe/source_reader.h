// Looks with libdw for what an instruction comes from; within `isolated` alone, as libdw believes
// what it reads.
//
// Which unit and which function have an address is looked up in sorted tables: that of the units is
// made for the first address, that of a unit's functions for the first address in it. libdw would
// walk through the unit each time, and for files without .debug_aranges, as clang makes them, find
// no unit.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "probe/dwarf_die.h"

namespace plumb::probe {

// What lies at which addresses. Of several that have one the smallest counts.
class AddressTable {
 public:
  void add(uint64_t begin, uint64_t end, size_t what) { ranges_.push_back({begin, end, what}); }
  void sort();
  std::optional<size_t> at(uint64_t address) const;

 private:
  struct Range {
    uint64_t begin, end;
    size_t what;
  };
  std::vector<Range> ranges_;
};

class SourceReader {
 public:
  // `shared`: what dwz has moved from the file to another one; -1: nothing.
  SourceReader(int file, int shared);

  // In the form of parse_source_frames (source_frames.h). "": nothing is told.
  std::string at(uint64_t address);

 private:
  struct Unit {
    Dwarf_Die die{};
    bool has_table = false;
    bool has_inner = false;  // functions within functions, too
    std::vector<Dwarf_Die> functions;
    AddressTable table;  // of them
  };

  void read_units();
  void add_ranges(Dwarf_Die& die, AddressTable& table, size_t what);
  void read_functions(Unit& unit, Dwarf_Die& scope, bool inner, int depth);
  Dwarf_Die* function_at(Unit& unit, uint64_t address);
  void put(int line, const char* file, Dwarf_Die* function);
  const std::string& name_of_function(Dwarf_Die& function);

  std::optional<OpenDwarf> shared_;
  OpenDwarf dwarf_;
  bool has_units_ = false;
  std::vector<Unit> units_;
  AddressTable unit_table_;
  std::unordered_map<Dwarf_Off, std::string> names_;  // of functions, by where their origin lies
  std::string told_;
};

}  // namespace plumb::probe
