#include "session/late_containers.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/print.h"

namespace plumb::session {
namespace {

// How long a runtime may take from the control group to the name, and how soon it is asked for
// again: at first often, as the container's program starts next.
constexpr auto names_come_within = std::chrono::seconds(10);
constexpr auto soonest = std::chrono::milliseconds(1);
constexpr int part_of_age = 16;
constexpr size_t most_newcomers = 1 << 14;

// Of a directory; 0: it is not there.
uint64_t inode_of(const std::string& directory) {
  struct stat about {};
  return stat(directory.c_str(), &about) == 0 ? about.st_ino : 0;
}

}  // namespace

LateContainers::Watch LateContainers::watch(const Request& request, Machine& machine) {
  if (request.who.containers.empty()) return {};
  return resolve::CgroupWatch::open(machine.cgroups());
}

LateContainers::LateContainers(std::vector<std::string> names, std::vector<std::string> traced,
                               Watch watch, kernel::Live& live, Machine& machine)
    : names_(std::move(names)), live_(live), machine_(machine) {
  for (std::string& each : traced) traced_.push_back({each, inode_of(each)});
  if (!watch) return;
  if (!*watch) {
    tell(fmt::format("plumb: not seen: containers that start from now on: {}\n",
                     watch->error().what));
    return;
  }
  watch_ = *std::move(*watch);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  epoll_ctl(live_.waits_for(), EPOLL_CTL_ADD, watch_->descriptor(), &event);
  say_missing();
}

void LateContainers::say_missing() {
  for (const std::string& name : names_) {
    const auto found = machine_.containers().cgroup_ids(name);
    if (found || !missing_.insert(name).second) continue;
    tell(fmt::format("plumb: {}: traced as soon as it starts\n", found.error().what));
    if (!found.error().hint.empty()) tell("hint: " + found.error().hint + "\n");
  }
}

void LateContainers::add_new() {
  if (!watch_) return;
  const auto now = Clock::now();
  for (std::string& path : watch_->take())
    if (newcomers_.size() < most_newcomers) newcomers_.push_back({std::move(path), now, now});
  std::erase_if(newcomers_, [&](Newcomer& each) {
    if (each.look > now) return false;
    each.look = now + std::max<Clock::duration>(soonest, (now - each.came) / part_of_age);
    return settle(each.path) || now - each.came > names_come_within;
  });
}

LateContainers::Clock::time_point LateContainers::next_look() const {
  auto next = Clock::time_point::max();
  for (const Newcomer& each : newcomers_) next = std::min(next, each.look);
  return next;
}

// Is it known now whose control group this is, or has it gone?
bool LateContainers::settle(const std::string& path) {
  const std::string directory = machine_.cgroups().directory(path);
  const auto covers = [&](const Traced& each) {
    return resolve::is_within(directory, each.directory) && is_there(each);
  };
  if (inode_of(directory) == 0 || std::ranges::any_of(traced_, covers)) return true;
  const auto container = machine_.containers().at(path);
  if (!container) return false;
  for (const std::string& name : names_) {
    if (!resolve::is_meant(*container, name)) continue;
    add(*container, name);
    return true;
  }
  return !container->name.empty();
}

void LateContainers::add(const resolve::Container& container, const std::string& name) {
  missing_.erase(name);
  tidy();
  const std::string directory = machine_.cgroups().directory(container.cgroup);
  const auto place = static_cast<uint32_t>(traced_.size());
  if (place == live_.cgroup_places()) {
    tell(fmt::format("plumb: container {}: started, and is not traced: {} control groups are\n",
                     shown_name(container), place));
    return;
  }
  if (const auto added = live_.target_cgroup(place, directory); !added) {
    tell(fmt::format("plumb: container {}: started, and is not traced: {}\n", shown_name(container),
                     added.error().what));
    return;
  }
  traced_.push_back({directory, inode_of(directory)});
  machine_.learn(container);
  tell(fmt::format("plumb: container {}: started, and is traced from now on\n",
                   shown_name(container)));
}

// A container that starts again may have the same path.
bool LateContainers::is_there(const Traced& each) { return inode_of(each.directory) == each.inode; }

// The programs stop at the first empty place: what is last moves into one that becomes free.
void LateContainers::tidy() {
  if (!watch_) return;
  for (size_t i = traced_.size(); i-- > 0;) {
    if (is_there(traced_[i])) continue;
    const auto last = static_cast<uint32_t>(traced_.size() - 1);
    const auto place = static_cast<uint32_t>(i);
    if (i != last && !live_.target_cgroup(place, traced_[last].directory)) continue;
    if (!live_.forget_cgroup(last)) continue;
    traced_[i] = traced_[last];
    traced_.pop_back();
  }
}

void LateContainers::tell_missed() const {
  for (const std::string& name : missing_)
    tell(fmt::format("plumb: container {}: never started\n", name));
}

}  // namespace plumb::session
