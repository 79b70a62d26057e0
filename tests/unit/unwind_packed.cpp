// Tables in the form in which a BPF program searches them, and the numbers of their rules.
#include "unwind/packed.h"

#include <gtest/gtest.h>

#include <set>

#include "unwind_builder.h"
#include "unwind_search.h"

namespace plumb::unwind::packed_test {
namespace {

Rule sp(int32_t offset) { return {.kind = Kind::sp, .offset = offset}; }

Table table_with(std::vector<Row> rows, std::vector<Rule> rules = {Rule(), sp(8), sp(16)}) {
  return {std::move(rows), std::move(rules), 0};
}

Packed packed(const Table& table, RulePool& pool) {
  auto packed = pack(table, pool);
  EXPECT_TRUE(packed) << packed.error().what;
  return packed ? std::move(*packed) : Packed();
}

constexpr uint32_t row(uint32_t within, uint32_t rule) { return within | rule << 16; }

TEST(Packed, SplitsAtPages) {
  RulePool pool;
  const Packed out = packed(table_with({{0x10010, 1}, {0x1fff0, 2}, {0x20020, 0}}), pool);
  EXPECT_EQ(out.rows,
            (std::vector<uint32_t>{row(0x10, 1), row(0xfff0, 2), row(0, 2), row(0x20, 0)}));
  ASSERT_EQ(out.pages.size(), 3u);
  EXPECT_EQ(out.pages[0].count, 0u);
  EXPECT_EQ(out.pages[1].first, 0u);
  EXPECT_EQ(out.pages[1].count, 2u);
  EXPECT_EQ(out.pages[2].first, 2u);
  EXPECT_EQ(out.pages[2].count, 2u);
}

TEST(Packed, RepeatsWhatLastsForPages) {
  RulePool pool;
  const Packed out = packed(table_with({{0x20, 1}, {0x30000, 2}, {0x30010, 0}}), pool);
  EXPECT_EQ(out.rows,
            (std::vector<uint32_t>{row(0x20, 1), row(0, 1), row(0, 1), row(0, 2), row(0x10, 0)}));
  EXPECT_EQ(out.pages.size(), 4u);
}

TEST(Packed, IsSearchedAsItsTableIs) {
  RulePool pool;
  const Table table =
      table_with({{0x8, 1}, {0xffff, 2}, {0x10000, 1}, {0x10001, 0}, {0x40000, 2}, {0x50000, 0}});
  const Packed out = packed(table, pool);
  for (uint64_t at = 0; at < 0x70000; at++)
    ASSERT_EQ(pool.rule(rule_at(out, at)), rule_at(table, at)) << at;
  EXPECT_EQ(rule_at(out, uint64_t{1} << 40), 0);
}

TEST(Packed, OfNothingIsEmpty) {
  RulePool pool;
  const Packed out = packed(Table{{}, {Rule()}, 0}, pool);
  EXPECT_TRUE(out.pages.empty());
  EXPECT_TRUE(out.rows.empty());
  EXPECT_TRUE(out.rules.empty());
}

TEST(Packed, EndsAtFourGigabytes) {
  RulePool pool;
  const uint64_t end = uint64_t{1} << 32;
  EXPECT_EQ(packed(table_with({{0, 1}, {end - 1, 0}}), pool).pages.size(), most_pages);
  EXPECT_FALSE(pack(table_with({{0, 1}, {end, 0}}), pool));
  EXPECT_EQ(pool.size(), 2u);
}

TEST(Pool, GivesEachRuleOneNumber) {
  RulePool pool;
  EXPECT_EQ(*pool.take(Rule()), 0);
  const uint16_t first = *pool.take(sp(8)), second = *pool.take(sp(16));
  EXPECT_NE(first, second);
  EXPECT_NE(first, 0);
  EXPECT_EQ(*pool.take(sp(8)), first);
  EXPECT_EQ(pool.rule(first), sp(8));
  EXPECT_EQ(pool.rule(0), Rule());
  EXPECT_EQ(pool.size(), 2u);
}

TEST(Pool, TakesBackWhatNobodyHas) {
  RulePool pool(3);
  const uint16_t first = *pool.take(sp(8));
  ASSERT_EQ(*pool.take(sp(8)), first);
  ASSERT_TRUE(pool.take(sp(16)));
  pool.release(first);
  EXPECT_FALSE(pool.take(sp(24)));
  pool.release(first);
  pool.release(0);
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(*pool.take(sp(24)), first);
  EXPECT_EQ(pool.rule(first), sp(24));
}

TEST(Pool, GivesAwayLastWhatWasFreedLast) {
  RulePool pool(4);
  const uint16_t a = *pool.take(sp(8)), b = *pool.take(sp(16)), c = *pool.take(sp(24));
  for (const uint16_t each : {b, a, c}) pool.release(each);
  EXPECT_EQ(*pool.take(sp(32)), b);
  EXPECT_EQ(*pool.take(sp(40)), a);
  EXPECT_EQ(*pool.take(sp(48)), c);
}

TEST(Pool, HasSixteenBitsOfNumbers) {
  RulePool pool(1 << 20);
  std::set<uint16_t> numbers;
  for (int32_t i = 1; i < 1 << 16; i++) numbers.insert(*pool.take(sp(i)));
  EXPECT_EQ(numbers.size(), 0xffffu);
  const auto more = pool.take(sp(0));
  ASSERT_FALSE(more);
  EXPECT_NE(more.error().what.find("65535"), std::string::npos);
}

TEST(Pool, IsSharedByTables) {
  RulePool pool;
  const Packed one = packed(table_with({{0, 1}, {8, 0}}), pool);
  const Packed other = packed(table_with({{0, 1}, {8, 2}, {9, 0}}, {Rule(), sp(16), sp(32)}), pool);
  EXPECT_EQ(pool.size(), 3u);
  release(one, pool);
  EXPECT_EQ(pool.size(), 2u);
  EXPECT_EQ(pool.rule(rule_at(other, 0)), sp(16));
  release(other, pool);
  EXPECT_EQ(pool.size(), 0u);
}

TEST(Pool, KeepsNothingOfWhatDoesNotFit) {
  RulePool pool(3);
  ASSERT_TRUE(pool.take(sp(16)));
  EXPECT_FALSE(
      pack(table_with({{0, 1}, {8, 2}, {9, 3}, {10, 0}}, {Rule(), sp(8), sp(16), sp(24)}), pool));
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_TRUE(pool.take(sp(24)));
}

}  // namespace
}  // namespace plumb::unwind::packed_test
