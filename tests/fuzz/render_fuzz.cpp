// Any bytes as a stack of a recording: refused, or the same again when written; and what is shown
// of it steers no terminal.
#include <algorithm>
#include <cstdlib>

#include "base/utf8.h"
#include "render/flame.h"
#include "render/folded.h"
#include "render/pprof.h"
#include "render/speedscope.h"
#include "render/stack_json.h"
#include "render/stack_tree.h"

namespace {

using namespace plumb::render;

void lines(std::string_view text) {
  while (!text.empty()) {
    const plumb::Glyph glyph = plumb::decode_utf8(text);
    if (glyph.size == 0) std::abort();
    if (glyph.code != '\n' && plumb::is_treacherous(glyph.code)) std::abort();
    text.remove_prefix(glyph.size);
  }
}

void shown(const Stack& stack) {
  const Profile profile{stack.end, "samples", 1, {{stack, {stack.end}, 3}, {stack, {}, 1}}};
  const std::string folds = folded(profile);
  lines(folds);
  if (folds.back() != '\n' || std::count(folds.begin(), folds.end(), '\n') > 2) std::abort();
  lines(stack_tree(profile, {{.terminal = 80}, 0}));
  lines(speedscope(profile));
  static const std::string empty = flame_page({});
  static const size_t behind = empty.size() - empty.find("</script");
  const std::string page = flame_page(profile, &profile);
  if (page.find("</script") != page.size() - behind) std::abort();
  if (pprof(profile).empty()) std::abort();
}

// What is written is read again as it was.
void again(const Stack& stack) {
  const auto read = parse_stack(stack_array(stack), stack.end);
  if (!read || *read != stack) std::abort();
  shown(stack);
}

// Each line a frame, of the kind that its first byte says.
Stack made_of(std::string_view bytes) {
  Stack stack;
  for (size_t at = 0; at < bytes.size() && stack.frames.size() < most_stack_frames;) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string line(bytes.substr(at, end - at));
    stack.end = line;
    const auto kind = static_cast<FrameKind>(line.empty() ? 0 : line[0] & 3);
    stack.frames.push_back({kind, line, line, at, line, static_cast<uint32_t>(at)});
    at = end + 1;
  }
  return stack;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto stack = parse_stack(bytes, "complete");
  if (stack) again(*stack);
  if (!stack && stack.error().what.empty()) std::abort();
  again(made_of(bytes));
  return 0;
}
