#include "unwind/packed.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumb::unwind {
namespace {

constexpr uint64_t page_size = uint64_t{1} << page_bits;

// The pool's number of each rule of the table.
Result<std::vector<uint16_t>> numbers_of(const Table& table, RulePool& pool) {
  std::vector<uint16_t> numbers;
  for (const Rule& each : table.rules) {
    const auto number = pool.take(each);
    if (!number) {
      for (const uint16_t taken : numbers) pool.release(taken);
      return Fail{number.error()};
    }
    numbers.push_back(*number);
  }
  return numbers;
}

class Packing {
 public:
  explicit Packing(Packed& out) : out_(out) {}

  void add(uint64_t offset, uint16_t rule) {
    while (out_.pages.size() <= offset >> page_bits) begin_page(offset);
    put(offset % page_size, rule);
    rule_ = rule;
  }

 private:
  // What begins with the page is said by the row itself.
  void begin_page(uint64_t offset) {
    const uint64_t begin = out_.pages.size() << page_bits;
    out_.pages.push_back({static_cast<uint32_t>(out_.rows.size()), 0});
    if (rule_ != 0 && begin < offset) put(0, rule_);
  }
  void put(uint64_t within, uint16_t rule) {
    out_.rows.push_back(static_cast<uint32_t>(within | uint64_t{rule} << page_bits));
    out_.pages.back().count++;
  }

  Packed& out_;
  uint16_t rule_ = 0;  // that is in force
};

}  // namespace

RulePool::RulePool(uint32_t limit) : limit_(std::min(limit, most_numbers)), places_(1) {}

Result<uint16_t> RulePool::take(const Rule& rule) {
  if (rule == Rule()) return uint16_t{0};
  auto found = numbers_.find(rule);
  if (found == numbers_.end()) {
    uint16_t number = static_cast<uint16_t>(places_.size());
    if (places_.size() < limit_) {
      places_.emplace_back();
    } else if (!free_.empty()) {
      number = free_.front();
      free_.pop_front();
    } else {
      return fail(fmt::format("more than {} different rules of unwinding", limit_ - 1));
    }
    places_[number] = {rule, 0};
    found = numbers_.emplace(rule, number).first;
  }
  places_[found->second].references++;
  return found->second;
}

void RulePool::release(uint16_t number) {
  if (number == 0 || --places_[number].references != 0) return;
  numbers_.erase(places_[number].rule);
  free_.push_back(number);
}

Result<Packed> pack(const Table& table, RulePool& pool) {
  if (!table.rows.empty() && table.rows.back().offset >> page_bits >= most_pages)
    return fail("unwind information of code beyond 4 GiB of the file");
  const auto numbers = TRY(numbers_of(table, pool));
  Packed out;
  out.rows.reserve(table.rows.size());
  Packing packing(out);
  for (const Row& each : table.rows) packing.add(each.offset, numbers[each.rule]);
  out.rules.assign(numbers.begin() + 1, numbers.end());
  return out;
}

void release(const Packed& packed, RulePool& pool) {
  for (const uint16_t each : packed.rules) pool.release(each);
}

}  // namespace plumb::unwind
