// Frames of processes, as they are shown, of what was sent of them and what is known of the code.
#pragma once
#include <cstdint>
#include <vector>

#include "kernel/stack_tables.h"
#include "probe/source_frames.h"
#include "render/stacks.h"

namespace plumb::session {

// Where the instruction is, or, of a call that has not returned, its last byte.
uint64_t instruction_of(const kernel::SentStack::Place& place);

// Whether it goes through code of no file.
bool has_made_code(const kernel::SentStack& stack);

// A frame for each of `sources` (innermost first), which are at the place of `frame`.
void add_sources(const std::vector<probe::SourceFrame>& sources, render::StackFrame frame,
                 std::vector<render::StackFrame>& frames);

// Of code of no file; `told` has no function where nothing is known of it.
render::StackFrame made_frame(const probe::SourceFrame& told,
                              const kernel::SentStack::Place& place);

}  // namespace plumb::session
