#include "probe/find_files.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <set>
#include <utility>

#include "base/text.h"
#include "probe/library_folders.h"
#include "probe/mapped_files.h"

namespace plumb::probe {
namespace {

class Files {
 public:
  explicit Files(const std::string& name) : name_(name) {}

  void of_process(uint32_t pid) {
    // What was replaced or deleted since, and what lies in memory, has the kernel's mark on its
    // name.
    const auto is_meant = [&](std::string path) {
      cut_deleted(path);
      return may_be(path, name_);
    };
    // one that has ended meanwhile, or may not be looked at, has nothing to say
    const auto not_read = each_mapped_file(
        pid, [&](MappedFile mapped) { add(mapped.path, std::move(mapped.open), pid); }, is_meant);
    if (not_read)
      for (const NotRead& each : *not_read) refused_ = each.path + ": " + each.reason;
  }

  void of_path(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
    if (!real || !is_called(real.get(), name_)) return;
    if (auto open = open_file(real.get()); open && is_program(open->file))
      add(real.get(), *std::move(open));
  }

  void of_folder(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> all(opendir(folder.c_str()), closedir);
    while (const dirent* entry = all ? readdir(all.get()) : nullptr)
      if (is_called(entry->d_name, name_)) of_path(folder + "/" + entry->d_name);
  }

  std::vector<FoundFile>& found() { return found_; }
  const std::string& refused() const { return refused_; }

 private:
  // Not a script that leads to one, as pyenv's python.
  static bool is_program(const Fd& file) {
    std::array<char, 4> magic{};
    const ssize_t got = pread(file.get(), magic.data(), magic.size(), 0);
    return got == ssize_t{magic.size()} &&
           std::string_view(magic.data(), magic.size()) == "\177ELF";
  }

  void add(const std::string& path, OpenFile open, uint32_t pid = 0) {
    struct stat facts {};
    if (fstat(open.file.get(), &facts) != 0) return;
    if (seen_.emplace(facts.st_dev, facts.st_ino).second)
      found_.push_back({path, std::move(open), pid});
  }

  const std::string& name_;
  std::set<std::pair<uint64_t, uint64_t>> seen_;  // device and inode
  std::vector<FoundFile> found_;
  std::string refused_;
};

// A library in the overlays of several containers is another file in each, and one to the kernel:
// a probe there would be told once for each.
Result<std::vector<FoundFile>> each_once(std::vector<FoundFile> found, const Inodes& inodes) {
  if (found.size() < 2 || !inodes) return found;
  std::vector<int> files;
  for (const FoundFile& each : found) files.push_back(each.open.file.get());
  const std::vector<uint64_t> numbers = TRY(inodes(files));
  std::set<uint64_t> seen;
  std::vector<FoundFile> once;
  for (size_t i = 0; i < found.size(); i++)
    if (seen.insert(numbers[i]).second) once.push_back(std::move(found[i]));
  return once;
}

}  // namespace

std::vector<uint32_t> all_processes() {
  std::vector<uint32_t> pids;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(opendir("/proc"), closedir);
  while (const dirent* entry = proc ? readdir(proc.get()) : nullptr)
    if (const auto pid = parse_unsigned(entry->d_name); pid && *pid <= INT32_MAX)
      pids.push_back(static_cast<uint32_t>(*pid));
  return pids;
}

bool is_called(const std::string& path, const std::string& name) {
  std::string_view base = path;
  base.remove_prefix(base.rfind('/') + 1);
  if (!name.starts_with("lib") && base.starts_with("lib") && !base.starts_with(name))
    base.remove_prefix(3);
  if (name.empty() || !base.starts_with(name)) return false;
  base.remove_prefix(name.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return base.empty() || base[0] == '.' || is_digit(base[0]) ||
         (base[0] == '-' && base.size() > 1 && is_digit(base[1]));
}

Result<std::vector<FoundFile>> find_files(const std::string& target, const Search& search) {
  std::vector<FoundFile> found;
  if (target.find('/') != target.npos) {
    found.push_back({target, TRY(open_file(target)), 0});
    return found;
  }
  Files files(target);
  for (uint32_t pid : search.pids.empty() ? all_processes() : search.pids) files.of_process(pid);
  for (const std::string& program : search.programs) files.of_path(program);
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path ? path : "", ':'))
    if (search.pids.empty() && !folder.empty()) files.of_path(folder + "/" + target);
  // what a command will map, or somebody who comes
  if (!search.programs.empty() || (search.pids.empty() && files.found().empty()))
    for (const std::string& folder : library_folders()) files.of_folder(folder);
  if (!files.found().empty()) return each_once(std::move(files.found()), search.inodes);
  if (!files.refused().empty()) return fail(target + ": " + files.refused());
  return misuse(
      fmt::format("{}: no process has mapped a file of this name, and no library has it", target),
      "a path, as uprobe:/usr/lib/libx.so.1:f, is probed before anybody maps it");
}

bool may_be(const std::string& path, const std::string& target) {
  if (target.find('/') == target.npos) return is_called(path, target);
  // libx.so, the link that was named, leads to libx.so.1.2
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  return name.starts_with(std::string_view(target).substr(target.rfind('/') + 1));
}

bool has_mapped(const std::string& target, uint32_t pid) {
  const auto maps = read_file(fmt::format("/proc/{}/maps", pid), 16 << 20);
  for (const std::string& line : split(maps ? *maps : "", '\n')) {
    MapsLine mapping;
    if (!parse_maps_line(line, mapping) || !mapping.executable) continue;
    cut_deleted(mapping.path);
    if (may_be(mapping.path, target)) return true;
  }
  return false;
}

std::vector<FoundFile> mapped_of(const std::string& target, uint32_t pid) {
  Files files(target);
  files.of_process(pid);
  return std::move(files.found());
}

std::vector<FoundFile> files_of(const std::string& target, uint32_t pid) {
  if (target.find('/') == target.npos) return mapped_of(target, pid);
  std::vector<FoundFile> found;
  if (auto open = open_file(target)) found.push_back({target, *std::move(open), pid});
  return found;
}

}  // namespace plumb::probe
