// Any bytes as a line table, as what an interpreter tells of itself, as characters, and as its
// whole file.
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "python/interpreter.h"
#include "python/lines.h"
#include "python/text.h"

namespace {

using namespace plumb::python;

void lines(std::string_view bytes) {
  for (const LineForm form : {LineForm::offsets, LineForm::ranges, LineForm::locations})
    for (const uint32_t position : {0U, 1U, 40U, 0x0fffffffU})
      if (line_at(form, bytes, 1, position) > INT32_MAX) std::abort();
}

void texts(std::string_view bytes) {
  for (const uint32_t width : {1U, 2U, 3U, 4U})
    if (!plumb::is_utf8(utf8_of(bytes, width))) std::abort();
}

void file(std::string_view bytes) {
  const plumb::probe::MemoryBytes memory(bytes);
  const auto elf = plumb::probe::Elf::of(memory);
  if (!elf) return;
  const auto found = interpreter_of(*elf, memory);
  if (found && found->trouble.empty() && found->runtime == 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  lines(bytes);
  texts(bytes);
  file(bytes);
  for (const int minor : {13, 14, 15, 16}) {
    const auto layout = layout_of("xdebugpy" + std::string(bytes) + std::string(600, '\0'), minor);
    if (!layout && layout.error().what.empty()) std::abort();
  }
  return 0;
}
