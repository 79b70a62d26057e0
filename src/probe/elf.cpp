#include "probe/elf.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace plumb::probe {
namespace {

constexpr uint64_t most_sections = 1 << 20;
constexpr uint64_t most_segments = 1 << 20;
constexpr uint64_t most_names = 64 << 20;  // bytes
constexpr size_t longest_section = 64;     // what is longer is cut: nobody asks for it

struct Wide {
  using Header = Elf64_Ehdr;
  using Section = Elf64_Shdr;
  using Segment = Elf64_Phdr;
};
struct Narrow {
  using Header = Elf32_Ehdr;
  using Section = Elf32_Shdr;
  using Segment = Elf32_Phdr;
};

Fail broken(const std::string& how) {
  return fail("broken ELF file: " + how, "is it complete? readelf -hlS shows what is there");
}

// `count` entries at `offset`, each of which must be as large as this layout has them.
template <class Entry>
Result<std::vector<Entry>> read_table(const Bytes& bytes, const char* what, uint64_t offset,
                                      uint64_t count, uint64_t entry_size, uint64_t most) {
  if (count == 0) return std::vector<Entry>();
  if (entry_size != sizeof(Entry)) return broken(fmt::format("odd size of its {}s", what));
  if (count > most) return broken(fmt::format("{} {}s", count, what));
  if (offset > bytes.size() || count > (bytes.size() - offset) / sizeof(Entry))
    return broken(fmt::format("its table of {}s lies beyond its end", what));
  std::vector<Entry> table(count);
  if (!bytes.read(offset, reinterpret_cast<char*>(table.data()), count * sizeof(Entry)))
    return broken(fmt::format("its table of {}s cannot be read", what));
  return table;
}

Machine machine_of(uint16_t number) {
  if (number == EM_X86_64 || number == EM_386) return Machine::x86;
  return number == EM_AARCH64 ? Machine::aarch64 : Machine::other;
}

}  // namespace

bool is_elf(const Bytes& bytes) {
  std::array<char, SELFMAG> magic{};
  return bytes.read(0, magic) && std::string_view(magic.data(), magic.size()) == ELFMAG;
}

Result<Elf> Elf::of(const Bytes& bytes) {
  if (!is_elf(bytes))
    return fail("not an ELF file",
                "name a program or a shared library; of a script, its interpreter");
  std::array<unsigned char, EI_NIDENT> identity{};
  if (!bytes.read(0, identity)) return broken("it ends within its header");
  if (identity[EI_DATA] == ELFDATA2MSB)
    return fail("big-endian ELF file", "only little-endian ones can be read");
  const unsigned char width = identity[EI_CLASS];
  if (identity[EI_DATA] != ELFDATA2LSB || (width != ELFCLASS64 && width != ELFCLASS32))
    return fail("ELF file of an unknown kind",
                "only little-endian ones of 64 or 32 bits can be read");
  Elf elf(bytes);
  elf.wide_ = width == ELFCLASS64;
  TRY(elf.wide_ ? elf.read<Wide>() : elf.read<Narrow>());
  return elf;
}

template <class Layout>
Result<> Elf::read() {
  typename Layout::Header header{};
  if (!bytes_->read(0, header)) return broken("it ends within its header");
  machine_ = machine_of(header.e_machine);
  entry_ = header.e_entry;
  TRY(read_sections<Layout>(header));
  return read_segments<Layout>(header);
}

// elf(5): numbers that do not fit into the header are in the first section, which is no other's.
template <class Layout>
Result<> Elf::read_sections(const typename Layout::Header& header) {
  if (header.e_shoff == 0) return {};
  typename Layout::Section first{};
  if (!bytes_->read(header.e_shoff, first))
    return broken("its table of sections lies beyond its end");
  const uint64_t count = header.e_shnum != 0 ? header.e_shnum : first.sh_size;
  segment_count_ = first.sh_info;
  const auto table = TRY(read_table<typename Layout::Section>(
      *bytes_, "section", header.e_shoff, count, header.e_shentsize, most_sections));
  for (const auto& each : table) {
    sections_.push_back({{},
                         each.sh_type,
                         each.sh_addr,
                         each.sh_offset,
                         each.sh_size,
                         each.sh_link,
                         each.sh_entsize,
                         (each.sh_flags & SHF_COMPRESSED) != 0});
    name_offsets_.push_back(each.sh_name);
  }
  return name_sections(header.e_shstrndx != SHN_XINDEX ? header.e_shstrndx : first.sh_link);
}

Result<> Elf::name_sections(uint64_t holder) {
  if (holder == SHN_UNDEF) return {};
  if (holder >= sections_.size()) return broken("its sections' names are in no section");
  const std::string names =
      TRY(bytes_of(sections_[holder], most_names).within("names of sections"));
  names_.assign(names.begin(), names.end());
  const std::string_view all(names_.data(), names_.size());
  for (size_t i = 0; i < sections_.size(); i++) {
    const std::string_view rest =
        all.substr(std::min<size_t>(name_offsets_[i], all.size()), longest_section);
    sections_[i].name = rest.substr(0, rest.find('\0'));
  }
  return {};
}

template <class Layout>
Result<> Elf::read_segments(const typename Layout::Header& header) {
  if (header.e_phoff == 0) return {};
  const uint64_t count = header.e_phnum != PN_XNUM ? header.e_phnum : segment_count_;
  const auto table = TRY(read_table<typename Layout::Segment>(
      *bytes_, "segment", header.e_phoff, count, header.e_phentsize, most_segments));
  for (const auto& each : table) {
    const bool is_code = (each.p_flags & PF_X) != 0;
    const Segment segment{each.p_vaddr, each.p_offset, each.p_filesz, is_code};
    if (each.p_type == PT_LOAD) segments_.push_back(segment);
    if (each.p_type == PT_GNU_EH_FRAME) unwind_header_ = segment;
  }
  std::ranges::stable_sort(segments_, {}, &Segment::address);
  return {};
}

std::optional<uint64_t> Elf::offset_of(uint64_t address) const {
  const auto after = std::ranges::upper_bound(segments_, address, {}, &Segment::address);
  if (after == segments_.begin()) return std::nullopt;
  const Segment& segment = *std::prev(after);
  const uint64_t within = address - segment.address;
  const uint64_t offset = segment.offset + within;
  const bool is_there = within < segment.size && offset >= within && offset < bytes_->size();
  return is_there ? std::optional(offset) : std::nullopt;
}

std::optional<uint64_t> Elf::address_of(uint64_t offset) const {
  const auto has = [offset](const Segment& each) {
    return each.is_code && offset >= each.offset && offset - each.offset < each.size;
  };
  const auto found = std::ranges::find_if(segments_, has);
  if (found == segments_.end()) return std::nullopt;
  return found->address + (offset - found->offset);
}

bool Elf::is_code(uint64_t offset) const { return address_of(offset).has_value(); }

Result<std::string> Elf::bytes_of(const Section& section, size_t limit) const {
  if (section.type == SHT_NOBITS) return std::string();
  if (section.offset > bytes_->size() || section.size > bytes_->size() - section.offset)
    return broken(fmt::format("a section of {} bytes reaches beyond its end", section.size));
  if (section.size > limit)
    return fail(fmt::format("a section of {} bytes is larger than the {} that are read",
                            section.size, limit));
  std::string bytes;
  if (!bytes_->read(section.offset, bytes, section.size)) return broken("a section cannot be read");
  return bytes;
}

}  // namespace plumb::probe
