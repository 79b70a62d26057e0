// Interpreter: an ELF file that runs Python, as libpython3.13.so.1.0 and python3.11 do, stripped or
// not. What the dynamic symbol table tells is enough, as extension modules need it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "probe/bytes.h"
#include "probe/elf.h"
#include "python/layout.h"

namespace plumb::python {

// Of code, in the file; of no size: there is none.
struct CodePart {
  uint64_t offset = 0;
  uint64_t size = 0;
};

struct Interpreter {
  int minor = 0;        // of 3.x; 0: not known
  std::string trouble;  // why no functions can be told of it; "": they can, by what follows
  Layout layout;
  // _PyEval_EvalFrameDefault, a frame of which runs functions of Python, and what the compiler took
  // for cold in it.
  CodePart loop, cold;
  // Of data, as if it lay in the file as the loop does: from its address in a process, the same
  // number is to be taken as from the loop's.
  uint64_t runtime = 0;    // _PyRuntime
  uint64_t code_type = 0;  // PyCode_Type
};

// Nothing where the file is no interpreter.
std::optional<Interpreter> interpreter_of(const probe::Elf& elf, const probe::Bytes& bytes);

}  // namespace plumb::python
