// TableBuilder: a table from the rows of one piece of code after the other.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "unwind/instructions.h"
#include "unwind/table.h"

namespace plumb::unwind {

// Gives each rule one number.
class RuleSet {
 public:
  RuleSet() : slots_(64) { rules_.emplace_back(); }
  uint32_t number_of(const Rule& rule);
  const std::vector<Rule>& rules() const { return rules_; }

 private:
  void grow();
  uint32_t* slot_of(const Rule& rule);

  std::vector<Rule> rules_;
  std::vector<uint32_t> slots_;  // open addressing; 0 is free, as the unknown rule needs none
};

// What is described at one place.
struct Piece {
  uint64_t begin = 0;  // offsets in the file
  uint64_t end = 0;
  bool is_restorer = false;  // signal handlers return to its begin, and are looked up before that
};

class TableBuilder {
 public:
  // About as much as a section of so many bytes describes: memory that moves as it grows is what
  // making a table takes longest for.
  void expect(size_t bytes);
  // False: the table is full.
  [[nodiscard]] bool add(const Piece& piece, std::span<const Step> steps);
  // Whether a section that was closed describes any of it.
  bool has(uint64_t begin, uint64_t end) const;
  // Of what one section describes twice, the piece that begins first counts. How many do not.
  uint32_t close_section();
  Table finish() const;

 private:
  struct Part {
    Piece piece;
    size_t first = 0;  // among steps_
    size_t count = 0;
  };

  void put(uint64_t offset, uint32_t rule, Table& out) const;
  void put_part(const Part& part, Table& out) const;
  void renumber(Table& out) const;

  RuleSet rules_;
  std::vector<Row> rows_;
  std::vector<Part> parts_;  // by begin, disjoint, but for the section that is open
  size_t closed_ = 0;
};

}  // namespace plumb::unwind
