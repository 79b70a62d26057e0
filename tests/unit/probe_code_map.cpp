// Code made at run time: maps of it, and the two kinds of files that tell it, by hand.
#include "probe/code_map.h"

#include <gtest/gtest.h>

#include "probe/jitdump.h"
#include "probe/perf_map.h"
#include "probe_builder.h"

namespace plumb::probe::code_map_test {
namespace {

// "NAME", or "NAME FILE:LINE".
std::string at(const CodeMap& map, uint64_t address) {
  const CodeMap::Function* found = map.at(address);
  if (found == nullptr) return "-";
  const CodeMap::Line* line = CodeMap::line_at(*found, address);
  if (line == nullptr) return found->name;
  return found->name + " " + map.file_of(*line) + ":" + std::to_string(line->line);
}

TEST(CodeMap, WhatIsNewerTakesThePlace) {
  CodeMap map;
  map.add(100, 50, "old");
  map.add(200, 10, "other");
  map.add(120, 85, "new");
  EXPECT_EQ(at(map, 99) + at(map, 100) + at(map, 119), "-oldold");
  EXPECT_EQ(at(map, 120) + at(map, 149) + at(map, 204), "newnewnew");
  EXPECT_EQ(at(map, 205), "-");
  map.move(120, 1000);
  EXPECT_EQ(at(map, 120) + at(map, 1084) + at(map, 1085), "-new-");
  map.move(7, 8);
  map.clear();
  EXPECT_EQ(at(map, 100), "-");
  EXPECT_EQ(map.bytes(), 0u);
}

TEST(CodeMap, WhatIsLeftOut) {
  CodeMap map;
  map.add(1, 0, "of no size");
  map.add(UINT64_MAX, 2, "beyond the end");
  map.add(1, 2, "");
  EXPECT_EQ(map.bytes(), 0u);
  map.add(1, 2, std::string(10'000, 'x'));
  EXPECT_EQ(map.at(1)->name.size(), 512u);
  for (uint64_t i = 0; i < 600'000; i++) map.add(i * 8, 8, "f");
  EXPECT_LE(map.bytes(), size_t{64} << 20);
}

TEST(PerfMap, LinesOfPrograms) {
  CodeMap map;
  const std::string text =
      "7f058f7c6080 30c JS:*hotInner /tmp/loop.js:1:18\n"
      "0x00007f0590000000 0x20 long Spin.outer(int)\n"
      "7f05a0000000 10 half of a li";
  EXPECT_EQ(take_perf_map(text, map), text.rfind('\n') + 1);
  EXPECT_EQ(at(map, 0x7f058f7c6080 + 0x30b), "JS:*hotInner /tmp/loop.js:1:18");
  EXPECT_EQ(at(map, 0x7f0590000000), "long Spin.outer(int)");
  EXPECT_EQ(at(map, 0x7f05a0000000), "-");
}

TEST(PerfMap, LinesOfNobody) {
  CodeMap map;
  const std::string text =
      "\n \n1\n1 2\n1 2 \nx 2 a\n1 x a\n-1 2 a\n1  2 a\n10000000000000000 1 a\n";
  EXPECT_EQ(take_perf_map(text, map), text.size());
  EXPECT_EQ(map.bytes(), 0u);
}

std::string text0(const std::string& text) { return text + '\0'; }

std::string record(uint32_t id, const std::string& content) {
  return raw(id) + raw(static_cast<uint32_t>(16 + content.size())) + raw(uint64_t{1}) + content;
}
std::string load(uint64_t address, uint64_t size, const std::string& name) {
  return record(0, raw(uint64_t{77}) + raw(address) + raw(address) + raw(size) + raw(uint64_t{1}) +
                       text0(name) + std::string(size, '\xcc'));
}
std::string entry(uint64_t address, int32_t line, const std::string& file) {
  return raw(address) + raw(line) + raw(int32_t{0}) + text0(file);
}
std::string header() {
  return raw(uint32_t{0x4A695444}) + raw(uint32_t{1}) + raw(uint32_t{40}) + std::string(28, '\0');
}

TEST(Jitdump, CodeItsLinesAndMoves) {
  const std::string lines =
      record(2, raw(uint64_t{1000}) + raw(uint64_t{3}) + entry(1000, 7, "/a.js") +
                    entry(1008, 9, "\xff") + entry(1012, 3, "/b.js"));
  const std::string move =
      record(1, raw(uint64_t{77}) + raw(uint64_t{0}) + raw(uint64_t{1000}) + raw(uint64_t{5000}) +
                    raw(uint64_t{16}) + raw(uint64_t{1}));
  const std::string file = header() + lines + load(1000, 16, "f") + load(2000, 4, "g") +
                           record(3, "") + record(4, "unwinding") + move;
  CodeMap map;
  EXPECT_EQ(*take_jitdump(MemoryBytes(file), 0, map), file.size());
  EXPECT_EQ(at(map, 5000) + at(map, 5009) + at(map, 5015), "f /a.js:7f /a.js:9f /b.js:3");
  EXPECT_EQ(at(map, 2003) + at(map, 1000), "g-");
}

TEST(Jitdump, IsReadAsItGrows) {
  const std::string lines =
      record(2, raw(uint64_t{1000}) + raw(uint64_t{1}) + entry(1000, 7, "/a.js"));
  const std::string file = header() + lines + load(1000, 16, "f") + load(2000, 4, "g");
  CodeMap map;
  uint64_t read = 0;
  for (size_t size = 0; size <= file.size(); size++) {
    const std::string part = file.substr(0, size);
    const auto next = take_jitdump(MemoryBytes(part), read, map);
    ASSERT_TRUE(next) << next.error().what;
    ASSERT_LE(read, *next);
    read = *next;
  }
  EXPECT_EQ(read, file.size());
  EXPECT_EQ(at(map, 1000) + at(map, 2000), "f /a.js:7g");
}

TEST(Jitdump, WhatIsNone) {
  CodeMap map;
  std::string other = header() + load(1, 1, "f");
  other[0] = 'x';
  EXPECT_FALSE(take_jitdump(MemoryBytes(other), 0, map));
  const std::string endless = header() + raw(uint32_t{0}) + raw(uint32_t{0}) + raw(uint64_t{1});
  EXPECT_FALSE(take_jitdump(MemoryBytes(endless), 0, map));
  const std::string without_end = header() + record(0, std::string(60, 'x'));
  EXPECT_EQ(*take_jitdump(MemoryBytes(without_end), 0, map), without_end.size());
  EXPECT_EQ(map.bytes(), 0u);
}

}  // namespace
}  // namespace plumb::probe::code_map_test
