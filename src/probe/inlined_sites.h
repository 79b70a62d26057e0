// What a probe on a function does not see, and may have for its all: the copies of it that the
// compiler has put into its callers.
#pragma once
#include <optional>
#include <string>

#include "probe/bytes.h"
#include "probe/elf.h"
#include "probe/user_probe.h"

namespace plumb::probe {

// The error of a function that was not found, as `otherwise`, but where debug information has
// nothing of it but copies: then what has them. `symbols` is what was taken from the file, if there
// is such a file.
Error without_code(const Spec& spec, const Elf& elf, const ProbedFile& file,
                   const std::optional<OpenFile>& symbols, Error otherwise);

// For people, of a function that was found; "": it has no copies, as far as is known.
std::string note_of_copies(const Spec& spec, const Bytes& bytes, const ProbedFile& file,
                           const std::optional<OpenFile>& symbols);

}  // namespace plumb::probe
