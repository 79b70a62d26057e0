// The separate file that has the debugging symbols of a program from which they were taken, as
// packages of distributions do it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probe/bytes.h"
#include "probe/elf.h"
#include "probe/open_file.h"

namespace plumb::probe {

// Where such a file is looked for: by the program's build-id, and by the link in it
// (.gnu_debuglink), in the root of whoever has mapped it, then in this process's.
class DebugFile {
 public:
  // `path` of the program, as this process names it, or the process `pid`, which has it mapped; 0:
  // none has.
  DebugFile(const Elf& elf, const std::string& path, uint32_t pid);

  // It is believed to belong to the program if it has the same build-id, or, where the program has
  // none, the checksum that the link tells.
  std::optional<OpenFile> open() const;

  // Where it would be, for people, and who has it.
  std::string hint() const;

 private:
  void add_places(const std::string& path, uint32_t pid);
  bool belongs(const OpenFile& file) const;

  std::string build_id_;  // hexadecimal; "": it has none
  std::string link_;      // the name in the link; ""
  uint32_t checksum_ = 0;
  std::vector<std::string> places_;
};

// Where `dwz` has moved what the debug information of several files has in common
// (.gnu_debugaltlink); null: nowhere, or it is not there. `with_debug_information`: the file that
// has the rest; `root`: beneath which it is looked for first, as root_part tells it; "": nowhere.
std::optional<OpenFile> open_shared(const Elf& with_debug_information, const std::string& root);

bool has_section(const Elf& elf, std::string_view name);
// Which of a program's file and the separate one that it may have has debug information; null:
// none.
const OpenFile* with_debug_information(const Elf& elf, const OpenFile& own,
                                       const std::optional<OpenFile>& separate);
// Hexadecimal; "": it has none, or one of no known form.
std::string build_id_of(const Elf& elf);

}  // namespace plumb::probe
