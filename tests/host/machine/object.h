// Object: a tracer, or the engine, set up as a session sets it up, with its programs compiled for
// the host.
//
//   configure (ask, targeting, ...) → load → run programs → events, account
//
// The sizes of its maps and the places of its read-only data come from the BPF object's BTF, the
// plan is written there by src/kernel; only the code is the host's.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/live.h"
#include "kernel/tracer.h"
#include "machine/event.h"
#include "machine/machine.h"
#include "query/plan.h"

namespace plumb::host {

class Object {
 public:
  Object(Machine& machine, const std::string& name, uint16_t number = 0);
  ~Object();
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  // Before load, as the command line would.
  query::Ask ask{.all_fields = true};
  kernel::Targeting targeting;
  uint32_t self = 0;  // plumb's own pid
  bool to_perf = false;
  void set(std::string_view place, uint64_t value);
  void limit(const char* map, uint32_t max_entries);
  // One object of a name is loaded at a time: the programs' data exists once.
  void load();

  // What a program of this name returns for the words that the kernel passes at its hook.
  int run(const std::string& program, std::initializer_list<uint64_t> words);
  int run(const std::string& program, void* context);

  // The records that it has sent since the last call; each one that does not decode fails the test.
  std::vector<Event> events();
  // The counters of bpf/account.bpf.h that are not zero, by name.
  std::map<std::string, uint64_t> account() const;
  // The account is an identity, the tail's memory was given back, and nothing is left reserved.
  void expect_balanced() const;

  kernel::Tracer& tracer() { return tracer_; }
  const query::Plan& plan() const { return plan_; }
  Map& map(const char* name) const { return machine_.map(at(name)); }
  // The ring, or the perf buffers, that its records go to.
  Channel& channel() const;
  // "reader", "idle" → where the member lies in the struct.
  uint32_t offset_of(std::string_view structure, std::string_view member) const;

 private:
  bool has(const char* symbol) const;
  void* at(const char* symbol) const;
  void create_maps();
  void write_read_only_data();
  void apply();

  Machine& machine_;
  kernel::Tracer tracer_;
  uint16_t number_;
  std::shared_ptr<const schema::Schema> schema_;  // of its events, which may outlive it
  query::Plan plan_;
  void* library_ = nullptr;
};

}  // namespace plumb::host
