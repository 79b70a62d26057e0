#include <linux/perf_event.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>
#include <cerrno>
#include <cstring>
#include <map>

#include "base/fd.h"
#include "base/text.h"
#include "doctor/checks.h"
#include "doctor/facts.h"
#include "resolve/containers.h"

namespace plumb::doctor {
namespace {

constexpr const char* machine_group = "Machine";

Check cgroups(const Context& context) {
  const CgroupLayout layout = cgroup_layout(context.mountinfo);
  const std::string lost =
      "no names of cgroups and containers in events, no --cgroup and --container";
  switch (layout.mode) {
    case CgroupMode::v2:
      return {machine_group, "cgroups", Status::ok, "v2 at " + layout.unified, {}, {}};
    case CgroupMode::hybrid:
      return {machine_group,
              "cgroups",
              Status::ok,
              fmt::format("hybrid: v2 at {}, v1 under {}", layout.unified, layout.legacy),
              {},
              {}};
    case CgroupMode::v1:
      return {machine_group,
              "cgroups",
              Status::reduced,
              "v1 alone, under " + layout.legacy,
              lost,
              "boot with systemd.unified_cgroup_hierarchy=1, or mount -t cgroup2 cgroup2 /mnt"};
    case CgroupMode::none:
      break;
  }
  return {machine_group, "cgroups", Status::missing,
          "not mounted", lost,      "mount -t cgroup2 cgroup2 /sys/fs/cgroup"};
}

Check tracefs(const Context& context) {
  const std::vector<std::string> mounts = mounts_of(context.mountinfo, "tracefs");
  const std::string lost = "no tracepoints by name; typed ones (tp_btf) need no tracefs";
  if (mounts.empty())
    return {machine_group, "tracefs", Status::missing,
            "not mounted", lost,      "mount -t tracefs tracefs /sys/kernel/tracing"};
  // a file that every tracefs has; reading it is what lockdown refuses
  const std::string probe = mounts.front() + "/events/header_page";
  if (auto page = read_file(probe); !page)
    return {machine_group,
            "tracefs",
            Status::reduced,
            "cannot be read: " + page.error().what,
            lost,
            context.lockdown == "confidentiality" ? "boot without lockdown=confidentiality"
                                                  : "run as root"};
  return {machine_group, "tracefs", Status::ok, mounts.front(), {}, {}};
}

Check debugfs(const Context& context) {
  const std::vector<std::string> mounts = mounts_of(context.mountinfo, "debugfs");
  return {machine_group,
          "debugfs",
          Status::ok,
          mounts.empty() ? "not mounted, not needed" : mounts.front(),
          {},
          {}};
}

// Opened for every process on one processor. Returns 0 or an errno.
int open_counter(uint32_t type, uint64_t config) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = type;
  attributes.config = config;
  attributes.disabled = 1;
  Fd event(
      static_cast<int>(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
  return event ? 0 : errno;
}

Check software_clock(const Context& context) {
  auto level = read_file("/proc/sys/kernel/perf_event_paranoid", 16);
  const std::string found =
      "perf_event_paranoid " + (level ? split(*level, '\n').front() : std::string("unknown"));
  const int error = open_counter(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK);
  if (!error)
    return {machine_group, "perf events", Status::ok, "cpu-clock works, " + found, {}, {}};
  kernel::Availability refusal = kernel::refused("cpu-clock", error);
  return {machine_group,
          "perf events",
          Status::missing,
          refusal.why_not + ", " + found,
          "no kprobes, uprobes and tracepoints by name: they attach through them",
          remedy_for(context, refusal)};
}

Check hardware_cycles(const Context& context) {
  const int error = open_counter(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);
  if (!error) return {machine_group, "cycle counter", Status::ok, "works", {}, {}};
  const bool absent = error == ENOENT || error == EOPNOTSUPP || error == ENODEV;
  return {machine_group,
          "cycle counter",
          Status::missing,
          absent ? "this machine has none, or its hypervisor hides it" : std::strerror(error),
          "nothing today: no tracer counts cycles",
          absent ? "a hypervisor that passes the PMU on" : remedy_for_refusal(context)};
}

struct RuntimeFolder {
  std::string runtime, path;
};

std::vector<RuntimeFolder> runtime_folders() {
  const resolve::Paths paths;
  std::vector<RuntimeFolder> folders = {{"docker", paths.docker_data + "/containers"},
                                        {"containerd", paths.containerd_tasks},
                                        {"runc", paths.runc},
                                        {"crun", paths.crun}};
  for (const std::string& path : paths.storage) folders.push_back({"podman or cri-o", path});
  return folders;
}

// "docker 2, podman 1": those that run, by runtime, then runtimes whose folders are there.
std::string describe_runtimes(const std::map<std::string, int>& running,
                              const std::map<std::string, bool>& installed) {
  std::string text;
  for (const auto& [runtime, count] : running)
    text += fmt::format("{}{} {} running", text.empty() ? "" : ", ", runtime, count);
  for (const auto& [runtime, readable] : installed)
    if (!running.contains(runtime)) text += (text.empty() ? "" : ", ") + runtime + " idle";
  return text.empty() ? "no runtime found" : text;
}

Check containers() {
  std::map<std::string, bool> installed;
  std::string closed;
  for (const RuntimeFolder& folder : runtime_folders()) {
    if (access(folder.path.c_str(), R_OK | X_OK) == 0)
      installed.emplace(folder.runtime, true);
    else if (errno == EACCES)
      closed += (closed.empty() ? "" : ", ") + folder.path;
  }
  std::map<std::string, int> running;
  resolve::Cgroups hierarchy;
  for (const resolve::Container& each : resolve::Containers(hierarchy).running())
    running[each.runtime.empty() ? "unnamed" : each.runtime]++;
  const std::string found = describe_runtimes(running, installed);
  if (closed.empty()) return {machine_group, "containers", Status::ok, found, {}, {}};
  return {machine_group,
          "containers",
          Status::reduced,
          found + "; cannot be read: " + closed,
          "containers are shown by their ids, not by their names",
          "run as root"};
}

}  // namespace

Checks machine_checks(const Context& context) {
  return {cgroups(context),        tracefs(context),         debugfs(context),
          software_clock(context), hardware_cycles(context), containers()};
}

}  // namespace plumb::doctor
