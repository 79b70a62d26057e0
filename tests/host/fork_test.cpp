// tracers/fork.bpf.c on the host.
#include "machine/fixture.h"

namespace plumb::host {
namespace {

class Fork : public HostTest {
 protected:
  Fork() { machine.current = &parent.task; }

  std::vector<Event> fork(task_struct& made) {
    forks.run("on_fork", {word(&parent.task), word(&made)});
    return forks.events();
  }

  Process parent{100, "sh"};
  Process child{200, "sh", &parent, 7000};
  Object& forks = tracer("fork");
};

TEST_F(Fork, AChildIsShownByItsParent) {
  forks.load();
  child.number_in({{200, 0xf0000001}, {3, 0xf0000007}});
  const auto events = fork(child.task);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].number("who.pid"), 100u);
  EXPECT_EQ(events[0].text("who.comm"), "sh");
  EXPECT_EQ(events[0].number("child"), 200u);
  EXPECT_EQ(events[0].number("child_tid"), 200u);
  EXPECT_EQ(events[0].number("child_ns_pid"), 3u);
  EXPECT_EQ(events[0].number("child_pid_ns"), 0xf0000007u);
  EXPECT_EQ(events[0].number("child_started"), child.task.start_boottime);
}

TEST_F(Fork, InTheFirstNamespaceTheHostsNumberIsItsOwn) {
  forks.load();
  child.number_in({{200, 0xeffffffc}});
  const auto events = fork(child.task);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].number("child_ns_pid"), 200u);
  EXPECT_EQ(events[0].number("child_pid_ns"), 0xeffffffcu);
  child.task.thread_pid = nullptr;
  const auto unknown = fork(child.task);
  ASSERT_EQ(unknown.size(), 1u);
  EXPECT_EQ(unknown[0].number("child_ns_pid"), 0u);
}

TEST_F(Fork, AThreadIsNoHit) {
  forks.load();
  EXPECT_TRUE(fork(parent.thread(101)).empty());
  EXPECT_EQ(forks.account(), Account());
}

TEST_F(Fork, AThreadIsShownWhenAskedFor) {
  forks.set("threads", 1);
  forks.load();
  const auto events = fork(parent.thread(101));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].number("child"), 100u);
  EXPECT_EQ(events[0].number("child_tid"), 101u);
  EXPECT_EQ(events[0].number("child_ns_pid"), 100u);
}

TEST_F(Fork, ANamespaceThatNobodyWantsIsNotRead) {
  bool read = false;
  forks.ask = {.fields = "child"};
  forks.load();
  machine.memory.before_read = [&](uint64_t address) {
    read |= address == word(&child.task.thread_pid);
    return true;
  };
  EXPECT_EQ(fork(child.task).size(), 1u);
  EXPECT_FALSE(read);
}

TEST_F(Fork, TheFilterDecidesOnTheChild) {
  forks.ask = {.where = "child > 200", .all_fields = true};
  forks.load();
  EXPECT_TRUE(fork(child.task).empty());
  child.task.tgid = child.task.pid = 201;
  EXPECT_EQ(fork(child.task).size(), 1u);
  EXPECT_EQ(forks.account(), Account({{"hits", 2}, {"filtered", 1}, {"emitted", 1}}));
}

TEST_F(Fork, AFullRingLosesTheEvent) {
  forks.load();
  forks.channel().capacity = 200;
  for (int i = 0; i < 3; i++) forks.run("on_fork", {word(&parent.task), word(&child.task)});
  EXPECT_EQ(forks.account(), Account({{"hits", 3}, {"emitted", 1}, {"lost_ring_full", 2}}));
}

TEST_F(Fork, EachSoManiethRecordOfACpuWakesTheReader) {
  forks.set("plan.wake_mask", 3);
  forks.load();
  std::string flags;
  for (int i = 0; i < 9; i++) {
    machine.cpu = i == 2;  // where it is the first
    forks.run("on_fork", {word(&parent.task), word(&child.task)});
  }
  for (const Channel::Record& record : forks.channel().take())
    flags += std::to_string(record.flags);
  EXPECT_EQ(flags, "111121112");  // BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP
}

}  // namespace
}  // namespace plumb::host
