#include "kernel/inodes.h"

#include <bpf/libbpf.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "base/mapping.h"
#include "base/text.h"
#include "kernel/rodata.h"
#include "kernel/tracer.h"
#include "probe/mapped_files.h"

namespace plumb::kernel {
namespace {

using ByAddress = std::map<uint64_t, uint64_t>;  // the begin of a mapping, and its inode

uint64_t inode_at(const std::string& bytes, size_t at) {
  uint64_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

Result<Tracer> loaded_iterator() {
  Tracer tracer = TRY(Tracer::open(embedded_own("inodes")));
  for (Hook& hook : tracer.hooks()) hook.chosen = true;
  TRY(tracer.load());
  return tracer;
}

// It stays loaded: files may come by the hundred, and a load takes as long as reading all types of
// the kernel.
Result<ByAddress> of_iterator() {
  static const Result<Tracer> tracer = loaded_iterator();
  if (!tracer) return fail(tracer.error().what);
  const btf* types = bpf_object__btf(tracer->object());
  const Place begin = TRY(place_in(types, "mapped_inode", "begin"));
  const Place inode = TRY(place_in(types, "mapped_inode", "inode"));
  const size_t size = begin.size + inode.size;
  const std::string bytes = TRY(tracer->iterate("inodes", static_cast<uint32_t>(getpid())));
  ByAddress found;
  for (size_t at = 0; at + size <= bytes.size(); at += size)
    found[inode_at(bytes, at + begin.offset)] = inode_at(bytes, at + inode.offset);
  return found;
}

Result<ByAddress> of_maps() {
  const std::string text = TRY(read_file("/proc/self/maps", 16 << 20));
  std::map<std::pair<std::string, uint64_t>, uint64_t> numbers;
  ByAddress found;
  for (const std::string& line : split(text, '\n')) {
    probe::MapsLine mapped;
    if (!probe::parse_maps_line(line, mapped)) continue;
    const auto [number, is_new] =
        numbers.try_emplace({mapped.device, mapped.inode}, numbers.size() + 1);
    found[mapped.begin] = number->second;
  }
  return found;
}

// Does its file system show files of another one?
bool is_stacked(int file) {
  struct statfs facts {};
  return fstatfs(file, &facts) == 0 && facts.f_type == OVERLAYFS_SUPER_MAGIC;
}

// What any process may ask, where no file system stands upon another one.
Result<std::vector<uint64_t>> as_shown(const std::vector<int>& files) {
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> numbers;
  std::vector<uint64_t> inodes;
  for (int file : files) {
    struct stat facts {};
    if (fstat(file, &facts) != 0) return fail_errno("look at a file", errno);
    inodes.push_back(
        numbers.try_emplace({facts.st_dev, facts.st_ino}, numbers.size()).first->second);
  }
  return inodes;
}

// Maps a page of each, and asks what is there.
Result<std::vector<uint64_t>> of_mapped(const std::vector<int>& files, Result<ByAddress> (*ask)()) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::vector<Mapping> mappings;
  for (int file : files) mappings.push_back(TRY(Mapping::of("a file", file, page, PROT_READ)));
  const ByAddress found = TRY(ask());
  std::vector<uint64_t> inodes;
  for (const Mapping& mapping : mappings) {
    const auto at = found.find(reinterpret_cast<uint64_t>(mapping.at<char>(0)));
    if (at == found.end()) return fail("the kernel does not tell which files are the same");
    inodes.push_back(at->second);
  }
  return inodes;
}

}  // namespace

Result<std::vector<uint64_t>> inodes_of(const std::vector<int>& files) {
  if (std::ranges::none_of(files, is_stacked)) return as_shown(files);
  auto inodes = of_mapped(files, of_iterator);
  return inodes ? std::move(inodes) : of_mapped(files, of_maps);
}

Result<std::vector<uint64_t>> kernel_inodes_of(const std::vector<int>& files) {
  return of_mapped(files, of_iterator);
}

}  // namespace plumb::kernel
