// LateContainers: containers of --container that start, or start again, while a run goes on.
//
// A runtime makes a container's control group before it runs anything in it, and has written down
// what the container is called by then or soon after; until the name is known, what runs there is
// not traced.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/live.h"
#include "resolve/cgroup_watch.h"
#include "session/machine.h"
#include "session/request.h"

namespace plumb::session {

class LateContainers {
 public:
  using Clock = std::chrono::steady_clock;
  using Watch = std::optional<Result<resolve::CgroupWatch>>;

  // What starts is to be watched before the containers of a request are looked for. None where no
  // container is named.
  static Watch watch(const Request& request, Machine& machine);

  // From now on wait() of `live` ends when something is new. `traced` are the control groups that
  // it has, by place. Standard error says which of `names` nobody has yet.
  LateContainers(std::vector<std::string> names, std::vector<std::string> traced, Watch watch,
                 kernel::Live& live, Machine& machine);

  // Traces what has started since the last call; standard error says so.
  void add_new();
  // When to call it again though wait() did not end: a control group has no name yet.
  Clock::time_point next_look() const;
  // Once in a second or so: gives back the places of what has ended.
  void tidy();
  // At the end: standard error says which names nobody ever had.
  void tell_missed() const;

 private:
  struct Newcomer {  // a control group of which it is not known yet whose it is
    std::string path;
    Clock::time_point came;
    Clock::time_point look;
  };

  struct Traced {
    std::string directory;
    uint64_t inode = 0;
  };

  static bool is_there(const Traced& each);
  void say_missing();
  bool settle(const std::string& path);
  void add(const resolve::Container& container, const std::string& name);

  std::vector<std::string> names_;
  std::vector<Traced> traced_;  // by place
  std::optional<resolve::CgroupWatch> watch_;
  kernel::Live& live_;
  Machine& machine_;
  std::set<std::string> missing_;  // names that nobody has had so far
  std::vector<Newcomer> newcomers_;
};

}  // namespace plumb::session
