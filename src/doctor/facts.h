// Facts: what the text of /proc and /sys says about this machine. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::doctor {

// "none [integrity] confidentiality" -> "integrity"; "" when nothing is marked.
std::string lockdown_mode(std::string_view text);

// From /proc/PID/status.
uint64_t effective_capabilities(std::string_view status);
bool under_seccomp_filter(std::string_view status);

// From /proc/PID/uid_map: the ids of this user namespace are not the machine's own.
bool in_user_namespace(std::string_view uid_map);

// Where file systems of this type are mounted, from /proc/PID/mountinfo.
std::vector<std::string> mounts_of(std::string_view mountinfo, std::string_view type);

enum class CgroupMode { none, v1, hybrid, v2 };
struct CgroupLayout {
  CgroupMode mode = CgroupMode::none;
  std::string unified;  // where version 2 is mounted
  std::string legacy;   // the folder above the controllers of version 1
};
CgroupLayout cgroup_layout(std::string_view mountinfo);

// The first addresses of /proc/kallsyms are not all zero.
bool shows_addresses(std::string_view kallsyms);

}  // namespace plumb::doctor
