#include "base/utf8.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Utf8, LosesNothing) {
  EXPECT_TRUE(is_utf8("a é 漢 😀 long enough for whole words"));
  EXPECT_FALSE(is_utf8("seven..\xc3"));
  EXPECT_FALSE(is_utf8("12345678\xed\xa0\x80"));
  EXPECT_EQ(spell_out("\\x41 é\xff\xc3"), "\\\\x41 é\\xff\\xc3");
}

}  // namespace
}  // namespace plumb
