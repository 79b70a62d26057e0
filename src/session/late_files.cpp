#include "session/late_files.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>

#include "base/print.h"
#include "kernel/inodes.h"
#include "kernel/kernel_types.h"
#include "kernel/probe.h"
#include "probe/find_files.h"
#include "session/processes.h"

namespace plumb::session {
namespace {

// With more mappings than that in a second, the tick of who reads records has to do.
constexpr size_t most_wakes = 500;
constexpr size_t most_seen = 1 << 16;

bool is_same(int file, int other) {
  struct stat one {
  }, two{};
  return fstat(file, &one) == 0 && fstat(other, &two) == 0 && one.st_dev == two.st_dev &&
         one.st_ino == two.st_ino;
}

// Would who looks for this path now find this file?
bool is_at(const std::string& path, int file) {
  const auto there = probe::open_file(path);
  return there && is_same(there->file.get(), file);
}

// What was named by its path, and is in no process that is known, is never given up.
bool is_gone(uint32_t pid) {
  return pid != 0 && kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH;
}

}  // namespace

std::optional<Result<kernel::MappingWatch>> LateFiles::watch(const Request& request) {
  if (!has_probes_in_files(request) || request.plan_only) return {};
  return kernel::MappingWatch::open();
}

// In another pid namespace the kernel's programs know processes by other numbers.
LateFiles::LateFiles(Wanted wanted, kernel::Live& live, Machine& machine)
    : live_(live),
      machine_(machine),
      probes_(std::move(wanted.probes)),
      search_(std::move(wanted.search)),
      by_pid_(wanted.by_pid && in_first_pid_namespace()) {
  if (!wanted.watch) return;
  if (!*wanted.watch) {
    tell(fmt::format("plumb: not seen: files that are mapped from now on: {}\n",
                     wanted.watch->error().what));
    return;
  }
  watch_ = *std::move(*wanted.watch);
  machine_.learn_containers();
  wake(true);
}

void LateFiles::wake(bool on) {
  for (int file : watch_->descriptors()) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    epoll_ctl(live_.waits_for(), on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, file, &event);
  }
  wakes_ = on;
}

bool LateFiles::may_matter(uint32_t pid) const { return !by_pid_ || live_.is_target(pid); }

void LateFiles::add_new() {
  if (!watch_) return;
  const bool is_whole = watch_->take([&](const kernel::NewMapping& mapping) {
    came_++;
    const std::string path(mapping.path);
    const auto means = [&](const NamedProbe& named) {
      return probe::may_be(path, named.spec.target);
    };
    if (std::ranges::none_of(probes_, means) || !may_matter(mapping.pid)) return;
    // a container may have ended when its events are read
    if (named_++ < most_wakes) machine_.container_of(mapping.pid);
    if (seen_.size() >= most_seen) seen_.clear();
    if (!seen_.insert(std::string(mapping.file)).second) return;
    for (NamedProbe& named : probes_)
      if (means(named)) look_at(named, {mapping.pid});
  });
  if (is_whole) return;
  machine_.learn_containers();
  for (NamedProbe& named : probes_) look_at(named, probe::all_processes());
}

void LateFiles::look_at(NamedProbe& named, const std::vector<uint32_t>& pids) {
  if (live_.tracers()[named.tracer].given_up()) return;
  for (uint32_t pid : pids) {
    if (!may_matter(pid)) continue;
    for (probe::FoundFile& found : probe::files_of(named.spec.target, pid))
      if (!is_known(named, found)) add(named, std::move(found));
  }
}

bool LateFiles::is_known(const NamedProbe& named, const probe::FoundFile& found) {
  const auto& known = live_.tracers()[named.tracer].places().files;
  std::vector<int> files;
  for (const kernel::UserFile& each : known) files.push_back(each.file.get());
  const int file = found.open.file.get();
  if (std::ranges::any_of(files, [&](int other) { return is_same(file, other); })) return true;
  files.push_back(file);
  const auto inodes = kernel::inodes_of(files);
  kernel::forget_kernel_types();
  return inodes && std::count(inodes->begin(), inodes->end(), inodes->back()) > 1;
}

void LateFiles::add(NamedProbe& named, probe::FoundFile found) {
  const std::string path = found.path;
  const uint32_t pid = found.pid;
  auto file = probe::find_sites(named.spec, search_, std::move(found), named.probe);
  if (file && file->sites.empty()) return;
  const auto added =
      file ? kernel::add_file(live_.tracer(named.tracer), named.probe, *std::move(file))
           : Result<>(Fail{std::move(file.error())});
  if (added)
    tell(fmt::format("plumb: {}: now in {} too, which process {} has mapped\n", named.spec.text,
                     path, pid));
  else
    tell(fmt::format("plumb: {}: not in {}, which process {} has mapped: {}\n", named.spec.text,
                     path, pid, added.error().what));
}

void LateFiles::tidy() {
  if (!watch_) return;
  if (const bool few = came_ <= most_wakes; few != wakes_) wake(few);
  came_ = named_ = 0;
  for (NamedProbe& named : probes_) drop_gone(named);
}

void LateFiles::drop_gone(NamedProbe& named) {
  auto& known = named.probe.files;
  const auto& places = live_.tracers()[named.tracer].places().files;
  const auto may_go = [&](size_t i) {
    return is_gone(known[i].pid) && !is_at(known[i].path, places[i].file.get());
  };
  std::vector<size_t> gone;
  for (size_t i = 0; i < known.size(); i++)
    if (may_go(i)) gone.push_back(i);
  if (gone.empty()) return;
  std::vector<probe::FoundFile> mapped;
  for (uint32_t pid : probe::all_processes())
    std::ranges::move(probe::mapped_of(named.spec.target, pid), std::back_inserter(mapped));
  std::vector<int> files;
  for (const probe::FoundFile& each : mapped) files.push_back(each.open.file.get());
  for (size_t i : gone) files.push_back(places[i].file.get());
  const auto inodes = kernel::inodes_of(files);
  kernel::forget_kernel_types();
  if (!inodes) return;
  std::map<uint64_t, uint32_t> pids;  // of who has an inode mapped
  for (size_t i = 0; i < mapped.size(); i++) pids.emplace((*inodes)[i], mapped[i].pid);
  for (size_t i = gone.size(); i-- > 0;) {
    const auto pid = pids.find((*inodes)[mapped.size() + i]);
    if (pid != pids.end()) {
      known[gone[i]].pid = pid->second;
      continue;
    }
    known.erase(known.begin() + static_cast<std::ptrdiff_t>(gone[i]));
    live_.tracer(named.tracer).detach_file(gone[i]);
  }
}

}  // namespace plumb::session
