#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

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

Result<> Tracer::map_shared() {
  TRY(map_pace());
  const bpf_map* map = bpf_object__find_map_by_name(object_.get(), "accounts");
  if (!map) return {};
  const size_t bytes = size_t{bpf_map__max_entries(map)} * bpf_map__value_size(map);
  accounts_ = TRY(Mapping::of("the account of " + name_, bpf_map__fd(map), bytes, PROT_READ));
  return {};
}

Account Tracer::account() const {
  Account account;
  const bpf_map* map = bpf_object__find_map_by_name(object_.get(), "accounts");
  const auto names = outcome_names(bpf_object__btf(object_.get()));
  for (size_t at = 0; at < accounts_.size(); at += bpf_map__value_size(map))
    for (size_t i = 0; i < names.size(); i++)
      account[names[i]] += __atomic_load_n(accounts_.at<uint64_t>(at) + i, __ATOMIC_RELAXED);
  return account;
}

Costs Tracer::costs() const {
  Costs costs;
  costs.missed = not_probed_ + not_probed(links_);
  for (const Hook& hook : hooks_) {
    bpf_program* program = bpf_object__find_program_by_name(object_.get(), hook.program.c_str());
    if (!hook.chosen || bpf_program__fd(program) < 0) continue;
    bpf_prog_info info{};
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size)) continue;
    if (!hook.at_end) {  // nobody waits for those
      costs.run_ns += info.run_time_ns;
      costs.runs += info.run_cnt;
    }
    costs.missed += info.recursion_misses;
    costs.verified += info.verified_insns;
    costs.translated += info.xlated_prog_len / sizeof(bpf_insn);
  }
  return costs;
}

}  // namespace plumb::kernel
