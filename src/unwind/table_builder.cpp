#include "unwind/table_builder.h"

#include <algorithm>

namespace plumb::unwind {
namespace {

constexpr uint64_t most_padding = 15;  // between functions, which compilers align to 16

}  // namespace

uint32_t* RuleSet::slot_of(const Rule& rule) {
  const size_t mask = slots_.size() - 1;
  size_t at = hash_of(rule) & mask;
  while (slots_[at] != 0 && rules_[slots_[at]] != rule) at = (at + 1) & mask;
  return &slots_[at];
}

uint32_t RuleSet::number_of(const Rule& rule) {
  if (rule == rules_.front()) return 0;
  uint32_t* slot = slot_of(rule);
  if (*slot != 0) return *slot;
  const auto number = static_cast<uint32_t>(rules_.size());
  *slot = number;
  rules_.push_back(rule);
  if (rules_.size() * 2 > slots_.size()) grow();
  return number;
}

void RuleSet::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (uint32_t number = 1; number < rules_.size(); number++) *slot_of(rules_[number]) = number;
}

void TableBuilder::expect(size_t bytes) {
  constexpr size_t bytes_of_row = 6, bytes_of_part = 24;  // as there are the most of them
  constexpr size_t most_expected = 16 << 20;              // a file only says that it has so many
  bytes = std::min(bytes, most_expected);
  rows_.reserve(rows_.size() + bytes / bytes_of_row);
  parts_.reserve(parts_.size() + bytes / bytes_of_part);
}

bool TableBuilder::add(const Piece& piece, std::span<const Step> steps) {
  // beside its own rows, one may be needed that ends it
  if (rows_.size() + steps.size() + parts_.size() + 1 > most_rows) return false;
  parts_.push_back({piece, rows_.size(), steps.size()});
  for (const Step& each : steps) {
    const uint64_t offset = piece.begin + (each.address - steps.front().address);
    rows_.push_back({offset, rules_.number_of(each.rule)});
    if (rules_.rules().size() > most_rules) return false;
  }
  return true;
}

bool TableBuilder::has(uint64_t begin, uint64_t end) const {
  const auto closed = std::span(parts_).first(closed_);
  const auto begin_of = [](const Part& part) { return part.piece.begin; };
  const auto after = std::ranges::lower_bound(closed, end, {}, begin_of);
  return after != closed.begin() && std::prev(after)->piece.end > begin;
}

uint32_t TableBuilder::close_section() {
  const auto is_before = [](const Part& a, const Part& b) { return a.piece.begin < b.piece.begin; };
  const auto open = parts_.begin() + static_cast<ptrdiff_t>(closed_);
  std::stable_sort(open, parts_.end(), is_before);
  auto kept = open;
  for (auto each = open; each != parts_.end(); ++each)
    if (kept == open || each->piece.begin >= std::prev(kept)->piece.end) *kept++ = *each;
  const auto dropped = static_cast<uint32_t>(parts_.end() - kept);
  parts_.erase(kept, parts_.end());
  std::inplace_merge(parts_.begin(), open, parts_.end(), is_before);
  closed_ = parts_.size();
  return dropped;
}

// A row at the same place or behind it is replaced.
void TableBuilder::put(uint64_t offset, uint32_t rule, Table& out) const {
  while (!out.rows.empty() && out.rows.back().offset >= offset) out.rows.pop_back();
  const uint32_t before = out.rows.empty() ? 0 : out.rows.back().rule;
  if (rule != before) out.rows.push_back({offset, rule});
}

void TableBuilder::put_part(const Part& part, Table& out) const {
  const auto rows = std::span(rows_).subspan(part.first, part.count);
  for (const Row& row : rows) {
    const bool holds_before =
        part.piece.is_restorer && row.offset == part.piece.begin && row.offset > 0;
    put(row.offset - holds_before, row.rule, out);
  }
}

Table TableBuilder::finish() const {
  Table out;
  out.rows.reserve(rows_.size());
  for (size_t i = 0; i < parts_.size(); i++) {
    put_part(parts_[i], out);
    const uint64_t end = parts_[i].piece.end;
    const bool is_last = i + 1 == parts_.size();
    if (is_last || parts_[i + 1].piece.begin - end > most_padding) put(end, 0, out);
  }
  renumber(out);
  return out;
}

// By their first use: what only dropped pieces had is left out.
void TableBuilder::renumber(Table& out) const {
  std::vector<uint32_t> numbers(rules_.rules().size());
  out.rules.emplace_back();
  for (Row& row : out.rows) {
    if (row.rule != 0 && numbers[row.rule] == 0) {
      numbers[row.rule] = static_cast<uint32_t>(out.rules.size());
      out.rules.push_back(rules_.rules()[row.rule]);
    }
    row.rule = numbers[row.rule];
  }
}

}  // namespace plumb::unwind
