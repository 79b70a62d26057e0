#include "python/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace plumb::python {
namespace {

constexpr Layout up_to_3_9 = {.interpreters = 32,
                              .threads = 8,
                              .next_thread = 8,
                              .thread_id = 176,
                              .thread_frame = 24,
                              .previous = 24,
                              .code = 32,
                              .position = 104,
                              .first_line = 40,
                              .file = 104,
                              .name = 112,
                              .lines = 120,
                              .ascii_text = 48,
                              .other_text = 72};

Layout of_3_7() {
  Layout layout = up_to_3_9;
  layout.interpreters = 24;
  layout.first_line = 36;
  layout.file = 96;
  layout.name = 104;
  layout.lines = 112;
  return layout;
}

Layout of_3_10() {
  Layout layout = up_to_3_9;
  layout.position = 96;
  layout.position_form = Position::units;
  return layout;
}

constexpr Layout of_3_11 = {.interpreters = 40,
                            .threads = 16,
                            .next_thread = 8,
                            .thread_id = 152,
                            .thread_frame = 56,
                            .frame_holder = 8 + 1,
                            .previous = 48,
                            .code = 32,
                            .position = 56,
                            .entry = 68,
                            .first_line = 72,
                            .file = 112,
                            .name = 128,
                            .lines = 136,
                            .instructions = 184,
                            .ascii_text = 48,
                            .other_text = 72,
                            .entry_form = Entry::flag,
                            .position_form = Position::address};

constexpr Layout of_3_12 = {.interpreters = 40,
                            .threads = 72,
                            .next_thread = 8,
                            .thread_id = 136,
                            .thread_frame = 56,
                            .frame_holder = 0 + 1,
                            .previous = 8,
                            .code = 0,
                            .position = 56,
                            .entry = 70,
                            .first_line = 68,
                            .file = 112,
                            .name = 128,
                            .lines = 136,
                            .instructions = 192,
                            .ascii_text = 40,
                            .other_text = 56,
                            .entry_form = Entry::frame,
                            .position_form = Position::address};

// The numbers behind _Py_DebugOffsets.free_threaded, by their place. Each version has some more.
struct Told {
  int minor;
  size_t interpreters, next_interpreter, threads;
  size_t next_thread, current_frame, thread_id;
  size_t frame;  // previous; executable, instr_ptr, localsplus and owner follow
  size_t code;   // filename; name, qualname, linetable, firstlineno follow
  size_t instructions;
};
constexpr std::array told = {Told{13, 2, 5, 6, 18, 20, 21, 26, 32, 40},
                             Told{14, 2, 5, 6, 21, 23, 24, 29, 37, 45},
                             Told{15, 2, 5, 6, 21, 23, 27, 37, 45, 53}};
constexpr size_t most_numbers = 64;

}  // namespace

std::optional<Layout> layout_of(int minor) {
  switch (minor) {
    case 7:
      return of_3_7();
    case 8:
    case 9:
      return up_to_3_9;
    case 10:
      return of_3_10();
    case 11:
      return of_3_11;
    case 12:
      return of_3_12;
    default:
      return std::nullopt;
  }
}

Result<Layout> layout_of(std::string_view runtime, int minor) {
  constexpr std::string_view cookie = "xdebugpy";
  std::array<uint64_t, 2 + most_numbers> words{};
  if (!runtime.starts_with(cookie) || runtime.size() < cookie.size() + sizeof(words))
    return fail("it does not tell where its frames are");
  std::memcpy(words.data(), runtime.data() + cookie.size(), sizeof(words));
  if (words[1] != 0)
    return fail("it is a build without a global lock, whose frames are of another kind");
  const auto* places = std::ranges::find(told, minor, &Told::minor);
  if (places == told.end() || words[0] >> 16 != (0x300U | static_cast<unsigned>(minor)))
    return fail(fmt::format("its version is younger than plumb ({:#x})", words[0]));
  Layout layout = of_3_12;
  bool fits = true;
  const auto at = [&](size_t place) {
    const uint64_t number = words.at(2 + place);
    fits &= number <= UINT16_MAX;
    return static_cast<uint16_t>(number);
  };
  layout.interpreters = at(places->interpreters);
  layout.next_interpreter = at(places->next_interpreter);
  layout.threads = at(places->threads);
  layout.next_thread = at(places->next_thread);
  layout.thread_frame = at(places->current_frame);
  layout.frame_holder = 0;
  layout.thread_id = at(places->thread_id);
  layout.previous = at(places->frame);
  layout.code = at(places->frame + 1);
  layout.position = at(places->frame + 2);
  layout.entry = at(places->frame + 4);
  layout.file = at(places->code);
  layout.name = at(places->code + 2);
  layout.lines = at(places->code + 3);
  layout.first_line = at(places->code + 4);
  layout.instructions = at(places->instructions);
  if (!fits) return fail("where it says that its frames are is nowhere");
  return layout;
}

}  // namespace plumb::python
