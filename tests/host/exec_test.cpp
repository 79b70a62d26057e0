// tracers/exec.bpf.c on the host: what an execution and a failed attempt say.
#include <cerrno>
#include <cstring>

#include "machine/exec_fixture.h"

namespace plumb::host {
namespace {

using Texts = std::vector<std::string>;

constexpr size_t list_bytes = 20 << 10;  // what a list is cut to
constexpr size_t path_depth = 64;        // components of a working directory

class Exec : public ExecTest {
 protected:
  Exec() { exec.load(); }

  Event attempt(uint64_t path, uint64_t args) {
    execve(path, args);
    fail(exec, ENOENT);
    return one(exec);
  }

  Object& exec = tracer("exec");
};

TEST_F(Exec, ASuccessSaysWhatWasStartedAndWhere) {
  start(exec);
  const Event event = one(exec);
  EXPECT_EQ(event.text("path"), "/bin/ls");
  EXPECT_EQ(event.list("args"), Texts({"ls", "-l", "/tmp"}));
  EXPECT_FALSE(event.cut("args"));
  EXPECT_EQ(event.text("cwd"), "/home/ann");
  EXPECT_FALSE(event.cut("cwd"));
  EXPECT_EQ(event.number("error"), 0u);
  EXPECT_EQ(event.number("memory.code_start"), 0x401000u);
  EXPECT_EQ(event.number("memory.code_end"), 0x402000u);
  EXPECT_EQ(event.number("memory.stack_start"), 0x7ffc0000u);
  EXPECT_EQ(event.number("since_fork"), machine.now - begun);
  EXPECT_EQ(event.time(), machine.now);
  EXPECT_EQ(event.weight(), 1u);
}

TEST_F(Exec, ItsCallerAndParentAreNamed) {
  program.number_in({{200, 0xf0000001}, {17, 0xf0000002}, {1, 0xf0000003}});
  machine.cgroup = 4711;
  start(exec);
  const Event event = one(exec);
  EXPECT_EQ(event.number("who.pid"), 200u);
  EXPECT_EQ(event.number("who.tid"), 200u);
  EXPECT_EQ(event.text("who.comm"), "ls");
  EXPECT_EQ(event.number("who.uid"), 1000u);
  EXPECT_EQ(event.number("who.gid"), 100u);
  EXPECT_EQ(event.number("who.cgroup"), 4711u);
  EXPECT_EQ(event.number("who.ns_pid"), 1u);
  EXPECT_EQ(event.number("who.pid_ns"), 0xf0000003u);
  EXPECT_EQ(event.number("who.started"), program.task.start_boottime);
  EXPECT_EQ(event.number("ppid"), 100u);
  EXPECT_EQ(event.text("parent"), "sh");
}

TEST_F(Exec, EverySurfaceTellsTheSameOfASuccess) {
  start(exec);
  const Event expected = one(exec);
  pt_regs probe{};
  probe.di = word(&binprm);
  exec.run("on_finalize", {word(&binprm)});
  EXPECT_EQ(one(exec).record().body, expected.record().body);
  exec.run("on_finalize_k", &probe);
  EXPECT_EQ(one(exec).record().body, expected.record().body);
}

TEST_F(Exec, EverySurfaceTellsTheSameOfAFailure) {
  execve(text("/bin/no"), vector_of({"no", "--such"}));
  fail(exec, EACCES);
  const Event expected = one(exec);
  EXPECT_EQ(expected.number("error"), static_cast<uint64_t>(EACCES));
  pt_regs probe{};
  probe.ax = static_cast<unsigned long>(-EACCES);
  exec.run("on_execve_k", &probe);
  EXPECT_EQ(one(exec).record().body, expected.record().body);
  trace_event_raw_sys_exit raw = {.id = 59, .ret = -EACCES};
  exec.run("on_execve_t", &raw);
  EXPECT_EQ(one(exec).record().body, expected.record().body);
}

TEST_F(Exec, AFailedAttemptShowsWhatWasAskedFor) {
  const Event event = attempt(text("/bin/no"), vector_of({"no", "--such"}));
  EXPECT_EQ(event.number("error"), static_cast<uint64_t>(ENOENT));
  EXPECT_EQ(event.text("path"), "/bin/no");
  EXPECT_EQ(event.list("args"), Texts({"no", "--such"}));
  EXPECT_FALSE(event.cut("args"));
  EXPECT_EQ(event.text("cwd"), "/home/ann");
  EXPECT_EQ(event.number("memory.code_start"), 0u);
}

TEST_F(Exec, ExecveatHasItsArgumentsElsewhere) {
  execveat(text("no"), vector_of({"no", "at"}));
  exec.run("on_execveat", {word(&registers), static_cast<uint64_t>(-ENOENT)});
  const Event event = one(exec);
  EXPECT_EQ(event.text("path"), "no");
  EXPECT_EQ(event.list("args"), Texts({"no", "at"}));
}

TEST_F(Exec, KernelsWithoutTheHelperHaveTheRegistersOnTheStack) {
  constexpr size_t stack_bytes = 16 << 10;
  execve(text("/bin/no"), vector_of({"no"}));
  std::vector<char> stack(stack_bytes);
  std::memcpy(stack.data() + stack_bytes - sizeof(pt_regs), &registers, sizeof(pt_regs));
  program.task.stack = stack.data();
  machine.lacks = {"BPF_FUNC_task_pt_regs"};
  machine.registers = nullptr;
  fail(exec, ENOENT);
  EXPECT_EQ(one(exec).text("path"), "/bin/no");
}

TEST_F(Exec, ASuccessThatReturnsIsNoHit) {
  execve(text("/bin/ls"), vector_of({"ls"}));
  fail(exec, 0);
  EXPECT_EQ(exec.account(), Account());
}

TEST_F(Exec, WhatIsNotInMemoryIsLeftOutAndMarked) {
  const uint64_t path = text("/bin/no"), args = vector_of({"no", "--such"});
  machine.memory.lose(path, 1);
  Event event = attempt(path, args);
  EXPECT_EQ(event.text("path"), "");
  EXPECT_TRUE(event.cut("path"));
  EXPECT_EQ(event.list("args"), Texts({"no", "--such"}));
  EXPECT_FALSE(event.cut("args"));

  event = attempt(text("/bin/no"), 0);  // execve(path, NULL, ...) is allowed
  EXPECT_FALSE(event.cut("path"));
  EXPECT_EQ(event.list("args"), Texts());
  EXPECT_FALSE(event.cut("args"));

  const uint64_t second = *reinterpret_cast<const uint64_t*>(args + 8);
  machine.memory.lose(second + 3, 1);
  event = attempt(text("/bin/no"), args);
  EXPECT_EQ(event.list("args"), Texts({"no"}));
  EXPECT_TRUE(event.cut("args"));

  machine.memory.lose(args, 8);
  event = attempt(text("/bin/no"), args);
  EXPECT_EQ(event.list("args"), Texts());
  EXPECT_TRUE(event.cut("args"));

  machine.memory.lose(program.mm.arg_start, 1);
  start(exec);
  event = one(exec);
  EXPECT_EQ(event.list("args"), Texts());
  EXPECT_TRUE(event.cut("args"));
}

TEST_F(Exec, NoArgumentsAreNoCutArguments) {
  set_args({});
  start(exec);
  EXPECT_FALSE(one(exec).cut("args"));
  EXPECT_FALSE(attempt(text("/bin/no"), vector_of({})).cut("args"));
  EXPECT_FALSE(attempt(text("/bin/no"), 0).list("args").size());
}

TEST_F(Exec, LongArgumentsAreWholeWhereThereIsRoom) {
  exec.load();
  exec.channel().capacity = 4 << 20;
  for (const size_t length : {list_bytes, 2 * list_bytes, size_t{1500000}}) {
    const Texts words = {"ls", std::string(length, 'x'), "last"};
    set_args(words);
    start(exec);
    const Event event = one(exec);
    EXPECT_EQ(event.list("args"), words);
    EXPECT_FALSE(event.cut("args"));
    EXPECT_EQ(event.text("path"), "/bin/ls");
  }
}

TEST_F(Exec, LongArgumentsAreCutWhereThereIsNoneAndTheirLengthIsSaid) {
  exec.load();
  exec.channel().capacity = 64 << 10;
  set_args({"ls", std::string(list_bytes, 'x'), "unseen"});
  start(exec);
  Event event = one(exec);
  EXPECT_EQ(event.list("args"), Texts({"ls", std::string(list_bytes - 3, 'x')}));
  EXPECT_EQ(event.whole("args"), 3 + list_bytes + 1 + 7);

  set_args({std::string(list_bytes - 2, 'x')});
  start(exec);
  event = one(exec);
  EXPECT_EQ(event.list("args"), Texts({std::string(list_bytes - 2, 'x')}));
  EXPECT_FALSE(event.cut("args"));
}

TEST_F(Exec, ManyOrLongArgumentsOfAnAttemptAreMarked) {
  Event event = attempt(text("/bin/no"), vector_of(Texts(63, "x")));
  EXPECT_EQ(event.list("args").size(), 63u);
  EXPECT_FALSE(event.cut("args"));
  event = attempt(text("/bin/no"), vector_of(Texts(64, "x")));
  EXPECT_EQ(event.list("args").size(), 64u);
  EXPECT_FALSE(event.cut("args"));
  event = attempt(text("/bin/no"), vector_of({std::string(1023, 'x'), "y"}));
  EXPECT_EQ(event.list("args"), Texts({std::string(1023, 'x'), "y"}));
  EXPECT_FALSE(event.cut("args"));
  event = attempt(text("/bin/no"), vector_of(Texts(65, "x")));
  EXPECT_EQ(event.list("args").size(), 64u);
  EXPECT_TRUE(event.cut("args"));
  event = attempt(text("/bin/no"), vector_of({std::string(2000, 'x'), "y"}));
  EXPECT_EQ(event.list("args"), Texts({std::string(1023, 'x'), "y"}));
  EXPECT_TRUE(event.cut("args"));
  event = attempt(text("/bin/no"), vector_of(Texts(64, std::string(900, 'x'))));
  EXPECT_GT(event.list("args").size(), 20u);
  EXPECT_TRUE(event.cut("args"));
}

TEST_F(Exec, TheWorkingDirectoryIsWhatTheTaskSees) {
  const path home = files.mount_at(files.directory(files.root(), "home"));
  const path deeper = files.mount_at(files.directory(home, "ann"));
  program.fs.pwd = files.directory(deeper, "src/plumb");
  start(exec);
  EXPECT_EQ(one(exec).text("cwd"), "/home/ann/src/plumb");
  program.fs.root = home;
  start(exec);
  EXPECT_EQ(one(exec).text("cwd"), "/ann/src/plumb");
  program.fs.pwd = home;
  start(exec);
  EXPECT_EQ(one(exec).text("cwd"), "/");
}

TEST_F(Exec, TheRootOfTheTaskIsOneMountOfItsDirectory) {
  const path jail = files.directory(files.root(), "jail");
  const path again = files.bind_at(files.directory(jail, "mnt"), jail);
  program.fs.root = jail;
  program.fs.pwd = files.directory(again, "here");
  start(exec);
  EXPECT_EQ(one(exec).text("cwd"), "/mnt/here");
}

TEST_F(Exec, AnUnmountedDirectoryEndsAtItsMount) {
  program.fs.pwd = files.directory(files.detached(), "gone");
  start(exec);
  const Event event = one(exec);
  EXPECT_EQ(event.text("cwd"), "/gone");
  EXPECT_FALSE(event.cut("cwd"));
}

TEST_F(Exec, ADeletedDirectoryIsMarked) {
  program.fs.pwd = files.directory(files.root(), "home/gone");
  program.fs.pwd.dentry->d_hash.pprev = nullptr;
  start(exec);
  EXPECT_EQ(one(exec).text("cwd"), "/home/gone (deleted)");
}

TEST_F(Exec, MemoryInNoTreeHasItsNameAndWhatIsNoFileNone) {
  program.fs.pwd = files.directory(files.root(), "memfd:name");
  program.fs.pwd.dentry->d_parent = program.fs.pwd.dentry;
  program.fs.pwd.dentry->d_hash.pprev = nullptr;
  start(exec);
  EXPECT_EQ(one(exec).text("cwd"), "");
  inode memory{};
  memory.i_mode = 0100600;
  program.fs.pwd.dentry->d_inode = &memory;
  start(exec);
  EXPECT_EQ(one(exec).text("cwd"), "/memfd:name (deleted)");
  program.fs.pwd.dentry->d_name.len = 0;
  start(exec);
  EXPECT_EQ(one(exec).text("cwd"), "");
}

TEST_F(Exec, ADeepWorkingDirectoryKeepsItsInnermostPart) {
  std::string names = "0";
  for (size_t i = 1; i < path_depth; i++) names += "/" + std::to_string(i);
  program.fs.pwd = files.directory(files.root(), names);
  start(exec);
  Event event = one(exec);
  EXPECT_EQ(event.text("cwd"), "/" + names);
  EXPECT_FALSE(event.cut("cwd"));

  program.fs.pwd = files.directory(files.root(), "outermost/" + names);
  start(exec);
  event = one(exec);
  EXPECT_EQ(event.text("cwd"), ".../" + names);
  EXPECT_TRUE(event.cut("cwd"));
}

TEST_F(Exec, ManyMountsEndTheWalkAndMarkThePath) {
  path at = files.root();
  for (int i = 0; i < 100; i++) at = files.mount_at(at);
  program.fs.pwd = files.directory(at, "here");
  start(exec);
  const Event event = one(exec);
  EXPECT_EQ(event.text("cwd"), "/here");
  EXPECT_TRUE(event.cut("cwd"));
}

// How often what is expensive to read was read.
struct Reads {
  int args = 0, cwd = 0, parent = 0, code = 0, name = 0;
};

class ExecPlan : public ExecTest {
 protected:
  Event start_asking(query::Ask ask) {
    exec.ask = std::move(ask);
    exec.load();
    machine.memory.before_read = [this](uint64_t address) {
      reads.args += address == program.mm.arg_start;
      reads.cwd += address == word(&program.fs.pwd.dentry);
      reads.parent += address == word(shell.task.comm);
      reads.code += address == word(&program.mm.start_code);
      reads.name += address == word(binprm.filename);
      return true;
    };
    start(exec);
    return one(exec);
  }

  Object& exec = tracer("exec");
  Reads reads;
};

TEST_F(ExecPlan, WhatNobodyWantsIsNotRead) {
  const Event event = start_asking({.fields = "path"});
  EXPECT_EQ(event.text("path"), "/bin/ls");
  EXPECT_EQ(event.text("cwd") + event.text("parent") + event.text("who.comm"), "");
  EXPECT_EQ(event.list("args"), Texts());
  for (const char* path :
       {"memory.code_start", "memory.code_end", "memory.stack_start", "who.uid", "who.started"})
    EXPECT_EQ(event.number(path), 0u) << path;
  EXPECT_EQ(reads.args + reads.cwd + reads.parent + reads.code, 0);
  EXPECT_EQ(reads.name, 1);
}

TEST_F(ExecPlan, WhatIsWantedIsReadOnce) {
  start_asking({.all_fields = true});
  for (const int times : {reads.args, reads.cwd, reads.parent, reads.code, reads.name})
    EXPECT_EQ(times, 1);
}

TEST_F(ExecPlan, PrivateFieldsThatNobodyMaySeeAreNotRead) {
  const Event event = start_asking({.all_fields = true, .private_fields = false});
  EXPECT_EQ(event.text("parent"), "sh");
  EXPECT_EQ(reads.args + reads.cwd + reads.name, 0);
}

}  // namespace
}  // namespace plumb::host
