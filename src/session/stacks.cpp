#include "session/stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/print.h"
#include "python/lines.h"
#include "render/kept_stack.h"
#include "session/command.h"
#include "session/user_frames.h"

namespace plumb::session {
namespace {

constexpr size_t most_sent = 1 << 18;   // of up to some KiB: what is beyond has no names
constexpr size_t most_codes = 1 << 17;  // of up to 17 KiB, mostly some hundred bytes
constexpr size_t most_texts = 1 << 12;  // that are kept, as the next event may have the same

// Functions by which the kernel runs a program and the program takes a stack, and in which a thread
// comes back to its CPU: they are on top.
bool is_of_tracing(std::string_view function) {
  constexpr std::array beginnings = {
      "bpf_prog_",      "bpf_trace_run", "__bpf_trace_",      "__traceiter_",
      "bpf_get_",       "__bpf_get_",    "bpf_trampoline_",   "stack_trace_",
      "trace_call_bpf", "perf_trace_",   "perf_call_bpf",     "__perf_trace_",
      "perf_syscall_",  "kprobe_",       "ftrace_trampoline", "finish_task_switch"};
  return std::ranges::any_of(beginnings,
                             [&](std::string_view b) { return function.starts_with(b); });
}

// A sample interrupts what it is of: those functions are the kernel's, up to where it came in.
auto end_of_interrupt(const std::vector<render::StackFrame>& frames) {
  const auto entry = std::ranges::find_if(
      frames, [](const render::StackFrame& frame) { return frame.function.starts_with("asm_"); });
  return entry == frames.end() ? frames.begin() : entry + 1;
}

void leave_out_tracing(std::vector<render::StackFrame>& frames) {
  const auto first = std::ranges::find_if_not(
      frames, [](const render::StackFrame& frame) { return is_of_tracing(frame.function); });
  frames.erase(frames.begin(), first);
  if (!frames.empty() && (frames[0].function == "bpf_overflow_handler" ||
                          frames[0].function == "__perf_event_overflow"))
    frames.erase(frames.begin(), end_of_interrupt(frames));
}

kernel::StackOptions parts_of(const StackRequest& request) {
  kernel::StackOptions options;
  options.kernel = request.kernel;
  options.user = request.user && request.python != StackRequest::Python::only;
  options.python = request.user && request.python != StackRequest::Python::off;
  return options;
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Result<std::unique_ptr<Stacks>> Stacks::prepare(const Request& request, const Prepared& prepared,
                                                kernel::LiveOptions& options) {
  bool any = false;
  for (size_t i = 0; i < prepared.plans.size(); i++)
    any |= kernel::takes_stacks(prepared.tracers[i].schema().event, *prepared.plans[i]);
  if (!any && !request.ask.stack) return std::unique_ptr<Stacks>();
  if (std::ranges::none_of(prepared.tracers, kernel::can_take_stacks)) {
    tell(
        "plumb: not seen: stacks: dns does not take them, other tracers do since Linux 5.17, and "
        "those of processes since 6.1\n");
    return std::unique_ptr<Stacks>();
  }
  options.stacks = parts_of(request.stack);
  if (request.plan_only) {
    options.stacks.room = CodeFiles().room();  // and what the files of processes need
    return std::unique_ptr<Stacks>();
  }
  auto stacks = std::make_unique<Stacks>();
  stacks->takes_python_ = options.stacks.python;
  const std::string program = request.command.empty() ? "" : TRY(Command::find(request.command[0]));
  if (request.stack.user) stacks->files_.find(request, program);
  options.stacks.room = stacks->files_.room();
  return stacks;
}

Result<> Stacks::fill(const kernel::Live& live) { return files_.fill(live); }

bool Stacks::take(std::string_view bytes) {
  if (!files_.tables()) return false;
  if (auto stack = files_.tables()->stack_of(bytes)) {
    expect_frames(*stack);
    if (sent_.size() < most_sent) sent_.insert_or_assign(stack->id, *std::move(stack));
    return true;
  }
  if (auto code = files_.pythons()->code_of(bytes)) {
    if (codes_.size() < most_codes) codes_.insert_or_assign(code->number, *std::move(code));
    return true;
  }
  const auto asked = files_.tables()->asked_of(bytes);
  if (asked) files_.ask(*asked);
  return asked.has_value();
}

render::StackFrame Stacks::frame_of(uint64_t address) {
  const auto place = kernel_.place_of(address);
  return {render::FrameKind::kernel,
          std::string(place.function),
          std::string(place.module),
          address,
          "",
          0};
}

void Stacks::expect_frames(const kernel::SentStack& stack) {
  if (has_made_code(stack)) made_.meet(stack.pid);
  for (const auto& place : stack.user)
    if (resolve::ProgramCode* code = files_.code(place.file)) code->expect(instruction_of(place));
}

void Stacks::add_frames(const kernel::SentStack::Place& place,
                        std::vector<render::StackFrame>& frames) {
  render::StackFrame frame;
  frame.offset = place.offset;
  resolve::ProgramCode* code = files_.code(place.file);
  if (!code) return frames.push_back(std::move(frame));
  frame.module = base_name(code->path());
  add_sources(code->frames_at(instruction_of(place), readers_), std::move(frame), frames);
}

// Of Python.
render::StackFrame Stacks::function_of(const kernel::SentStack::Place& place) {
  render::StackFrame frame;
  frame.kind = render::FrameKind::python;
  const auto sent = codes_.find(place.code);
  if (sent == codes_.end()) return frame;
  const kernel::SentCode& code = sent->second;
  frame.function = code.name;
  frame.file = code.file;
  frame.line = python::line_at(python::line_form(files_.minor_of(code.interpreter)), code.lines,
                               code.first_line, static_cast<uint32_t>(place.offset));
  return frame;
}

// The interpreter's own frame says nothing beside the functions that it runs, which come before it.
void Stacks::add_user_frames(const kernel::SentStack& stack, render::Stack& named) {
  std::string missing = stack.python_end;
  bool after_function = false;
  for (const auto& place : stack.user) {
    const bool is_function = place.code != 0;
    const auto* interpreter =
        is_function ? nullptr : files_.interpreter_at(place.file, instruction_of(place));
    if (interpreter && !interpreter->trouble.empty()) missing = interpreter->trouble;
    if (is_function)
      named.frames.push_back(function_of(place));
    else if (place.file == 0)
      named.frames.push_back(made_frame(made_.frame_at(stack.pid, instruction_of(place)), place));
    else if (!interpreter || !after_function)
      add_frames(place, named.frames);
    after_function = is_function;
  }
  if (missing.empty() || !takes_python_) return;
  const std::string before = named.end == render::complete_stack ? "" : named.end + "; ";
  named.end = before + "functions of Python: " + missing;
}

render::Stack Stacks::named(const kernel::SentStack& stack) {
  render::Stack named;
  named.end = stack.end;
  for (const uint64_t address : stack.kernel) named.frames.push_back(frame_of(address));
  leave_out_tracing(named.frames);
  add_user_frames(stack, named);
  return named;
}

void Stacks::tell_lost() const {
  if (const uint64_t count = lost())
    tell(
        fmt::format("plumb: stacks of {} events were lost: no memory to take them, or no room in "
                    "the ring\n",
                    count));
}

std::string_view Stacks::text_of(uint64_t id) {
  const auto known = texts_.find(id);
  if (known != texts_.end()) return known->second;
  const auto sent = sent_.find(id);
  const std::string_view absence = files_.tables() ? files_.tables()->absence(id) : "";
  if (sent == sent_.end() && absence.empty()) return {};
  if (texts_.size() >= most_texts) texts_.clear();
  const render::Stack stack =
      absence.empty() ? named(sent->second) : render::Stack{{}, std::string(absence)};
  return texts_.emplace(id, render::kept_stack(stack)).first->second;
}

}  // namespace plumb::session
