// Profiles as text: folded lines and the tree of a terminal.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"
#include "base/utf8.h"
#include "render/call_tree.h"
#include "render/folded.h"
#include "render/stack_tree.h"
#include "render/text_cell.h"
#include "render_fixture.h"
#include "render_profiles.h"

namespace plumb::test {
namespace {

using render::folded;
using render::stack_tree;
using render::StackTreeStyle;

void expect_harmless_text(std::string_view text) {
  EXPECT_TRUE(is_utf8(text));
  while (!text.empty()) {
    const Glyph glyph = decode_utf8(text);
    ASSERT_NE(glyph.size, 0);
    ASSERT_TRUE(glyph.code == '\n' || !is_treacherous(glyph.code)) << std::hex << glyph.code;
    text.remove_prefix(glyph.size);
  }
}

TEST(RenderStacks, Folded) { expect_golden("stacks_folded.txt", folded(service_profile())); }

TEST(RenderStacks, FoldedLinesAreWholeWhateverNamesAre) {
  const std::string text = folded(hostile_profile());
  expect_harmless_text(text);
  const auto lines = split(text, '\n');
  ASSERT_EQ(lines.size(), 8u);  // the last ends, too
  for (size_t i = 0; i < 7; i++) {
    const size_t blank = lines[i].rfind(' ');
    ASSERT_NE(blank, std::string::npos);
    EXPECT_TRUE(parse_unsigned(lines[i].substr(blank + 1))) << lines[i];
    EXPECT_LE(std::ranges::count(lines[i], ';'), 4) << lines[i];
  }
  EXPECT_NE(text.find("[no frames] 3\n"), text.npos);
  EXPECT_NE(text.find("[incomplete: ];[unknown] 2\n"), text.npos);
}

TEST(RenderStacks, EqualStacksAreOneLine) {
  const Stack stack = stack_of({native("main", "a"), native("f", "a")});
  EXPECT_EQ(folded({"", "samples", 0, {{stack, {"a 1"}, 2}, {stack, {"a 1"}, 3}}}),
            "a 1;main;f 5\n");
  EXPECT_EQ(folded({"", "bytes", 0, {{stack, {}, UINT64_MAX}, {stack, {}, 3}}}),
            "main;f 18446744073709551615\n");
  EXPECT_EQ(folded({}), "");
}

TEST(RenderStacks, OfWhoWaitedAndOfWhoLetItGoOn) {
  const Stack waker = stack_of({native("start", "a"), native("gives", "a")});
  Stack stack = stack_of({native("main", "a"), native("waits", "a")});
  render::put_upon(stack, "woken by", waker);
  EXPECT_EQ(folded({"", "ns", 0, {{stack, {"a"}, 2}}}),
            "a;main;waits;-- woken by --;gives;start 2\n");
  stack = stack_of({native("main", "a")}, "unreadable");
  render::put_upon(stack, "woken by", {.frames = {}, .end = "an interrupt woke it"});
  EXPECT_EQ(folded({"", "ns", 0, {{stack, {}, 2}}}),
            "[incomplete: unreadable];main;-- woken by --;[no stack: an interrupt woke it] 2\n");
  stack = {.frames = {}, .end = "short"};
  render::put_upon(stack, "woken by", waker);
  EXPECT_EQ(folded({"", "ns", 0, {{stack, {}, 2}}}),
            "[no stack: short];-- woken by --;gives;start 2\n");
}

TEST(RenderStacks, TreeOn80Columns) {
  expect_golden("stacks_tree_80.txt", stack_tree(service_profile(), {.table = {.terminal = 80}}));
}

TEST(RenderStacks, TreeInAFileAndInColour) {
  Profile profile = service_profile();
  profile.unit = "ns";
  profile.interval_ns = 0;
  for (StackGroup& group : profile.groups) group.value *= 10'101'010;
  expect_golden("stacks_tree_file.txt", stack_tree(profile, {}));
  expect_golden("stacks_tree_color.txt",
                stack_tree(profile, {{.terminal = 60, .color = true}, 100'000}));
}

TEST(RenderStacks, TheTreeFitsAndIsHarmless) {
  for (const uint32_t columns : {1u, 42u, 80u, 200u}) {
    for (const Profile& profile : {service_profile(), hostile_profile()}) {
      const std::string text = stack_tree(profile, {{.terminal = columns}, 0});
      expect_harmless_text(text);
      for (const std::string& line : split(text, '\n'))
        EXPECT_LE(columns_of(line), std::max(columns, 42u)) << line;
    }
  }
  EXPECT_NE(stack_tree({}, {}).find("0.0%"), std::string::npos);
}

TEST(RenderStacks, CallsThatForkAtEachLevelStayWithinTheTerminal) {
  Profile profile{"", "samples", 0, {}};
  for (size_t depth = 1; depth <= 300; depth++)
    profile.groups.push_back(
        {{std::vector<StackFrame>(depth, native("f", "a")), "complete"}, {}, 1});
  const std::string text = stack_tree(profile, {{.terminal = 80}, 0});
  size_t widest = 0;
  for (const std::string& line : split(text, '\n')) widest = std::max(widest, columns_of(line));
  EXPECT_LE(widest, 80u);
  EXPECT_NE(text.find("+282 (self)"), text.npos) << text.substr(text.size() - 200);
}

TEST(RenderStacks, LargeValuesKeepToTheirColumn) {
  const Stack stack = stack_of({native("f", "a")});
  EXPECT_EQ(stack_tree({"", "samples", 0, {{stack, {}, 1'234'567'890}, {{}, {}, 9}}}, {}),
            " SHARE       SAMPLES  CALL\n"
            "100.0% 1,234,567,899  total\n"
            "100.0% 1,234,567,890    f (a)\n"
            "  0.0%             9    … 1 more\n");
}

TEST(RenderStacks, SharesBeforeStandBesideThoseOfNow) {
  const Stack one = stack_of({native("main", "a"), native("f", "a")});
  const Stack two = stack_of({native("main", "a"), native("g", "b")});
  const Profile before{"", "samples", 0, {{one, {}, 3}, {two, {}, 1}}};
  EXPECT_EQ(stack_tree({"", "samples", 0, {{one, {}, 2}}}, {}, &before),
            " SHARE BEFORE   SAMPLES  CALL\n"
            "100.0% 100.0%         2  total\n"
            "                         main (a)\n"
            "100.0%  75.0%         2    f\n"
            "  0.0%  25.0%         0    g (b)\n");
}

TEST(RenderStacks, ChildrenAndWhatIsLeftAddUp) {
  const render::CallTree tree = render::call_tree(service_profile());
  EXPECT_EQ(tree.nodes[0].total[0], 914u);
  for (const render::CallNode& node : tree.nodes) {
    uint64_t sum = node.self[0];
    for (const uint32_t child : node.children) sum += tree.nodes[child].total[0];
    EXPECT_EQ(sum, node.total[0]) << tree.name_of(node).text;
  }
}

TEST(RenderStacks, TheLineOfMostOfIt) {
  const auto at = [](uint32_t line) { return stack_of({python("f", "/a.py", line)}); };
  const Profile profile{"", "samples", 0, {{at(9), {}, 2}, {at(5), {}, 3}, {at(7), {}, 3}}};
  const render::CallTree tree = render::call_tree(profile);
  ASSERT_EQ(tree.nodes.size(), 2u);
  EXPECT_EQ(tree.nodes[1].line, 5u);
  EXPECT_TRUE(tree.nodes[1].other_lines);
}

TEST(RenderStacks, NamesLoseTheirMiddle) {
  using render::shorten_middle;
  EXPECT_EQ(shorten_middle("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(shorten_middle("abcdefgh", 7), "abc…fgh");
  EXPECT_EQ(shorten_middle("abcdefgh", 6), "abc…gh");
  EXPECT_EQ(shorten_middle("abcdefgh", 1), "…");
  EXPECT_EQ(shorten_middle("abcdefgh", 0), "");
  EXPECT_EQ(shorten_middle("漢字漢字漢字", 8), "漢字…字");
  EXPECT_EQ(shorten_middle("abcdefgé\u0301", 4), "ab…é\u0301");
  for (size_t columns = 0; columns < 14; columns++)
    EXPECT_LE(columns_of(shorten_middle("a漢é\u0301b字한글c", columns)), columns);
}

}  // namespace
}  // namespace plumb::test
