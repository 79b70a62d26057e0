// Packed: a table in the form in which a BPF program searches it.
//
// A row takes four bytes, since the upper part of its offset is told by the page that it is on, and
// its rule by a number in a pool that all files share: they have few rules, and mostly the same.
#pragma once
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "unwind/table.h"

namespace plumb::unwind {

// Gives each rule one number as long as somebody has it. 0 is the unknown rule, which nobody needs
// to release. A number that is free again is given away as late as can be: a program may still be
// looking it up.
class RulePool {
 public:
  static constexpr uint32_t most_numbers = 1 << 16;  // what a packed row has room for

  // Of numbers below `limit`, which is at most most_numbers.
  explicit RulePool(uint32_t limit = most_numbers);

  // Its number, which is to be released once for each time. An error when all are in use.
  Result<uint16_t> take(const Rule& rule);
  void release(uint16_t number);
  // That of a number in use.
  const Rule& rule(uint16_t number) const { return places_[number].rule; }
  // Rules in use, but for the unknown one.
  size_t size() const { return numbers_.size(); }

 private:
  struct Hash {
    size_t operator()(const Rule& rule) const { return hash_of(rule); }
  };
  struct Place {
    Rule rule;
    uint32_t references = 0;
  };

  uint32_t limit_;
  std::vector<Place> places_;  // by number
  std::unordered_map<Rule, uint16_t, Hash> numbers_;
  std::deque<uint16_t> free_;  // the longest free one first
};

constexpr uint64_t page_bits = 16;
constexpr uint64_t most_pages = 1 << 16;  // files of 4 GiB

// Of 64 KiB of a file.
struct Page {
  uint32_t first = 0;  // its rows
  uint32_t count = 0;
};

struct Packed {
  std::vector<Page> pages;  // from the begin of the file to its last code
  // Of one page after the other: the offset within it in the lower half, the number of its rule in
  // the upper half; ascending. What is before the first row of a page is unknown; what holds from
  // the page before is repeated at its begin.
  std::vector<uint32_t> rows;
  std::vector<uint16_t> rules;  // numbers taken from the pool, each once
};

// An error takes nothing from the pool: all numbers are in use, or there is code beyond 4 GiB.
Result<Packed> pack(const Table& table, RulePool& pool);
void release(const Packed& packed, RulePool& pool);

}  // namespace plumb::unwind
