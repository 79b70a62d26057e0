// Spec: what somebody asks to be probed, as it is typed: SURFACE:WHERE[(PARAMETERS)] [-> TYPE].
//
//   uprobe:libc:malloc   uprobe:PATH:func+0x10   uprobe:PATH:0xOFFSET   uretprobe:libc:malloc
//   usdt:PATH:[provider:]name   tracepoint:category:name   raw_tp:name
//   kprobe:name   kretprobe:name   fentry:name   fexit:name
//   uprobe:./app:handle(u32 id, str path, bytes[32] key) -> s64
//   uprobe:./app:handle ->   as its debug information has them, as far as it has any
//
// Types are u8 to u64, s8 to s64, bool, ptr, str, bytes[N], the common ones of C with their size
// on 64-bit Linux, and T *NAME, which is a ptr but where T is char: then it is a str.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace plumb::probe {

constexpr size_t max_parameters = 12;
constexpr size_t max_parameter_name = 15;  // characters
constexpr uint32_t max_bytes = 4096;       // of bytes[N]
constexpr size_t max_enumerators = 256;    // of a type; the values of others are numbers
constexpr size_t max_spec = 4096;          // bytes of text

enum class Surface : uint8_t {
  uprobe,
  uretprobe,
  usdt,
  tracepoint,
  raw_tp,
  kprobe,
  kretprobe,
  fentry,
  fexit
};

enum class ValueKind : uint8_t { unsigned_number, signed_number, boolean, pointer, text, bytes };

struct Enumerator {
  std::string name;
  int64_t value = 0;  // extended with its sign from as many bytes as its parameter has

  bool operator==(const Enumerator&) const = default;
};

struct Parameter {
  std::string name;  // where none was typed, "arg" and its place from 0; of a result ""
  ValueKind kind = ValueKind::unsigned_number;
  uint32_t size = 8;  // bytes: of a number 1, 2, 4 or 8; of bytes 1 to max_bytes; of text 0
  std::vector<Enumerator> enumerators;  // names of values that a number may have

  bool operator==(const Parameter&) const = default;
};

struct Spec {
  std::string text;  // as it was typed
  Surface surface = Surface::uprobe;
  std::string target;    // a path, or a library's or program's name; a tracepoint's category; or ""
  std::string provider;  // of usdt; "": any
  std::string function;  // a name, or a pattern with * and ?; a tracepoint's or static probe's name
  uint64_t offset = 0;   // bytes behind the function's begin
  std::optional<uint64_t> address;  // an offset in the file, instead of a function
  bool has_parameters = false;      // a signature was given, be it ()
  std::vector<Parameter> parameters;
  bool has_return = false;  // there is an arrow; of uprobe, kprobe and fentry: both are paired
  std::optional<Parameter> result;  // nothing: as debug information has it

  // Whether the function has * or ?. So has operator*: a name that fits as it stands comes first.
  bool is_pattern() const;
};

// The error is misuse: it points at what was not understood, and its hint has a form that is right.
Result<Spec> parse_spec(std::string_view text);

// Whether it is in the kernel; else it is in files that processes map.
bool is_in_kernel(Surface surface);
// As it is typed: "raw_tp".
const char* name_of(Surface surface);
// As it is typed: "u32", "s64", "bool", "ptr", "str", "bytes[32]".
std::string type_name(const Parameter& parameter);

}  // namespace plumb::probe
