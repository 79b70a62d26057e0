#include "session/payers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace plumb::session {
namespace {

constexpr auto asks_again = std::chrono::seconds(2);

// proc(5): fields 14 to 17 of /proc/PID/stat, in ticks: in user mode and in the kernel, and of
// children that were waited for. The second field is a name that may hold anything.
double used_by(uint32_t pid) {
  const auto stat = read_file(fmt::format("/proc/{}/stat", pid), 4096);
  const size_t name_end = stat ? stat->rfind(')') : std::string::npos;
  if (name_end == std::string::npos) return 0;
  // [0] is the blank before field 3
  const auto fields = split(std::string_view(*stat).substr(name_end + 1), ' ');
  constexpr size_t first = 12, beyond = 16;
  uint64_t ticks = 0;
  for (size_t i = first; i < beyond && i < fields.size(); i++)
    if (const auto number = parse_unsigned(fields[i]); number) ticks += *number;
  return static_cast<double>(ticks) * 1e9 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

std::optional<double> Payers::used() {
  const bool is_first = used_.empty();
  if (const auto now = Clock::now(); is_first || now - asked_ >= asks_again) {
    pids_ = who_();
    asked_ = now;
  }
  double sum = 0;
  std::map<uint32_t, double> used;
  for (const uint32_t pid : pids_) {
    used[pid] = used_by(pid);
    if (const auto before = used_.find(pid); before != used_.end())
      sum += std::max(used[pid] - before->second, 0.0);
  }
  used_ = std::move(used);
  return is_first ? std::nullopt : std::optional(sum);
}

}  // namespace plumb::session
