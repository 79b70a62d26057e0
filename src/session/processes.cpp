#include "session/processes.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "base/text.h"
#include "kernel/pids.h"

namespace plumb::session {
namespace {

// The number after "NAME:" in /proc/PID/status; 0 when it is not there.
uint32_t number_of(const std::string& status, const std::string& name) {
  const size_t at = status.find("\n" + name + ":\t");
  if (at == std::string::npos) return 0;
  const std::string_view rest = std::string_view(status).substr(at + name.size() + 3);
  auto number = parse_unsigned(rest.substr(0, rest.find('\n')));
  return number ? static_cast<uint32_t>(*number) : 0;
}

// Who is whose child, of all processes of this moment.
std::multimap<uint32_t, uint32_t> children() {
  std::multimap<uint32_t, uint32_t> by_parent;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    auto pid = parse_unsigned(entry.path().filename().string());
    if (!pid) continue;
    auto status = read_file(entry.path() / "status", 8192);
    if (status) by_parent.emplace(number_of(*status, "PPid"), static_cast<uint32_t>(*pid));
  }
  return by_parent;
}

// proc(5): field 22 of /proc/PID/stat; the second is a name in parentheses that may hold anything.
// 0 when there is no such process, or all of its threads have ended and nobody has waited for it
// yet: field 3 is Z then, and 20 counts the first thread alone.
uint64_t began_of(uint32_t pid) {
  const auto stat = read_file(fmt::format("/proc/{}/stat", pid), 4096);
  const size_t name_end = stat ? stat->rfind(')') : std::string::npos;
  if (name_end == std::string::npos) return 0;
  // [0] is the blank before field 3
  const auto fields = split(std::string_view(*stat).substr(name_end + 1), ' ');
  if (fields.size() <= 20) return 0;
  const bool ended = fields[1] == "X" || (fields[1] == "Z" && fields[18] == "1");
  const auto began = parse_unsigned(fields[20]);
  return began && !ended ? *began : 0;
}

}  // namespace

Result<> check_process(uint32_t pid) {
  auto status = read_file(fmt::format("/proc/{}/status", pid), 8192);
  // a process that is just going shows no number any more
  const uint32_t process = status ? number_of(*status, "Tgid") : 0;
  if (process == 0 || status->find("\nState:\tZ") != std::string::npos)
    return fail(fmt::format("--pid {}: no such process", pid), "ps -e shows what runs");
  if (process != pid)
    return misuse(fmt::format("--pid {}: that is a thread of process {}", pid, process),
                  fmt::format("-p {} --where 'tid == {}'", process, pid));
  return {};
}

bool in_first_pid_namespace() {
  struct stat own {};
  // include/linux/proc_ns.h: PROC_PID_INIT_INO
  return stat("/proc/self/ns/pid", &own) != 0 || own.st_ino == 0xEFFFFFFC;
}

Result<std::vector<Process>> identify(const std::vector<uint32_t>& pids) {
  const bool translate = !pids.empty() && !in_first_pid_namespace();
  std::map<uint32_t, uint32_t> host;
  if (translate)
    host = TRY(kernel::host_pids().within("translate pids of this pid namespace"));
  else
    for (const uint32_t pid : pids) host[pid] = pid;
  std::vector<Process> found;
  for (const uint32_t pid : pids)
    if (const uint64_t began = began_of(pid); began != 0 && host.contains(pid))
      found.push_back({pid, host[pid], began});
  return found;
}

bool is_there(const Process& process) { return began_of(process.pid) == process.began; }

uint64_t available_memory() {
  auto meminfo = read_file("/proc/meminfo", 65536);
  const size_t at = meminfo ? meminfo->find("MemAvailable:") : std::string::npos;
  if (at == std::string::npos) return UINT64_MAX;
  const size_t digits = meminfo->find_first_of("0123456789", at);
  const size_t end = meminfo->find_first_not_of("0123456789", digits);
  auto kib = parse_unsigned(std::string_view(*meminfo).substr(digits, end - digits));
  return kib ? *kib * 1024 : UINT64_MAX;
}

std::vector<uint32_t> descendants_of(const std::vector<uint32_t>& pids) {
  std::vector<uint32_t> found = pids;
  if (pids.empty()) return found;
  const auto by_parent = children();
  for (size_t i = 0; i < found.size(); i++) {
    const auto [first, last] = by_parent.equal_range(found[i]);
    for (auto child = first; child != last; child++)
      if (std::find(found.begin(), found.end(), child->second) == found.end())
        found.push_back(child->second);
  }
  found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(pids.size()));
  return found;
}

}  // namespace plumb::session
