// CgroupWatch: control groups as they are made.
//
// Source: inotify(7) on every directory of the hierarchy. A new one is watched before it is read,
// so that none below it is missed; each costs the kernel about 1 KiB.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "resolve/cgroups.h"

namespace plumb::resolve {

class CgroupWatch {
 public:
  // What is there is not new. `cgroups` is not owned.
  static Result<CgroupWatch> open(const Cgroups& cgroups);

  // The paths of those that came since the last call and are still there, parents before children.
  std::vector<std::string> take();

  // Readable when something has come.
  int descriptor() const { return notes_.get(); }

 private:
  CgroupWatch(const Cgroups& cgroups, Fd notes) : cgroups_(&cgroups), notes_(std::move(notes)) {}
  bool read_notes(std::vector<std::string>& came);
  std::vector<std::string> enter(std::string_view top);

  const Cgroups* cgroups_;
  Fd notes_;
  std::unordered_map<int, std::string> paths_;  // by watch, until the kernel says that it is gone
};

}  // namespace plumb::resolve
