// Groups, their statistics, and that totals add up.
#include "query/aggregate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "query_event.h"

namespace plumb::query::aggregate_test {
namespace {

using tests::TestRecord;

const tests::TestEvent sample;

Plan plan_of(const std::string& by, const std::string& show, uint32_t keys = 1024) {
  auto plan = compile({.by = by, .show = show, .keys = keys}, sample.event, Limits{});
  EXPECT_TRUE(plan) << plan.error().what;
  return std::move(*plan);
}

TestRecord record() { return TestRecord(sample); }

schema::Record key_record(const Row& row) { return {&sample.event, 0, 1, row.key}; }

TEST(Buckets, ContainTheirValuesWithinTheirWidth) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; i++) {
    const uint64_t value = random() >> (random() % 64);
    const size_t bucket = bucket_of(value);
    ASSERT_LT(bucket, histogram_buckets);
    ASSERT_LE(bucket_floor(bucket), value);
    if (bucket + 1 < histogram_buckets) {
      ASSERT_LT(value, bucket_floor(bucket + 1));
    }
    const double middle = static_cast<double>(bucket_middle(bucket));
    ASSERT_LE(std::abs(middle - static_cast<double>(value)), 0.0625 * static_cast<double>(value));
  }
  EXPECT_EQ(bucket_of(UINT64_MAX), histogram_buckets - 1);
  EXPECT_EQ(bucket_of(0), 0u);
}

TEST(Aggregate, CountsAndSumsPerGroup) {
  const Plan plan = plan_of("comm", "count,sum(size),avg(size),min(size),max(size)");
  Aggregate groups(*plan.grouping, sample.event);
  groups.add(record().text("who.comm", "a").number("size", 10));
  groups.add(record().text("who.comm", "a").number("size", 30).weight(3));
  groups.add(record().text("who.comm", "b").number("size", 5));
  const auto rows = groups.rows(0);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(key_record(rows[0]).text(sample.field("who.comm")), "a");
  std::vector<double> told;
  for (const Show& show : plan.grouping->shows)
    told.push_back(evaluate(show, rows[0].cell, *plan.grouping).value);
  EXPECT_EQ(told, (std::vector<double>{4, 100, 25, 10, 30}));
}

// As a disclosure that masks all of it would.
TEST(Aggregate, GroupsWhoseKeysAreToldAlikeAreOne) {
  const Plan plan = plan_of("comm,port", "max(size),sum(size),p50(latency)");
  Aggregate groups(*plan.grouping, sample.event), masked(*plan.grouping, sample.event);
  for (int i = 0; i < 40; i++) {
    const auto number = static_cast<uint64_t>(i);
    const auto seen = [&](const std::string& comm) {
      TestRecord made = record();
      made.text("who.comm", comm).number("port", number % 2).number("size", number);
      made.number("latency", number * 1000);
      return made;
    };
    groups.add(seen("secret" + std::to_string(i)));
    masked.add(seen("***"));
  }
  TestRecord shown = record();
  const auto mask = [&](const schema::Record& key) -> schema::Record {
    shown.text("who.comm", "***").number("port", key.bits(sample.field("port")));
    return shown;
  };
  const auto rows = groups.rows(1, mask), expected = masked.rows(1);
  ASSERT_EQ(groups.rows(0).size(), 40u);
  ASSERT_EQ(groups.rows(0, mask).size(), 2u);
  ASSERT_EQ(rows.size(), expected.size());
  for (size_t i = 0; i < rows.size(); i++) {
    EXPECT_EQ(rows[i].key, expected[i].key);
    for (const Show& show : plan.grouping->shows)
      EXPECT_EQ(evaluate(show, rows[i].cell, *plan.grouping).value,
                evaluate(show, expected[i].cell, *plan.grouping).value);
  }
}

TEST(Aggregate, SignedNumbersKeepTheirSign) {
  const Plan plan = plan_of("pid", "sum(ret),min(ret),max(ret),avg(ret)");
  Aggregate groups(*plan.grouping, sample.event);
  for (int64_t value : {-8, 2, -3})
    groups.add(record().number("ret", static_cast<uint64_t>(value)));
  const auto rows = groups.rows(0);
  const auto told = [&](size_t i) {
    return evaluate(plan.grouping->shows[i], rows[0].cell, *plan.grouping).value;
  };
  EXPECT_EQ(told(1), -9);
  EXPECT_EQ(told(2), -8);
  EXPECT_EQ(told(3), 2);
  EXPECT_EQ(told(4), -3);
}

TEST(Aggregate, PercentilesAreWithinTheirPromise) {
  const Plan plan = plan_of("", "p50(latency),p90(latency),p99(latency),p999(latency)");
  Aggregate groups(*plan.grouping, sample.event);
  std::vector<uint64_t> values;
  std::mt19937_64 random(2);
  for (int i = 0; i < 10'000; i++) values.push_back(random() >> (20 + random() % 40));
  for (uint64_t value : values) groups.add(record().number("latency", value));
  std::ranges::sort(values);
  const auto rows = groups.rows(0);
  ASSERT_EQ(rows.size(), 1u);
  for (const auto& [show, share] : {std::pair{1, 0.5}, {2, 0.9}, {3, 0.99}, {4, 0.999}}) {
    const auto rank = static_cast<size_t>(std::ceil(share * 10'000)) - 1;
    const auto truth = static_cast<double>(values[rank]);
    const Number told =
        evaluate(plan.grouping->shows[static_cast<size_t>(show)], rows[0].cell, *plan.grouping);
    EXPECT_TRUE(told.exists);
    EXPECT_NEAR(told.value, truth, 0.0625 * truth);
  }
}

TEST(Aggregate, NothingIsNotZero) {
  const Plan plan = plan_of("pid", "min(size),p99(size),avg(size)");
  const Cell empty{0, std::vector<Statistic>(1)};
  EXPECT_FALSE(evaluate(plan.grouping->shows[1], empty, *plan.grouping).exists);
  EXPECT_FALSE(evaluate(plan.grouping->shows[2], empty, *plan.grouping).exists);
  EXPECT_FALSE(evaluate(plan.grouping->shows[3], empty, *plan.grouping).exists);
}

TEST(Aggregate, TotalsAddUpWithKeysAndTop) {
  const Plan plan = plan_of("pid", "sum(size)", 50);
  Aggregate groups(*plan.grouping, sample.event);
  for (uint64_t i = 0; i < 300; i++)
    groups.add(record().number("who.pid", i % 100).number("size", i));
  for (uint32_t top : {0u, 5u}) {
    const auto rows = groups.rows(top);
    EXPECT_EQ(rows.size(), (top ? top : 50u) + 1);
    EXPECT_EQ(rows.back().key, "");
    uint64_t count = 0, sum = 0;
    for (const Row& row : rows) count += row.cell.count, sum += row.cell.statistics[0].sum;
    EXPECT_EQ(count, 300u);
    EXPECT_EQ(sum, 300u * 299 / 2);
  }
}

TEST(Aggregate, RowsComeLargestFirstByWhatWasAskedFirst) {
  const Plan plan = plan_of("pid", "max(size)");
  Aggregate groups(*plan.grouping, sample.event);
  groups.add(record().number("who.pid", 1).number("size", 10));
  groups.add(record().number("who.pid", 1).number("size", 10));
  groups.add(record().number("who.pid", 2).number("size", 99));
  EXPECT_EQ(key_record(groups.rows(0)[0]).bits(sample.field("who.pid")), 2u);
}

TEST(Aggregate, KernelRowsMeetUserRows) {
  const Plan plan = plan_of("comm", "p50(size)");
  Aggregate groups(*plan.grouping, sample.event);
  const TestRecord seen = record().text("who.comm", "a").number("size", 7);
  groups.add(seen);
  Cell cell{2, {Statistic{14, 7, 7, std::vector<uint64_t>(histogram_buckets)}}};
  cell.statistics[0].histogram[7] = 2;
  std::string key = record().text("who.comm", "a").body();
  key[sample.field("who.comm").offset + 5] = 'x';  // behind the NUL
  groups.merge(key, cell);
  groups.merge("", cell);
  const auto rows = groups.rows(0);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].cell.count, 3u);
  EXPECT_EQ(rows[0].cell.statistics[0].sum, 21u);
  EXPECT_EQ(rows[0].key, groups.key_of(seen));
  EXPECT_EQ(rows[1].cell.count, 2u);
  groups.clear();
  EXPECT_TRUE(groups.rows(0).empty());
}

TEST(Aggregate, TailsAreKeys) {
  const Plan plan = plan_of("path,arguments", "");
  Aggregate groups(*plan.grouping, sample.event);
  const std::string list("ls\0-l\0", 6);
  groups.add(record().text("path", "/bin/ls").text("arguments", list));
  groups.add(record().text("arguments", list).text("path", "/bin/ls"));
  groups.add(record().cut_text("path", "/bin/ls", 900).text("arguments", list));
  groups.add(record().cut_text("path", "/bin/ls", 800).text("arguments", list));
  const auto rows = groups.rows(0);
  ASSERT_EQ(rows.size(), 2u);
  for (const Row& row : rows) {
    EXPECT_EQ(row.cell.count, 2u);
    EXPECT_EQ(key_record(row).text(sample.field("path")), "/bin/ls");
    EXPECT_EQ(key_record(row).text(sample.field("arguments")), list);
  }
  EXPECT_NE(key_record(rows[0]).cut(sample.field("path")),
            key_record(rows[1]).cut(sample.field("path")));
}

TEST(Aggregate, OneContainerIsOneGroup) {
  const Plan plan = plan_of("container,pid", "");
  tests::TestNames names;
  Aggregate groups(*plan.grouping, sample.event, &names);
  for (uint64_t cgroup : {11, 12, 25}) groups.add(record().number("who.cgroup", cgroup));
  groups.add(record().number("who.cgroup", 11).number("who.pid", 5));
  const auto rows = groups.rows(0);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].cell.count, 2u);
}

}  // namespace
}  // namespace plumb::query::aggregate_test
