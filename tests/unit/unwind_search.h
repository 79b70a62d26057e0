// Looks rules up as whoever unwinds does, and checks what tables promise.
#pragma once
#include <algorithm>

#include "unwind/table.h"

namespace plumb::unwind {

inline const Rule& rule_at(const Table& table, uint64_t offset) {
  const auto after = std::ranges::upper_bound(table.rows, offset, {}, &Row::offset);
  return table.rules[after == table.rows.begin() ? 0 : std::prev(after)->rule];
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
