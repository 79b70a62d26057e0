// LateFiles: files that probes mean and that somebody maps only while they run, as the library of a
// container that starts; and those that nobody will map any more.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "kernel/live.h"
#include "kernel/mapping_watch.h"
#include "session/machine.h"
#include "session/probes.h"

namespace plumb::session {

class LateFiles {
 public:
  struct Wanted {
    std::vector<NamedProbe> probes;  // among the tracers of a run
    probe::Search search;            // that they were found with
    std::optional<Result<kernel::MappingWatch>> watch;
    bool by_pid = false;  // only for processes that are targets by their pid
  };

  // What is mapped is to be watched before the files of a request are looked for. None where there
  // are no probes.
  static std::optional<Result<kernel::MappingWatch>> watch(const Request& request);

  // From now on wait() of `live` ends when something is new. Where that cannot be seen, standard
  // error says so.
  LateFiles(Wanted wanted, kernel::Live& live, Machine& machine);

  // Puts probes into what was mapped since the last call. Who maps a new file runs meanwhile: what
  // it calls until then is not seen, and standard error says since when.
  void add_new();
  // Once in a second or so: lets go of files that cannot be found by their path and that no process
  // has mapped any more. As long as a probe is in one, the file system that it is on cannot go.
  void tidy();

 private:
  void wake(bool on);
  bool may_matter(uint32_t pid) const;
  void look_at(NamedProbe& named, const std::vector<uint32_t>& pids);
  void add(NamedProbe& named, probe::FoundFile found);
  bool is_known(const NamedProbe& named, const probe::FoundFile& found);
  void drop_gone(NamedProbe& named);

  kernel::Live& live_;
  Machine& machine_;
  std::vector<NamedProbe> probes_;
  probe::Search search_;
  std::optional<kernel::MappingWatch> watch_;
  std::unordered_set<std::string> seen_;  // NewMapping::file of what was looked at
  size_t came_ = 0;                       // mappings since the last tidy()
  size_t named_ = 0;                      // of these, what a probe may mean
  bool by_pid_;                           // only processes that were chosen, and their children
  bool wakes_ = false;
};

}  // namespace plumb::session
