#include "session/coverage.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "base/print.h"
#include "base/text.h"
#include "kernel/inodes.h"
#include "probe/find_files.h"
#include "probe/find_probe.h"
#include "probe/mapped_files.h"
#include "render/coverage.h"

namespace plumb::session {
namespace {

using render::Covered;

constexpr size_t most_maps = 64 << 20;  // bytes of text

// The first byte of an instruction, in a file or in a process's memory.
std::optional<char> byte_at(int file, uint64_t offset) {
  char byte = 0;
  if (pread(file, &byte, 1, static_cast<off_t>(offset)) != 1) return {};
  return byte;
}

class OneProbe {
 public:
  OneProbe(NamedProbe& named, const probe::Search& search, const kernel::Live& live,
           Machine& machine)
      : named_(named),
        search_(search),
        places_(live.tracers()[named.tracer].places()),
        machine_(machine) {}

  Result<> add_to(std::vector<Covered>& rows) {
    for (uint32_t pid : search_.pids.empty() ? probe::all_processes() : search_.pids)
      if (pid != static_cast<uint32_t>(getpid()))
        for (probe::FoundFile& each : probe::files_of(named_.spec.target, pid))
          if (maps_it(pid, each)) found_.push_back(std::move(each));
    TRY(find_places());
    for (size_t i = 0; i < found_.size(); i++) rows.push_back(row_of(i));
    return {};
  }

 private:
  // Of a path nobody has said yet that this process maps it.
  static bool maps_it(uint32_t pid, const probe::FoundFile& found) {
    return !lines_of(pid, found).empty();
  }

  // Where a process has the file that it calls by this path and number.
  static std::vector<probe::MapsLine> lines_of(uint32_t pid, const probe::FoundFile& found) {
    std::vector<probe::MapsLine> lines;
    struct stat facts {};
    if (fstat(found.open.file.get(), &facts) != 0) return lines;
    const auto maps = read_file(fmt::format("/proc/{}/maps", pid), most_maps);
    for (const std::string& text : split(maps ? *maps : "", '\n')) {
      probe::MapsLine line;
      if (probe::parse_maps_line(text, line) && line.inode == facts.st_ino && line.executable)
        lines.push_back(std::move(line));
    }
    return lines;
  }

  // Which of the files that the probe is in each of those is; several may be one to the kernel.
  Result<> find_places() {
    std::vector<int> files;
    for (const kernel::UserFile& each : places_.files) files.push_back(each.file.get());
    for (const probe::FoundFile& each : found_) files.push_back(each.open.file.get());
    const std::vector<uint64_t> inodes = TRY(kernel::inodes_of(files));
    const size_t count = places_.files.size();
    for (size_t i = 0; i < count; i++) place_of_.emplace(inodes[i], &places_.files[i]);
    inodes_.assign(inodes.begin() + static_cast<std::ptrdiff_t>(count), inodes.end());
    return {};
  }

  Covered row_of(size_t i) {
    const probe::FoundFile& found = found_[i];
    Covered row;
    row.pid = found.pid;
    row.comm = comm_of(found.pid);
    row.container = machine_.container_of(found.pid);
    row.probe = named_.spec.text;
    row.file = found.path;
    const auto place = place_of_.find(inodes_[i]);
    if (place == place_of_.end())
      row.reason = why_not(found);
    else
      look(found, *place->second, row);
    return row;
  }

  static std::string comm_of(uint32_t pid) {
    const auto comm = read_file(fmt::format("/proc/{}/comm", pid), 64);
    return comm ? comm->substr(0, comm->rfind('\n')) : "";
  }

  std::string why_not(const probe::FoundFile& found) {
    probe::FoundFile again{found.path, {}, found.pid};
    const std::string own = fmt::format("/proc/self/fd/{}", found.open.file.get());
    if (auto open = probe::open_file(own)) again.open = *std::move(open);
    const auto file = probe::find_sites(named_.spec, search_, std::move(again), named_.probe);
    const std::string where = found.path + ": ";  // which is said already
    if (!file && file.error().what.starts_with(where))
      return file.error().what.substr(where.size());
    if (!file) return file.error().what;
    return file->sites.empty() ? "nothing of that name is in it" : "it was mapped just now";
  }

  static void look(const probe::FoundFile& found, const kernel::UserFile& place, Covered& row) {
    const Fd memory(::open(fmt::format("/proc/{}/mem", found.pid).c_str(), O_RDONLY | O_CLOEXEC));
    if (!memory) row.reason = fmt::format("its memory is not shown: {}", std::strerror(errno));
    const std::vector<probe::MapsLine> lines = lines_of(found.pid, found);
    row.sites = place.places.size();
    for (const kernel::UserPlace& each : place.places) {
      const bool is_reached = memory && std::ranges::any_of(lines, [&](const auto& line) {
                                return is_in(memory.get(), line, place.file.get(), each.offset);
                              });
      row.reached += is_reached ? 1 : 0;
      if (!is_reached && row.reason.empty())
        row.reason = each.refusal.empty() ? fmt::format("not at {:#x} in its memory", each.offset)
                                          : fmt::format("{:#x}: {}", each.offset, each.refusal);
    }
  }

  static bool is_in(int memory, const probe::MapsLine& line, int file, uint64_t offset) {
    if (offset < line.offset || offset - line.offset >= line.end - line.begin) return false;
    const auto now = byte_at(memory, line.begin + (offset - line.offset));
    const auto was = byte_at(file, offset);
    return now && was && *now != *was;
  }

  NamedProbe& named_;
  const probe::Search& search_;
  const kernel::UserPlaces& places_;
  Machine& machine_;
  std::vector<probe::FoundFile> found_;
  std::vector<uint64_t> inodes_;  // of found_
  std::map<uint64_t, const kernel::UserFile*> place_of_;
};

Result<std::vector<Covered>> coverage(std::vector<NamedProbe>& probes, const probe::Search& search,
                                      const kernel::Live& live, Machine& machine) {
  std::vector<Covered> rows;
  for (NamedProbe& named : probes) TRY(OneProbe(named, search, live, machine).add_to(rows));
  std::ranges::stable_sort(rows, {}, &Covered::pid);
  return rows;
}

}  // namespace

Result<int> show_coverage(std::vector<NamedProbe>& probes, const Request& request,
                          const kernel::Live& live, Machine& machine) {
  const probe::Search search = TRY(search_of(request));
  const auto rows = TRY(coverage(probes, search, live, machine));
  TRY(print(request.json ? render::coverage_lines(rows) : render::coverage_table(rows)));
  if (rows.empty()) tell("plumb: no process has mapped what is probed\n");
  return 0;
}

}  // namespace plumb::session
