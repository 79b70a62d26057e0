#include "resolve/containers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "resolve/container_path.h"

namespace plumb::resolve {
namespace {

constexpr Cgroups::Clock::duration soon = std::chrono::milliseconds(20);

constexpr size_t most_cached = 65'536;
constexpr size_t most_listed = 10;
constexpr size_t short_id = 12;
constexpr size_t shortest_prefix = 6;

bool is_called(const Container& container, std::string_view name) {
  std::string_view own = container.name;
  if (!own.ends_with(name)) return false;
  own.remove_suffix(name.size());
  return own.empty() || own.ends_with('/');
}

bool has_id(const Container& container, std::string_view prefix) {
  return prefix.size() >= shortest_prefix && is_full_id(container.id) &&
         container.id.starts_with(prefix);
}

template <class Wanted>
std::vector<Container> only(const std::vector<Container>& all, Wanted wanted) {
  std::vector<Container> some;
  std::copy_if(all.begin(), all.end(), std::back_inserter(some), wanted);
  return some;
}

std::string list_names(const std::vector<Container>& containers) {
  std::vector<std::string> names;
  for (const Container& container : containers) names.push_back(shown_name(container));
  std::sort(names.begin(), names.end());
  size_t more = names.size() - std::min(names.size(), most_listed);
  names.resize(names.size() - more);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

// Kubernetes names also in their last part, which is what people remember.
std::string suggest(std::string_view typed, const std::vector<Container>& running) {
  std::vector<std::string> names;
  for (const Container& container : running) {
    names.push_back(shown_name(container));
    if (size_t slash = names.back().rfind('/'); slash != std::string::npos)
      names.push_back(names.back().substr(slash + 1));
  }
  std::string near = nearest(typed, names);
  return near.empty() ? "" : fmt::format("did you mean {}? ", near);
}

// The containers that a person means, by name before id.
Result<std::vector<Container>> choose(std::string_view wanted,
                                      const std::vector<Container>& running) {
  if (wanted.empty()) return misuse("container: the name is empty");
  auto chosen = only(running, [&](const Container& one) { return is_called(one, wanted); });
  if (!chosen.empty()) return chosen;
  chosen = only(running, [&](const Container& one) { return has_id(one, wanted); });
  if (chosen.size() > 1)
    return misuse(fmt::format("container {}: {} ids begin so", wanted, chosen.size()),
                  fmt::format("write more digits, or a name: {}", list_names(chosen)));
  if (!chosen.empty()) return chosen;
  std::string what = fmt::format("container {}: not running", wanted);
  if (running.empty()) return fail(what, "no running container was found; --cgroup takes a path");
  return fail(what, fmt::format("{}running: {}", suggest(wanted, running), list_names(running)));
}

}  // namespace

bool is_meant(const Container& container, std::string_view name_or_id) {
  return is_called(container, name_or_id) || has_id(container, name_or_id);
}

std::string shown_name(const Container& container) {
  if (!container.name.empty()) return container.name;
  return is_full_id(container.id) ? container.id.substr(0, short_id) : container.id;
}

Containers::Containers(Cgroups& cgroups, Paths paths, Cgroups::Clock::duration unknown_for)
    : cgroups_(cgroups), states_(cgroups, paths), names_(paths), unknown_for_(unknown_for) {
  states_.refresh();
}

void Containers::refresh(Cgroups::Clock::time_point now) {
  if (now < refreshed_ + std::min(unknown_for_, soon)) return;
  refreshed_ = now;
  states_.refresh();
}

// The container whose own cgroup this is.
std::optional<Container> Containers::whose(std::string_view cgroup) {
  auto mark = read_path(cgroup);
  const Placement* placement = states_.at(cgroup);
  if (!mark && placement == nullptr) return std::nullopt;
  Container container;
  container.cgroup = cgroup;
  container.id = mark ? std::string(mark->id) : placement->id;
  Naming naming = names_.of(container.id);
  if (mark && !mark->proven && placement == nullptr && naming.runtime.empty()) return std::nullopt;
  container.runtime = mark ? mark->runtime : "";
  if (container.runtime.empty()) container.runtime = naming.runtime;
  if (container.runtime.empty() && placement != nullptr) container.runtime = placement->runtime;
  container.name = is_full_id(container.id) ? naming.name : container.id;
  container.image = naming.image;
  return container;
}

std::optional<Container> Containers::innermost(std::string_view cgroup) {
  for (; cgroup.size() > 1; cgroup = cgroup.substr(0, cgroup.rfind('/')))
    if (auto container = whose(cgroup)) return container;
  return std::nullopt;
}

// A runtime makes the cgroup first and the state file soon after: a new cgroup without a name is
// asked about again quickly, then ever more rarely.
std::string Containers::name_of(uint64_t cgroup_id) {
  Cgroups::Clock::time_point now = Cgroups::Clock::now();
  auto cached = cache_.find(cgroup_id);
  if (cached != cache_.end() && now < cached->second.until) return cached->second.name;
  std::string path(cgroups_.path_of(cgroup_id));
  if (path.empty()) return cgroups_.mount().empty() ? "" : fmt::format("cgroup:{}", cgroup_id);
  auto container = innermost(path);
  if (!container) {
    refresh(now);
    container = innermost(path);
  }
  if (cache_.size() >= most_cached) cache_.clear();
  bool settled = container && !container->name.empty();
  const auto waited = cached == cache_.end() ? Cgroups::Clock::duration{} : cached->second.wait;
  const auto wait = std::min(unknown_for_, std::max(soon, 2 * waited));
  CachedName answer{container ? shown_name(*container) : "",
                    settled ? Cgroups::Clock::time_point::max() : now + wait, wait};
  return cache_.insert_or_assign(cgroup_id, std::move(answer)).first->second.name;
}

std::optional<Container> Containers::at(std::string_view cgroup) {
  states_.refresh();
  return innermost(cgroup);
}

std::vector<Container> Containers::running() {
  states_.refresh();
  std::vector<Container> found;
  for (const Cgroup& cgroup : cgroups_.tree()) {
    auto container = whose(cgroup.path);
    // systemd in a container, or crun, may repeat the id in a cgroup below.
    auto repeats = [&](const Container& outer) {
      return outer.id == container->id && is_within(container->cgroup, outer.cgroup);
    };
    if (container && cgroups_.populated(cgroup.path) &&
        std::none_of(found.begin(), found.end(), repeats))
      found.push_back(std::move(*container));
  }
  std::sort(found.begin(), found.end(),
            [](const Container& a, const Container& b) { return a.cgroup < b.cgroup; });
  return found;
}

Result<std::vector<uint64_t>> Containers::cgroup_ids(std::string_view name_or_id) {
  std::vector<Container> chosen = TRY(choose(name_or_id, running()));
  std::vector<uint64_t> ids;
  for (const Container& container : chosen)
    for (const Cgroup& cgroup : cgroups_.tree(container.cgroup)) ids.push_back(cgroup.id);
  if (ids.empty()) return fail(fmt::format("container {}: ended just now", name_or_id));
  return ids;
}

}  // namespace plumb::resolve
