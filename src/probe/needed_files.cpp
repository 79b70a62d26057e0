#include "probe/needed_files.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "probe/library_folders.h"
#include "probe/open_file.h"

namespace plumb::probe {
namespace {

constexpr size_t most_dynamic_entries = 1024;   // of a dynamic section
constexpr size_t most_needed_names = 16 << 20;  // bytes of its names
constexpr size_t most_needed_files = 512;
constexpr int most_interpreters = 4;  // BINPRM_MAX_RECURSION of include/linux/binfmts.h

std::string needed_name_at(const std::string& names, uint64_t offset) {
  return offset < names.size() ? std::string(names.c_str() + offset) : std::string();
}

std::string folder_of_file(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

std::string with_origin(std::string folder, const std::string& origin) {
  for (const std::string_view word : {"${ORIGIN}", "$ORIGIN"})
    if (const size_t at = folder.find(word); at != std::string::npos)
      folder.replace(at, word.size(), origin);
  return folder;
}

// "#!/usr/bin/python3 -u"; "" for what is no script.
std::string interpreter_of(const std::string& path) {
  constexpr size_t most = 256;  // BINPRM_BUF_SIZE
  const auto open = open_file(path);
  std::string line(most, '\0');
  const ssize_t size = open ? pread(open->file.get(), line.data(), line.size(), 0) : 0;
  line.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  if (!line.starts_with("#!")) return {};
  const size_t begin = std::min(line.find_first_not_of(" \t", 2), line.size());
  return line.substr(begin, line.find_first_of(std::string_view(" \t\n\0", 4), begin) - begin);
}

class NeededFinder {
 public:
  void add(const std::string& path) {
    if (found_.size() < most_needed_files && seen_.insert(path).second) found_.push_back(path);
  }

  void add_libraries() {
    for (size_t i = 0; i < found_.size(); i++) {
      const std::string path = found_[i];
      auto open = open_file(path);
      if (!open) continue;
      const FileBytes bytes(std::move(open->file), open->size);
      const auto elf = Elf::of(bytes);
      if (!elf) continue;
      const Needed needed = needed_by(*elf, bytes);
      for (const std::string& library : needed.libraries) add_library(library, needed, path);
    }
  }

  std::vector<std::string> take() && { return std::move(found_); }

 private:
  void add_library(const std::string& name, const Needed& needed, const std::string& by) {
    if (name.find('/') != std::string::npos) return add(name);
    for (const std::string& folder : needed.folders)
      if (add_in(with_origin(folder, folder_of_file(by)), name)) return;
    for (const std::string& folder : folders_)
      if (add_in(folder, name)) return;
  }

  bool add_in(const std::string& folder, const std::string& name) {
    const std::string path = folder + "/" + name;
    if (access(path.c_str(), R_OK) != 0) return false;
    add(path);
    return true;
  }

  std::vector<std::string> folders_ = library_folders();
  std::vector<std::string> found_;
  std::set<std::string> seen_;
};

}  // namespace

Needed needed_by(const Elf& elf, const Bytes& bytes) {
  Needed needed;
  for (const Section& section : elf.sections()) {
    if (section.type != SHT_DYNAMIC || section.link >= elf.sections().size()) continue;
    const auto names = elf.bytes_of(elf.sections()[section.link], most_needed_names);
    if (!names || elf.address_size() != 8) continue;
    const uint64_t count =
        std::min<uint64_t>(section.size / sizeof(Elf64_Dyn), most_dynamic_entries);
    for (uint64_t i = 0; i < count; i++) {
      Elf64_Dyn entry{};
      if (!bytes.read(section.offset + i * sizeof(entry), entry) || entry.d_tag == DT_NULL) break;
      const std::string name = needed_name_at(*names, entry.d_un.d_val);
      if (entry.d_tag == DT_NEEDED && !name.empty()) needed.libraries.push_back(name);
      if (entry.d_tag != DT_RUNPATH && entry.d_tag != DT_RPATH) continue;
      for (std::string& folder : split(name, ':')) needed.folders.push_back(std::move(folder));
    }
  }
  return needed;
}

std::vector<std::string> files_run_by(const std::string& program) {
  NeededFinder finder;
  std::string path = program;
  for (int i = 0; i < most_interpreters && !path.empty(); i++) {
    finder.add(path);
    path = interpreter_of(path);
  }
  finder.add_libraries();
  return std::move(finder).take();
}

}  // namespace plumb::probe
