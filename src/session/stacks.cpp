#include "session/stacks.h"

#include <dirent.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/print.h"
#include "base/text.h"
#include "kernel/inodes.h"
#include "probe/elf.h"
#include "probe/mapped_files.h"
#include "probe/needed_files.h"
#include "render/kept_stack.h"
#include "session/command.h"
#include "session/processes.h"
#include "session/user_frames.h"

namespace plumb::session {
namespace {

// What is mapped while the run goes on has room beside what was there: that of some large programs.
constexpr uint32_t spare_rows = 2 << 20;
constexpr uint32_t spare_pages = 16 << 10;
constexpr uint32_t most_rules = 16 << 10;
constexpr size_t most_sent = 1 << 18;   // of up to some KiB: what is beyond has no names
constexpr size_t most_texts = 1 << 12;  // that are kept, as the next event may have the same
constexpr uint64_t vdso_inode = 1;      // VDSO_INODE of bpf/unwind.bpf.h

std::vector<uint32_t> all_processes() {
  std::vector<uint32_t> pids;
  DIR* directory = opendir("/proc");
  if (!directory) return pids;
  while (const dirent* entry = readdir(directory)) {
    const std::string_view name = entry->d_name;
    uint32_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size()) pids.push_back(pid);
  }
  closedir(directory);
  return pids;
}

// The code that the kernel has put into each process: of the same kernel, the same as here.
std::string own_vdso() {
  const uint64_t begin = getauxval(AT_SYSINFO_EHDR);
  const auto maps = read_file("/proc/self/maps", 16 << 20);
  if (begin == 0 || !maps) return {};
  for (const std::string& line : split(*maps, '\n')) {
    uint64_t from = 0, to = 0;
    const auto [dash, bad] = std::from_chars(line.data(), line.data() + line.size(), from, 16);
    if (bad != std::errc() || from != begin) continue;
    std::from_chars(dash + 1, line.data() + line.size(), to, 16);
    return {reinterpret_cast<const char*>(from), to - from};
  }
  return {};
}

// Bytes that are kept with what reads them.
class OwnedBytes : public probe::Bytes {
 public:
  explicit OwnedBytes(std::string bytes) : Bytes(bytes.size()), bytes_(std::move(bytes)) {}

 private:
  bool fetch(uint64_t offset, char* to, size_t size) const override {
    std::memcpy(to, bytes_.data() + offset, size);
    return true;
  }

  std::string bytes_;
};

// Functions by which the kernel runs a program and the program takes a stack: they are on top.
bool is_of_tracing(std::string_view function) {
  constexpr std::array beginnings = {
      "bpf_prog_",     "bpf_trace_run",   "__bpf_trace_", "__traceiter_",   "bpf_get_",
      "__bpf_get_",    "bpf_trampoline_", "stack_trace_", "trace_call_bpf", "perf_trace_",
      "perf_call_bpf", "__perf_trace_",   "perf_syscall_"};
  return std::ranges::any_of(beginnings,
                             [&](std::string_view b) { return function.starts_with(b); });
}

// A sample interrupts what it is of: those functions are the kernel's, up to where it came in.
auto end_of_interrupt(const std::vector<render::StackFrame>& frames) {
  const auto entry = std::ranges::find_if(
      frames, [](const render::StackFrame& frame) { return frame.function.starts_with("asm_"); });
  return entry == frames.end() ? frames.begin() : entry + 1;
}

void leave_out_tracing(std::vector<render::StackFrame>& frames) {
  const auto first = std::ranges::find_if_not(
      frames, [](const render::StackFrame& frame) { return is_of_tracing(frame.function); });
  frames.erase(frames.begin(), first);
  if (!frames.empty() && (frames[0].function == "bpf_overflow_handler" ||
                          frames[0].function == "__perf_event_overflow"))
    frames.erase(frames.begin(), end_of_interrupt(frames));
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Result<std::unique_ptr<Stacks>> Stacks::prepare(const Request& request, const Prepared& prepared,
                                                kernel::LiveOptions& options) {
  bool any = false;
  for (size_t i = 0; i < prepared.plans.size(); i++)
    any |= kernel::takes_stacks(prepared.tracers[i].schema().event, *prepared.plans[i]);
  if (!any && !request.ask.stack) return std::unique_ptr<Stacks>();
  if (std::ranges::none_of(prepared.tracers, kernel::can_take_stacks)) {
    tell(
        "plumb: not seen: stacks: probes and dns do not take them, other tracers do since Linux "
        "5.17, and those of processes since 6.1\n");
    return std::unique_ptr<Stacks>();
  }
  options.stacks = {request.stack.kernel, request.stack.user, {}};
  if (request.plan_only) {
    options.stacks.room = Stacks().room();  // and what the files of processes need
    return std::unique_ptr<Stacks>();
  }
  auto stacks = std::make_unique<Stacks>();
  const std::string program = request.command.empty() ? "" : TRY(Command::find(request.command[0]));
  if (request.stack.user) stacks->find_files(request, program);
  options.stacks.room = stacks->room();
  return stacks;
}

void Stacks::find_files(const Request& request, const std::string& program) {
  add_vdso();
  if (!program.empty())
    for (const std::string& path : probe::files_run_by(program))
      if (auto file = probe::open_file(path)) open(path, *std::move(file), 0);
  find_mapped(static_cast<uint32_t>(getpid()));  // the libraries that most programs use
  const bool by_pid = !request.who.pids.empty() || !program.empty();
  for (const uint32_t pid : by_pid ? request.who.pids : all_processes()) find_mapped(pid);
  add_opened();
}

void Stacks::find_mapped(uint32_t pid) {
  (void)probe::each_mapped_file(
      pid, [&](probe::MappedFile file) { open(std::move(file.path), std::move(file.open), pid); });
}

void Stacks::open(std::string path, probe::OpenFile file, uint32_t pid) {
  struct stat facts {};
  if (fstat(file.file.get(), &facts) != 0 || !seen_.emplace(facts.st_dev, facts.st_ino).second)
    return;
  const int descriptor = file.file.get();
  auto bytes = std::make_unique<probe::FileBytes>(std::move(file.file), file.size);
  if (!probe::is_elf(*bytes)) return;
  opened_.push_back(
      {descriptor, std::make_unique<resolve::ProgramCode>(std::move(path), std::move(bytes), pid)});
}

void Stacks::add_vdso() {
  std::string image = own_vdso();
  if (image.empty()) return;
  add(vdso_inode, std::make_unique<resolve::ProgramCode>(
                      "[vdso]", std::make_unique<OwnedBytes>(std::move(image)), 0));
}

// Several of them may be one, as files of overlays are.
void Stacks::add_opened() {
  std::vector<int> descriptors;
  for (const Opened& each : opened_) descriptors.push_back(each.descriptor);
  const auto inodes = kernel::kernel_inodes_of(descriptors);
  if (!inodes) tell(fmt::format("plumb: not seen: frames of processes: {}\n", inodes.error().what));
  for (size_t i = 0; inodes && i < opened_.size(); i++)
    if (!by_inode_.contains((*inodes)[i])) add((*inodes)[i], std::move(opened_[i].code));
  opened_.clear();
}

void Stacks::add(uint64_t inode, std::unique_ptr<resolve::ProgramCode> code) {
  File file{inode, std::move(code), {}};
  if (const auto elf = probe::Elf::of(file.code->bytes())) {
    auto table = unwind::table_of(*elf, file.code->bytes());
    if (table) file.table = *std::move(table);
  }
  by_inode_.emplace(inode, files_.size());
  files_.push_back(std::move(file));
}

kernel::StackRoom Stacks::room() const {
  kernel::StackRoom room{spare_rows, spare_pages, most_rules};
  constexpr uint32_t chunk = 256;  // UNWIND_CHUNK: each file begins a new one
  for (const File& file : files_) {
    if (!file.table || file.table->rows.empty()) continue;
    const auto pages =
        static_cast<uint32_t>(file.table->rows.back().offset >> unwind::page_bits) + 1;
    room.pages += pages;
    room.rows += static_cast<uint32_t>(file.table->rows.size()) + pages + chunk;
  }
  return room;
}

Result<> Stacks::fill(const kernel::Live& live) {
  tables_.emplace(TRY(kernel::StackTables::open(live.engine())));
  return fill_from(0);
}

Result<> Stacks::fill_from(size_t first) {
  for (size_t i = first; i < files_.size(); i++) {
    File& file = files_[i];
    TRY(tables_->add(file.inode, static_cast<uint32_t>(i) + 1,
                     file.table ? &*file.table : nullptr));
    file.table.reset();
  }
  return {};
}

bool Stacks::take(std::string_view bytes) {
  if (!tables_) return false;
  if (auto stack = tables_->stack_of(bytes)) {
    expect_frames(*stack);
    if (sent_.size() < most_sent) sent_.insert_or_assign(stack->id, *std::move(stack));
    return true;
  }
  const auto asked = tables_->asked_of(bytes);
  if (asked) add_late(*asked);
  return asked.has_value();
}

void Stacks::add_late(const kernel::AskedFile& asked) {
  const size_t before = files_.size();
  find_mapped(asked.pid);
  add_opened();
  if (!by_inode_.contains(asked.inode)) tables_->forget_asked(asked.inode);
  if (const auto filled = fill_from(before); !filled)
    tell(fmt::format("plumb: unwind information of {} is not used: {}\n",
                     files_.back().code->path(), filled.error().what));
}

render::StackFrame Stacks::frame_of(uint64_t address) {
  const auto place = kernel_.place_of(address);
  return {render::FrameKind::kernel,
          std::string(place.function),
          std::string(place.module),
          address,
          "",
          0};
}

void Stacks::expect_frames(const kernel::SentStack& stack) {
  if (has_made_code(stack)) made_.meet(stack.pid);
  for (const auto& place : stack.user)
    if (place.file != 0 && place.file <= files_.size())
      files_[place.file - 1].code->expect(instruction_of(place));
}

void Stacks::add_frames(const kernel::SentStack::Place& place,
                        std::vector<render::StackFrame>& frames) {
  render::StackFrame frame;
  frame.offset = place.offset;
  if (place.file > files_.size()) return frames.push_back(std::move(frame));
  resolve::ProgramCode& code = *files_[place.file - 1].code;
  frame.module = base_name(code.path());
  add_sources(code.frames_at(instruction_of(place), readers_), std::move(frame), frames);
}

render::Stack Stacks::named(const kernel::SentStack& stack) {
  render::Stack named;
  named.end = stack.end;
  for (const uint64_t address : stack.kernel) named.frames.push_back(frame_of(address));
  leave_out_tracing(named.frames);
  for (const auto& place : stack.user)
    if (place.file == 0)
      named.frames.push_back(made_frame(made_.frame_at(stack.pid, instruction_of(place)), place));
    else
      add_frames(place, named.frames);
  return named;
}

void Stacks::tell_lost() const {
  if (const uint64_t count = lost())
    tell(
        fmt::format("plumb: stacks of {} events were lost: no memory to take them, or no room in "
                    "the ring\n",
                    count));
}

std::string_view Stacks::text_of(uint64_t id) {
  const auto known = texts_.find(id);
  if (known != texts_.end()) return known->second;
  const auto sent = sent_.find(id);
  if (sent == sent_.end()) return {};
  if (texts_.size() >= most_texts) texts_.clear();
  return texts_.emplace(id, render::kept_stack(named(sent->second))).first->second;
}

}  // namespace plumb::session
