#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "render/static_probes.h"

namespace plumb::render {
namespace {

using probe::Machine;
using probe::Probe;
using probe::Site;
using probe::StaticProbes;

StaticProbes of(std::vector<Probe> probes) { return {Machine::x86, std::move(probes), 0}; }

TEST(ProbeTable, SaysTypesAndForFewSitesWhereTheyAre) {
  const StaticProbes found =
      of({{"shop",
           "sold",
           {{0x44, "8@%rdi -4@$-1", true, 0x82}, {0x60, "8@8(%rsp) 4@%eax", true, 0x82}}},
          {"shop", "left", {{std::nullopt, "-2@nonsense!", false, {}}}}});
  EXPECT_EQ(probe_table(found),
            "PROVIDER NAME SITES ARGUMENTS                                         SEMAPHORE\n"
            "shop     sold     2 u64 i32/u32                                       0x82\n"
            "  at 0x44 %rdi $-1\n"
            "  at 0x60 8(%rsp) %eax\n"
            "shop     left     1 i16                                               -\n"
            "  at not loaded unknown: -2@nonsense!\n");
}

TEST(ProbeTable, OfManySitesOnlyHowMany) {
  std::vector<Site> sites(4, Site{1, "", true, 2});
  sites[2].semaphore = 4;
  const std::string table = probe_table(of({{"p", "n", sites}}));
  EXPECT_EQ(table,
            "PROVIDER NAME SITES ARGUMENTS                                         SEMAPHORE\n"
            "p        n        4                                                   several\n");
}

TEST(ProbeTable, KeepsToEightyColumns) {
  std::string arguments;
  for (int i = 0; i < 12; i++) arguments += "8@-" + std::to_string(1000 + i) + "(%rbp,%rax,8) ";
  const StaticProbes found =
      of({{std::string(16, 'p'), std::string(38, 'n'), {{0x123456, arguments, true, 0x123456}}},
          {"p", "n", {{1, "8@%rax", false, {}}}}});
  const std::string table = probe_table(found);
  std::istringstream lines(table);
  size_t count = 0;
  for (std::string line; std::getline(lines, line); count++) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_GE(count, 10u);
  EXPECT_EQ(std::ranges::count(table, '('), 12);
}

TEST(ProbeTable, NothingOfAStrangersSteersATerminal) {
  const std::string evil = "\x1b[2J\n\x7f\xff\xe2\x80\xae";  // the last reorders text
  const StaticProbes found = of({{evil, evil, {{1, "8@" + evil, true, 2}}}});
  const std::string texts[] = {probe_table(found), shown_path(evil, true),
                               probe_lines({evil, false, found})};
  for (const std::string& text : texts) {
    for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c < 0x7f)) << text;
    EXPECT_LE(std::ranges::count(text, '\n'), 4);
  }
}

TEST(ProbeTable, ALongNamePushesOnlyItsOwnRow) {
  const std::string table = probe_table(of(
      {{"p", std::string(100'000, 'n'), {{1, "", false, {}}}}, {"p", "o", {{1, "", false, {}}}}}));
  EXPECT_LT(table.size(), 101'000u);
}

TEST(ProbeLines, AreAllThatIsKnown) {
  const StaticProbes found =
      of({{"shop",
           "sold",
           {{0x44, "8@%rdi -4@$-1 8@x+8(%rip) 4f@%fs:-8(,%rax,4) ?", true, 0x82},
            {std::nullopt, "", true, {}},
            {0x60, "", false, {}}}}});
  const std::string line =
      R"j({"file":"/a","deleted":true,"provider":"shop","name":"sold","sites":[)j"
      R"j({"offset_bytes":68,"semaphore":{"offset_bytes":130},"arguments":[)j"
      R"j({"type":"u64","size_bytes":8,"place":"register","register":"rdi","text":"8@%rdi"},)j"
      R"j({"type":"i32","size_bytes":4,"place":"constant","symbol":null,"value":-1,"text":"-4@$-1"},)j"
      R"j({"type":"u64","size_bytes":8,"place":"memory","segment":null,"base":"rip","index":null,)j"
      R"j("scale":1,"symbol":"x","offset_bytes":8,"text":"8@x+8(%rip)"},)j"
      R"j({"type":"f32","size_bytes":4,"place":"memory","segment":"fs","base":null,"index":"rax",)j"
      R"j("scale":4,"symbol":null,"offset_bytes":-8,"text":"4f@%fs:-8(,%rax,4)"},)j"
      R"j({"type":null,"size_bytes":null,"place":"unknown","text":"?"}]},)j"
      R"j({"offset_bytes":null,"semaphore":{"offset_bytes":null},"arguments":[]},)j"
      R"j({"offset_bytes":96,"semaphore":null,"arguments":[]}]})j"
      "\n";
  EXPECT_EQ(probe_lines({"/a", true, found}), line);
}

TEST(ProbeLines, SpellOutWhatIsNotUtf8) {
  const std::string lines = probe_lines({"/a", false, of({{"p\xff", "n", {{1, "", false, {}}}}})});
  EXPECT_NE(lines.find(R"("provider":"p\\xff","provider_escaped":true,"name":"n")"), lines.npos)
      << lines;
}

}  // namespace
}  // namespace plumb::render
