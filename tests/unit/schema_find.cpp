// Names: of fields, errors and signals; and what lint complains of.
#include <gtest/gtest.h>

#include <algorithm>

#include "schema/names.h"
#include "schema/schema.h"
#include "schema/syscalls.h"
#include "schema_builder.h"

namespace plumb::schema {
namespace {

using tests::BtfBuilder;

Event connection() {
  Event event;
  event.name = "tcp_connect";
  for (const char* path : {"who.pid", "local.port", "remote.port", "latency", "pid_count"}) {
    Field field;
    field.path = path;
    event.fields.push_back(field);
  }
  return event;
}

TEST(FindField, TakesAPathOrItsUniqueEnding) {
  const Event event = connection();
  EXPECT_EQ(*find_field(event, "who.pid"), &event.fields[0]);
  EXPECT_EQ(*find_field(event, "pid"), &event.fields[0]);
  EXPECT_EQ(*find_field(event, "latency"), &event.fields[3]);
}

TEST(FindField, NamesTheChoicesOfAnAmbiguousEnding) {
  auto found = find_field(connection(), "port");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().what, "'port' is ambiguous");
  EXPECT_EQ(found.error().hint, "write local.port or remote.port");
  EXPECT_EQ(found.error().exit_status, Exit::usage);
}

TEST(FindField, SuggestsTheNearest) {
  auto found = find_field(connection(), "latncy");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().what, "unknown field 'latncy'");
  EXPECT_EQ(found.error().hint, "did you mean 'latency'?");
  EXPECT_EQ(find_field(connection(), "zzzzzzzzz").error().hint,
            "plumb list tcp_connect shows its fields");
}

TEST(Knobs, AreTaggedVariables) {
  BtfBuilder btf;
  const uint32_t number = btf.integer("unsigned long", 8);
  const uint32_t duration = btf.type_name("ns_t", number);
  btf.tag(duration, "unit:ns");
  btf.tag(btf.structure("e", 8, {{"value", number, 0}}), "event:e");
  btf.variable("not_a_knob", number);
  btf.tag(btf.variable("slower_than", btf.constant(duration)), "knob:only slower ones");
  const uint32_t acting = btf.variable("refuse", btf.constant(duration));
  btf.tag(acting, "knob:refuse it");
  btf.tag(acting, "acts");
  auto schema = from_btf(btf.bytes());
  ASSERT_TRUE(schema);
  ASSERT_EQ(schema->knobs.size(), 2u);
  EXPECT_FALSE(schema->knobs[0].acts);
  EXPECT_TRUE(schema->knobs[1].acts);
  EXPECT_EQ(schema->knobs[0].name, "slower_than");
  EXPECT_EQ(schema->knobs[0].type.unit, Unit::ns);
  EXPECT_EQ(schema->knobs[0].type.size, 8u);
  EXPECT_EQ(schema->knobs[0].type.doc, "only slower ones");
}

TEST(HeaderOffsets, AreThoseOfStructHeader) {
  BtfBuilder btf;
  const uint32_t u64 = btf.integer("u64", 8), u32 = btf.integer("u32", 4),
                 u16 = btf.integer("u16", 2);
  btf.tag(btf.structure("e", 8, {{"value", u64, 0}}), "event:e");
  EXPECT_EQ(from_btf(btf.bytes())->header.size, 0u);
  btf.structure("header", 16,
                {{"time", u64, 0}, {"weight", u32, 8}, {"tracer", u16, 12}, {"cpu", u16, 14}});
  auto schema = from_btf(btf.bytes());
  ASSERT_TRUE(schema);
  EXPECT_EQ(schema->header.size, 16u);
  EXPECT_EQ(schema->header.weight, 8u);
  EXPECT_EQ(schema->header.tracer, 12u);
}

TEST(Lint, ComplainsOfEveryKindOfCarelessness) {
  BtfBuilder btf;
  const uint32_t u64 = btf.integer("unsigned long", 8), u16 = btf.integer("unsigned short", 2);
  const uint32_t text = btf.array(btf.integer("char", 1, BtfBuilder::is_signed), 4);
  const uint32_t event = btf.structure("a_name_that_is_long", 24,
                                       {{"bare", u16, 0}, {"late", u64, 8}, {"word", text, 16}});
  btf.tag(event, "event:");
  btf.tag(btf.variable("knob", u64), "knob:");
  btf.function("a_program_with_a_long_name", true);
  btf.function("a_static_function_may_be_long", false);
  btf.section(".maps", {btf.variable("a_map_with_a_long_name", u64)});
  const auto complaints = lint(btf.bytes());
  for (const char* expected :
       {"the event has no sentence", "late: a hole before it", "a hole at its end",
        "bare: an integer without a unit", "word: text without a privacy class",
        "bare: no sentence", "knob knob: no sentence", "event a_name_that_is_long: its name",
        "program a_program_with_a_long_name: its name", "map a_map_with_a_long_name: its name"})
    EXPECT_TRUE(std::ranges::any_of(complaints, [&](const std::string& c) {
      return c.find(expected) != std::string::npos;
    })) << expected;
  EXPECT_EQ(complaints.size(), 13u);
}

TEST(Names, KnowErrorsAndSignals) {
  EXPECT_EQ(error_name(2), "ENOENT");
  EXPECT_EQ(error_name(0), "");
  EXPECT_EQ(error_name(-2), "");
  EXPECT_EQ(error_name(100'000), "");
  EXPECT_EQ(signal_name(9), "SIGKILL");
  EXPECT_EQ(signal_name(0), "");
  EXPECT_EQ(signal_name(65), "");
}

// As `kill -l` prints them.
TEST(Names, OfRealTimeSignalsAreCountedFromTheNearerEnd) {
  const std::pair<int, std::string_view> known[] = {
      {33, "SIG33"},       {34, "SIGRTMIN"},   {37, "SIGRTMIN+3"}, {49, "SIGRTMIN+15"},
      {50, "SIGRTMAX-14"}, {63, "SIGRTMAX-1"}, {64, "SIGRTMAX"}};
  for (const auto& [signal, name] : known) EXPECT_EQ(signal_name(signal), name);
  EXPECT_EQ(signal_number("SIGRTMIN+30"), 64u);
  EXPECT_EQ(signal_number("SIGRTMAX-27"), 37u);
  EXPECT_EQ(signal_number("SIG37"), 37u);
  EXPECT_EQ(signal_number("SIGIO"), 29u);
  for (const char* text :
       {"", "SIG", "SIG0", "SIG65", "SIGRTMIN+31", "SIGRTMAX-31", "SIGRTMIN+", "SIG9x"})
    EXPECT_FALSE(signal_number(text)) << text;
}

TEST(Names, OfSystemCallsAreNumbersWhereThereIsNone) {
  EXPECT_EQ(syscall_name(257), "openat");
  EXPECT_EQ(syscall_name(i386_call | 5), "i386:open");
  EXPECT_EQ(syscall_name(no_call), "");
  const std::pair<uint32_t, std::string_view> unnamed[] = {{9999, "9999"},
                                                           {i386_call | 9999, "i386:9999"},
                                                           {x32_call | 9999, "x32:9999"},
                                                           {minus_one, "-1"},
                                                           {static_cast<uint32_t>(-5), "-5"}};
  for (const auto& [call, text] : unnamed) {
    EXPECT_EQ(syscall_name(call), text);
    EXPECT_EQ(syscall_number(text), call) << text;
  }
  for (const char* text : {"", "openat", "i386:", "i386:-1", "9999x", "1073741824", "-1073741824"})
    EXPECT_FALSE(syscall_number(text)) << text;
}

TEST(Names, OfDevicesAreMajorAndMinor) {
  EXPECT_EQ(device_number("254:0"), 266338304u);
  EXPECT_EQ(device_number("4095:1048575"), UINT32_MAX);
  for (const char* text : {"", ":", "8", "8:", ":1", "4096:0", "0:1048576", "8:1x", "-8:1"})
    EXPECT_FALSE(device_number(text)) << text;
}

TEST(Clock, TellsTheCalendarFromTheMonotonicClock) {
  timespec monotonic{};
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  const int64_t told = Clock::now().real_minus_monotonic / 1'000'000'000 + monotonic.tv_sec;
  EXPECT_NEAR(static_cast<double>(told), static_cast<double>(time(nullptr)), 2);
}

}  // namespace
}  // namespace plumb::schema
