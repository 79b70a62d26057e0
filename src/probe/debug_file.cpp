#include "probe/debug_file.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "base/cursor.h"
#include "base/text.h"

namespace plumb::probe {
namespace {

constexpr size_t most_note = 1024, most_link = 4096 + 8;  // bytes
constexpr uint32_t most_build_id = 64;                    // bytes; linkers make 8 to 32
constexpr uint64_t most_summed = uint64_t{1} << 30;       // bytes of a file
constexpr std::string_view debug_root = "/usr/lib/debug";

std::string bytes_of(const Elf& elf, std::string_view name, size_t most) {
  const auto found = std::ranges::find(elf.sections(), name, &Section::name);
  if (found == elf.sections().end()) return {};
  auto bytes = elf.bytes_of(*found, most);
  return bytes ? *std::move(bytes) : std::string();
}

// Gdb's documentation, "Separate Debug Files": the CRC-32 of the whole file.
std::optional<uint32_t> checksum_of(const Bytes& bytes) {
  std::string piece;
  uLong sum = 0;
  if (bytes.size() > most_summed) return std::nullopt;
  for (uint64_t at = 0; at < bytes.size(); at += piece.size()) {
    if (!bytes.read(at, piece, std::min<uint64_t>(1 << 16, bytes.size() - at))) return std::nullopt;
    sum = crc32(sum, reinterpret_cast<const Bytef*>(piece.data()), static_cast<uInt>(piece.size()));
  }
  return static_cast<uint32_t>(sum);
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char each : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(each));
  return text;
}

std::string build_id_place(const std::string& id) {
  return fmt::format("{}/.build-id/{}/{}.debug", debug_root, id.substr(0, 2), id.substr(2));
}

OpenFile copy_of(const OpenFile& file) {
  return {Fd(fcntl(file.file.get(), F_DUPFD_CLOEXEC, 0)), file.size};
}

}  // namespace

// A name, which need not be where the file was when it was written, a 0, and a build-id.
std::optional<OpenFile> open_shared(const Elf& with_debug_information, const std::string& root) {
  const std::string link = bytes_of(with_debug_information, ".gnu_debugaltlink", most_link);
  const size_t end = link.find('\0');
  if (end == link.npos || link.size() < end + 3 || link.size() - end - 1 > most_build_id) return {};
  const std::string name = link.substr(0, end), id = hexadecimal(link.substr(end + 1));
  constexpr std::string_view folder = "/.dwz/";
  std::vector<std::string> places = {build_id_place(id)};
  if (name.starts_with('/')) places.push_back(name);
  if (const size_t at = name.find(folder); at != name.npos)
    places.push_back(std::string(debug_root) + name.substr(at));
  for (const std::string& begin : {root, std::string()})
    for (const std::string& place : places) {
      auto file = open_file(begin + place);
      if (!file) continue;
      const FileBytes bytes(copy_of(*file).file, file->size);
      const auto elf = Elf::of(bytes);
      if (elf && build_id_of(*elf) == id) return *std::move(file);
    }
  return {};
}

bool has_section(const Elf& elf, std::string_view name) {
  return std::ranges::find(elf.sections(), name, &Section::name) != elf.sections().end();
}

const OpenFile* with_debug_information(const Elf& elf, const OpenFile& own,
                                       const std::optional<OpenFile>& separate) {
  if (has_section(elf, ".debug_info")) return &own;
  return separate ? &*separate : nullptr;
}

// elf(5), "Notes (Nhdr)": sizes of name and description, a type, then both.
std::string build_id_of(const Elf& elf) {
  const std::string note = bytes_of(elf, ".note.gnu.build-id", most_note);
  Cursor cursor(note);
  Elf64_Nhdr header{};
  std::string_view name, id;
  const bool is_one = cursor.read(header) && header.n_type == NT_GNU_BUILD_ID &&
                      header.n_namesz == sizeof(ELF_NOTE_GNU) && cursor.read(name, 4) &&
                      name.substr(0, 3) == ELF_NOTE_GNU && header.n_descsz > 1 &&
                      header.n_descsz <= most_build_id && cursor.read(id, header.n_descsz);
  return is_one ? hexadecimal(id) : std::string();
}

DebugFile::DebugFile(const Elf& elf, const std::string& path, uint32_t pid)
    : build_id_(build_id_of(elf)) {
  const std::string link = bytes_of(elf, ".gnu_debuglink", most_link);
  const std::string name = link.substr(0, link.find('\0'));
  // a name, four bytes from the section's begin its checksum; one with a slash leads elsewhere
  const size_t at = (name.size() + 1 + 3) / 4 * 4;
  if (!name.empty() && name.find('/') == name.npos && at + sizeof(checksum_) <= link.size()) {
    link_ = name;
    std::memcpy(&checksum_, link.data() + at, sizeof(checksum_));
  }
  add_places(path, pid);
}

void DebugFile::add_places(const std::string& path, uint32_t pid) {
  std::string root = path.substr(0, root_part(path));
  const std::string within = path.substr(root.size());
  if (root.empty() && pid != 0) root = fmt::format("/proc/{}/root", pid);
  const std::string folder = within.substr(0, within.rfind('/') + 1);
  std::vector<std::string> places;
  if (build_id_.size() > 2) places.push_back(build_id_place(build_id_));
  if (!link_.empty()) {
    places.push_back(folder + link_);
    places.push_back(folder + ".debug/" + link_);
    if (folder.starts_with('/')) places.push_back(fmt::format("{}{}{}", debug_root, folder, link_));
  }
  if (!root.empty())
    for (const std::string& each : places)
      if (each.starts_with('/')) places_.push_back(root + each);
  places_.insert(places_.end(), places.begin(), places.end());
}

std::optional<OpenFile> DebugFile::open() const {
  for (const std::string& place : places_)
    if (auto file = open_file(place); file && belongs(*file)) return *std::move(file);
  return std::nullopt;
}

bool DebugFile::belongs(const OpenFile& file) const {
  const FileBytes bytes(copy_of(file).file, file.size);
  const auto elf = Elf::of(bytes);
  if (!elf) return false;
  return build_id_.empty() ? checksum_of(bytes) == checksum_ : build_id_of(*elf) == build_id_;
}

std::string DebugFile::hint() const {
  if (places_.empty()) return "it has no build-id by which to find its debugging symbols";
  std::string all;
  for (const std::string& each : places_) all += (all.empty() ? "" : ", ") + each;
  const std::string how =
      build_id_.empty() ? "" : fmt::format(", and debuginfod-find debuginfo {}", build_id_);
  return fmt::format("its debugging symbols are not at {}: its -dbgsym package has them{}", all,
                     how);
}

}  // namespace plumb::probe
