// BTF that is broken, and what the reader says of it.
#include "schema/btf.h"

#include <gtest/gtest.h>

#include "schema/schema.h"
#include "schema_builder.h"

namespace plumb::schema {
namespace {

using tests::BtfBuilder;

std::string error_of(const BtfBuilder& builder) {
  auto schema = from_btf(builder.bytes());
  return schema ? "" : schema.error().what;
}

BtfBuilder small_event() {
  BtfBuilder btf;
  const uint32_t number = btf.integer("unsigned int", 4);
  btf.tag(btf.structure("small", 4, {{"value", number, 0}}), "event:small");
  return btf;
}

TEST(Btf, RefusesWhatIsNotBtf) {
  EXPECT_FALSE(from_btf(""));
  EXPECT_FALSE(from_btf(std::string(24, '\0')));
  EXPECT_FALSE(from_btf(std::string((1 << 20) + 1, '\x9f')));
}

TEST(Btf, EveryTruncationIsRefusedOrRead) {
  const std::string whole = small_event().bytes();
  for (size_t size = 0; size < whole.size(); size++)
    EXPECT_FALSE(from_btf(whole.substr(0, size))) << size;
}

TEST(Btf, EveryFlippedByteIsSafe) {
  const std::string whole = small_event().bytes();
  for (size_t at = 0; at < whole.size(); at++) {
    for (int bit = 0; bit < 8; bit++) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      (void)from_btf(bytes);
      (void)lint(bytes);
    }
  }
}

TEST(Btf, RefusesReferencesToNowhere) {
  BtfBuilder btf;
  btf.tag(btf.structure("e", 4, {{"a", 77, 0}}), "event:e");
  EXPECT_EQ(error_of(btf), "BTF refers to a type that it does not have");
}

TEST(Btf, RefusesARingOfTypedefs) {
  BtfBuilder btf;
  btf.type_name("a", 2);
  btf.type_name("b", 1);
  btf.tag(btf.structure("e", 4, {{"value", 1, 0}}), "event:e");
  EXPECT_NE(error_of(btf), "");
}

TEST(Btf, RefusesAStructInsideItself) {
  BtfBuilder btf;
  btf.structure("e", 4, {{"again", 1, 0}});
  btf.tag(1, "event:e");
  EXPECT_NE(error_of(btf).find("nested too deep"), std::string::npos);
}

TEST(Btf, RefusesAStructThatMultiplies) {
  BtfBuilder btf;
  uint32_t inner = btf.structure("leaf", 0, {});
  for (int level = 0; level < 6; level++) {
    std::vector<BtfBuilder::Member> members(100, {"m", inner, 0});
    inner = btf.structure("level", 0, members);
  }
  btf.tag(inner, "event:e");
  EXPECT_NE(error_of(btf).find("too many members"), std::string::npos);
}

TEST(Btf, AnEventIsThereExactlyOnce) {
  EXPECT_EQ(error_of(BtfBuilder()), "no struct is tagged as the event");
  BtfBuilder two = small_event();
  two.tag(two.structure("other", 4, {{"value", 1, 0}}), "event:other");
  EXPECT_EQ(error_of(two), "two structs are tagged as the event");
}

TEST(Btf, RefusesMembersOutsideOfTheEvent) {
  BtfBuilder btf;
  const uint32_t number = btf.integer("unsigned int", 4);
  btf.tag(btf.structure("e", 4, {{"value", number, 2}}), "event:e");
  EXPECT_EQ(error_of(btf), "event e: value: lies outside of its struct");
}

TEST(Btf, RefusesValuesWithoutMeaning) {
  BtfBuilder btf;
  btf.tag(btf.structure("e", 8, {{"where", btf.pointer(0), 0}}), "event:e");
  EXPECT_NE(error_of(btf), "");
}

TEST(Btf, NamesAnUnknownWordOfATag) {
  for (const char* tag : {"format:exotic", "unit:miles", "privacy:maybe", "tail:wag", "also:x"}) {
    BtfBuilder btf;
    const uint32_t number = btf.integer("unsigned int", 4);
    const uint32_t event = btf.structure("e", 4, {{"value", number, 0}});
    btf.tag(event, "event:e");
    btf.tag(event, tag, 0);
    EXPECT_NE(error_of(btf).find("event e: value: "), std::string::npos) << tag;
  }
}

}  // namespace
}  // namespace plumb::schema
