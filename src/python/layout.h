// Layout: where CPython has what a stack of Python functions is read from, in bytes from the begin
// of each struct. bpf/python.bpf.h reads a process by it.
//
// Up to 3.12 these are facts of each version (Include/internal/pycore_*.h, Include/cpython/code.h),
// taken from the debugging information of its libpython; the same for every build for x86-64 that
// is not for debugging. From 3.13 on the interpreter's file tells them (_Py_DebugOffsets).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plumb::python {

// How frames of the interpreter's loop and those of functions belong together.
enum class Entry : uint8_t {
  one_each,  // up to 3.10: each loop runs one function
  flag,      // 3.11: the outermost function of a loop says so
  frame,     // since 3.12: behind it is a frame of no function
};

// What tells where in its code a function is.
enum class Position : uint8_t {
  bytes,    // up to 3.9: a number of bytes
  units,    // 3.10: of units of two bytes
  address,  // since 3.11: the address of a unit
};

struct Layout {
  uint16_t interpreters = 0;      // of _PyRuntime: interpreters.head
  uint16_t next_interpreter = 0;  // of PyInterpreterState
  uint16_t threads = 0;           // of it: threads.head, tstate_head
  uint16_t next_thread = 0;       // of PyThreadState
  uint16_t thread_id = 0;         // of it: pthread_self()
  uint16_t thread_frame = 0;      // of it: frame, cframe, current_frame
  uint16_t frame_holder = 0;  // 1 + the place of the frame in _PyCFrame; 0: there is no such struct
  uint16_t previous = 0;      // of PyFrameObject, _PyInterpreterFrame
  uint16_t code = 0;
  uint16_t position = 0;    // f_lasti, prev_instr, instr_ptr
  uint16_t entry = 0;       // is_entry, owner
  uint16_t first_line = 0;  // of PyCodeObject
  uint16_t file = 0;
  uint16_t name = 0;          // co_qualname, co_name
  uint16_t lines = 0;         // co_lnotab, co_linetable
  uint16_t instructions = 0;  // co_code_adaptive
  uint16_t ascii_text = 0;    // the size of PyASCIIObject
  uint16_t other_text = 0;    // and of PyCompactUnicodeObject
  Entry entry_form = Entry::one_each;
  Position position_form = Position::bytes;
};

// Of 3.`minor`, up to 3.12; nothing: it is not known.
std::optional<Layout> layout_of(int minor);

// Of what stands at _PyRuntime, since 3.13. An error where it is not what it should be, or of a
// build that has frames of another kind.
Result<Layout> layout_of(std::string_view runtime, int minor);

}  // namespace plumb::python
