// Stacks as JSON, and whatever a recording may have in their place.
#include "render/stack_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "render/kept_stack.h"
#include "render_profiles.h"

namespace plumb::test {
namespace {

using render::parse_stack;
using render::stack_array;
using render::stack_members;

TEST(RenderStackJson, AsTheContractSays) {
  const Stack stack = stack_of({python("f", "/a.py", 12), native("", "libc.so.6"),
                                kernel_frame("ksys_read"), java("Shop.sell")},
                               "the stack is gone");
  EXPECT_EQ(
      stack_members(stack),
      R"("stack":[{"kind":"jit","function":"Shop.sell","file":null,"line":null,"module":null,)"
      R"("offset":8327680},)"
      R"({"kind":"kernel","function":"ksys_read","file":null,"line":null,"module":"kernel",)"
      R"("offset":"18446744071578845184"},)"
      R"({"kind":"user","function":null,"file":null,"line":null,"module":"libc.so.6","offset":4660},)"
      R"({"kind":"python","function":"f","file":"/a.py","line":12,"module":null,"offset":null}],)"
      R"("stack_end":"the stack is gone")");
  EXPECT_EQ(stack_members({}), R"("stack":[],"stack_end":"complete")");
}

TEST(RenderStackJson, InlinedFunctions) {
  const Stack stack = stack_of({at_line(native("outer", "a"), "/src/a.c", 12),
                                inlined(at_line(native("inner", "a"), "/src/a.c", 5))});
  EXPECT_EQ(
      stack_array(stack),
      R"([{"kind":"user","function":"inner","file":"/src/a.c","line":5,"module":"a","offset":4660,"inlined":true},)"
      R"({"kind":"user","function":"outer","file":"/src/a.c","line":12,"module":"a","offset":4660}])");
  EXPECT_EQ(*parse_stack(stack_array(stack), "complete"), stack);
}

TEST(RenderStackJson, RowsForPeople) {
  const Stack stack = stack_of(
      {native("", "libc.so.6"), at_line(native("", "ld.so"), "/src/rtld.c", 3), native("main", "a"),
       at_line(native("outer", "a"), "/src/a.c", 12),
       inlined(at_line(native("inner", "a"), "/src/\x1b.c", 5)), python("serve", "/srv/app.py", 7)},
      "it ends");
  EXPECT_EQ(render::stack_lines(render::kept_stack(stack), "", 0), R"(    serve  (app.py:7)
    inner  (\x1b.c:5, inlined)
    outer  (a.c:12)
    main  (a)
    ld.so+0x1234  (rtld.c:3)
    libc.so.6+0x1234
    [incomplete: it ends]
)");
}

TEST(RenderStackJson, ComesBack) {
  for (const Profile& profile : {service_profile(), hostile_profile()}) {
    for (const StackGroup& group : profile.groups) {
      const std::string array = stack_array(group.stack);
      ASSERT_TRUE(nlohmann::json::accept("{" + stack_members(group.stack) + "}")) << array;
      const auto back = parse_stack(array, group.stack.end);
      ASSERT_TRUE(back) << array;
      EXPECT_EQ(*back, group.stack) << array;
    }
  }
}

TEST(RenderStackJson, AnyBytesComeBack) {
  std::mt19937 random(3);
  for (int i = 0; i < 5'000; i++) {
    StackFrame frame;
    for (std::string* text : {&frame.function, &frame.module, &frame.file})
      for (auto left = random() % 6; left > 0; left--)
        *text += random() % 4 == 0 ? '\\' : static_cast<char>(random());
    frame.offset = uint64_t{random()} << random() % 32;
    const Stack stack{{frame}, "complete"};
    const auto back = parse_stack(stack_array(stack), "complete");
    ASSERT_TRUE(back);
    ASSERT_EQ(*back, stack) << stack_array(stack);
  }
}

TEST(RenderStackJson, WhatIsNoStackIsAnError) {
  const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
  const std::string frame = R"({"kind":"user"})";
  std::string many = "[" + frame;
  for (size_t i = 0; i < render::most_stack_frames; i++) many += "," + frame;
  for (const std::string& text :
       {std::string(),
        std::string("{}"),
        std::string("[1]"),
        std::string("[{}]"),
        std::string(R"([{"kind":"root"}])"),
        std::string(R"([{"kind":7}])"),
        std::string(R"([{"kind":"user","function":7}])"),
        std::string(R"([{"kind":"user","function":"\\x4","function_escaped":true}])"),
        std::string(R"([{"kind":"user","function":"\\q41","function_escaped":true}])"),
        std::string(R"([{"kind":"user","function":"\\","function_escaped":true}])"),
        std::string(R"([{"kind":"user","line":-1}])"),
        std::string(R"([{"kind":"user","line":4294967296}])"),
        std::string(R"([{"kind":"user","line":1.5}])"),
        std::string(R"([{"kind":"user","offset":"18446744073709551616"}])"),
        std::string(R"([{"kind":"user","offset":"0x10"}])"),
        std::string(R"([{"kind":"user","offset":{}}])"),
        std::string(R"([{"kind":"user"},])"),
        "[" + std::string(render::most_stack_bytes, ' ') + "]",
        deep,
        many + "]"}) {
    const auto parsed = parse_stack(text, "complete");
    ASSERT_FALSE(parsed) << text.substr(0, 200);
    EXPECT_TRUE(parsed.error().what.starts_with("read a stack: ")) << parsed.error().what;
  }
  EXPECT_TRUE(parse_stack(R"([{"kind":"user","of later":[{}]}])", "complete"));
}

TEST(RenderStackJson, AnythingIsReadOrRefused) {
  std::mt19937 random(7);
  for (const Profile& profile : {service_profile(), hostile_profile()}) {
    for (const StackGroup& group : profile.groups) {
      const std::string sound = stack_array(group.stack);
      if (sound.size() > 10'000) continue;
      for (int i = 0; i < 300; i++) {
        std::string text = sound;
        for (auto left = random() % 4 + 1; left > 0; left--)
          text[random() % text.size()] = static_cast<char>(random());
        const auto parsed = parse_stack(text, "complete");
        if (!parsed) continue;
        const auto again = parse_stack(stack_array(*parsed), "complete");
        ASSERT_TRUE(again) << text;
        ASSERT_EQ(*again, *parsed) << text;
      }
    }
  }
}

}  // namespace
}  // namespace plumb::test
