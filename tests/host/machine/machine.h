// Machine: what a BPF program sees of the kernel when it runs on the host. One per test.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "machine/map.h"
#include "machine/memory.h"

struct task_struct;
struct pt_regs;

namespace plumb::host {

class Machine {
 public:
  Machine();
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // The one of the running test; the helpers ask it.
  static Machine& running();

  task_struct* current = nullptr;  // its pid, name and owner are what the helpers say
  pt_regs* registers = nullptr;    // of the current task, in a system call
  uint64_t cookie = 0;             // of the attachment by which a program is run
  uint64_t cgroup = 1;
  std::set<uint32_t> in_cgroups;        // places of target_cgroups that the current task is below
  uint32_t cgroup_places = UINT32_MAX;  // so many of the first ones are in use
  uint32_t cpu = 0;
  uint64_t now = 10'000'000'000;  // ns, CLOCK_MONOTONIC
  std::function<uint32_t()> random = [] { return 0; };
  std::set<std::string> lacks;  // names that CO-RE does not find in this kernel
  std::string shown;            // what an iterator wrote to its reader
  Memory memory;

  // What lies at an address where a program declares a map. Ends the test when nothing does: the
  // verifier would have refused the program.
  void add(const void* at, std::shared_ptr<Map> map) { maps_[at] = std::move(map); }
  void add(const void* at, std::shared_ptr<Channel> channel) { channels_[at] = std::move(channel); }
  Map& map(const void* at) const;
  Channel& channel(const void* at) const;
  // Of memory that some channel reserved.
  void submit(void* data, uint64_t flags, bool keep);
  size_t reserved() const;

  // Maps that all objects of a session share, by name.
  std::map<std::string, std::shared_ptr<Map>> shared_maps;
  std::map<std::string, std::shared_ptr<Channel>> shared_channels;

 private:
  std::map<const void*, std::shared_ptr<Map>> maps_;
  std::map<const void*, std::shared_ptr<Channel>> channels_;
};

}  // namespace plumb::host
