// What a budget decides, from costs that are made up.
#include <gtest/gtest.h>

#include "kernel/budget.h"

namespace plumb::kernel::budget_test {
namespace {

using Costs = std::vector<ProbeCost>;

TEST(Budget, WhatIsBelowItStaysAsItIs) {
  Budget budget(0.02, 256);
  for (int i = 0; i < 10; i++) EXPECT_TRUE(budget.check(Costs{{0.01, 0.009}}).empty());
}

TEST(Budget, LooksAtNoFewerThanItMust) {
  Budget budget(0.02, 256);
  // 0.05 of programs has to become at most 0.01: an eighth
  const auto orders = budget.check(Costs{{0.01, 0.05}});
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].pace, 8U);
  EXPECT_FALSE(orders[0].detach);
}

TEST(Budget, SparesTheDearestFirstAndTheOthersNotAtAll) {
  Budget budget(0.02, 256);
  const auto orders = budget.check(Costs{{0.001, 0.001}, {0.005, 0.04}});
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].probe, 1U);
  EXPECT_EQ(orders[0].pace, 4U);
}

TEST(Budget, APaceThatIsSetAlreadyCounts) {
  Budget budget(0.02, 256);
  const auto orders = budget.check(Costs{{0.01, 0.02, 16}});
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].pace, 32U);
}

TEST(Budget, TrapsThatAreTooMuchEndAProbeAtTheSecondLook) {
  Budget budget(0.02, 256);
  const auto first = budget.check(Costs{{0.5, 0.5}});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].pace, 256U);
  EXPECT_FALSE(first[0].detach);
  const auto second = budget.check(Costs{{0.5, 0.002, 256}});
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(second[0].detach);
}

TEST(Budget, ABurstEndsNothing) {
  Budget budget(0.02, 256);
  for (int i = 0; i < 10; i++) {
    for (const Order& each : budget.check(Costs{{0.5, 0.002, 256}})) EXPECT_FALSE(each.detach);
    for (const Order& each : budget.check(Costs{{0.001, 0, 256}})) EXPECT_FALSE(each.detach);
  }
}

TEST(Budget, WithNothingLeftToSpareTheDearestGoes) {
  Budget budget(0.02, 256);
  const Costs costs = {{0.004, 0.004, 256}, {0.01, 0.012, 256}};
  EXPECT_TRUE(budget.check(costs).empty());
  const auto orders = budget.check(costs);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].probe, 1U);
  EXPECT_TRUE(orders[0].detach);
}

TEST(Budget, WhatIsDetachedGetsNoOrder) {
  Budget budget(0.02, 256);
  const Costs costs = {{0.5, 0.5, 256, false}, {0.1, 0.1, 256}};
  budget.check(costs);
  const auto orders = budget.check(costs);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].probe, 1U);
}

TEST(Budget, LooksAtMoreAgainWhenThereIsRoomForIt) {
  Budget budget(0.02, 256);
  const Costs calm = {{0.002, 0.004, 16}};
  std::vector<Order> orders;
  int checks = 0;
  while (orders.empty() && checks++ < 10) orders = budget.check(calm);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].pace, 8U);
  EXPECT_GT(checks, 2);
}

TEST(Budget, AndNotWhenItWouldBeTakenBackAtOnce) {
  Budget budget(0.02, 256);
  for (int i = 0; i < 20; i++) EXPECT_TRUE(budget.check(Costs{{0.004, 0.007, 16}}).empty());
}

TEST(Slowdown, IsOfWhatTheyUseForThemselves) {
  EXPECT_DOUBLE_EQ(slowdown(20e6, 1020e6, 1e9), 0.02);
  EXPECT_DOUBLE_EQ(slowdown(960e6, 1000e6, 1e9), 9.6);  // below a tenth of a CPU it counts as that
  EXPECT_DOUBLE_EQ(slowdown(1e6, 0, 1e9), 0.01);
}

}  // namespace
}  // namespace plumb::kernel::budget_test
