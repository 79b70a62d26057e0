#include "resolve/cgroups.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <optional>

#include "base/text.h"
#include "resolve/state_file.h"

namespace plumb::resolve {
namespace {

constexpr size_t most_cgroups = 65'536;
constexpr size_t most_suggestions = 5;
constexpr int kernfs_handle = 0xfe;  // FILEID_KERNFS (include/linux/exportfs.h): a 64-bit id alone
constexpr std::string_view removed = " (deleted)";  // how /proc/self/fd marks a directory that went

// mountinfo writes space, tab, newline and backslash as three octal digits: "\040".
std::string unescape(std::string_view text) {
  auto octal = [](char digit) { return digit >= '0' && digit <= '7'; };
  std::string plain;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) &&
        octal(text[i + 3])) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// How good a place to look from; smaller is better.
int mount_rank(std::string_view root, std::string_view mount) {
  if (root != "/") return 3;  // only a part of the hierarchy
  if (mount == "/sys/fs/cgroup") return 0;
  return mount == "/sys/fs/cgroup/unified" ? 1 : 2;
}

std::optional<struct stat> directory_stat(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return std::nullopt;
  return status;
}

std::string join(std::string_view parent, std::string_view child) {
  return fmt::format("{}/{}", parent == "/" ? "" : parent, child);
}

// Appends the directories directly below `parent`. One that disappears meanwhile is passed over.
void add_children(const std::string& directory, const std::string& parent,
                  std::vector<Cgroup>& found) {
  std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) return;
  while (found.size() < most_cgroups) {
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) return;
    std::string_view name = entry->d_name;
    if (name == "." || name == ".." || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
      continue;
    if (auto status = directory_stat(directory + "/" + entry->d_name))
      found.push_back({status->st_ino, join(parent, name)});
  }
}

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// What a person typed as a path from the root: "/a/b" without empty components or a final '/'.
Result<std::string> from_root(std::string_view typed, std::string_view mount) {
  if (typed.empty()) return misuse("cgroup: the path is empty", "write / for every cgroup");
  std::string_view relative = typed;
  if (is_within(typed, mount)) relative.remove_prefix(mount.size());
  std::string path;
  for (const std::string& part : split(relative, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return misuse(fmt::format("cgroup {}: '..' is not accepted", typed));
    path += "/" + part;
  }
  return path.empty() ? "/" : path;
}

}  // namespace

std::string find_cgroup_mount(std::string_view mountinfo) {
  std::string best;
  int best_rank = INT_MAX;
  for (const std::string& line : split(mountinfo, '\n')) {
    // 41 31 0:38 ROOT MOUNT OPTIONS [optional...] - TYPE SOURCE SUPER
    std::vector<std::string> fields = split(line, ' ');
    auto dash = std::find(fields.begin(), fields.end(), "-");
    if (dash - fields.begin() < 6 || fields.end() - dash < 2 || dash[1] != "cgroup2") continue;
    std::string mount = unescape(fields[4]);
    int rank = mount_rank(fields[3], mount);
    if (rank >= best_rank) continue;
    best_rank = rank;
    best = mount;
  }
  return best;
}

bool is_within(std::string_view path, std::string_view ancestor) {
  if (ancestor.empty() || !path.starts_with(ancestor)) return false;
  return ancestor == "/" || path.size() == ancestor.size() || path[ancestor.size()] == '/';
}

Cgroups::Cgroups()
    : Cgroups([] {
        auto mountinfo = read_file("/proc/self/mountinfo");
        return mountinfo ? find_cgroup_mount(*mountinfo) : "";
      }()) {}

Cgroups::Cgroups(std::string mount, Clock::duration unknown_for)
    : mount_(std::move(mount)), unknown_for_(unknown_for) {
  if (mount_.empty()) return;
  mount_fd_ = Fd(::open(mount_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Asked for a cgroup that surely exists, so that "absent" can be believed later.
  auto root = directory_stat(mount_);
  std::string path;
  handles_work_ = root && by_handle(root->st_ino, path) == Lookup::found;
}

std::string Cgroups::directory(std::string_view path) const {
  return path == "/" ? mount_ : fmt::format("{}{}", mount_, path);
}

Cgroups::Lookup Cgroups::by_handle(uint64_t id, std::string& path) const {
  alignas(file_handle) std::array<char, sizeof(file_handle) + sizeof(id)> bytes{};
  auto* handle = reinterpret_cast<file_handle*>(bytes.data());
  handle->handle_bytes = sizeof(id);
  handle->handle_type = kernfs_handle;
  std::memcpy(bytes.data() + offsetof(file_handle, f_handle), &id, sizeof(id));
  Fd fd(::open_by_handle_at(mount_fd_.get(), handle, O_PATH | O_CLOEXEC));
  if (!fd) return errno == ESTALE ? Lookup::absent : Lookup::not_allowed;
  std::array<char, PATH_MAX> target{};
  ssize_t size =
      ::readlink(fmt::format("/proc/self/fd/{}", fd.get()).c_str(), target.data(), target.size());
  if (size <= 0 || static_cast<size_t>(size) >= target.size()) return Lookup::not_allowed;
  std::string_view absolute(target.data(), static_cast<size_t>(size));
  if (!is_within(absolute, mount_)) return Lookup::absent;
  if (absolute.ends_with(removed) && !directory_stat(std::string(absolute)))
    absolute.remove_suffix(removed.size());
  path = absolute.size() == mount_.size() ? "/" : absolute.substr(mount_.size());
  return Lookup::found;
}

std::string_view Cgroups::remember(uint64_t id, std::string path) {
  if (paths_.size() >= most_cgroups) paths_.clear();
  return paths_.insert_or_assign(id, std::move(path)).first->second;
}

void Cgroups::scan(Clock::time_point now) {
  if (scanned_ != Clock::time_point{} && now < scanned_ + unknown_for_) return;
  scanned_ = now;
  for (Cgroup& cgroup : tree()) remember(cgroup.id, std::move(cgroup.path));
}

std::string_view Cgroups::path_of(uint64_t id) {
  if (mount_.empty()) return {};
  if (auto known = paths_.find(id); known != paths_.end()) return known->second;
  Clock::time_point now = Clock::now();
  auto unknown = unknown_until_.find(id);
  if (unknown != unknown_until_.end() && now < unknown->second) return {};
  std::string path;
  Lookup answer = handles_work_ ? by_handle(id, path) : Lookup::not_allowed;
  if (answer == Lookup::found) return remember(id, std::move(path));
  // CAP_DAC_READ_SEARCH may have been dropped since the start: the slow way needs nothing.
  if (answer == Lookup::not_allowed) scan(now);
  if (auto known = paths_.find(id); known != paths_.end()) return known->second;
  if (unknown_until_.size() >= most_cgroups) unknown_until_.clear();
  unknown_until_.insert_or_assign(id, now + unknown_for_);
  return {};
}

std::vector<Cgroup> Cgroups::tree(std::string_view path) const {
  std::vector<Cgroup> found;
  auto top = directory_stat(directory(path));
  if (mount_.empty() || !top) return found;
  found.push_back({top->st_ino, std::string(path)});
  for (size_t i = 0; i < found.size() && found.size() < most_cgroups; i++) {
    std::string parent = found[i].path;  // a copy: the vector grows below
    add_children(directory(parent), parent, found);
  }
  return found;
}

std::vector<Cgroup> Cgroups::children(std::string_view path) const {
  std::vector<Cgroup> found;
  add_children(directory(path), std::string(path), found);
  return found;
}

Result<uint64_t> Cgroups::id_of(std::string_view path) const {
  if (mount_.empty())
    return fail(fmt::format("cgroup {}: no cgroup2 hierarchy is mounted", path),
                "mount one: mount -t cgroup2 none /sys/fs/cgroup/unified");
  std::string wanted = TRY(from_root(path, mount_));
  if (auto status = directory_stat(directory(wanted))) return status->st_ino;
  return fail(fmt::format("cgroup {}: no such cgroup below {}", path, mount_), neighbours(wanted));
}

// The hint for a path that does not exist: a cgroup of the same name elsewhere, or what there is in
// the deepest part of the path that does exist, the most similar first.
std::string Cgroups::neighbours(const std::string& path) const {
  std::string_view name = last_component(path);
  std::vector<std::string> similar;
  for (const Cgroup& cgroup : tree())
    if (last_component(cgroup.path) == name && similar.size() < most_suggestions)
      similar.push_back(printable(cgroup.path));
  if (!similar.empty()) return fmt::format("did you mean {}?", fmt::join(similar, " or "));

  std::string parent = path;
  std::string missing;
  do {
    missing = last_component(parent);
    parent.resize(parent.rfind('/'));
    if (parent.empty()) parent = "/";
  } while (parent != "/" && !directory_stat(directory(parent)));
  std::vector<std::string> names;
  for (const Cgroup& child : children(parent))
    names.push_back(printable(last_component(child.path)));
  std::sort(names.begin(), names.end());
  if (auto near = std::find(names.begin(), names.end(), nearest(missing, names));
      near != names.end())
    std::rotate(names.begin(), near, near + 1);
  bool more = names.size() > most_suggestions;
  if (more) names.resize(most_suggestions);
  if (names.empty()) return fmt::format("{} has no cgroups in it", parent);
  return fmt::format("{} has {}{}", parent, fmt::join(names, ", "), more ? ", ..." : "");
}

bool Cgroups::populated(std::string_view path) const {
  auto events = read_file(directory(path) + "/cgroup.events", 4096);
  return !events || events->find("populated 0") == std::string::npos;
}

int64_t Cgroups::owner_uid(std::string_view path) const {
  auto status = directory_stat(directory(path));
  return status ? static_cast<int64_t>(status->st_uid) : -1;
}

}  // namespace plumb::resolve
