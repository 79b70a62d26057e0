#include <gtest/gtest.h>

#include "schema/schema.h"

namespace plumb::schema {
namespace {

Enumeration flags() {
  Enumeration flags;
  flags.values = {{0, "read"}, {1, "write"}, {4, "create"}, {8, "sync"}, {24, "full_sync"}};
  flags.bits = true;
  return flags;
}

TEST(Bits, AreNamedTogether) {
  EXPECT_EQ(flags().name_of(0), "read");
  EXPECT_EQ(flags().name_of(4), "create");
  EXPECT_EQ(flags().name_of(5), "write|create");
  EXPECT_EQ(flags().name_of(13), "write|create|sync");
}

TEST(Bits, OfANameOfSeveralGoBeforeOneOfThem) {
  EXPECT_EQ(flags().name_of(24), "full_sync");
  EXPECT_EQ(flags().name_of(25), "full_sync|write");
}

TEST(Bits, WithoutANameAreShownAsTheyAre) {
  EXPECT_EQ(flags().name_of(0x100), "0x100");
  EXPECT_EQ(flags().name_of(0x101), "write|0x100");
  EXPECT_EQ(flags().name_of(INT64_MIN), "0x8000000000000000");
}

TEST(Bits, OfAPlainEnumerationMeanNothing) {
  Enumeration plain = flags();
  plain.bits = false;
  EXPECT_EQ(plain.name_of(5), "");
}

TEST(Bits, AreRememberedInBoundedNumber) {
  const Enumeration all = flags();
  for (int64_t value = 0x100; value < 0x100 + 20'000; value++)
    EXPECT_FALSE(all.name_of(value).empty());
}

}  // namespace
}  // namespace plumb::schema
