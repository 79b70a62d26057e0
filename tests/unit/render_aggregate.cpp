// Aggregates, and fields of every kind, in both sinks.
#include <fcntl.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "render/json.h"
#include "render/table.h"
#include "render_fixture.h"

namespace plumb::test {
namespace {

using query::Function;

class RenderAggregate : public testing::Test {
 protected:
  void SetUp() override {
    grouping_.keys = {&event_.fields[0], &event_.fields[1]};
    const Field* latency = &event_.fields[2];
    const Field* size = &event_.fields[3];
    grouping_.metrics = {{latency, true}, {size, false}};
    grouping_.shows = {
        {Function::count, nullptr, "count"},      {Function::avg, latency, "avg(latency)"},
        {Function::p99, latency, "p99(latency)"}, {Function::sum, size, "sum(io.size)"},
        {Function::max, size, "max(io.size)"},    {Function::hist, latency, "hist(latency)"}};
    add("web server", 2, {900, 1'000, 1'100, 40'000'000}, 5000);
    add("\x1b[1m", 0, {7}, 1);
    rows_.push_back({"", rows_[1].cell});
  }

  void add(const std::string& comm, uint64_t error, const std::vector<uint64_t>& latencies,
           uint64_t size) {
    RecordMaker key(event_);
    key.bytes("who.comm", comm).number("error", error);
    query::Cell cell{latencies.size(), {{}, {size * 3, size, size * 2, {}}}};
    query::Statistic& latency = cell.statistics[0];
    latency.histogram.resize(query::histogram_buckets);
    for (const uint64_t value : latencies) {
      latency.sum += value;
      latency.min = std::min(latency.min, value);
      latency.max = std::max(latency.max, value);
      latency.histogram[query::bucket_of(value)]++;
    }
    rows_.push_back({std::string(key.record().body), cell});
  }

  query::Plan plan() const {
    query::Plan plan;
    plan.grouping = grouping_;
    return plan;
  }

  const Event event_ = EventMaker("read")
                           .add("who.comm", Kind::text, 16)
                           .add("error", Kind::signed_number, 4, Format::error)
                           .add("latency", Kind::unsigned_number, 8, Format::plain, Unit::ns)
                           .add("io.size", Kind::unsigned_number, 8, Format::plain, Unit::bytes)
                           .take();
  query::Grouping grouping_;
  std::vector<query::Row> rows_;
  FixedNames names_;
  Captured out_;
};

constexpr render::Interval once{1'000'000'000, 3'000'000'000};

TEST_F(RenderAggregate, Table) {
  const query::Plan plan = this->plan();
  render::Table table(out_.output, fixed_clock, {.terminal = 80});
  table.begin(event_, plan);
  table.aggregate(event_, plan, rows_, once, names_);
  table.aggregate(event_, plan, {rows_[1]}, {0, 1'500'000'000, render::Interval::Kind::repeated},
                  names_);
  expect_golden("aggregate_table.txt", out_.text());
}

TEST_F(RenderAggregate, HeadersFoldWhereTheTerminalIsNarrow) {
  const query::Plan plan = this->plan();
  render::Table table(out_.output, fixed_clock, {.terminal = 56});
  table.begin(event_, plan);
  table.aggregate(event_, plan, rows_, once, names_);
  std::stringstream lines(out_.text());
  for (std::string line; std::getline(lines, line);) {
    if (line.find("..") == std::string::npos) {  // not a bar
      EXPECT_LE(line.size(), 56u) << line;
    }
  }
  expect_golden("aggregate_table_narrow.txt", out_.text());
}

TEST_F(RenderAggregate, WhatIsShownSoFarMakesRoomForWhatFollows) {
  const query::Plan plan = this->plan();
  render::Table table(out_.output, fixed_clock, {.terminal = 80, .lines = 24});
  table.begin(event_, plan);
  EXPECT_EQ(table.room(), 19u);
  const auto so_far = [&](uint64_t end) {
    table.aggregate(event_, plan, rows_, {0, end, render::Interval::Kind::so_far}, names_);
    const std::string text = out_.text();
    return std::pair{text.starts_with("\x1b["), std::ranges::count(text, '\n')};
  };
  const auto [erases, lines] = so_far(1);
  EXPECT_EQ(so_far(2).second, 2 * lines);  // all that was written
  const std::string up = "\x1b[" + std::to_string(lines) + "F\x1b[J";
  EXPECT_NE(out_.text().find(up), std::string::npos);
  table.lost("exec", "ring_full", 1);  // stays, and what stood above it too
  so_far(3);
  EXPECT_EQ(out_.text().find(up), out_.text().rfind(up));
}

TEST_F(RenderAggregate, Json) {
  const query::Plan plan = this->plan();
  render::Json json(out_.output, fixed_clock);
  json.begin(event_, plan);
  json.aggregate(event_, plan, rows_, once, names_);
  const std::string text = out_.text();
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  expect_golden("aggregate.jsonl", text);
}

TEST_F(RenderAggregate, WithoutKeysThereIsOneRowAndItIsNotTheOthers) {
  grouping_.keys.clear();
  const query::Plan plan = this->plan();
  render::Json json(out_.output, fixed_clock);
  json.begin(event_, plan);
  json.aggregate(event_, plan, {rows_[2]}, once, names_);
  EXPECT_TRUE(
      out_.text().starts_with("{\"event\":\"read\",\"time\":\"2024-05-01T10:20:33.000000000Z\","
                              "\"interval_ns\":2000000000,\"by\":{},\"count\":1,"));
}

TEST_F(RenderAggregate, NothingHappenedIsNull) {
  rows_ = {{rows_[0].key, query::Cell{0, std::vector<query::Statistic>(2)}}};
  const query::Plan plan = this->plan();
  render::Json json(out_.output, fixed_clock);
  json.begin(event_, plan);
  json.aggregate(event_, plan, rows_, once, names_);
  EXPECT_NE(out_.text().find("\"p99\":{\"latency_ns\":null}"), std::string::npos);
}

// Every kind of field once, those that were not read left out.
Event kinds_event() {
  Event event = EventMaker("kinds")
                    .add("ok", Kind::boolean, 1)
                    .add("small", Kind::signed_number, 2)
                    .add("state", Kind::enumeration, 4)
                    .named({{0, "closed"}, {-1, "broken"}})
                    .add("other", Kind::enumeration, 4)
                    .named({{1, "one"}})
                    .add("remote.address", Kind::address, 16)
                    .add("local.address", Kind::address, 16)
                    .add("pointer", Kind::unsigned_number, 8, Format::hex)
                    .add("signal", Kind::unsigned_number, 4, Format::signal)
                    .add("big", Kind::unsigned_number, 8)
                    .add("hidden", Kind::unsigned_number, 8)
                    .add("remote.port", Kind::unsigned_number, 2, Format::id)
                    .text("note")
                    .take();
  for (Field& field : event.fields) field.read = field.path != "hidden";
  return event;
}

RecordMaker kinds(const Event& event) {
  RecordMaker maker(event);
  maker.number("ok", 1).number("small", static_cast<uint64_t>(-2)).number("other", 9);
  maker.number("state", static_cast<uint64_t>(-1)).number("pointer", 0x7ffd12345678);
  maker.bytes("remote.address",
              std::string(10, '\0') + "\xff\xff\x7f" + std::string(2, '\0') + "\1");
  maker.number("signal", 9).number("big", UINT64_MAX).number("remote.port", 443);
  maker.tail("note", "a \"quoted\"\n\xff note", 3);
  return maker;
}

TEST(RenderKinds, Json) {
  const Event event = kinds_event();
  const query::Plan plan = plan_of(event);
  Captured out;
  FixedNames names;
  render::Json json(out.output, fixed_clock);
  json.begin(event, plan);
  const RecordMaker maker = kinds(event);
  json.event(maker.record(), plan, names);
  EXPECT_EQ(
      out.text(),
      "{\"event\":\"kinds\",\"time\":\"2024-05-01T10:20:30.000000000Z\",\"ok\":true,"
      "\"small\":-2,\"state\":\"broken\",\"other\":9,"
      "\"remote\":{\"address\":\"127.0.0.1\",\"port\":443},\"local\":{\"address\":\"::\"},"
      "\"pointer\":\"0x7ffd12345678\",\"signal\":\"SIGKILL\","
      "\"big\":\"18446744073709551615\","
      "\"note\":\"a \\\"quoted\\\"\\n\\\\xff note\",\"note_escaped\":true,\"note_cut\":20}\n");
}

TEST(RenderKinds, NothingIsNoAddress) {
  Event event = EventMaker("kinds")
                    .add("pointer", Kind::unsigned_number, 8, Format::hex)
                    .add("since", Kind::unsigned_number, 8, Format::instant)
                    .add("address", Kind::address, 16)
                    .take();
  event.fields.back().unknown_zero = true;
  const query::Plan plan = plan_of(event);
  FixedNames names;
  const RecordMaker maker(event);
  Captured json, table;
  render::Json lines(json.output, fixed_clock);
  lines.begin(event, plan);
  lines.event(maker.record(), plan, names);
  EXPECT_TRUE(json.text().ends_with(",\"pointer\":null,\"since\":null,\"address\":null}\n"));
  render::Table rows(table.output, fixed_clock, {});
  rows.begin(event, plan);
  rows.event(maker.record(), plan, names);
  const std::string shown = table.text();
  EXPECT_TRUE(shown.ends_with("\n10:20:30.000\n")) << shown;
}

TEST(RenderAside, StandsInBracketsWhereItDiffers) {
  Event event = EventMaker("exec").id("who.pid").id("who.ns_pid").text("path").take();
  event.fields[1].beside = "who.pid";
  query::Plan plan = plan_of(event, {"who.pid", "path"});
  plan.asides = {&event.fields[1]};
  Captured out;
  FixedNames names;
  render::Table table(out.output, fixed_clock, {.terminal = 80});
  table.begin(event, plan);
  for (const auto& [pid, ns_pid] : {std::pair{4242, 4242}, {4242, 7}, {1048576, 33333}, {812, 0}}) {
    RecordMaker maker(event);
    maker.number("who.pid", static_cast<uint64_t>(pid));
    maker.number("who.ns_pid", static_cast<uint64_t>(ns_pid)).tail("path", std::string(70, 'x'));
    table.event(maker.record(), plan, names);
  }
  EXPECT_EQ(out.text(),
            "TIME             PID PATH\n"
            "10:20:30.000    4242 …" +
                std::string(58, 'x') +
                "\n"
                "10:20:30.000 4242(7) …" +
                std::string(58, 'x') +
                "\n"
                "10:20:30.000 1048576(33333) …" +
                std::string(51, 'x') +
                "\n"
                "10:20:30.000     812 …" +
                std::string(58, 'x') + "\n");
}

TEST(RenderKinds, Table) {
  const Event event = kinds_event();
  const query::Plan plan = plan_of(event);
  Captured out;
  FixedNames names;
  render::Table table(out.output, fixed_clock, {});
  table.begin(event, plan);
  const RecordMaker maker = kinds(event);
  table.event(maker.record(), plan, names);
  expect_golden("kinds_table.txt", out.text());
}

TEST(RenderKinds, BodiesThatAreTooShortShowNothing) {
  const Event event = kinds_event();
  const query::Plan plan = plan_of(event);
  FixedNames names;
  const RecordMaker maker = kinds(event);
  const schema::Record whole = maker.record();
  for (size_t size = 0; size <= whole.body.size(); size++) {
    Captured out;
    render::Json json(out.output, fixed_clock);
    render::Table table(out.output, fixed_clock, {.terminal = 40});
    json.begin(event, plan);
    table.begin(event, plan);
    const std::string body(whole.body.substr(0, size));
    json.event({&event, 0, 1, body}, plan, names);
    const std::string line = out.text();
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
    table.event({&event, 0, 1, body}, plan, names);
  }
}

TEST(RenderOutput, AFullDiskIsAnErrorAndAClosedPipeAnEnd) {
  signal(SIGPIPE, SIG_IGN);
  Fd full(open("/dev/full", O_WRONLY));
  render::Output disk(full.get(), "a.txt");
  disk.append("x");
  auto failed = disk.flush();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "write a.txt: No space left on device");
  EXPECT_FALSE(disk.closed());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  Fd writing(ends[1]);
  render::Output pipe(writing.get());
  pipe.append("x");
  EXPECT_FALSE(pipe.flush());
  EXPECT_TRUE(pipe.closed());
  pipe.append(std::string(200'000, 'y'));
  EXPECT_FALSE(pipe.flush());
}

TEST(RenderOutput, LargeTextsPassThroughASmallBuffer) {
  Captured out;
  Fd file(memfd_create("small", 0));
  render::Output output(file.get(), "small", 16);
  std::string expected;
  for (size_t size = 0; size < 300; size += 7) {
    output.append(std::string(size, static_cast<char>('a' + size % 26)));
    expected.append(size, static_cast<char>('a' + size % 26));
  }
  ASSERT_TRUE(output.flush());
  std::string written(expected.size(), '\0');
  EXPECT_EQ(pread(file.get(), written.data(), written.size(), 0), expected.size());
  EXPECT_EQ(written, expected);
}

}  // namespace
}  // namespace plumb::test
