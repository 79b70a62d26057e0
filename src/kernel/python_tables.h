// PythonTables: the map that programs read CPython's frames by (bpf/python.bpf.h), and the code
// objects that they send.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kernel/rodata.h"
#include "kernel/tracer.h"
#include "python/interpreter.h"

namespace plumb::kernel {

// A code object, as the programs sent it.
struct SentCode {
  uint32_t number = 0;       // by which frames name it
  uint32_t interpreter = 0;  // what add() returned for it
  uint32_t first_line = 0;
  std::string file, name;  // UTF-8, as far as they were sent
  std::string lines;       // python/lines.h; as far as they were sent
};

class PythonTables {
 public:
  // Of a loaded engine, which must outlive it.
  static Result<PythonTables> open(const Tracer& engine);

  // A number of the interpreter, from 1 on. 0: there is no room for more.
  Result<uint32_t> add(const python::Interpreter& interpreter);
  // Of a record's bytes; nothing where it is none.
  std::optional<SentCode> code_of(std::string_view record) const;

 private:
  explicit PythonTables(const Tracer& engine) : engine_(&engine) {}
  Result<> read_layout();

  struct Record {
    Place tracer, number, first_line, layout, lines_size;
    Place file_size, name_size, file_width, name_width;
    Place file, name, lines;  // where the first byte of each is
    uint32_t most_lines = 0;
    uint16_t kind = 0;  // in the place of a tracer's number
  };

  const Tracer* engine_;
  Record record_;
  uint32_t used_ = 0;
};

}  // namespace plumb::kernel
