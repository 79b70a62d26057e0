// Looks rules up as whoever unwinds does, and checks what tables promise.
#pragma once
#include <algorithm>

#include "unwind/packed.h"
#include "unwind/table.h"

namespace plumb::unwind {

inline const Rule& rule_at(const Table& table, uint64_t offset) {
  const auto after = std::ranges::upper_bound(table.rows, offset, {}, &Row::offset);
  return table.rules[after == table.rows.begin() ? 0 : std::prev(after)->rule];
}

// In its page alone.
inline uint16_t rule_at(const Packed& packed, uint64_t offset) {
  if (offset >> page_bits >= packed.pages.size()) return 0;
  const Page& page = packed.pages[offset >> page_bits];
  const auto begin = packed.rows.begin() + page.first;
  const auto within = [](uint32_t row) { return row & 0xffff; };
  const auto after =
      std::ranges::upper_bound(begin, begin + page.count, offset & 0xffff, {}, within);
  return after == begin ? uint16_t{0} : static_cast<uint16_t>(*std::prev(after) >> page_bits);
}

inline bool is_sound(const Table& table) {
  uint32_t before = 0;
  for (size_t i = 0; i < table.rows.size(); i++) {
    const Row& row = table.rows[i];
    if (i > 0 && row.offset <= table.rows[i - 1].offset) return false;
    if (row.rule >= table.rules.size() || row.rule == before) return false;
    before = row.rule;
  }
  return !table.rules.empty() && table.rules[0] == Rule() && before == 0;
}

}  // namespace plumb::unwind
