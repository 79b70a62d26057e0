#include "resolve/made_code.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "probe/bytes.h"
#include "probe/jitdump.h"
#include "probe/mapped_files.h"
#include "probe/perf_map.h"
#include "probe/readable_name.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_processes = 1024;
constexpr uint64_t most_told = 64 << 20;    // bytes of a perf-PID.map that are read
constexpr uint64_t most_dump = 1ull << 30;  // of a jitdump, which has the code as well
constexpr size_t most_in_all = 256 << 20;   // of memory for names
constexpr size_t piece = 1 << 20, compared = 64;
constexpr std::chrono::seconds between_looks{1};

// The last word of the line "NAME:\t...", or that of this number: "".
std::string word_of(std::string_view status, std::string_view name, size_t number) {
  for (const std::string& line : split(status, '\n')) {
    if (!line.starts_with(name)) continue;
    const auto words = split(line, '\t');
    return words[std::min(number, words.size() - 1)];
  }
  return {};
}

// Seconds since 1970, proc_pid_stat(5); 0: not known.
uint64_t began_at(const std::string& proc) {
  constexpr size_t start_time = 22 - 2;  // of the words behind the command's name
  const auto stat = read_file(proc + "/stat", 4096);
  if (!stat || stat->rfind(')') == stat->npos) return 0;
  const auto words = split(stat->substr(stat->rfind(')')), ' ');
  const auto ticks =
      words.size() > start_time ? parse_unsigned(words[start_time]) : Result<uint64_t>(0);
  timespec now{}, since_boot{};
  clock_gettime(CLOCK_REALTIME, &now);
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const auto second = static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
  return static_cast<uint64_t>(now.tv_sec - since_boot.tv_sec) + (ticks ? *ticks : 0) / second;
}

std::string path_of(const Fd& fd) { return fmt::format("/proc/self/fd/{}", fd.get()); }

Fd copy_of(const Fd& fd) { return Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0)); }

// Links within the root lead to where the process itself comes, and none out of it.
Fd open_tmp(const Fd& proc) {
  const Fd root(::openat(proc.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), "tmp", &how, sizeof(how))));
}

}  // namespace

MadeCode::Process MadeCode::begin(uint32_t pid) {
  Process process;
  process.pid = pid;
  process.proc = Fd(::open(fmt::format("/proc/{}", pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!process.proc) return process;
  const std::string proc = path_of(process.proc);
  const auto status = read_file(proc + "/status", 1 << 16);
  const auto user = parse_unsigned(status ? word_of(*status, "Uid:", 2) : "");
  process.user = user ? static_cast<uint32_t>(*user) : 0;
  process.own_pid = status ? word_of(*status, "NSpid:", SIZE_MAX) : "";
  process.began = began_at(proc);
  process.tmp = open_tmp(process.proc);
  return process;
}

bool MadeCode::is_gone(const Process& process) {
  return !process.proc || ::faccessat(process.proc.get(), "status", F_OK, 0) != 0;
}

void MadeCode::meet(uint32_t pid) {
  const auto known = processes_.find(pid);
  if (known != processes_.end()) {
    // What is told of one that has ended may still be asked, until another one has its number.
    if (!is_gone(known->second)) return;
  } else if (processes_.size() >= most_processes) {
    std::erase_if(processes_, [](const auto& each) { return is_gone(each.second); });
    if (processes_.size() >= most_processes) return;
  }
  Process process = begin(pid);
  if (!process.proc || process.own_pid.empty()) return;
  look(process);
  processes_.insert_or_assign(pid, std::move(process));
}

bool MadeCode::tells(uint32_t pid) const {
  const auto met = processes_.find(pid);
  return met != processes_.end() &&
         (met->second.perf_map.open.file || met->second.jitdump.open.file);
}

// A file that is older than the process is that of another one.
bool MadeCode::open(Process& process, const std::string& name, Told& told) {
  const Fd found(::openat(process.tmp.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts {};
  if (!found || ::fstat(found.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  if (facts.st_uid != process.user && facts.st_uid != 0) return false;
  if (static_cast<uint64_t>(facts.st_mtim.tv_sec) + 1 < process.began) return false;
  return probe::reopen(found, facts, told.open) == 0;
}

void MadeCode::look(Process& process) {
  if (!process.perf_map.open.file)
    open(process, fmt::format("perf-{}.map", process.own_pid), process.perf_map);
  const std::string name = fmt::format("jit-{}.dump", process.own_pid);
  if (process.jitdump.open.file || open(process, name, process.jitdump) || is_gone(process)) return;
  // Whoever writes it maps a page of it, so that it is found.
  (void)probe::each_mapped_file(
      process.pid,
      [&](probe::MappedFile mapped) {
        struct stat facts {};
        const bool is_own = ::fstat(mapped.open.file.get(), &facts) == 0 &&
                            (facts.st_uid == process.user || facts.st_uid == 0);
        if (is_own) process.jitdump.open = std::move(mapped.open);
      },
      [&](const std::string& path) { return path.ends_with("/" + name); });
}

// It is written on at its end, or anew, as jcmd does it.
void MadeCode::read_perf_map(Process& process, uint64_t size) {
  Told& told = process.perf_map;
  const probe::FileBytes bytes(copy_of(told.open.file), std::min(size, most_told));
  std::string text;
  if (!bytes.read(told.read - told.last.size(), text, told.last.size()) || text != told.last) {
    process.map.clear();
    told.read = process.jitdump.read = 0;
    told.last.clear();
  }
  while (told.read < bytes.size()) {
    const uint64_t some = std::min<uint64_t>(piece, bytes.size() - told.read);
    if (!bytes.read(told.read, text, some)) return;
    const size_t taken = probe::take_perf_map(text, process.map);
    if (taken == 0 && some < piece) return;
    text.resize(taken == 0 ? some : taken);  // nobody's line is that long
    told.read += text.size();
    told.last = text.substr(text.size() - std::min(text.size(), compared));
  }
}

size_t MadeCode::bytes() const {
  size_t sum = 0;
  for (const auto& [pid, process] : processes_) sum += process.map.bytes();
  return sum;
}

void MadeCode::read_more(Process& process) const {
  const auto has_grown = [](const Told& told, struct stat& facts) {
    return told.open.file && ::fstat(told.open.file.get(), &facts) == 0 &&
           static_cast<uint64_t>(facts.st_size) != told.read;
  };
  struct stat facts {};
  if (bytes() > most_in_all) return;
  if (has_grown(process.perf_map, facts))
    read_perf_map(process, static_cast<uint64_t>(facts.st_size));
  if (!has_grown(process.jitdump, facts)) return;
  const probe::FileBytes dump(copy_of(process.jitdump.open.file),
                              std::min(static_cast<uint64_t>(facts.st_size), most_dump));
  const auto read = probe::take_jitdump(dump, process.jitdump.read, process.map);
  if (read)
    process.jitdump.read = *read;
  else
    process.jitdump.open.file = Fd();
}

probe::SourceFrame MadeCode::frame_at(uint32_t pid, uint64_t address) {
  const auto known = processes_.find(pid);
  if (known == processes_.end()) return {};
  Process& process = known->second;
  const probe::CodeMap::Function* function = process.map.at(address);
  if (function == nullptr && Clock::now() >= process.next_look) {
    look(process);
    process.next_look = Clock::now() + between_looks;
  }
  if (function == nullptr) {
    read_more(process);
    function = process.map.at(address);
  }
  if (function == nullptr) return {};
  probe::SourceFrame frame{probe::readable_name(function->name), "", 0};
  if (const auto* line = probe::CodeMap::line_at(*function, address)) {
    frame.file = process.map.file_of(*line);
    frame.line = line->line;
  }
  return frame;
}

}  // namespace plumb::resolve
