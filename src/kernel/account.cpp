#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <numeric>

#include "kernel/tracer.h"

namespace plumb::kernel {
namespace {

// "OUTCOME_LOST_RING_FULL" → "lost_ring_full", in the order of the enum.
std::vector<std::string> outcome_names(const btf* types) {
  std::vector<std::string> names;
  const int id = btf__find_by_name_kind(types, "outcome", BTF_KIND_ENUM);
  if (id < 0) return names;
  const btf_type* type = btf__type_by_id(types, static_cast<uint32_t>(id));
  for (int i = 0; i < btf_vlen(type); i++) {
    std::string name = btf__name_by_offset(types, btf_enum(type)[i].name_off);
    if (!name.starts_with("OUTCOME_")) break;  // the enum's size
    name.erase(0, 8);
    for (char& c : name) c = static_cast<char>(tolower(c));
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

Account Tracer::account() const {
  Account account;
  const auto names = outcome_names(bpf_object__btf(object_.get()));
  const int fd = map("accounts");
  const size_t cpus = static_cast<size_t>(libbpf_num_possible_cpus());
  std::vector<uint64_t> values(cpus);
  for (uint32_t i = 0; i < names.size(); i++) {
    if (fd < 0 || bpf_map_lookup_elem(fd, &i, values.data())) continue;
    account[names[i]] = std::accumulate(values.begin(), values.end(), uint64_t{0});
  }
  return account;
}

Costs Tracer::costs() const {
  Costs costs;
  for (const Hook& hook : hooks_) {
    bpf_program* program = bpf_object__find_program_by_name(object_.get(), hook.program.c_str());
    if (!hook.chosen || bpf_program__fd(program) < 0) continue;
    bpf_prog_info info{};
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size)) continue;
    costs.run_ns += info.run_time_ns;
    costs.runs += info.run_cnt;
    costs.missed += info.recursion_misses;
    costs.verified += info.verified_insns;
    costs.translated += info.xlated_prog_len / sizeof(bpf_insn);
  }
  return costs;
}

}  // namespace plumb::kernel
