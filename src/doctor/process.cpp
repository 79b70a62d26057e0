#include "doctor/process.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "doctor/doctor.h"
#include "probe/debug_file.h"
#include "probe/elf.h"
#include "probe/mapped_files.h"
#include "python/interpreter.h"
#include "resolve/made_code.h"
#include "unwind/table.h"

namespace plumb::doctor {
namespace {

std::string of_process(uint32_t pid, const char* file) {
  auto text = read_file(fmt::format("/proc/{}/{}", pid, file), 16 << 20);
  return text ? *std::move(text) : std::string();
}

Check not_passed(const std::string& path, const std::string& why) {
  return {"Unwinding", path, Status::missing, why, "stacks end at its functions", {}};
}

Check unwinding_of(const std::string& path, const probe::Elf& elf, const probe::Bytes& bytes,
                   size_t& rows) {
  Check check{"Unwinding", path, Status::ok, {}, {}, {}};
  const auto table = unwind::table_of(elf, bytes);
  if (table) rows += table->rows.size();
  if (table && !table->rows.empty()) return check;
  check = not_passed(path, table ? "it has no unwind information" : table.error().what);
  check.remedy = "compile it with -fasynchronous-unwind-tables, and do not strip .eh_frame";
  return check;
}

Check names_of(const std::string& path, const probe::Elf& elf, const probe::OpenFile& own,
               uint32_t pid) {
  Check check{"Names", path, Status::ok, {}, {}, {}};
  const probe::DebugFile separate(elf, "", pid);
  const auto found = separate.open();
  const bool lines = probe::with_debug_information(elf, own, found) != nullptr;
  const bool functions =
      found || probe::has_section(elf, ".symtab") || probe::has_section(elf, ".gnu_debugdata");
  if (lines) {
    check.found = "functions, lines, and what is inlined";
  } else if (functions) {
    check.found = "functions";
  } else {
    check.status = Status::reduced;
    check.found = "the functions that it exports";
    check.cost = "names of its other functions: they are shown by their places in the file";
    const std::string id = probe::build_id_of(elf);
    check.remedy = "its -dbgsym package";
    if (!id.empty()) check.remedy += ", or what debuginfod-find debuginfo " + id + " finds";
  }
  return check;
}

Check python_of(const std::string& path, const python::Interpreter& interpreter) {
  const std::string version =
      interpreter.minor ? fmt::format("CPython 3.{}", interpreter.minor) : "CPython";
  Check check{"Python", path, Status::ok, version, {}, {}};
  if (interpreter.trouble.empty()) return check;
  check.status = Status::missing;
  check.found = version + ": " + interpreter.trouble;
  check.cost = "functions of Python: stacks are native";
  return check;
}

struct Findings {
  Checks unwinding, names, python;
  size_t rows = 0;
};

void add_file(const probe::MappedFile& file, uint32_t pid, Findings& all) {
  const probe::FileBytes bytes(Fd(fcntl(file.open.file.get(), F_DUPFD_CLOEXEC, 0)), file.open.size);
  if (!probe::is_elf(bytes)) return;
  const auto elf = probe::Elf::of(bytes);
  if (!elf) {
    all.unwinding.push_back(not_passed(file.path, elf.error().what));
    return;
  }
  all.unwinding.push_back(unwinding_of(file.path, *elf, bytes, all.rows));
  all.names.push_back(names_of(file.path, *elf, file.open, pid));
  if (const auto interpreter = python::interpreter_of(*elf, bytes))
    all.python.push_back(python_of(file.path, *interpreter));
}

// "7f...-7f... r-xp 00000000 00:00 0", with nothing behind it.
bool is_made_code(std::string_view line) {
  probe::MapsLine of_file;
  const size_t rights = line.find(' ');
  return !line.empty() && !line.ends_with(']') && !probe::parse_maps_line(line, of_file) &&
         rights != line.npos && line.substr(rights + 1, 4).find('x') != line.npos;
}

void add_made_code(uint32_t pid, Checks& checks) {
  if (std::ranges::none_of(split(of_process(pid, "maps"), '\n'), is_made_code)) return;
  Check check{"Code made at run time", "names", Status::ok, {}, {}, {}};
  resolve::MadeCode made;
  made.meet(pid);
  check.found = "perf-PID.map or a jitdump in its /tmp";
  if (!made.tells(pid)) {
    check.status = Status::reduced;
    check.found = "neither perf-PID.map nor a jitdump in its /tmp";
    check.cost = "names of its functions that are compiled as it runs";
    check.remedy =
        "node --perf-basic-prof; java -XX:+PreserveFramePointer, and jcmd PID Compiler.perfmap; "
        "python3 -X perf";
  }
  checks.push_back(std::move(check));
}

}  // namespace

Result<Report> examine_process(uint32_t pid) {
  Report report;
  report.kernel = running_kernel();
  std::string comm = of_process(pid, "comm");
  comm = comm.substr(0, comm.find('\n'));
  report.what = fmt::format("tell the stacks of process {} ({})", pid, comm);
  Findings all;
  auto add = [&](const probe::MappedFile& file) { add_file(file, pid, all); };
  for (const probe::NotRead& file : TRY(probe::each_mapped_file(pid, add)))
    all.unwinding.push_back(not_passed(file.path, file.reason));
  // a row is four bytes in the kernel
  all.unwinding.push_back({"Unwinding",
                           "tables",
                           Status::ok,
                           fmt::format("{} rows, {} KiB", all.rows, all.rows * 4 >> 10),
                           {},
                           {}});
  for (Checks* each : {&all.unwinding, &all.names, &all.python})
    report.checks.insert(report.checks.end(), each->begin(), each->end());
  add_made_code(pid, report.checks);
  report.can_trace = all.rows > 0;
  return report;
}

}  // namespace plumb::doctor
