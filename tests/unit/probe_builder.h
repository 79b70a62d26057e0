// Makes ELF files byte by byte, from <elf.h>, for tests of those who read them.
#pragma once
#include <elf.h>

#include <cstring>
#include <string>
#include <vector>

namespace plumb::probe {

struct Elf64 {
  using Header = Elf64_Ehdr;
  using Section = Elf64_Shdr;
  using Segment = Elf64_Phdr;
  using Address = uint64_t;
  static constexpr unsigned char width = ELFCLASS64;
};
struct Elf32 {
  using Header = Elf32_Ehdr;
  using Section = Elf32_Shdr;
  using Segment = Elf32_Phdr;
  using Address = uint32_t;
  static constexpr unsigned char width = ELFCLASS32;
};

template <class T>
std::string raw(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

inline std::string padded(std::string text) {
  text.resize((text.size() + 3) & ~size_t{3}, '\0');
  return text;
}

// As the gABI has it: sizes, type, owner, content, the last two filled up.
inline std::string note(const std::string& content,
                        const std::string& owner = std::string("stapsdt\0", 8), uint32_t type = 3) {
  return raw(static_cast<uint32_t>(owner.size())) + raw(static_cast<uint32_t>(content.size())) +
         raw(type) + padded(owner) + padded(content);
}

template <class Layout = Elf64>
std::string probe_note(typename Layout::Address location, typename Layout::Address base,
                       typename Layout::Address semaphore, const std::string& provider,
                       const std::string& name, const std::string& arguments = {}) {
  return note(raw(location) + raw(base) + raw(semaphore) + provider + '\0' + name + '\0' +
              arguments + '\0');
}

template <class Layout = Elf64>
struct Builder {
  typename Layout::Header header{};
  std::vector<typename Layout::Section> sections;
  std::vector<typename Layout::Segment> segments;
  std::string names = std::string(1, '\0');
  std::string contents;  // begins behind the header

  explicit Builder(uint16_t machine = EM_X86_64) {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = Layout::width;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_DYN;
    header.e_machine = machine;
    sections.emplace_back();
  }

  typename Layout::Section& section(const std::string& name, uint32_t type,
                                    const std::string& bytes, uint64_t address = 0) {
    typename Layout::Section section{};
    section.sh_name = static_cast<uint32_t>(names.size());
    names += name + '\0';
    section.sh_type = type;
    section.sh_addr = static_cast<typename Layout::Address>(address);
    section.sh_offset = static_cast<typename Layout::Address>(sizeof(header) + contents.size());
    section.sh_size = static_cast<typename Layout::Address>(bytes.size());
    contents += padded(bytes);
    sections.push_back(section);
    return sections.back();
  }
  void notes(const std::string& bytes) { section(".note.stapsdt", SHT_NOTE, bytes); }

  void load(uint64_t address, uint64_t offset, uint64_t size) {
    typename Layout::Segment segment{};
    segment.p_type = PT_LOAD;
    segment.p_vaddr = static_cast<typename Layout::Address>(address);
    segment.p_offset = static_cast<typename Layout::Address>(offset);
    segment.p_filesz = static_cast<typename Layout::Address>(size);
    segments.push_back(segment);
  }

  // Header, contents, sections, segments.
  std::string bytes() {
    section(".shstrtab", SHT_STRTAB, "");
    auto& holder = sections.back();
    // the tables are aligned, as the gABI has it
    while ((sizeof(header) + contents.size() + names.size()) % 8 != 0) names += '\0';
    holder.sh_size = static_cast<typename Layout::Address>(names.size());
    contents += names;
    header.e_shoff = static_cast<typename Layout::Address>(sizeof(header) + contents.size());
    header.e_shnum = static_cast<uint16_t>(sections.size());
    header.e_shentsize = sizeof(typename Layout::Section);
    header.e_shstrndx = static_cast<uint16_t>(sections.size() - 1);
    std::string tables;
    for (const auto& each : sections) tables += raw(each);
    header.e_phoff = static_cast<typename Layout::Address>(header.e_shoff + tables.size());
    header.e_phnum = static_cast<uint16_t>(segments.size());
    header.e_phentsize = sizeof(typename Layout::Segment);
    for (const auto& each : segments) tables += raw(each);
    return raw(header) + contents + tables;
  }
};

}  // namespace plumb::probe
