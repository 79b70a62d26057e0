// How fast records pass. Only an optimised build says something, and no test fails by it:
//   plumb_tests --gtest_also_run_disabled_tests --gtest_filter='*Speed*'
#include <fcntl.h>

#include <chrono>

#include "disclose/disclosure.h"
#include "record_fixture.h"
#include "render/json.h"
#include "render/table.h"
#include "render_fixture.h"

namespace plumb::test {
namespace {

template <class Work>
void measure(const char* what, size_t times, Work work) {
  using Clock = std::chrono::steady_clock;
  double best = 1e18;
  for (int round = 0; round < 5; round++) {
    const auto begin = Clock::now();
    for (size_t i = 0; i < times; i++) work(i);
    const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
    best = std::min(best, took.count() / static_cast<double>(times));
  }
  printf("%-34s %8.0f ns each, %9.0f /s\n", what, best, 1e9 / best);
}

RecordMaker typical(const Event& event) {
  RecordMaker maker(event);
  maker.number("who.pid", 4242).number("ppid", 812).bytes("who.comm", "gcc");
  maker.number("since_fork", 123'456).number("peak", 7'777'777).number("started", 5'000'000'000);
  maker.number("who.cgroup", 42).tail("path", "/usr/bin/gcc");
  maker.list("args", {"/usr/bin/gcc", "-O2", "-c", "src/foo.c", "-o", "build/foo.o"});
  return maker;
}

template <class Make>
void through(const char* what, const query::Plan& plan, const RecordMaker& maker, Make make) {
  Fd null(open("/dev/null", O_WRONLY));
  render::Output output(null.get());
  auto sink = make(output);
  schema::Record record = maker.record();
  FixedNames names;
  sink.begin(*record.event, plan);
  measure(what, 200'000, [&](size_t i) {
    record.time = i * 2'000;
    sink.event(record, plan, names);
  });
}

TEST(DISABLED_RenderSpeed, Sinks) {
  const Event exec = exec_event();
  const query::Plan all = plan_of(exec);
  const query::Plan usual =
      plan_of(exec, {"who.pid", "ppid", "who.comm", "who.user", "since_fork", "error", "args"});
  const Event small = EventMaker("small")
                          .id("pid")
                          .id("tid")
                          .add("latency", Kind::unsigned_number, 8, Format::plain, Unit::ns)
                          .take();
  const query::Plan small_plan = plan_of(small);
  const auto json = [](render::Output& out) { return render::Json(out, fixed_clock); };
  const auto table = [](render::Output& out) {
    return render::Table(out, fixed_clock, {.terminal = 120, .color = true});
  };
  through("JSON, 13 fields with arguments", all, typical(exec), json);
  through("table, 7 fields with arguments", usual, typical(exec), table);
  RecordMaker read(small);
  read.number("pid", 4242).number("tid", 4243).number("latency", 12'345);
  through("JSON, 3 numbers", small_plan, read, json);
  through("table, 3 numbers", small_plan, read, table);
}

TEST(DISABLED_RenderSpeed, Disclosure) {
  const Event exec = exec_event();
  const auto pass = [&](const char* what, disclose::Mode mode, const RecordMaker& maker) {
    disclose::Disclosure disclosure(mode, {1, 2});
    measure(what, 200'000, [&](size_t) { disclosure.apply(maker.record()); });
  };
  RecordMaker short_list(exec);
  short_list.list("args", {"ls", "-l", "/home/ada"});
  pass("redact, ls -l /home/ada", disclose::Mode::redact, short_list);
  pass("redact, gcc with 6 arguments", disclose::Mode::redact, typical(exec));
  RecordMaker secret(exec);
  secret.list("args", {"mysql", "-uroot", "-phunter2", "shop"});
  pass("redact, a secret", disclose::Mode::redact, secret);
  RecordMaker large(exec);
  large.list("args", std::vector<std::string>(55, std::string(100, 'x')));
  pass("redact, 55 arguments of 100 bytes", disclose::Mode::redact, large);
  pass("hash, gcc with 6 arguments", disclose::Mode::hash, typical(exec));
}

TEST(DISABLED_RenderSpeed, Recording) {
  const std::string path = std::filesystem::temp_directory_path() / "plumb-speed";
  const Event event = small_schema().event;
  auto writer = record::Writer::create(path, fixed_origin());
  ASSERT_TRUE(writer);
  writer->tracer(small_part());
  FixedNames names;
  RecordMaker maker(event);
  maker.number("pid", 4242).number("uid", 1000).tail("args", std::string(40, 'x'));
  std::string body(maker.record().body);
  ASSERT_EQ(body.size(), 64);
  measure("recording, 64 bytes", 1'000'000, [&](size_t i) {
    const uint64_t noise = i * 0x9e3779b97f4a7c15;
    std::memcpy(body.data() + 8, &noise, sizeof(noise));
    std::memcpy(body.data() + 30, &noise, sizeof(noise));
    writer->add(3, {&event, i * 1'000, 1, body}, names);
  });
  ASSERT_TRUE(writer->finish("{}"));
  printf("  %.1f bytes in the file for each\n",
         static_cast<double>(writer->bytes_written()) / static_cast<double>(writer->records()));
  auto reader = record::Reader::open(path);
  ASSERT_TRUE(reader);
  measure("reading it", 1'000'000, [&](size_t) { (void)reader->next(); });
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace plumb::test
