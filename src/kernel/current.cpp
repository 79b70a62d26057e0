#include "kernel/current.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <fmt/format.h>
#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "kernel/features.h"
#include "kernel/kernel_types.h"
#include "kernel/probes_program.h"

namespace plumb::kernel {
namespace {

// Does the kernel put instructions in the place of this call? Known from what became of a program.
bool is_written_out(bpf_func_id helper) {
  const Fd program = load_call({BPF_PROG_TYPE_RAW_TRACEPOINT}, helper);
  std::array<bpf_insn, 64> code{};
  bpf_prog_info info{};
  info.xlated_prog_insns = reinterpret_cast<uint64_t>(code.data());
  info.xlated_prog_len = sizeof(code);
  uint32_t size = sizeof(info);
  if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &size)) return false;
  const size_t length = std::min(info.xlated_prog_len / sizeof(bpf_insn), code.size());
  return length > 0 &&
         std::none_of(code.begin(), code.begin() + static_cast<ptrdiff_t>(length),
                      [](const bpf_insn& each) { return each.code == (BPF_JMP | BPF_CALL); });
}

// The offset of a variable that each CPU has for itself.
uint64_t offset_per_cpu(const TypeTable& types, std::string_view variable) {
  const btf_type* type = types.type(types.find(".data..percpu", BTF_KIND_DATASEC));
  if (!type) return 0;
  const btf_var_secinfo* each = btf_var_secinfos(type);
  for (int i = 0; i < btf_vlen(type); i++) {
    const btf_type* named = types.type(each[i].type);
    if (named && variable == types.name_of(named)) return each[i].offset;
  }
  return 0;
}

std::vector<uint32_t> running_cpus() {
  std::vector<uint32_t> cpus;
  auto text = read_file("/sys/devices/system/cpu/online", 4096);
  if (!text) return cpus;
  for (std::string_view range : split(split(*text, '\n').front(), ',')) {
    const auto ends = split(range, '-');
    auto first = parse_unsigned(ends.front()), last = parse_unsigned(ends.back());
    if (!first || !last) return {};
    for (uint64_t cpu = *first; cpu <= *last; cpu++) cpus.push_back(static_cast<uint32_t>(cpu));
  }
  return cpus;
}

// Runs find_current for a CPU, on that CPU when it runs. True: it has the address.
bool find_for(int program, uint32_t cpu, bool runs) {
  uint64_t context[] = {cpu};
  bpf_test_run_opts options{};
  options.sz = sizeof(options);
  options.ctx_in = context;
  options.ctx_size_in = sizeof(context);
  options.flags = runs ? BPF_F_TEST_RUN_ON_CPU : 0;
  options.cpu = runs ? cpu : 0;
  return bpf_prog_test_run_opts(program, &options) == 0 && options.retval == 1;
}

}  // namespace

CurrentNumbers current_numbers() {
  const TypeTable* types = kernel_types();
  if (!types || !kernel_type_id("bpf_rdonly_cast", BTF_KIND_FUNC) ||
      !is_written_out(BPF_FUNC_get_smp_processor_id) ||
      is_written_out(BPF_FUNC_get_current_task_btf))
    return {};
  CurrentNumbers numbers;
  numbers.runqueues = offset_per_cpu(*types, "runqueues");
  numbers.current_task = offset_per_cpu(*types, "current_task");
  // From 6.2 to 6.14 it was the first member of this.
  if (!numbers.current_task) numbers.current_task = offset_per_cpu(*types, "pcpu_hot");
  if (!numbers.runqueues || !numbers.current_task) return {};
  numbers.holder = kernel_type_id("rcuwait", BTF_KIND_STRUCT);
  return numbers;
}

std::vector<uint64_t> find_current(const Tracer& engine) {
  const bpf_program* program = bpf_object__find_program_by_name(engine.object(), "find_current");
  const std::vector<uint32_t> running = running_cpus();
  std::vector<uint64_t> places(static_cast<size_t>(libbpf_num_possible_cpus()));
  for (uint32_t cpu = 0; cpu < places.size(); cpu++) {
    const bool runs = std::ranges::find(running, cpu) != running.end();
    if (!find_for(bpf_program__fd(program), cpu, runs) ||
        bpf_map_lookup_elem(engine.map("found_current"), &cpu, &places[cpu]))
      return {};
  }
  return running.empty() ? std::vector<uint64_t>{} : places;
}

Result<> use_current(Tracer& tracer, const CurrentNumbers& numbers,
                     const std::vector<uint64_t>& places) {
  // the current task of those at the end is plumb: they do not ask for it
  const bool all = std::ranges::all_of(tracer.hooks(), [](const Hook& hook) {
    return !hook.chosen || hook.at_end || may_call_functions(hook.section);
  });
  if (!all || places.empty() || places.size() > tracer.constant("MOST_CPUS")) return {};
  for (size_t cpu = 0; cpu < places.size(); cpu++)
    TRY(tracer.set(fmt::format("current_places.of_cpu[{}]", cpu), places[cpu]));
  return tracer.set("current_places.holder", numbers.holder);
}

}  // namespace plumb::kernel
