// Live: tracers that run together: one engine, one pair of rings, one set of targets.
//
// When it is destroyed, or its process dies, everything detaches: nothing is pinned.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "kernel/current.h"
#include "kernel/ordered.h"
#include "kernel/stacks.h"
#include "kernel/tracer.h"
#include "query/aggregate.h"
#include "query/plan.h"

namespace plumb::kernel {

// The mount namespace of a process and the root that it has there, as the kernel numbers them. With
// 0 for what could not be found out, no process is taken to see the same.
struct View {
  uint32_t mount_ns = 0;     // inode of the namespace
  uint32_t root_device = 0;  // of the file system: major << 20 | minor
  uint64_t root_inode = 0;
};

// A tracer that groups nothing in the kernel has none of those maps.
void skip_group_maps(Tracer& tracer);

// Who is traced; of each condition that is given, one value must fit.
struct Targeting {
  std::vector<uint32_t> pids;  // as the host numbers them, like all pids here
  uint32_t self = 0;           // this process, which is never traced
  View view;                   // what it sees, to be told where others see something else
  bool by_pid = false;         // also true when the pid is only known later (a command)
  bool follow = true;          // their children too
  std::vector<uint32_t> uids;
  std::vector<std::string> comms;    // of at most 15 bytes
  std::vector<std::string> cgroups;  // absolute paths in the cgroup2 file system
  bool more_cgroups = false;         // others may be added while it runs
};

struct LiveOptions {
  Targeting targeting;
  std::string preferred_surface;       // of programs that serve one purpose
  uint32_t ring_bytes = 8 << 20;       // a power of two
  uint32_t lifecycle_bytes = 4 << 20;  // of the ring that lifecycle events have apart
  bool perf_buffers = false;           // even where the kernel has ring buffers
  bool fast = false;                   // the reader polls; nothing ever wakes it
  bool statistics = false;             // have the kernel time the programs
  StackOptions stacks;                 // of events whose plan reads them
};

// A map that a run creates. `bytes` are what the kernel takes for it at most, of all CPUs.
struct MapSize {
  std::string owner;  // the tracer, or "engine" for what all of them share
  std::string name;
  std::string purpose;
  std::string type;
  uint32_t entries = 0;
  uint64_t bytes = 0;
  bool grows = false;  // to `bytes`, with its entries
};

class Live {
 public:
  // Chooses hooks, writes the plans into read-only data and sizes the maps: all that needs no
  // privilege. plans[i] belongs to tracers[i] and must outlive the result.
  static Result<std::unique_ptr<Live>> configure(std::vector<Tracer> tracers,
                                                 std::vector<const query::Plan*> plans,
                                                 const LiveOptions& options);
  // What is loaded then creates these.
  std::vector<MapSize> maps() const;
  // The same, and loads.
  static Result<std::unique_ptr<Live>> load(std::vector<Tracer> tracers,
                                            std::vector<const query::Plan*> plans,
                                            const LiveOptions& options);
  Result<> attach();
  void detach();
  // Have any of the tracers, or all, programs that look until they have seen everything
  // (UNTIL_SEEN, bpf/schema.bpf.h)?
  bool any_looks() const;
  bool all_look() const;
  // Runs those once more. True: there is more to see.
  Result<bool> look();
  // After that: tracers tell a part of what still waits, to be drained before the next. True: more.
  Result<bool> tell_rest();
  // Adds a process to the targets, and takes one out; it need not be there.
  Result<> target(uint32_t pid);
  Result<> forget(uint32_t pid);

  // Traces a control group, by its absolute path, and all below it, at this place of those that the
  // programs look at, instead of what was there; leaves a place empty. They stop at the first empty
  // one.
  Result<> target_cgroup(uint32_t place, const std::string& path);
  Result<> forget_cgroup(uint32_t place);
  // How many there are, where more_cgroups was asked for.
  uint32_t cgroup_places() const;

  // Those that are left of the processes that were chosen by pid, and of those they started.
  std::vector<uint32_t> targets() const;
  // Is any process left of those that were chosen by pid, or of those they started?
  bool has_targets() const;
  // Is this process one of them?
  bool is_target(uint32_t pid) const;

  // Sleeps until there is something to read, at most so long. Between bursts it comes by itself
  // every 10 ms; in silence the first record wakes it.
  void wait(std::chrono::milliseconds most);
  // The epoll descriptor that it sleeps on.
  int waits_for() const { return epoll_.get(); }
  // Records in the order of time: the tracer's number and the bytes with their header.
  size_t drain(bool everything, const std::function<void(uint16_t, std::string_view)>& each);

  // The groups of tracer i that were collected since the last call, as rows for
  // query::Aggregate::merge.
  std::vector<query::Row> take_groups(size_t i);
  // Ends the interval for all tracers; call before take_groups.
  void turn_epoch();

  // The kernel tells how long programs run (Costs::run_ns).
  bool times_programs() const { return bool(statistics_); }
  const std::vector<Tracer>& tracers() const { return tracers_; }
  Tracer& tracer(size_t i) { return tracers_[i]; }
  const Tracer& engine() const { return *engine_; }
  uint64_t late() const { return ordered_ ? ordered_->late() : 0; }

 private:
  Live() = default;
  void size_rings(const LiveOptions& options);
  Result<> configure_engine(const LiveOptions& options);
  Result<> configure_tracer(size_t i, const LiveOptions& options);
  Result<> load_engine(const LiveOptions& options);
  Result<> configure_engine_stacks(const StackOptions& options);
  Result<> configure_current();
  Result<std::vector<std::unique_ptr<Source>>> open_sources(uint32_t perf_bytes);
  Result<> open_reader();

  std::unique_ptr<Tracer> engine_;
  std::vector<Tracer> tracers_;
  std::vector<const query::Plan*> plans_;
  std::unique_ptr<Ordered> ordered_;
  Fd epoll_;
  Fd statistics_;
  // struct reader of bpf/emit.bpf.h, mapped
  volatile uint32_t* idle_ = nullptr;
  volatile uint32_t* epoch_ = nullptr;
  Mapping reader_page_;
  CurrentNumbers current_;
  size_t last_count_ = 0;    // of the last drain
  uint32_t read_epoch_ = 0;  // the table take_groups reads
  uint32_t tracer_offset_ = 0;
  bool fast_ = false;
  bool follow_ = false;
  bool rings_ = true;
  std::chrono::steady_clock::time_point last_record_{};
};

// Writes a plan into the tracer's read-only data and sizes its maps (bpf/plan.bpf.h).
Result<> apply_plan(Tracer& tracer, const query::Plan& plan, uint16_t number);
// Which purposes have a program, once hooks are chosen.
Result<> apply_served(Tracer& tracer);
Result<> apply_targeting(Tracer& tracer, const Targeting& targeting);
// An error when there are more values than the programs have room for (bpf/targets.bpf.h).
Result<> check_targeting(const Tracer& any, const Targeting& targeting);

// Reads (and empties) one of a tracer's two tables of groups.
std::vector<query::Row> read_groups(const Tracer& tracer, const query::Plan& plan, bool odd);

}  // namespace plumb::kernel
