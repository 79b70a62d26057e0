#include "session/user_frames.h"

#include <algorithm>

namespace plumb::session {
namespace {

constexpr size_t most_with_inlined = 2 << 10;  // frames of one stack

void put_source(const probe::SourceFrame& source, render::StackFrame& frame) {
  frame.function = source.function;
  frame.file = source.file;
  frame.line = source.line;
}

}  // namespace

uint64_t instruction_of(const kernel::SentStack::Place& place) {
  return place.offset - (place.returned ? 1 : 0);
}

bool has_made_code(const kernel::SentStack& stack) {
  return std::ranges::any_of(stack.user, [](const kernel::SentStack::Place& place) {
    return place.file == 0 && place.code == 0;
  });
}

void add_sources(const std::vector<probe::SourceFrame>& sources, render::StackFrame frame,
                 std::vector<render::StackFrame>& frames) {
  for (const probe::SourceFrame& source : sources) {
    frame.inlined = &source != &sources.back();
    if (frame.inlined && frames.size() >= most_with_inlined) continue;
    put_source(source, frame);
    frames.push_back(frame);
  }
}

render::StackFrame made_frame(const probe::SourceFrame& told,
                              const kernel::SentStack::Place& place) {
  render::StackFrame frame;
  frame.offset = place.offset;
  put_source(told, frame);
  if (!told.function.empty()) frame.kind = render::FrameKind::jit;
  return frame;
}

}  // namespace plumb::session
