// Stacks with their names, and profiles: what was counted under each of them. From these are made
// folded lines, trees, JSON, flame graphs, pprof's and speedscope's files.
//
// All texts are as strangers wrote them; each form makes harmless what would break it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::render {

enum class FrameKind : uint8_t { kernel, user, python, jit };

struct StackFrame {
  FrameKind kind = FrameKind::user;
  std::string function;  // "": not known; where it is stands in its place
  std::string module;    // "libc.so.6", "kernel"; "": of no file
  // Of the instruction, in the module's file; the address where there is no module. Python has
  // none.
  std::optional<uint64_t> offset;
  std::string file;      // of the source; "": not known
  uint32_t line = 0;     // in it; 0: not known
  bool inlined = false;  // its code is part of the next one's, at the same offset
  bool operator==(const StackFrame&) const = default;
};

constexpr std::string_view complete_stack = "complete";

struct Stack {
  std::vector<StackFrame> frames;   // innermost first
  std::string end{complete_stack};  // or the reason why it stops before the outermost
  bool operator==(const Stack&) const = default;
};

struct StackGroup {
  Stack stack;
  // What stands above all frames, outermost first: "python3 4242", "worker 4243".
  std::vector<std::string> root;
  uint64_t value = 0;
};

struct Profile {
  std::string title;             // may be ""
  std::string unit = "samples";  // of values; "ns" and "bytes" are shown as durations and sizes
  uint64_t interval_ns = 0;      // a sample stands for so much; 0: values were not sampled by time
  std::vector<StackGroup> groups;  // one stack may be in several
};

// "kernel", "user", "python", "jit".
std::string_view name_of(FrameKind kind);

// A line of a profile, from the outermost to the innermost: parts of the root, a note where the
// stack is incomplete, frames.
struct CallStep {
  enum class Kind : uint8_t { root, note, frame };
  Kind kind = Kind::root;
  const StackFrame* frame = nullptr;  // of the group; null for other kinds
  std::string name;  // "[incomplete: REASON]"; "read", "libc.so.6+0x1f0", "0x7f00", "[unknown]"
  bool is(FrameKind other) const { return frame != nullptr && frame->kind == other; }
};

// "[incomplete: REASON]", or of one without any frame "[no stack: REASON]".
std::string note_of(const Stack& stack);

// Never empty.
std::vector<CallStep> steps_of(const StackGroup& group);

// What stands between two stacks of which the second says how the first came to its end: "-- woken
// by --".
std::string between_stacks(std::string_view heading);
// The second upside down upon the first, so that both meet where they met, and each begins at an
// end.
void put_upon(Stack& stack, std::string_view heading, const Stack& upper);

// Where the code of a frame is, shortly: the base name of a Python function's file, else the
// module.
std::string_view place_of(const StackFrame& frame);

// UTF-8 without anything that steers a terminal, ends a line or reorders text: it is \xNN.
std::string harmless(std::string_view text);

// The same for a row of its own: "app.py:12", "libc.so.6".
std::string place_with_line(const StackFrame& frame);

// Of a value, by its unit: "1.23s", "4.00KiB", "1,234".
std::string show_value(uint64_t value, std::string_view unit);

// Sums stop at the largest number: what is read from a recording may say anything.
uint64_t sum_of(uint64_t one, uint64_t other);

}  // namespace plumb::render
