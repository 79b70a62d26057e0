// A shell whose child becomes ls, for tests of exec and of what becomes of its events.
#pragma once
#include <numeric>
#include <string>
#include <vector>

#include "machine/fixture.h"

namespace plumb::host {

class ExecTest : public HostTest {
 protected:
  static constexpr uint64_t begun = 4'000'000'000;

  ExecTest() {
    machine.current = &program.task;
    machine.registers = &registers;
    program.fs.root = files.root();
    program.fs.pwd = files.directory(files.root(), "home/ann");
    program.mm.start_code = 0x401000;
    program.mm.end_code = 0x402000;
    program.mm.start_stack = 0x7ffc0000;
    binprm.filename = "/bin/ls";
    set_args({"ls", "-l", "/tmp"});
  }

  // As the kernel lays a new program's arguments out on its stack.
  void set_args(const std::vector<std::string>& args) {
    std::string bytes;
    for (const std::string& each : args) bytes += each + '\0';
    program.mm.arg_start = machine.memory.user(bytes);
    program.mm.arg_end = program.mm.arg_start + bytes.size();
  }

  // As a program passes arguments to execve: strings anywhere, and a vector that ends with NULL.
  uint64_t vector_of(const std::vector<std::string>& args) {
    std::vector<uint64_t> pointers;
    for (const std::string& each : args)
      pointers.push_back(machine.memory.user(std::string_view(each.c_str(), each.size() + 1)));
    pointers.push_back(0);
    return machine.memory.user(pointers);
  }

  uint64_t text(std::string_view text) { return machine.memory.user(std::string(text) + '\0'); }

  void execve(uint64_t path, uint64_t args) {
    registers.orig_ax = 59;
    registers.di = path;
    registers.si = args;
  }
  void execveat(uint64_t path, uint64_t args) {
    registers.orig_ax = 322;
    registers.di = static_cast<unsigned long>(-100);
    registers.si = path;
    registers.dx = args;
  }

  int start(Object& exec) { return exec.run("on_exec", {word(&program.task), 200, word(&binprm)}); }
  int fail(Object& exec, int64_t error) {
    return exec.run("on_execve", {word(&registers), static_cast<uint64_t>(-error)});
  }

  // The only event that was sent.
  static Event one(Object& object) {
    auto events = object.events();
    if (events.size() != 1) throw std::runtime_error(std::to_string(events.size()) + " events");
    return events[0];
  }

  Files files;
  Process shell{100, "sh"};
  Process program{200, "ls", &shell, begun};
  linux_binprm binprm{};
  pt_regs registers{};
};

}  // namespace plumb::host
