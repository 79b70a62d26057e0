// What members of an event become.
#include <gtest/gtest.h>

#include "schema/record.h"
#include "schema/schema.h"
#include "schema_builder.h"

namespace plumb::schema {
namespace {

using tests::BtfBuilder;

// The schema of an event with one member, whose type `make` adds and returns.
template <class Make>
Schema with_member(Make make, uint32_t size, std::initializer_list<const char*> tags = {}) {
  BtfBuilder btf;
  const uint32_t type = make(btf);
  const uint32_t event = btf.structure("e", size, {{"m", type, 0}});
  btf.tag(event, "event:a sentence");
  for (const char* tag : tags) btf.tag(event, tag, 0);
  auto schema = from_btf(btf.bytes());
  EXPECT_TRUE(schema) << schema.error().what;
  return schema ? std::move(*schema) : Schema{};
}

Schema with_integer(uint32_t size, uint32_t encoding = 0,
                    std::initializer_list<const char*> tags = {}) {
  return with_member([&](BtfBuilder& btf) { return btf.integer("int", size, encoding); }, size,
                     tags);
}

TEST(Fields, IntegersHaveASignAndASize) {
  for (uint32_t size : {1, 2, 4, 8}) {
    EXPECT_EQ(with_integer(size).event.fields.at(0).kind, Kind::unsigned_number);
    EXPECT_EQ(with_integer(size, BtfBuilder::is_signed).event.fields.at(0).kind,
              Kind::signed_number);
    EXPECT_EQ(with_integer(size).event.fields.at(0).size, size);
  }
  EXPECT_EQ(with_integer(1, BtfBuilder::is_bool).event.fields.at(0).kind, Kind::boolean);
}

TEST(Fields, TagsOfTheMemberGiveMeaning) {
  const Schema schema =
      with_integer(8, 0, {"doc:how long", "unit:ns", "key", "detail", "privacy:path"});
  const Field& field = schema.event.fields.at(0);
  EXPECT_EQ(field.doc, "how long");
  EXPECT_EQ(field.unit, Unit::ns);
  EXPECT_EQ(field.privacy, Privacy::path);
  EXPECT_TRUE(field.key);
  EXPECT_TRUE(field.detail);
  EXPECT_EQ(field.json_leaf(), "m_ns");
  EXPECT_EQ(schema.event.doc, "a sentence");
}

TEST(Fields, OneMayBeShownBesideAnotherOfItsStruct) {
  BtfBuilder btf;
  const uint32_t number = btf.integer("int", 4);
  const uint32_t inner = btf.structure("caller", 8, {{"pid", number, 0}, {"ns_pid", number, 4}});
  btf.tag(inner, "beside:pid", 1);
  const uint32_t event = btf.structure("e", 8, {{"who", inner, 0}});
  btf.tag(event, "event:a sentence");
  const auto schema = from_btf(btf.bytes());
  ASSERT_TRUE(schema) << schema.error().what;
  EXPECT_EQ(schema->event.fields.at(0).beside, "");
  EXPECT_EQ(schema->event.fields.at(1).beside, "who.pid");
}

TEST(Fields, OneBesideNothingIsRefused) {
  BtfBuilder btf;
  const uint32_t event = btf.structure("e", 4, {{"m", btf.integer("int", 4), 0}});
  btf.tag(event, "event:a sentence");
  btf.tag(event, "beside:n", 0);
  const auto schema = from_btf(btf.bytes());
  ASSERT_FALSE(schema);
  EXPECT_NE(schema.error().what.find("there is no 'n' beside it"), std::string::npos);
}

// An event of a mask and of what may be missing.
Result<Schema> with_mask(const char* tag) {
  BtfBuilder btf;
  const uint32_t number = btf.integer("int", 4);
  const uint32_t event = btf.structure("e", 8, {{"m", number, 0}, {"unread", number, 4}});
  btf.tag(event, "event:a sentence");
  btf.tag(event, tag, 0);
  return from_btf(btf.bytes());
}

TEST(Fields, OneHasNoValueWhereAMaskHasItsBit) {
  const auto schema = with_mask("unless:unread:3");
  ASSERT_TRUE(schema) << schema.error().what;
  const Field& field = schema->event.fields.at(0);
  EXPECT_EQ(field.missing_mask, 8u);
  EXPECT_EQ(field.missing_at, 4u);
  Record record{&schema->event, 0, 1, std::string_view("\1\0\0\0\x8\0\0\0", 8)};
  EXPECT_TRUE(record.is_missing(field));
  EXPECT_FALSE(record.is_missing(schema->event.fields.at(1)));
  record.body = std::string_view("\1\0\0\0\x7\0\0\0", 8);
  EXPECT_FALSE(record.is_missing(field));
  record.body = record.body.substr(0, 7);  // a broken record has no mask
  EXPECT_FALSE(record.is_missing(field));
}

TEST(Fields, AMaskThatIsNoneIsRefused) {
  for (const char* tag : {"unless:unread", "unless:unread:", "unless:unread:32", "unless:nothing:1",
                          "unless:unread:x", "unless::1"}) {
    const auto schema = with_mask(tag);
    ASSERT_FALSE(schema) << tag;
    EXPECT_NE(schema.error().what.find("is no bit of a field"), std::string::npos) << tag;
  }
}

TEST(Fields, NamesAreShownAsTheyAreSpelledWhereThatIsSaid) {
  BtfBuilder btf;
  const uint32_t names = btf.enumeration("functions", 4, {{"SSL_read", 0}, {"SSL_write", 1}});
  const uint32_t event = btf.structure("e", 8, {{"cut", names, 0}, {"whole", names, 4}});
  btf.tag(event, "event:a sentence");
  btf.tag(event, "verbatim", 1);
  const auto schema = from_btf(btf.bytes());
  ASSERT_TRUE(schema) << schema.error().what;
  EXPECT_EQ(schema->event.fields.at(0).names->name_of(1), "write");
  EXPECT_EQ(schema->event.fields.at(1).names->name_of(1), "SSL_write");
}

TEST(Fields, WhatIsWideIsADetailElsewhere) {
  const Schema schema = with_integer(8, 0, {"doc:how", "unit:ns", "wide"});
  EXPECT_TRUE(schema.event.fields.at(0).detail);
  EXPECT_TRUE(schema.event.fields.at(0).wide);
}

TEST(Fields, KnobsWithWhichADetailIsShown) {
  const Schema schema =
      with_integer(8, 0, {"doc:how", "unit:ns", "wide", "shown:hook&HOOK_A", "shown:hook&HOOK_B"});
  EXPECT_TRUE(schema.event.fields.at(0).detail);
  EXPECT_EQ(schema.event.fields.at(0).shown_with,
            (std::vector<std::string>{"hook&HOOK_A", "hook&HOOK_B"}));
}

TEST(Fields, AStatusOfAllOnesIsNone) {
  const auto number = [](BtfBuilder& btf) { return btf.integer("int", 4, 1); };
  const Field field = with_member(number, 4, {"format:status"}).event.fields.at(0);
  EXPECT_TRUE(field.absent(UINT64_MAX));
  EXPECT_FALSE(field.absent(0));
  EXPECT_FALSE(field.absent(255));
}

TEST(Fields, TagsOfTheTypedefChainGiveMeaningAndTheNearestWins) {
  const auto two_names = [](BtfBuilder& btf) {
    const uint32_t outer_target = btf.type_name("inner_t", btf.integer("unsigned long", 8));
    const uint32_t outer = btf.type_name("outer_t", btf.constant(outer_target));
    btf.tag(outer_target, "unit:bytes");
    btf.tag(outer_target, "format:hex");
    btf.tag(outer, "unit:ns");
    return outer;
  };
  const Field field = with_member(two_names, 8).event.fields.at(0);
  EXPECT_EQ(field.unit, Unit::ns);
  EXPECT_EQ(field.format, Format::hex);
  EXPECT_EQ(with_member(two_names, 8, {"unit:count"}).event.fields.at(0).unit, Unit::count);
}

TEST(Fields, UnusedAndHiddenMembersAreLeftOut) {
  BtfBuilder btf;
  const uint32_t number = btf.integer("unsigned int", 4);
  const uint32_t event = btf.structure("e", 16,
                                       {{"unused", number, 0},
                                        {"secret", number, 4},
                                        {"shown", number, 8},
                                        {"unused2", number, 12}});
  btf.tag(event, "event:e");
  btf.tag(event, "hidden", 1);
  auto schema = from_btf(btf.bytes());
  ASSERT_TRUE(schema);
  ASSERT_EQ(schema->event.fields.size(), 1u);
  EXPECT_EQ(schema->event.fields[0].path, "shown");
  EXPECT_EQ(schema->event.fields[0].offset, 8u);
}

TEST(Fields, NestedStructsAreDottedAndTakeOverKeyDetailAndPrivacy) {
  BtfBuilder btf;
  const uint32_t number = btf.integer("unsigned short", 2);
  const uint32_t inner = btf.structure("pair", 4, {{"a", number, 0}, {"b", number, 2}});
  btf.tag(inner, "privacy:open", 0);
  const uint32_t event = btf.structure("e", 8, {{"x", inner, 0}, {"y", inner, 4}});
  btf.tag(event, "event:e");
  btf.tag(event, "key", 1);
  btf.tag(event, "privacy:address", 1);
  auto schema = from_btf(btf.bytes());
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->event.fields.size(), 4u);
  const Field* own = schema->event.find_exact("y.a");
  const Field* taken = schema->event.find_exact("y.b");
  ASSERT_TRUE(own && taken);
  EXPECT_EQ(taken->offset, 6u);
  EXPECT_EQ(own->privacy, Privacy::open);
  EXPECT_EQ(taken->privacy, Privacy::address);
  EXPECT_TRUE(taken->key);
  EXPECT_FALSE(schema->event.find_exact("x.b")->key);
}

TEST(Fields, ArraysOfCharAreTextAndOfNumbersAreNumbered) {
  const auto name = [](BtfBuilder& btf) {
    return btf.array(btf.integer("char", 1, BtfBuilder::is_signed), 16);
  };
  EXPECT_EQ(with_member(name, 16).event.fields.at(0).kind, Kind::text);
  const auto numbers = [](BtfBuilder& btf) { return btf.array(btf.integer("unsigned", 4), 3); };
  const Schema schema = with_member(numbers, 12);
  ASSERT_EQ(schema.event.fields.size(), 3u);
  EXPECT_EQ(schema.event.fields[2].path, "m.2");
  EXPECT_EQ(schema.event.fields[2].offset, 8u);
}

TEST(Fields, SixteenBytesWithTheAddressFormatAreAnAddress) {
  const auto bytes = [](BtfBuilder& btf) { return btf.array(btf.integer("unsigned char", 1), 16); };
  EXPECT_EQ(with_member(bytes, 16, {"format:ip"}).event.fields.at(0).kind, Kind::address);
}

TEST(Fields, TailsAreTypedefsOfAnEightByteStruct) {
  for (const auto& [tag, kind] :
       {std::pair{"tail:text", Kind::tail_text}, std::pair{"tail:list", Kind::tail_list}}) {
    const auto tail = [&, tag = tag](BtfBuilder& btf) {
      const uint32_t half = btf.integer("unsigned short", 2), whole = btf.integer("unsigned", 4);
      const uint32_t ref = btf.structure(
          "tail_ref", 8, {{"offset", half, 0}, {"size", half, 2}, {"whole", whole, 4}});
      const uint32_t name = btf.type_name("text_t", ref);
      btf.tag(name, tag);
      return name;
    };
    const Schema schema = with_member(tail, 8);
    ASSERT_EQ(schema.event.fields.size(), 1u);
    EXPECT_EQ(schema.event.fields[0].kind, kind);
    EXPECT_EQ(schema.event.fields[0].size, sizeof(TailRef));
  }
}

TEST(Fields, EnumeratorsLoseTheirPrefix) {
  const auto mood = [](BtfBuilder& btf) {
    return btf.enumeration("mood", 4, {{"MOOD_GOOD_ONE", 0}, {"MOOD_GONE", 7}, {"MOOD_BAD", -3}});
  };
  const Field field = with_member(mood, 4).event.fields.at(0);
  EXPECT_EQ(field.kind, Kind::enumeration);
  EXPECT_EQ(field.names->name_of(0), "good_one");
  EXPECT_EQ(field.names->name_of(7), "gone");
  EXPECT_EQ(field.names->name_of(-3), "bad");
  EXPECT_EQ(field.names->name_of(99), "");
}

TEST(Fields, APrefixThatWouldLeaveNothingStays) {
  const auto odd = [](BtfBuilder& btf) {
    return btf.enumeration("odd", 4, {{"ODD_", 0}, {"ODD_ONE", 1}});
  };
  EXPECT_EQ(with_member(odd, 4).event.fields.at(0).names->name_of(0), "odd_");
}

TEST(Fields, WideEnumerationsKeepAllBits) {
  constexpr int64_t large = 0x1234'5678'9abc;
  const auto wide = [&](BtfBuilder& btf) {
    return btf.enumeration64("wide", {{"WIDE_ONE", 1}, {"WIDE_LARGE", large}});
  };
  const Field field = with_member(wide, 8).event.fields.at(0);
  EXPECT_EQ(field.size, 8u);
  EXPECT_EQ(field.names->name_of(large), "large");
}

TEST(Fields, AlsoGivesTheSameBytesASecondName) {
  const Schema schema = with_integer(4, 0, {"also:user:user", "key", "unit:count"});
  ASSERT_EQ(schema.event.fields.size(), 2u);
  const Field& second = schema.event.fields[1];
  EXPECT_EQ(second.path, "user");
  EXPECT_EQ(second.format, Format::user);
  EXPECT_EQ(second.offset, schema.event.fields[0].offset);
  EXPECT_EQ(second.unit, Unit::none);
  EXPECT_TRUE(second.key);
}

TEST(Fields, BitsAreExtendedByTheFieldsSign) {
  const Field minus = with_integer(2, BtfBuilder::is_signed).event.fields.at(0);
  const Field plain = with_integer(2).event.fields.at(0);
  Record record;
  record.body = std::string_view("\xff\xff", 2);
  EXPECT_EQ(record.bits(minus), UINT64_MAX);
  EXPECT_EQ(record.bits(plain), 0xffffu);
  record.body = {};
  EXPECT_EQ(record.bits(plain), 0u);
}

}  // namespace
}  // namespace plumb::schema
