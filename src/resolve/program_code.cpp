#include "resolve/program_code.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "probe/debug_file.h"
#include "probe/mini_symbols.h"
#include "probe/readable_name.h"
#include "probe/unwind_ranges.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_kept = 1 << 17;  // offsets whose frames are

Fd other_root(uint32_t pid) {
  if (pid == 0) return {};
  Fd root(::open(fmt::format("/proc/{}/root", pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat theirs {
  }, own{};
  const bool is_other = root && ::fstat(root.get(), &theirs) == 0 && ::stat("/", &own) == 0 &&
                        (theirs.st_dev != own.st_dev || theirs.st_ino != own.st_ino);
  return is_other ? std::move(root) : Fd();
}

// Of the names of one function: open, and not __GI___libc_open.
bool is_plainer(const probe::Function& one, const probe::Function& other) {
  const auto shape = [](const std::string& name) {
    return std::pair(std::min(name.find_first_not_of('_'), name.size()), name.size());
  };
  return shape(one.name) < shape(other.name);
}

}  // namespace

ProgramCode::ProgramCode(std::string path, std::unique_ptr<probe::Bytes> bytes, uint32_t pid)
    : path_(std::move(path)), bytes_(std::move(bytes)), pid_(pid), root_(other_root(pid)) {}

void ProgramCode::read() {
  is_read_ = true;
  auto own = probe::functions_of(*bytes_);
  if (own) functions_ = *std::move(own);
  auto elf = probe::Elf::of(*bytes_);
  if (!elf) return;
  elf_ = *std::move(elf);
  if (probe::has_section(*elf_, ".debug_info")) with_lines_ = bytes_->descriptor();
  if (with_lines_ >= 0) open_shared(*elf_);
  const bool has_symbols = probe::has_section(*elf_, ".symtab");
  if (with_lines_ < 0 || !has_symbols) open_separate(*elf_);
  if (!has_symbols) add_symbols(*elf_);
}

void ProgramCode::open_separate(const probe::Elf& elf) {
  const std::string path = root_ ? fmt::format("/proc/self/fd/{}{}", root_.get(), path_) : path_;
  auto found = probe::DebugFile(elf, path, pid_).open();
  if (!found) return;
  separate_ = std::make_unique<probe::FileBytes>(std::move(found->file), found->size);
  const auto separate = probe::Elf::of(*separate_);
  if (with_lines_ >= 0 || !separate || !probe::has_section(*separate, ".debug_info")) return;
  with_lines_ = separate_->descriptor();
  open_shared(*separate);
}

std::string ProgramCode::root() const {
  return root_ ? fmt::format("/proc/self/fd/{}", root_.get()) : std::string();
}

void ProgramCode::open_shared(const probe::Elf& elf) {
  if (auto found = probe::open_shared(elf, root())) shared_ = *std::move(found);
}

void ProgramCode::add_symbols(const probe::Elf& elf) {
  if (separate_) {
    auto more = probe::functions_of(*separate_, elf, functions_, probe::entries_of(elf));
    if (more) functions_ = *std::move(more);
    return;
  }
  const auto within = probe::mini_symbols_of(elf);
  if (!within || within->empty()) return;
  auto more = probe::functions_of(probe::MemoryBytes(*within), elf, functions_);
  if (more) functions_ = *std::move(more);
}

std::string ProgramCode::function_at(uint64_t offset) const {
  const probe::Function* function = probe::function_at(functions_, offset);
  if (!function) return {};
  const auto same =
      std::ranges::equal_range(functions_, function->offset, {}, &probe::Function::offset);
  return probe::readable_name(std::ranges::min_element(same, is_plainer)->name);
}

std::vector<probe::SourceFrame> ProgramCode::look_up(uint64_t offset,
                                                     SourceReaders& readers) const {
  std::vector<probe::SourceFrame> frames;
  const auto address = with_lines_ < 0 ? std::nullopt : elf_->address_of(offset);
  if (address) frames = readers.frames_at(with_lines_, shared_.file.get(), *address);
  if (frames.empty()) frames.emplace_back();
  // By the symbol that it has here: debug information calls parts of a function as the whole.
  if (std::string name = function_at(offset); !name.empty())
    frames.back().function = std::move(name);
  return frames;
}

void ProgramCode::expect(uint64_t offset) {
  if (expected_.size() < most_kept && !frames_.contains(offset)) expected_.insert(offset);
}

const std::vector<probe::SourceFrame>& ProgramCode::frames_at(uint64_t offset,
                                                              SourceReaders& readers) {
  if (!is_read_) read();
  const auto known = frames_.find(offset);
  if (known != frames_.end()) return known->second;
  if (frames_.size() + expected_.size() >= most_kept) frames_.clear();
  for (const uint64_t each : std::exchange(expected_, {}))
    if (!frames_.contains(each)) frames_.emplace(each, look_up(each, readers));
  const auto found = frames_.find(offset);
  if (found != frames_.end()) return found->second;
  return frames_.emplace(offset, look_up(offset, readers)).first->second;
}

}  // namespace plumb::resolve
