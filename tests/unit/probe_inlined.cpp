// What the isolated reader writes of inlined functions, and what it never writes.
#include "probe/inlined.h"

#include <gtest/gtest.h>

namespace plumb::probe::inlined_test {
namespace {

TEST(ParseInlined, WhatTheReaderWrites) {
  const auto copies = parse_inlined("3\n11c0 run\n0 shop::Cart::add\n11dc run\n");
  ASSERT_TRUE(copies) << copies.error().what;
  EXPECT_EQ(copies->count, 3u);
  EXPECT_EQ(copies->told.at(2).address, 0x11dcu);
  EXPECT_EQ(callers_of(*copies), "run (2 times) and shop::Cart::add");
  EXPECT_EQ(parse_inlined("")->count, 0u);
  EXPECT_EQ(callers_of(*parse_inlined("0\n")), "");
  EXPECT_EQ(callers_of(*parse_inlined("1\n1 operator new(unsigned long)\n")),
            "operator new(unsigned long)");
}

TEST(ParseInlined, MoreThanAnybodyReads) {
  std::string text = "7\n";
  for (char name = 'a'; name <= 'g'; name++) text += std::string("1 ") + name + "\n";
  EXPECT_EQ(callers_of(*parse_inlined(text)), "a, b, c, d, e and 2 others");
  text = "1000\n";
  for (size_t i = 0; i < most_copies_told; i++) text += "1 main\n";
  EXPECT_EQ(callers_of(*parse_inlined(text)), "main (256 times) and others");
  EXPECT_FALSE(parse_inlined(text + "1 main\n"));
}

TEST(ParseInlined, WhatItNeverWrites) {
  for (const char* text : {"x", "1\n", "2\n1 main\n", "1\n1 main\n1 main\n", "1\nx main\n",
                           "1\n1\n", "1\n1 \n", "99999999999999999999\n", "-1\n"})
    EXPECT_FALSE(parse_inlined(text)) << text;
}

}  // namespace
}  // namespace plumb::probe::inlined_test
