#include "session/machine.h"

#include <fmt/format.h>

#include "base/text.h"
#include "session/stacks.h"

namespace plumb::session {

std::string_view Machine::name(schema::Format format, uint64_t id) {
  switch (format) {
    case schema::Format::cgroup:
      kept_ = cgroups_.path_of(id);
      if (kept_.empty()) kept_ = fmt::format("cgroup:{}", id);  // gone, or cgroup2 is not mounted
      break;
    case schema::Format::container:
      kept_ = containers_.name_of(id);
      break;
    case schema::Format::user:
      kept_ = users_.user(static_cast<uint32_t>(id));
      break;
    case schema::Format::group:
      kept_ = users_.group(static_cast<uint32_t>(id));
      break;
    case schema::Format::symbol:
      kept_ = symbols_.name_of(id);
      break;
    case schema::Format::mount:
      kept_ = mounts_.place_of(static_cast<uint32_t>(id));
      break;
    case schema::Format::stack:
      return stacks_ ? stacks_->text_of(id) : std::string_view();
    default:
      return {};
  }
  return kept_;
}

std::vector<uint64_t> Machine::numbers(schema::Format format, std::string_view name) {
  if (format == schema::Format::user) return users_.uids(name);
  if (format == schema::Format::group) return users_.gids(name);
  return {};
}

std::string Machine::why_unknown(schema::Format format, const std::string& name) {
  if (format == schema::Format::user && users_.uids(name).empty())
    return "no user is called '" + name + "' in " + users_.user_file();
  if (format == schema::Format::group && users_.gids(name).empty())
    return "no group is called '" + name + "' in " + users_.group_file();
  return {};
}

std::string Machine::container_of(uint32_t pid) {
  constexpr size_t most = 1 << 16;  // bytes: a path of 4 KiB for each of 14 hierarchies
  const auto text = read_file(fmt::format("/proc/{}/cgroup", pid), most);
  for (const std::string& line : split(text ? *text : "", '\n'))
    if (line.starts_with("0::"))
      if (const auto id = cgroups_.id_of(line.substr(3))) return containers_.name_of(*id);
  return {};
}

void Machine::learn_containers() {
  for (const resolve::Container& each : containers_.running()) learn(each);
}

void Machine::learn(const resolve::Container& container) {
  for (const resolve::Cgroup& cgroup : cgroups_.tree(container.cgroup)) {
    cgroups_.path_of(cgroup.id);
    containers_.name_of(cgroup.id);
  }
}

}  // namespace plumb::session
