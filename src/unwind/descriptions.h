// Descriptions: the entries of one section of call frame information, each for a piece of code.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "unwind/cfi_reader.h"
#include "unwind/frame_sections.h"
#include "unwind/instructions.h"

namespace plumb::unwind {

// Of code from `begin` to before `end`, by address ("frame description entry").
struct Description {
  const Common* common = nullptr;
  uint64_t begin = 0;
  uint64_t end = 0;
  CfiReader program;
};

// What many functions share may be anywhere in the section; so it is read first. Both ways through
// the section are of its length, whatever the entries refer to.
class Descriptions {
 public:
  explicit Descriptions(const FrameSection& section);

  // In the section's order. nullopt: that was the last.
  std::optional<Description> next();
  // Entries that are broken, or refer to one that is; final after the last.
  uint32_t broken() const { return broken_; }

 private:
  struct Entry {
    uint64_t at = 0;       // in the section
    bool is_wide = false;  // of 64-bit DWARF
    CfiReader content;     // behind the length
  };
  struct Shared {
    uint64_t at = 0;
    Common common;
  };

  void read_shared();
  std::optional<Entry> next_entry(CfiReader& reader) const;
  uint64_t read_reference(Entry& entry) const;
  bool is_shared(const Entry& entry, uint64_t reference) const;
  bool read_common(CfiReader content, Common& out) const;
  bool read_augmentation(CfiReader& content, std::string_view letters, Common& out) const;
  const Common* common_at(uint64_t at);
  bool read(Entry& entry, uint64_t reference, Description& out);

  const FrameSection& section_;
  CfiReader reader_;
  std::vector<Shared> shared_;  // by place
  const Shared* last_ = nullptr;
  uint32_t broken_ = 0;
};

}  // namespace plumb::unwind
