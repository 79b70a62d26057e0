#include "session/code_files.h"

#include <dirent.h>
#include <poll.h>
#include <sys/auxv.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/print.h"
#include "base/text.h"
#include "kernel/inodes.h"
#include "probe/elf.h"
#include "probe/mapped_files.h"
#include "probe/needed_files.h"

namespace plumb::session {
namespace {

// What is mapped while the run goes on has room beside what was there: that of some large programs.
constexpr uint32_t spare_rows = 2 << 20;
constexpr uint32_t spare_pages = 16 << 10;
constexpr uint32_t most_rules = 16 << 10;
constexpr size_t most_mapped = 1 << 16;
constexpr uint64_t vdso_inode = 1;  // VDSO_INODE of bpf/unwind_tables.bpf.h

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

}  // namespace

void CodeFiles::find(const Request& request, const std::string& program) {
  auto watch = kernel::MappingWatch::open();
  if (watch) watch_ = *std::move(watch);
  add_vdso();
  if (!program.empty())
    for (const std::string& path : probe::files_run_by(program))
      if (auto file = probe::open_file(path)) open(path, *std::move(file), 0);
  find_mapped(static_cast<uint32_t>(getpid()));  // the libraries that most programs use
  const bool by_pid = !request.who.pids.empty() || !program.empty();
  for (const uint32_t pid : by_pid ? request.who.pids : all_processes()) find_mapped(pid);
  choose_new();
  while (add_one()) continue;
}

void CodeFiles::find_mapped(uint32_t pid) {
  (void)probe::each_mapped_file(
      pid, [&](probe::MappedFile file) { open(std::move(file.path), std::move(file.open), pid); });
}

void CodeFiles::open(std::string path, probe::OpenFile file, uint32_t pid) {
  struct stat facts {};
  if (fstat(file.file.get(), &facts) != 0 || !seen_.emplace(facts.st_dev, facts.st_ino).second)
    return;
  const int descriptor = file.file.get();
  auto bytes = std::make_unique<probe::FileBytes>(std::move(file.file), file.size);
  if (!probe::is_elf(*bytes)) return;
  opened_.push_back(
      {descriptor, std::make_unique<resolve::ProgramCode>(std::move(path), std::move(bytes), pid)});
}

void CodeFiles::add_vdso() {
  std::string image = own_vdso();
  if (image.empty()) return;
  add(vdso_inode, std::make_unique<resolve::ProgramCode>(
                      "[vdso]", std::make_unique<OwnedBytes>(std::move(image)), 0));
}

// Several of them may be one, as files of overlays are.
void CodeFiles::choose_new() {
  std::vector<int> descriptors;
  for (const Opened& each : opened_) descriptors.push_back(each.descriptor);
  const auto inodes = kernel::kernel_inodes_of(descriptors);
  if (!inodes) tell(fmt::format("plumb: not seen: frames of processes: {}\n", inodes.error().what));
  for (size_t i = 0; inodes && i < opened_.size(); i++) {
    if (!inodes_.insert((*inodes)[i]).second) continue;
    const uint64_t size = opened_[i].code->bytes().size();
    new_.emplace(size, Known{(*inodes)[i], std::move(opened_[i].code)});
  }
  opened_.clear();
}

// Those are first that are there soonest.
bool CodeFiles::add_one() {
  if (new_.empty()) return false;
  auto first = new_.extract(new_.begin());
  add(first.mapped().inode, std::move(first.mapped().code));
  return true;
}

void CodeFiles::add(uint64_t inode, std::unique_ptr<resolve::ProgramCode> code) {
  File made{inode, std::move(code), {}, {}};
  if (const auto elf = probe::Elf::of(made.code->bytes())) {
    auto table = unwind::table_of(*elf, made.code->bytes());
    if (table) made.table = *std::move(table);
    made.interpreter = python::interpreter_of(*elf, made.code->bytes());
  }
  const std::unique_lock lock(mutex_);
  File& file = files_.emplace_back(std::move(made));
  if (!tables_) return;
  if (const auto filled = fill(file, static_cast<uint32_t>(files_.size())); !filled)
    tell(fmt::format("plumb: unwind information of {} is not used: {}\n", file.code->path(),
                     filled.error().what));
}

kernel::StackRoom CodeFiles::room() const {
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

Result<> CodeFiles::fill(const kernel::Live& live) {
  tables_.emplace(TRY(kernel::StackTables::open(live.engine())));
  pythons_.emplace(TRY(kernel::PythonTables::open(live.engine())));
  uint32_t number = 0;
  for (File& each : files_) TRY(fill(each, ++number));
  return {};
}

Result<> CodeFiles::fill(File& file, uint32_t number) {
  kernel::FileFacts facts{number, file.table ? &*file.table : nullptr, 0};
  if (file.interpreter && file.interpreter->trouble.empty())
    facts.interpreter = TRY(pythons_->add(*file.interpreter));
  if (facts.interpreter != 0) minors_.push_back(file.interpreter->minor);
  TRY(tables_->add(file.inode, facts));
  file.table.reset();
  return {};
}

void CodeFiles::ask(const kernel::AskedFile& asked) {
  const std::unique_lock lock(mutex_);
  asked_.push_back(asked);
  if (wake_.get() >= 0) eventfd_write(wake_.get(), 1);
}

Result<> CodeFiles::begin_following() {
  wake_ = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return wake_.get() < 0 ? fail_errno("watch for files", errno) : Result<>();
}

void CodeFiles::follow(const std::atomic<bool>& ends) {
  std::vector<pollfd> waits = {{wake_.get(), POLLIN, 0}};
  for (const int file : watch_ ? watch_->descriptors() : std::vector<int>())
    waits.push_back({file, POLLIN, 0});
  while (!ends) {
    look_at_asked();
    look_at_mapped();
    if (add_one()) continue;
    poll(waits.data(), waits.size(), -1);
    eventfd_t count = 0;
    eventfd_read(wake_.get(), &count);
  }
}

void CodeFiles::wake() const { eventfd_write(wake_.get(), 1); }

void CodeFiles::look_at_asked() {
  std::vector<kernel::AskedFile> asked;
  {
    const std::unique_lock lock(mutex_);
    asked.swap(asked_);
  }
  for (const kernel::AskedFile& each : asked) {
    find_mapped(each.pid);
    choose_new();
    if (!inodes_.contains(each.inode)) tables_->forget_asked(each.inode);
  }
}

void CodeFiles::look_at_mapped() {
  if (!watch_) return;
  std::set<uint32_t> pids;
  watch_->take([&](const kernel::NewMapping& mapping) {
    if (mapped_.size() >= most_mapped) mapped_.clear();
    if (mapped_.insert(std::string(mapping.file)).second) pids.insert(mapping.pid);
  });
  for (const uint32_t pid : pids) find_mapped(pid);
  if (!opened_.empty()) choose_new();
}

const CodeFiles::File* CodeFiles::file(uint32_t number) const {
  const std::unique_lock lock(mutex_);
  return number == 0 || number > files_.size() ? nullptr : &files_[number - 1];
}

resolve::ProgramCode* CodeFiles::code(uint32_t number) const {
  const File* found = file(number);
  return found ? found->code.get() : nullptr;
}

const python::Interpreter* CodeFiles::interpreter_at(uint32_t number, uint64_t offset) const {
  const File* found = file(number);
  if (!found || !found->interpreter) return nullptr;
  const python::Interpreter& interpreter = *found->interpreter;
  const auto within = [&](const python::CodePart& part) {
    return offset - part.offset < part.size;
  };
  return within(interpreter.loop) || within(interpreter.cold) ? &interpreter : nullptr;
}

int CodeFiles::minor_of(uint32_t interpreter) const {
  const std::unique_lock lock(mutex_);
  return interpreter == 0 || interpreter > minors_.size() ? 0 : minors_[interpreter - 1];
}

}  // namespace plumb::session
