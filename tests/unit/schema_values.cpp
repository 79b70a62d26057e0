// How many values a field can have: what decides that groups by it lie in an array.
#include <gtest/gtest.h>

#include "schema/schema.h"

namespace plumb::schema {
namespace {

Field field(Kind kind, uint32_t size, Format format = Format::plain) {
  Field field;
  field.kind = kind;
  field.size = size;
  field.format = format;
  return field;
}

Field choice(std::vector<std::pair<int64_t, std::string>> values, uint32_t size = 4) {
  Field made = field(Kind::enumeration, size);
  auto names = std::make_shared<Enumeration>();
  names->values = std::move(values);
  made.names = std::move(names);
  return made;
}

TEST(Values, AreAsManyAsHaveNames) {
  EXPECT_EQ(field(Kind::boolean, 1).values(), 2u);
  EXPECT_EQ(field(Kind::unsigned_number, 4, Format::syscall).values(), 512u);
  EXPECT_EQ(choice({{0, "a"}, {7, "b"}, {3, "c"}}).values(), 8u);
  EXPECT_GT(field(Kind::unsigned_number, 4, Format::error).values(), 531u);  // ERECALLCONFLICT
}

TEST(Values, AreNotBoundedOfNumbersAndBits) {
  EXPECT_EQ(field(Kind::unsigned_number, 4).values(), 0u);
  EXPECT_EQ(field(Kind::tail_text, 8).values(), 0u);
  Field bits = choice({{1, "a"}, {2, "b"}});
  auto names = std::make_shared<Enumeration>(*bits.names);
  names->bits = true;
  bits.names = names;
  EXPECT_EQ(bits.values(), 0u);
}

TEST(Values, AreNoIndexWhenNegativeLargeOrWide) {
  EXPECT_EQ(choice({{-1, "a"}, {1, "b"}}).values(), 0u);
  EXPECT_EQ(choice({{0, "a"}, {1024, "b"}}).values(), 0u);
  EXPECT_EQ(choice({{0, "a"}, {1023, "b"}}).values(), 1024u);
  EXPECT_EQ(choice({{0, "a"}}, 8).values(), 0u);
  EXPECT_EQ(choice({}).values(), 0u);
}

}  // namespace
}  // namespace plumb::schema
