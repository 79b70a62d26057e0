#include "kernel/kernel_functions.h"

#include <asm/ptrace.h>
#include <bpf/btf.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

#include "base/text.h"
#include "kernel/features.h"
#include "kernel/kernel_signature.h"
#include "kernel/kernel_types.h"

namespace plumb::kernel {
namespace {

using probe::ContextField;
using probe::ContextValue;
using probe::Parameter;
using probe::Spec;
using probe::Surface;
using Form = ContextValue::Form;
using Slots = std::vector<uint32_t>;  // where in a context each of eight bytes is

constexpr size_t most_symbols = 64 << 20;  // bytes of /proc/kallsyms

// Integers and addresses are passed in these (System V ABI for x86-64, 3.2.3).
Slots registers() {
  return {offsetof(pt_regs, rdi), offsetof(pt_regs, rsi), offsetof(pt_regs, rdx),
          offsetof(pt_regs, rcx), offsetof(pt_regs, r8),  offsetof(pt_regs, r9)};
}

Slots of_words(size_t count) {
  Slots slots;
  for (size_t i = 0; i < count; i++) slots.push_back(static_cast<uint32_t>(i * 8));
  return slots;
}

ContextValue value_at(const Parameter& parameter, uint32_t offset) {
  const bool is_pointed =
      parameter.kind == probe::ValueKind::text || parameter.kind == probe::ValueKind::bytes;
  return {is_pointed ? Form::pointed : Form::here, offset, is_pointed ? 8 : parameter.size};
}

// As many as there are slots for; what is behind a struct in a register is not told.
std::vector<ContextField> fields_of(const KernelSignature& signature, const Slots& slots,
                                    bool has_structs_in_place) {
  std::vector<ContextField> fields;
  size_t slot = 0;
  for (const KernelParameter& each : signature.parameters) {
    if (slot >= slots.size() || (!each.is_told && !has_structs_in_place)) break;
    if (each.is_told) fields.push_back({each.parameter, value_at(each.parameter, slots[slot])});
    slot += each.slots;
  }
  return fields;
}

std::vector<ContextField> typed_fields(const Spec& spec, const Slots& slots) {
  std::vector<ContextField> fields;
  for (size_t i = 0; i < spec.parameters.size(); i++)
    fields.push_back({spec.parameters[i],
                      i < slots.size() ? value_at(spec.parameters[i], slots[i]) : ContextValue()});
  return fields;
}

std::string did_you_mean(const std::string& near, const char* otherwise) {
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

// All names in BTF that follow this prefix.
std::vector<std::string> names_of_kind(bool (*is_kind)(const btf_type*), std::string_view prefix) {
  std::vector<std::string> names;
  const btf* types = kernel_types();
  for (uint32_t id = 1; types && id < btf__type_cnt(types); id++) {
    const btf_type* type = btf__type_by_id(types, id);
    if (!is_kind(type)) continue;
    const std::string_view name = btf__name_by_offset(types, type->name_off);
    if (name.starts_with(prefix)) names.emplace_back(name.substr(prefix.size()));
  }
  return names;
}

// "ffffffff81000000 T _text", and of a module's "	[ext4]" behind.
std::set<std::string> functions_in_kallsyms() {
  std::set<std::string> names;
  const auto text = read_file("/proc/kallsyms", most_symbols);
  for (const std::string& line : split(text ? *text : "", '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() < 3 || std::string_view("tTwW").find(words[1]) == std::string_view::npos)
      continue;
    names.insert(words[2].substr(0, words[2].find('\t')));
  }
  return names;
}

// What compilers put before a function or cut off it is none that somebody calls.
bool is_part(const std::string& name) {
  return name.starts_with("__pfx_") || name.starts_with("__cfi_") ||
         name.find(".cold") != std::string::npos;
}

Result<std::vector<std::string>> functions_of(const Spec& spec) {
  if (!spec.is_pattern() && kernel_type_id(spec.function, BTF_KIND_FUNC))
    return std::vector{spec.function};
  const std::set<std::string> all = functions_in_kallsyms();
  std::vector<std::string> found;
  for (const std::string& each : all)
    if (each == spec.function || (spec.is_pattern() && !is_part(each) &&
                                  fnmatch(spec.function.c_str(), each.c_str(), 0) == 0))
      found.push_back(each);
  if (!found.empty()) return found;
  const std::vector<std::string> known(all.begin(), all.end());
  return misuse(fmt::format("{}: this kernel has no function '{}'", spec.text, spec.function),
                did_you_mean(nearest(spec.function, known),
                             "/proc/kallsyms lists them, but for those that the compiler has put "
                             "into their callers"));
}

bool is_by_registers(const Spec& spec) {
  return spec.surface == Surface::kprobe || spec.surface == Surface::kretprobe;
}

size_t words_of(const KernelSignature& signature) {
  size_t words = 0;
  for (const KernelParameter& each : signature.parameters) words += each.slots;
  return words;
}

// The signature of all of them; none where they differ or it is not told.
std::optional<KernelSignature> common_signature(const std::vector<std::string>& functions) {
  std::optional<KernelSignature> common = signature_of_function(functions.front());
  for (const std::string& each : functions)
    if (common && signature_of_function(each) != common) return {};
  return common;
}

void take_result(const Spec& spec, const std::optional<KernelSignature>& signature,
                 KernelProbe& probe) {
  probe.result = spec.result;
  if (!probe.result && signature && probe.at_return) probe.result = signature->result;
  if (!probe.result) return;
  const auto offset = is_by_registers(spec) ? static_cast<uint32_t>(offsetof(pt_regs, rax))
                                            : static_cast<uint32_t>(words_of(*signature) * 8);
  probe.result_value = value_at(*probe.result, offset);
}

Result<> check_pattern(const Spec& spec) {
  if (!spec.is_pattern()) return {};
  return misuse(fmt::format("{}: {} takes no pattern", spec.text, name_of(spec.surface)),
                "name one; kprobe, kretprobe and tracepoint take patterns");
}

}  // namespace

Result<> find_raw_tracepoint(const Spec& spec, KernelProbe& probe) {
  TRY(check_pattern(spec));
  if (const Availability types = kernel_btf(); !types)
    return fail(spec.text + ": " + types.why_not, types.remedy);
  const auto signature = signature_of_tracepoint(spec.function);
  if (!signature)
    return misuse(fmt::format("{}: this kernel has no tracepoint '{}'", spec.text, spec.function),
                  did_you_mean(nearest(spec.function, names_of_kind(btf_is_typedef, "btf_trace_")),
                               "plumb probe tracepoint:CATEGORY:NAME takes those of modules, too"));
  const Slots words = of_words(words_of(*signature));
  take_fields(spec.has_parameters ? typed_fields(spec, words) : fields_of(*signature, words, true),
              probe);
  probe.places = {{"", spec.function}};
  probe.functions = {spec.function};
  return {};
}

Result<> find_kernel_functions(const Spec& spec, KernelProbe& probe) {
  if (!is_by_registers(spec)) TRY(check_pattern(spec));
  probe.functions = TRY(functions_of(spec));
  TRY(check_count(spec, probe.functions.size()));
  for (size_t i = 0; i < probe.functions.size(); i++)
    probe.places.push_back({"", probe.functions[i], spec.offset, i});
  const auto signature = common_signature(probe.functions);
  if (!signature && !is_by_registers(spec))
    return fail(fmt::format("{}: the kernel's BTF does not tell its arguments", spec.text),
                "kprobe takes it");
  const bool at_entry = spec.surface != Surface::kretprobe && spec.offset == 0;
  const Slots slots = is_by_registers(spec) ? registers() : of_words(words_of(*signature));
  if (spec.has_parameters)
    take_fields(typed_fields(spec, slots), probe);
  else if (at_entry && signature)
    take_fields(fields_of(*signature, slots, !is_by_registers(spec)), probe);
  else if (at_entry)
    probe.remarks.emplace_back(probe.functions.size() > 1
                                   ? "their arguments differ: none are shown"
                                   : "the kernel's BTF does not tell its arguments");
  take_result(spec, signature, probe);
  return {};
}

}  // namespace plumb::kernel
