// tracers/exit.bpf.c on the host.
#include <csignal>
#include <cstring>

#include "machine/fixture.h"

namespace plumb::host {
namespace {

constexpr uint64_t page = 4096;
constexpr int core = 0x80;

class Exit : public HostTest {
 protected:
  Exit() {
    exits.load();
    machine.current = &process.task;
  }

  std::vector<Event> end(task_struct& thread) {
    process.signal.live.counter--;
    return trace(thread);
  }
  std::vector<Event> trace(task_struct& thread) {
    machine.current = &thread;
    exits.run("on_exit", {word(&thread)});
    return exits.events();
  }
  // The one event of a process with this exit code.
  Event ended(int code) {
    process.task.exit_code = code;
    const auto events = end(process.task);
    if (events.size() != 1) throw std::runtime_error(std::to_string(events.size()) + " events");
    return events[0];
  }

  Process parent{100, "sh"};
  Process process{200, "worker", &parent, 3'000'000'000};
  Object& exits = tracer("exit");
};

TEST_F(Exit, AStatusIsTold) {
  process.signal.maxrss = 25;
  const Event event = ended(3 << 8);
  EXPECT_EQ(event.number("status"), 3u);
  EXPECT_EQ(event.number("signal"), 0u);
  EXPECT_EQ(event.number("core"), 0u);
  EXPECT_EQ(event.number("ppid"), 100u);
  EXPECT_EQ(event.number("lifetime"), machine.now - 3'000'000'000);
  EXPECT_EQ(event.number("peak_rss"), 25 * page);
  EXPECT_EQ(event.text("who.comm"), "worker");
  EXPECT_EQ(event.number("who.pid"), 200u);
}

TEST_F(Exit, ASignalIsTold) {
  const Event event = ended(SIGKILL);
  EXPECT_EQ(event.number("status"), UINT64_MAX);
  EXPECT_EQ(event.number("signal"), static_cast<uint64_t>(SIGKILL));
  EXPECT_EQ(event.number("core"), 0u);
}

TEST_F(Exit, ACoreDumpIsTold) {
  const Event event = ended(SIGSEGV | core);
  EXPECT_EQ(event.number("signal"), static_cast<uint64_t>(SIGSEGV));
  EXPECT_EQ(event.number("core"), 1u);
}

TEST_F(Exit, TheGroupsStatusCountsWhereItEndedAsOne) {
  process.signal.flags = SIGNAL_GROUP_EXIT;
  process.signal.group_exit_code = 7 << 8;
  EXPECT_EQ(ended(SIGKILL).number("status"), 7u);
}

TEST_F(Exit, OnlyTheLastThreadEndsTheProcess) {
  task_struct& second = process.thread(201);
  std::strcpy(second.comm, "other");
  process.task.exit_code = 5 << 8;
  EXPECT_TRUE(end(process.task).empty());
  EXPECT_EQ(exits.account(), Account());
  const auto events = end(second);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].number("who.pid"), 200u);
  EXPECT_EQ(events[0].number("who.tid"), 200u);
  EXPECT_EQ(events[0].text("who.comm"), "worker") << "the process's name";
  EXPECT_EQ(events[0].number("status"), 5u) << "the first thread's, as wait(2) tells";
}

TEST_F(Exit, ThreadsThatEndTogetherReportOnce) {
  task_struct& second = process.thread(201);
  process.signal.live.counter = 0;
  EXPECT_EQ(trace(second).size(), 1u);
  EXPECT_TRUE(trace(process.task).empty());
  EXPECT_EQ(exits.account(), Account({{"hits", 1}, {"emitted", 1}}));
}

TEST_F(Exit, APidThatIsUsedAgainReportsAgain) {
  EXPECT_EQ(end(process.task).size(), 1u);
  process.task.start_boottime += 1;
  EXPECT_EQ(trace(process.task).size(), 1u);
}

TEST_F(Exit, TheProcessorTimeOfAllThreadsIsSummedUp) {
  process.signal.sum_sched_runtime = 1'000;
  process.task.se.sum_exec_runtime = 20'000;
  process.thread(201).se.sum_exec_runtime = 300'000;
  process.thread(202).se.sum_exec_runtime = 4'000'000;
  process.signal.live.counter = 1;
  EXPECT_EQ(ended(0).number("cpu"), 4'321'000u);
}

TEST_F(Exit, ThreadsBeyondTheBoundAreLeftOut) {
  for (int i = 1; i < 300; i++) process.thread(200 + i).se.sum_exec_runtime = 1;
  process.signal.live.counter = 1;
  EXPECT_EQ(ended(0).number("cpu"), 256u);
}

}  // namespace
}  // namespace plumb::host
