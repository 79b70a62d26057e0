// The fixed records of one run, through every sink.
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

#include "base/text.h"
#include "base/utf8.h"
#include "render/json.h"
#include "render/table.h"
#include "render_fixture.h"

namespace plumb::test {
namespace {

const std::vector<std::string> exec_columns = {"who.pid",    "ppid",  "who.comm", "who.user",
                                               "since_fork", "error", "args"};

class RenderGolden : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }

  static RecordMaker exec(const Event& event, uint32_t pid, const std::string& comm,
                          const std::vector<std::string>& args, uint32_t missing = 0) {
    RecordMaker maker(event);
    maker.time(pid * 1'234'567ull).number("who.pid", pid).number("ppid", 812);
    maker.bytes("who.comm", comm).number("who.cgroup", 42).number("peak", pid * 77'777ull);
    maker.number("since_fork", pid * 31ull).number("started", pid * 1'000'003ull);
    maker.tail("path", "/usr/bin/" + comm).list("args", args, missing);
    return maker;
  }

  void run(render::Sink& sink) {
    sink.event(exec(exec_, 4242, "gcc", {"gcc", "-c", "hello world.c", "-o", "a.o"}).record(),
               plan_, names_);
    auto failed = exec(exec_, 1048576, "sh", {"sh", "-c", "echo 'it''s' > /tmp/x\n"});
    sink.event(failed.number("error", 2).number("who.uid", 1000).record(), plan_, names_);
    auto hostile =
        exec(exec_, 7, "\x1b[31m\xff\xc2\x9b", {"", "\x1b]0;owned\a", "caf\xc3\xa9"}, 900);
    hostile.number("who.uid", 12345).number("who.cgroup", 1ull << 60).number("started", 0);
    sink.event(hostile.number("error", 9999).record(100), plan_, names_);
    const std::string compiler = "x86_64-linux-gnu-g++-12";
    sink.event(exec(exec_, 99999, "cc1plus-very-lo", {compiler, std::string(90, 'y')}).record(),
               plan_, names_);
    sink.lost("exec", "ring full", 1200);
    sink.budget({"exec", 1'234'567'890, 16, false, 123'456, 20'000});
    sink.budget({"exec", 2'234'567'890, 16, true, 8'640'000, 5'000});
    ASSERT_TRUE(sink.flush());
  }

  const Event exec_ = exec_event();
  query::Plan plan_ = plan_of(exec_, exec_columns);
  FixedNames names_;
  Captured out_;
};

TEST_F(RenderGolden, TableOn80Columns) {
  render::Table table(out_.output, fixed_clock, {.terminal = 80});
  table.begin(exec_, plan_);
  run(table);
  expect_golden("exec_table_80.txt", out_.text());
}

TEST_F(RenderGolden, CellsAlignWhateverColumnsTheirCharactersTake) {
  static constexpr std::array<std::string_view, 10> parts = {"a", " ", "é",       "漢",     "한",
                                                             "😀", "⚡", "e\u0301", "\u0301", "\xff"};
  const query::Plan plan = plan_of(exec_, {"who.comm", "who.pid"});
  render::Table table(out_.output, fixed_clock, {.terminal = 80});
  table.begin(exec_, plan);
  std::mt19937 random(5);
  for (int i = 0; i < 2000; i++) {
    std::string comm;
    for (auto left = random() % 10; left > 0; left--) {
      const std::string_view part = parts.at(random() % parts.size());
      if (comm.size() + part.size() < 16) comm += part;
    }
    table.event(exec(exec_, 4242, comm, {}).record(), plan, names_);
  }
  ASSERT_TRUE(table.flush());
  const auto lines = split(out_.text(), '\n');
  ASSERT_EQ(lines.size(), 2002u);
  for (size_t i = 0; i + 1 < lines.size(); i++)
    ASSERT_EQ(columns_of(lines[i]), lines[0].size()) << lines[i];
}

TEST_F(RenderGolden, TableOn160ColumnsInColour) {
  render::Table table(out_.output, fixed_clock, {.terminal = 160, .color = true});
  table.begin(exec_, plan_);
  run(table);
  expect_golden("exec_table_160_color.txt", out_.text());
}

TEST_F(RenderGolden, TableInAFile) {
  render::Table table(out_.output, fixed_clock, {});
  table.begin(exec_, plan_);
  run(table);
  expect_golden("exec_table_file.txt", out_.text());
}

TEST_F(RenderGolden, TableOfTwoTracers) {
  const Event exit = EventMaker("exit").id("pid").add("code", Kind::signed_number, 4).take();
  const query::Plan exit_plan = plan_of(exit);
  render::Table table(out_.output, fixed_clock, {.terminal = 100});
  table.begin(exec_, plan_);
  table.begin(exit, exit_plan);
  table.event(exec(exec_, 4242, "gcc", {"gcc", "-c", "x.c"}).record(), plan_, names_);
  const auto gone = RecordMaker(exit).time(5'000'000'000).number("pid", 4242).number("code", 1);
  table.event(gone.record(), exit_plan, names_);
  expect_golden("two_tracers_table_100.txt", out_.text());
}

TEST_F(RenderGolden, JsonLines) {
  plan_ = plan_of(exec_);
  render::Json json(out_.output, fixed_clock);
  json.begin(exec_, plan_);
  run(json);
  const std::string text = out_.text();
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  expect_golden("exec.jsonl", text);
}

}  // namespace
}  // namespace plumb::test
