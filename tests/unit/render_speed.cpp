#include <fcntl.h>

#include "render/json.h"
#include "render/table.h"
#include "render_fixture.h"
#include "render_stopwatch.h"

namespace plumb::test {
namespace {

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

}  // namespace
}  // namespace plumb::test
