// The way out (bpf/emit.bpf.h, tail.bpf.h, targets.bpf.h) on the host: what becomes of a hit. Exec
// is the example: its events have tails, and the rest is the same for every tracer.
#include <algorithm>
#include <cstring>
#include <utility>

#include "machine/exec_fixture.h"

namespace plumb::host {
namespace {

constexpr uint64_t force_wakeup = 2, no_wakeup = 1;  // BPF_RB_*

class Emit : public ExecTest {
 protected:
  Object& exec = tracer("exec");
  int reads_of_args = 0;

  void load(query::Ask ask = {.all_fields = true}) {
    exec.ask = std::move(ask);
    exec.load();
    machine.memory.before_read = [this](uint64_t address) {
      reads_of_args += address == program.mm.arg_start;
      return true;
    };
  }
  uint64_t count(const char* outcome) { return exec.account()[outcome]; }

  // What one execution becomes, beside a hit.
  std::string fate() {
    const Account before = exec.account();
    start(exec);
    std::string fate;
    for (const auto& [name, value] : exec.account())
      if (name != "hits" && value != (before.contains(name) ? before.at(name) : 0)) fate += name;
    return fate;
  }

  void set_reader(const char* member, uint32_t value) {
    const uint32_t zero = 0;
    char* reader = static_cast<char*>(exec.map("readers").find(&zero, 0));
    std::memcpy(reader + exec.offset_of("reader", member), &value, sizeof(value));
  }
};

TEST_F(Emit, WhatThePartWithoutTailsRejectsIsNotRead) {
  load({.where = "ppid == 1 && path == \"/bin/ls\"", .all_fields = true});
  EXPECT_EQ(fate(), "filtered");
  EXPECT_EQ(reads_of_args, 0);
}

TEST_F(Emit, WhatATailRejectsIsReadAndGivenBack) {
  load({.where = "ppid == 100 && path startswith \"/usr/\"", .all_fields = true});
  EXPECT_EQ(fate(), "filtered");
  EXPECT_EQ(reads_of_args, 1);
  binprm.filename = "/usr/bin/ls";
  EXPECT_EQ(fate(), "emitted");
}

TEST_F(Emit, BothEndsOfATailAreCompared) {
  load({.where = "path startswith \"/bin/\" && path endswith \"sh\"", .all_fields = true});
  for (const auto& [name, expected] : std::map<const char*, const char*>{
           {"/bin/bash", "emitted"}, {"/bin/shell", "filtered"}, {"/usr/bin/sh", "filtered"}}) {
    binprm.filename = name;
    EXPECT_EQ(fate(), expected) << name;
  }
}

TEST_F(Emit, TheCallerIsKnownToTheFilter) {
  load({.where = "who.comm == \"ls\" && who.uid == 1000", .all_fields = true});
  EXPECT_EQ(fate(), "emitted");
  program.owner.uid.val = 0;
  EXPECT_EQ(fate(), "filtered");
}

TEST_F(Emit, OneInNIsKeptAndWeighsN) {
  load({.sample_every = 3, .all_fields = true});
  uint32_t turn = 0;
  machine.random = [&] { return turn++; };
  for (int i = 0; i < 9; i++) start(exec);
  EXPECT_EQ(exec.account(), Account({{"hits", 9}, {"emitted", 3}, {"sampled_out", 6}}));
  for (const Event& event : exec.events()) EXPECT_EQ(event.weight(), 3u);
}

class Grouped : public Emit {
 protected:
  uint64_t count_in(const char* table) {
    uint64_t sum = 0, count = 0;
    for (const std::string& key : exec.map(table).keys())
      for (const std::string& cell : exec.map(table).values(key)) {
        std::memcpy(&count, cell.data() + exec.offset_of("cell", "count"), sizeof(count));
        sum += count;
      }
    return sum;
  }
};

TEST_F(Grouped, EventsOfOneKeyShareACell) {
  load({.by = "path", .show = "sum(since_fork), p99(since_fork)"});
  EXPECT_EQ(fate(), "aggregated");
  machine.cpu = 1;
  EXPECT_EQ(fate(), "aggregated");
  EXPECT_EQ(exec.map("groups_even").size(), 1u);
  EXPECT_EQ(count_in("groups_even"), 2u);
  set_reader("epoch", 1);
  EXPECT_EQ(fate(), "aggregated");
  EXPECT_EQ(count_in("groups_even"), 2u);
  EXPECT_EQ(count_in("groups_odd"), 1u);
  EXPECT_TRUE(exec.events().empty());
}

TEST_F(Grouped, AKeyTooLongForTheTableIsSent) {
  const std::string fits(63, 'x'), does_not(64, 'x');  // a tail's part of the key, with its end
  load({.by = "path"});
  binprm.filename = fits.c_str();
  EXPECT_EQ(fate(), "aggregated");
  binprm.filename = does_not.c_str();
  EXPECT_EQ(fate(), "emitted");
  EXPECT_EQ(one(exec).text("path"), does_not);
}

TEST_F(Grouped, NothingOfAnotherKeyIsLeftInAShorterOne) {
  load({.by = "path"});
  for (const char* name : {"/bin/ls", "/a", "/usr/bin/python3", "/a"}) {
    binprm.filename = name;
    EXPECT_EQ(fate(), "aggregated");
  }
  EXPECT_EQ(exec.map("groups_even").size(), 3u);
}

TEST_F(Grouped, KeysBeyondTheTableAreCountedTogether) {
  load({.by = "path", .keys = 2});
  for (const char* name : {"/a", "/b", "/c", "/d", "/a"}) {
    binprm.filename = name;
    EXPECT_EQ(fate(), "aggregated");
  }
  EXPECT_EQ(exec.map("groups_even").size(), 2u);
  EXPECT_EQ(count_in("groups_even"), 3u);
  EXPECT_EQ(count_in("others"), 2u);
}

TEST_F(Emit, ATargetMustMeetEveryCondition) {
  const uint32_t pid = 200, yes = 1;
  exec.targeting = {.by_pid = true, .uids = {1000}, .comms = {"ls"}, .cgroups = {"a", "b"}};
  load();
  EXPECT_EQ(fate(), "not_target");
  exec.map("targets").update(&pid, &yes, 0, 0);
  EXPECT_EQ(fate(), "not_target");
  machine.in_cgroups = {1};
  EXPECT_EQ(fate(), "emitted");
  program.owner.uid.val = 1001;
  EXPECT_EQ(fate(), "not_target");
  program.owner.uid.val = 1000;
  std::strcpy(program.task.comm, "lsof");
  EXPECT_EQ(fate(), "not_target");
  std::strcpy(program.task.comm, "ls");
  machine.in_cgroups = {2};  // there are only two
  EXPECT_EQ(fate(), "not_target");
  EXPECT_EQ(reads_of_args, 1);
}

TEST_F(Emit, ControlGroupsMayComeWhileItRuns) {
  exec.targeting = {.more_cgroups = true};
  load();
  machine.cgroup_places = 0;
  machine.in_cgroups = {1};
  EXPECT_EQ(fate(), "not_target") << "none is there, which is not everybody";
  machine.cgroup_places = 2;
  EXPECT_EQ(fate(), "emitted");
  machine.in_cgroups = {3};
  EXPECT_EQ(fate(), "not_target");
}

TEST_F(Emit, PlumbItselfIsNeverTraced) {
  exec.self = 200;
  load();
  EXPECT_EQ(fate(), "not_target");
}

TEST_F(Emit, AnInterruptThatFindsTheTailInUseLosesItsEvent) {
  load();
  bool interrupted = false;
  machine.memory.before_read = [&](uint64_t address) {
    if (address == program.mm.arg_start && !std::exchange(interrupted, true)) start(exec);
    return true;
  };
  start(exec);
  EXPECT_EQ(exec.account(), Account({{"hits", 2}, {"emitted", 1}, {"lost_scratch_busy", 1}}));
  EXPECT_EQ(one(exec).list("args").size(), 3u);
  EXPECT_EQ(fate(), "emitted");
}

TEST_F(Emit, AnotherProcessorHasATailOfItsOwn) {
  load();
  bool interrupted = false;
  machine.memory.before_read = [&](uint64_t address) {
    if (address != program.mm.arg_start || std::exchange(interrupted, true)) return true;
    machine.cpu = 1;
    start(exec);
    machine.cpu = 0;
    return true;
  };
  start(exec);
  EXPECT_EQ(exec.account(), Account({{"hits", 2}, {"emitted", 2}}));
  for (const Event& event : exec.events()) EXPECT_EQ(event.list("args").size(), 3u);
}

TEST_F(Emit, AFullRingLosesAndIsCountedUntilItIsRead) {
  load();
  exec.channel().capacity = 1024;
  while (fate() == "emitted" && count("hits") < 100) {
  }
  EXPECT_GT(count("emitted"), 1u);
  EXPECT_EQ(count("lost_ring_full"), 1u);
  EXPECT_EQ(exec.events().size(), count("emitted"));
  EXPECT_EQ(fate(), "emitted");
}

TEST_F(Emit, PerfBuffersCarryRecordsAndLoseThemWhenFull) {
  exec.to_perf = true;
  load();
  EXPECT_EQ(fate(), "emitted");
  EXPECT_EQ(one(exec).list("args").size(), 3u);
  exec.channel().capacity = 64;
  EXPECT_EQ(fate(), "lost_ring_full");
}

TEST_F(Emit, OnlyTheFirstRecordAfterSilenceAndTheOneThatCrossesWake) {
  exec.set("plan.wake_bytes", 600);
  load();
  set_reader("idle", 1);
  std::string wakes;
  for (int i = 0; i < 8; i++) start(exec);
  for (const Channel::Record& record : exec.channel().take())
    wakes += record.flags == force_wakeup ? 'W' : record.flags == no_wakeup ? '-' : '?';
  EXPECT_EQ(wakes.front(), 'W');
  EXPECT_EQ(std::count(wakes.begin(), wakes.end(), 'W'), 2) << wakes;
  EXPECT_EQ(std::count(wakes.begin(), wakes.end(), '?'), 0) << wakes;
}

TEST_F(Emit, ABusyReaderIsNeverWoken) {
  exec.set("plan.busy_reader", 1);
  load();
  set_reader("idle", 1);
  for (int i = 0; i < 8; i++) start(exec);
  for (const Channel::Record& record : exec.channel().take()) EXPECT_EQ(record.flags, no_wakeup);
}

}  // namespace
}  // namespace plumb::host
