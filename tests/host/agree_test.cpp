// The kernel's part of --where and user space agree: generated expressions over generated events.
#include <gtest/gtest.h>

#include <algorithm>

#include "agree_where.h"
#include "query/plan.h"
#include "query_event.h"
#include "random.h"

namespace plumb {
namespace {

using host::Random;

const tests::TestEvent sample;

// Few values, so that comparisons hold often enough; events and expressions draw from the same.
const std::vector<int64_t> numbers = {0, 1, 2, 9, 127, 128, 255, 443, -1, -3, -128, INT64_MAX};
const std::vector<std::string> texts = {
    "",
    "a",
    "ab",
    "python",
    "python3",
    "12345678",
    "123456789abc",
    "exactly_16_chars",
    "exactly_16_chars_",
    "/etc/passwd",
    "/etc/",
    "passwd",
    "0123456789012345678901234567890123456789012345678901234567890123",
    "0123456789012345678901234567890123456789012345678901234567890123+"};
const std::vector<std::string> addresses = {"10.0.0.1", "10.255.0.1", "192.168.1.9", "::1",
                                            "fe80::1"};
const std::vector<std::string> blocks = {
    "10.0.0.1", "10.0.0.0/8", "192.168.0.0/20", "::1", "fe80::/10", "0.0.0.0/0", "::/0"};

std::string bytes_of_address(const std::string& text) {
  if (text == "::1") return std::string(15, '\0') + '\x01';
  if (text == "fe80::1") return "\xfe\x80" + std::string(13, '\0') + '\x01';
  if (text == "10.0.0.1") return tests::ipv4(10, 0, 0, 1);
  if (text == "10.255.0.1") return tests::ipv4(10, 255, 0, 1);
  return tests::ipv4(192, 168, 1, 9);
}

class Expressions {
 public:
  explicit Expressions(Random& random) : random_(random) {}

  std::string any(int depth) {
    const uint64_t choice = depth > 0 ? random_.below(6) : 0;
    if (choice <= 1) return comparison();
    if (choice == 2) return "!(" + any(depth - 1) + ")";
    const std::string joint = choice <= 4 ? " && " : " || ";
    std::string text = "(" + any(depth - 1);
    for (uint64_t parts = 1 + random_.below(3); parts > 0; parts--) text += joint + any(depth - 1);
    return text + ")";
  }

 private:
  std::string comparison() {
    const schema::Field& field = random_.of(sample.event.fields);
    if (field.kind == schema::Kind::address) return address(field);
    if (field.is_text()) return text(field);
    if (field.kind == schema::Kind::boolean) return random_.one_in(2) ? field.path : "!failed";
    if (field.format == schema::Format::user && random_.one_in(2))
      return field.path + " == \"user1\"";
    return number(field);
  }

  std::string number(const schema::Field& field) {
    if (field.names && field.names->bits && !random_.one_in(3))
      return field.path + " contains " + literal(field);
    const bool is_ordered = !field.names && !random_.one_in(3);
    const std::string op = is_ordered ? random_.of<std::string>({" < ", " <= ", " > ", " >= "})
                                      : random_.of<std::string>({" == ", " != ", " in "});
    if (op != " in ") return field.path + op + literal(field);
    return field.path + " in (" + literal(field) + ", " + literal(field) + ")";
  }

  // A literal that its field cannot hold is refused.
  static int64_t cut(const schema::Field& field, int64_t value) {
    const uint32_t spare = 64 - field.size * 8;
    const uint64_t bits = static_cast<uint64_t>(value) << spare;
    return field.is_signed() ? static_cast<int64_t>(bits) >> spare
                             : static_cast<int64_t>(bits >> spare);
  }

  std::string literal(const schema::Field& field) {
    const int64_t value = cut(field, random_.of(numbers));
    if (field.names && field.names->bits)
      return random_.of<std::string>({"read", "write", "sync", "full_sync", "9", "128"});
    if (field.names) return random_.of<std::string>({"good", "gone", "bad", "128"});
    const std::string digits = std::to_string(
        field.is_signed() ? static_cast<uint64_t>(std::abs(value)) : static_cast<uint64_t>(value));
    const std::string unit = field.unit == schema::Unit::ns && value >= 0 ? "ns" : "";
    if (field.unit == schema::Unit::ns && (value < 0 || value == INT64_MAX)) return "9ns";
    return (field.is_signed() && value < 0 ? "-" : "") + digits + unit;
  }

  std::string text(const schema::Field& field) {
    const std::string op =
        random_.of<std::string>({" == ", " == ", " != ", " startswith ", " startswith ",
                                 " endswith ", " contains ", " =~ ", " in "});
    const std::string quoted = "\"" + random_.of(texts) + "\"";
    if (op == " =~ ") return field.path + " =~ \"^[a-e]*\"";
    if (op != " in ") return field.path + op + quoted;
    return field.path + " in (" + quoted + ", \"" + random_.of(texts) + "\")";
  }

  std::string address(const schema::Field& field) {
    const std::string op = random_.of<std::string>({" == ", " != ", " in "});
    if (op != " in ") return field.path + op + random_.of(blocks);
    return field.path + " in (" + random_.of(blocks) + ", " + random_.of(blocks) + ")";
  }

  Random& random_;
};

tests::TestRecord random_record(Random& random) {
  tests::TestRecord record(sample);
  for (const schema::Field& field : sample.event.fields) {
    const char* path = field.path.c_str();
    if (field.kind == schema::Kind::address)
      record.text(path, bytes_of_address(random.of(addresses)));
    else if (field.is_text())
      record.text(path, std::string_view(random.of(texts))
                            .substr(0, field.in_tail() ? std::string::npos : field.size));
    else if (field.kind == schema::Kind::boolean)
      record.number(path, random.below(2));
    else
      record.number(path, static_cast<uint64_t>(random.of(numbers)));
  }
  return record;
}

void fill_kernel_plan(const query::Plan& plan) {
  agree_begin();
  for (const query::Leaf& leaf : plan.leaves) {
    const agree_leaf one = {
        .offset = static_cast<uint16_t>(leaf.field->offset),
        .size = static_cast<uint8_t>(leaf.field->size),
        .is_signed = leaf.field->is_signed(),
        .op = static_cast<int>(leaf.op),
        .place = static_cast<int>(leaf.place),
        .yes = leaf.yes,
        .no = leaf.no,
        .length = leaf.length,
        .exact_length = leaf.exact_length,
        .words = static_cast<unsigned>(leaf.words.size()),
        .word = leaf.words.data(),
        .mask = leaf.masks.data(),
        .value = leaf.value,
    };
    agree_add(&one);
  }
}

void expect_strictly_forward(const query::Plan& plan) {
  const int count = static_cast<int>(plan.leaves.size());
  for (int i = 0; i < count; i++)
    for (int next :
         {plan.leaves[static_cast<size_t>(i)].yes, plan.leaves[static_cast<size_t>(i)].no})
      ASSERT_TRUE(next == query::Leaf::pass || next == query::Leaf::reject ||
                  (next > i && next < count));
}

struct Tally {
  int exact = 0, matched = 0, decided_early = 0, total = 0;
};

void check(const std::string& text, const query::Plan& plan, const tests::TestRecord& record,
           Tally& tally) {
  constexpr size_t readable = 64;  // the kernel may look at whole words, past the end of a tail
  alignas(8) char event[512];
  std::memcpy(event, record.body().data(), sample.event.size);
  const std::string body = record.body() + std::string(readable, '\x5a');

  tests::TestNames names;
  const bool truth = plan.where->matches(record, &names);
  const bool kernel = agree_passes(event, body.data(), false);
  const bool early = agree_passes(event, nullptr, true);
  if (plan.where_exact)
    ASSERT_EQ(kernel, truth) << text;
  else
    ASSERT_TRUE(kernel || !truth) << text;
  ASSERT_TRUE(early || !kernel) << text;
  tally.total++;
  tally.exact += plan.where_exact;
  tally.matched += truth;
  tally.decided_early += !early;
}

TEST(Agree, OnGeneratedExpressionsAndEvents) {
  constexpr int expressions = 4000, events_each = 10;
  Random random(20260101);
  Tally tally;
  for (int i = 0; i < expressions; i++) {
    const std::string text = Expressions(random).any(static_cast<int>(random.below(4)));
    query::Limits limits;
    if (random.one_in(4)) limits.leaves = static_cast<uint32_t>(1 + random.below(5));
    if (random.one_in(4)) limits.words = static_cast<uint32_t>(1 + random.below(3));
    tests::TestNames names;
    auto plan =
        query::compile({.where = text}, sample.event, limits, random.one_in(2) ? &names : nullptr);
    ASSERT_TRUE(plan) << plan.error().what;
    ASSERT_LE(plan->leaves.size(), limits.leaves);
    ASSERT_NO_FATAL_FAILURE(expect_strictly_forward(*plan)) << text;
    fill_kernel_plan(*plan);
    for (int j = 0; j < events_each; j++)
      ASSERT_NO_FATAL_FAILURE(check(text, *plan, random_record(random), tally));
  }
  // The test says something only while both answers and both kinds of plan are common.
  EXPECT_GT(tally.exact, tally.total / 5);
  EXPECT_LT(tally.exact, tally.total * 4 / 5);
  EXPECT_GT(tally.matched, tally.total / 5);
  EXPECT_LT(tally.matched, tally.total * 4 / 5);
  EXPECT_GT(tally.decided_early, tally.total / 20);
}

}  // namespace
}  // namespace plumb
