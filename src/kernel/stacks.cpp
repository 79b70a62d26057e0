#include "kernel/stacks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "kernel/kernel_functions.h"
#include "kernel/map_sizes.h"
#include "kernel/rodata.h"

namespace plumb::kernel {
namespace {

// One for all programs of a run, so that they give one stack one number.
Result<std::array<uint64_t, 2>> draw_seed() {
  std::array<uint64_t, 2> words{};
  if (getrandom(words.data(), sizeof(words), 0) != sizeof(words))
    return fail_errno("draw a number for stacks", errno);
  return words;
}

Result<> seed(Tracer& tracer) {
  static const Result<std::array<uint64_t, 2>> words = draw_seed();
  if (!words) return fail(words.error().what);
  TRY(tracer.set("stacks.seed[0]", (*words)[0]));
  return tracer.set("stacks.seed[1]", (*words)[1]);
}

void size_map(Tracer& tracer, const char* name, uint32_t entries) {
  bpf_map__set_max_entries(bpf_object__find_map_by_name(tracer.object(), name), entries);
}

void size_tables(Tracer& tracer, const StackRoom& room, uint32_t rows_of_chunk) {
  size_map(tracer, "unwind_rows", std::max(room.rows / rows_of_chunk, 1U));
  size_map(tracer, "unwind_pages", std::max(room.pages, 1U));
  size_map(tracer, "unwind_rules", std::max(room.rules, 1U));
}

// Where the kernel is entered, for objects that take the stacks of interrupts.
Result<> set_kernel_entry(Tracer& tracer) {
  if (!place_of(bpf_object__btf(tracer.object()), "kernel_entry.begin")) return {};
  const auto entry = kernel_symbols({"__entry_text_start", "__entry_text_end"});
  if (entry.size() < 2) return {};  // hidden: those stacks are not told
  TRY(tracer.set("kernel_entry.begin", entry.at("__entry_text_start")));
  return tracer.set("kernel_entry.end", entry.at("__entry_text_end"));
}

}  // namespace

bool can_take_stacks(const Tracer& tracer) {
  return bpf_object__find_map_by_name(tracer.object(), "stack_scratch") != nullptr;
}

bool takes_stacks(const schema::Event& event, const query::Plan& plan) {
  for (size_t i = 0; i < event.fields.size(); i++)
    if (plan.wanted[i] && event.fields[i].format == schema::Format::stack) return true;
  return false;
}

Result<> configure_stacks(Tracer& tracer, const StackOptions& options) {
  if (!can_take_stacks(tracer)) return {};
  const bool any = options.kernel || options.user || options.python;
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, tracer.object()) {
    if (is_for_stacks(tracer, map)) bpf_map__set_autocreate(map, any);
  }
  if (!any) return {};
  const uint64_t parts = (options.kernel ? tracer.constant("STACK_KERNEL") : 0) |
                         (options.user ? tracer.constant("STACK_USER") : 0) |
                         (options.python ? tracer.constant("STACK_PYTHON") : 0);
  TRY(tracer.set("plan.stack_parts", parts));
  TRY(set_kernel_entry(tracer));
  size_tables(tracer, options.room, static_cast<uint32_t>(tracer.constant("UNWIND_CHUNK")));
  return seed(tracer);
}

}  // namespace plumb::kernel
