// plumb usdt: the static probes of a file, or of every file that a process has mapped.
#include <fmt/format.h>

#include "base/print.h"
#include "cli/help.h"
#include "cli/values.h"
#include "probe/mapped_files.h"
#include "render/static_probes.h"

namespace plumb::cli {
namespace {

struct Wanted {
  uint32_t pid = 0;
  bool json = false;
};

std::vector<FlagGroup> usdt_flags(Wanted& wanted) {
  return {
      {"Whose",
       {{"--pid", "PID", "every file that this process has mapped", into(wanted.pid), "-p"}}},
      {"Output", {{"--json", "", "one JSON object per probe, with each site", into(wanted.json)}}}};
}

void remark(const std::string& path, bool deleted, const std::string& what) {
  tell(fmt::format("plumb: {}: {}\n", render::shown_path(path, deleted), what));
}

// Prints what is found, and counts it.
class Printer {
 public:
  explicit Printer(bool json) : json_(json) {}

  Result<> file(const render::ProbedFile& file, bool headed) {
    const auto& probes = file.found.probes;
    if (file.found.broken != 0)
      remark(file.path, file.deleted,
             fmt::format("{} of its notes make no sense and are left out", file.found.broken));
    if (probes.empty()) return {};
    std::string text;
    if (json_)
      text = render::probe_lines(file);
    else if (headed)
      text = fmt::format("{}{}\n", files_ == 0 ? "" : "\n",
                         render::shown_path(file.path, file.deleted));
    if (!json_) text += render::probe_table(file.found);
    files_++;
    return print(text);
  }

  bool has_none() const { return files_ == 0; }

 private:
  bool json_;
  size_t files_ = 0;
};

Result<int> of_path(const std::string& path, Printer& printer) {
  probe::OpenFile open = TRY(probe::open_file(path));
  const probe::FileBytes bytes(std::move(open.file), open.size);
  const render::ProbedFile file{path, false, TRY(probe::static_probes(bytes).within(path))};
  TRY(printer.file(file, false));
  if (file.found.broken != 0) return static_cast<int>(Exit::failed);
  if (printer.has_none()) remark(path, false, "no static probes");
  return 0;
}

Result<int> of_process(uint32_t pid, Printer& printer) {
  size_t looked_at = 0;
  Result<> printed;
  auto not_read = TRY(probe::each_mapped_file(pid, [&](probe::MappedFile mapped) {
    const probe::FileBytes bytes(std::move(mapped.open.file), mapped.open.size);
    if (!printed || !probe::is_elf(bytes)) return;
    looked_at++;
    auto found = probe::static_probes(bytes);
    if (!found) return remark(mapped.path, mapped.deleted, found.error().what);
    printed = printer.file({mapped.path, mapped.deleted, std::move(*found)}, true);
  }));
  TRY(std::move(printed));
  for (const probe::NotRead& each : not_read) remark(each.path, false, each.reason);
  if (printer.has_none())
    tell(fmt::format("plumb: --pid {}: no static probes in the {} programs and libraries it maps\n",
                     pid, looked_at));
  return 0;
}

}  // namespace

std::vector<FlagGroup> usdt_flags() {
  static Wanted nobody;
  return usdt_flags(nobody);
}

Result<int> usdt(const Words& words) {
  Wanted wanted;
  const Taken taken = TRY(take_flags(words, usdt_flags(wanted), "plumb usdt"));
  if (taken.help) return help({"usdt"});
  const bool is_clear = (wanted.pid != 0) == taken.plain.empty() && taken.plain.size() <= 1;
  if (!is_clear)
    return misuse("usdt: of one file, or of one process", "plumb usdt PATH, or plumb usdt -p PID");
  Printer printer(wanted.json);
  return wanted.pid != 0 ? of_process(wanted.pid, printer) : of_path(taken.plain[0], printer);
}

}  // namespace plumb::cli
