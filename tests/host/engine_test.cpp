// bpf/engine.bpf.c on the host: who is followed, and how a tracer sees it.
#include <utility>

#include "machine/fixture.h"

namespace plumb::host {
namespace {

class Engine : public HostTest {
 protected:
  Engine() { engine.targeting.by_pid = true; }

  void follow(uint32_t pid) {
    const uint32_t ended_by = 0;
    engine.map("targets").update(&pid, &ended_by, 0, 0);
  }
  bool is_followed(uint32_t pid) { return engine.map("targets").find(&pid, 0); }

  void fork(task_struct& from, task_struct& made) {
    machine.current = &from;
    engine.run("follow_fork", {word(&from), word(&made)});
  }
  void exit(Process& process, task_struct& thread) {
    leave(process, thread);
    engine.run("follow_exit", {word(&thread)});
  }
  // The first half of it: up to the tracers' hooks.
  void leave(Process& process, task_struct& thread) {
    process.signal.live.counter--;
    machine.current = &thread;
    engine.run("last_exit", {word(&thread)});
  }

  Process shell{100, "sh"};
  Process child{200, "sh", &shell};
  Process other{300, "cron"};
  Object& engine = tracer("engine");
};

TEST_F(Engine, TheChildOfATargetIsATarget) {
  engine.load();
  follow(100);
  fork(shell.task, child.task);
  EXPECT_TRUE(is_followed(200));
  EXPECT_EQ(engine.account(), Account({{"hits", 1}, {"emitted", 1}}));
}

TEST_F(Engine, TheChildOfAnotherIsNot) {
  engine.load();
  follow(100);
  fork(other.task, child.task);
  EXPECT_FALSE(is_followed(200));
  EXPECT_EQ(engine.account(), Account({{"hits", 1}, {"not_target", 1}}));
}

TEST_F(Engine, AThreadIsNoChild) {
  engine.load();
  follow(100);
  fork(shell.task, shell.thread(101));
  EXPECT_FALSE(is_followed(101));
  EXPECT_EQ(engine.account(), Account());
}

TEST_F(Engine, AFullTableOfTargetsIsALoss) {
  engine.limit("targets", 1);
  engine.load();
  follow(100);
  fork(shell.task, child.task);
  EXPECT_FALSE(is_followed(200));
  EXPECT_EQ(engine.account(), Account({{"hits", 1}, {"lost_state_full", 1}}));
}

TEST_F(Engine, ATargetGoesWithItsLastThread) {
  engine.load();
  follow(100);
  task_struct& second = shell.thread(101);
  exit(shell, shell.task);
  EXPECT_TRUE(is_followed(100));
  exit(shell, second);
  EXPECT_FALSE(is_followed(100));
  EXPECT_EQ(engine.map("targets").size(), 0u);
}

TEST_F(Engine, OfThreadsThatExitAtOnceTheFirstTakesNothingFromTheOther) {
  engine.load();
  follow(100);
  task_struct& second = shell.thread(101);
  leave(shell, shell.task);
  shell.signal.live.counter--;  // the other is on its way, and has not come to its hooks
  engine.run("follow_exit", {word(&shell.task)});
  EXPECT_TRUE(is_followed(100));
  machine.current = &second;
  engine.run("last_exit", {word(&second)});
  EXPECT_TRUE(is_followed(100));
  engine.run("follow_exit", {word(&second)});
  EXPECT_FALSE(is_followed(100));
}

TEST_F(Engine, ATracerSharesItsTargets) {
  Object& forks = tracer("fork");
  forks.targeting.by_pid = true;
  engine.load();
  forks.load();
  follow(100);
  fork(shell.task, child.task);
  Process grandchild{400, "sh", &child};
  machine.current = &child.task;
  forks.run("on_fork", {word(&child.task), word(&grandchild.task)});
  EXPECT_EQ(forks.events().size(), 1u);
  exit(child, child.task);
  forks.run("on_fork", {word(&child.task), word(&grandchild.task)});
  EXPECT_TRUE(forks.events().empty());
  EXPECT_EQ(forks.account(), Account({{"hits", 2}, {"emitted", 1}, {"not_target", 1}}));
}

}  // namespace
}  // namespace plumb::host
