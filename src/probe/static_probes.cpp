#include "probe/static_probes.h"

#include <elf.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/cursor.h"

namespace plumb::probe {
namespace {

// Of one file. Java's library, which has most, has 60 KiB of them.
constexpr size_t most_note_bytes = 4 << 20;
constexpr uint32_t probe_note = 3;

struct Note {
  uint32_t type = 0;
  std::string_view owner;
  std::string_view content;
};

// Both parts are filled up to four bytes; the last one need not be.
bool take_note(Cursor& bytes, Note& note) {
  Elf64_Nhdr header{};
  if (!bytes.read(header)) return false;
  const auto part = [&](std::string_view& out, uint32_t size) {
    return bytes.read(out, size) && bytes.skip(std::min<size_t>(bytes.left(), -size & 3));
  };
  note.type = header.n_type;
  return part(note.owner, header.n_namesz) && part(note.content, header.n_descsz);
}

class NoteReader {
 public:
  explicit NoteReader(const Elf& elf) : elf_(elf) {
    for (const Section& each : elf.sections())
      if (each.name == ".stapsdt.base" && base_ == 0) base_ = each.address;
  }

  Result<StaticProbes> run() {
    for (const Section& each : elf_.sections()) {
      if (each.type != SHT_NOTE || each.name != ".note.stapsdt") continue;
      const std::string bytes =
          TRY(elf_.bytes_of(each, most_note_bytes - read_).within("notes of static probes"));
      read_ += bytes.size();
      take_all(bytes);
    }
    StaticProbes all{elf_.machine(), {}, broken_};
    for (auto& [name, sites] : sites_) {
      std::ranges::stable_sort(sites, {}, &Site::offset);
      all.probes.push_back({name.first, name.second, std::move(sites)});
    }
    return all;
  }

 private:
  void take_all(std::string_view bytes) {
    Cursor cursor(bytes);
    while (cursor.left() > 0) {
      Note note;
      if (!take_note(cursor, note)) {
        broken_++;  // where the next would begin is not known
        return;
      }
      if (note.type != probe_note || note.owner != std::string_view("stapsdt\0", 8)) continue;
      if (!take(note.content)) broken_++;
    }
  }

  bool take_address(Cursor& content, uint64_t& out) const {
    if (elf_.address_size() == 8) return content.read(out);
    uint32_t narrow = 0;
    const bool done = content.read(narrow);
    out = narrow;
    return done;
  }

  // Three addresses, then three texts: provider, name, arguments.
  bool take(std::string_view bytes) {
    Cursor content(bytes);
    uint64_t location = 0, base = 0, semaphore = 0;
    if (!take_address(content, location) || !take_address(content, base) ||
        !take_address(content, semaphore))
      return false;
    std::string_view rest = bytes.substr(content.position());
    const auto take_text = [&](std::string_view& out) {
      const size_t end = rest.find('\0');
      if (end == std::string_view::npos) return false;
      out = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      return true;
    };
    std::string_view provider, name, arguments;
    if (!take_text(provider) || !take_text(name) || !take_text(arguments)) return false;
    // Who moves a linked file (prelink) does not know these notes. The base has moved with it.
    const uint64_t moved = base_ != 0 && base != 0 ? base_ - base : 0;
    Site site{elf_.offset_of(location + moved), std::string(arguments), semaphore != 0, {}};
    if (site.has_semaphore) site.semaphore = elf_.offset_of(semaphore + moved);
    sites_[{std::string(provider), std::string(name)}].push_back(std::move(site));
    return true;
  }

  const Elf& elf_;
  uint64_t base_ = 0;
  size_t read_ = 0;
  uint32_t broken_ = 0;
  std::map<std::pair<std::string, std::string>, std::vector<Site>> sites_;
};

}  // namespace

Result<StaticProbes> static_probes(const Bytes& bytes) {
  const Elf elf = TRY(Elf::of(bytes));
  return NoteReader(elf).run();
}

}  // namespace plumb::probe
