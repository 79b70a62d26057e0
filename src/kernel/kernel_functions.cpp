#include "kernel/kernel_functions.h"

#include <asm/ptrace.h>
#include <bpf/btf.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <limits>
#include <set>

#include "base/text.h"
#include "kernel/features.h"
#include "kernel/kernel_signature.h"
#include "kernel/kernel_types.h"
#include "probe/calling.h"

namespace plumb::kernel {
namespace {

using probe::ContextField;
using probe::ContextValue;
using probe::Parameter;
using probe::Spec;
using probe::Surface;
using Form = ContextValue::Form;

constexpr size_t most_symbols = 64 << 20;  // bytes of /proc/kallsyms

ContextValue value_at(const Parameter& parameter, uint32_t offset, bool on_stack = false) {
  const bool is_pointed =
      parameter.kind == probe::ValueKind::text || parameter.kind == probe::ValueKind::bytes;
  return {is_pointed ? Form::pointed : Form::here, offset, is_pointed ? 8 : parameter.size,
          on_stack};
}

// What a trampoline or a tracepoint passes: all of it, structs as well, eight bytes after the
// other.
std::vector<ContextField> fields_in_words(const KernelSignature& signature) {
  std::vector<ContextField> fields;
  uint32_t word = 0;
  for (const KernelParameter& each : signature.parameters) {
    if (each.is_told) fields.push_back({each.parameter, value_at(each.parameter, word * 8)});
    word += each.slots;
  }
  return fields;
}

std::vector<ContextField> typed_in_words(const Spec& spec, uint32_t words) {
  std::vector<ContextField> fields;
  for (uint32_t i = 0; i < spec.parameters.size(); i++)
    fields.push_back(
        {spec.parameters[i], i < words ? value_at(spec.parameters[i], i * 8) : ContextValue()});
  return fields;
}

// Of these, which have a value each, as a function finds them where it is entered.
std::vector<ContextField> fields_at_entry(const std::vector<Parameter>& parameters,
                                          const std::vector<probe::Passed>& passed) {
  struct Register {
    std::string_view name;
    size_t offset;
  };
  constexpr std::array registers = {
      Register{"rdi", offsetof(pt_regs, rdi)}, Register{"rsi", offsetof(pt_regs, rsi)},
      Register{"rdx", offsetof(pt_regs, rdx)}, Register{"rcx", offsetof(pt_regs, rcx)},
      Register{"r8", offsetof(pt_regs, r8)},   Register{"r9", offsetof(pt_regs, r9)}};
  const std::vector<probe::Argument> places = passed_arguments(passed, 0);
  std::vector<ContextField> fields;
  for (size_t i = 0; i < parameters.size(); i++) {
    const auto in = std::ranges::find(registers, places[i].base, &Register::name);
    const bool on_stack = in == registers.end();
    const auto offset = on_stack ? static_cast<size_t>(places[i].offset) : in->offset;
    fields.push_back(
        {parameters[i], value_at(parameters[i], static_cast<uint32_t>(offset), on_stack)});
  }
  return fields;
}

// A struct of two words at most is in registers, where there are as many left; the kernel's have
// no floating point.
std::vector<ContextField> fields_at_entry(const KernelSignature& signature) {
  constexpr uint32_t most_in_registers = 2;
  std::vector<Parameter> parameters;
  std::vector<probe::Passed> passed;
  for (const KernelParameter& each : signature.parameters) {
    passed.push_back({.integers = each.slots,
                      .size = each.slots * 8,
                      .in_memory = each.slots > most_in_registers,
                      .has_value = each.is_told});
    if (each.is_told) parameters.push_back(each.parameter);
  }
  return fields_at_entry(parameters, passed);
}

std::string did_you_mean(const std::string& near, const char* otherwise) {
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

// All names in BTF that follow this prefix.
std::vector<std::string> names_of_kind(bool (*is_kind)(const btf_type*), std::string_view prefix) {
  std::vector<std::string> names;
  const TypeTable* types = kernel_types();
  for (uint32_t id = 1; types && id < types->count(); id++) {
    const btf_type* type = types->type(id);
    if (!is_kind(type)) continue;
    const std::string_view name = types->name_of(type);
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

// Those of modules have no types here.
Result<std::vector<std::string>> tracepoints_of(const Spec& spec) {
  if (!spec.is_pattern() && signature_of_tracepoint(spec.function))
    return std::vector{spec.function};
  std::vector<std::string> all = names_of_kind(btf_is_typedef, "btf_trace_"), found;
  for (const std::string& each : all)
    if (spec.is_pattern() && fnmatch(spec.function.c_str(), each.c_str(), 0) == 0)
      found.push_back(each);
  if (!found.empty()) return found;
  return misuse(fmt::format("{}: this kernel has no tracepoint '{}'", spec.text, spec.function),
                did_you_mean(nearest(spec.function, all),
                             "plumb probe tracepoint:CATEGORY:NAME takes those of modules, too"));
}

bool is_by_registers(const Spec& spec) {
  return spec.surface == Surface::kprobe || spec.surface == Surface::kretprobe;
}

uint32_t words_of(const KernelSignature& signature) {
  uint32_t words = 0;
  for (const KernelParameter& each : signature.parameters) words += each.slots;
  return words;
}

using SignatureOf = std::optional<KernelSignature> (*)(const std::string&);

// The signature of all of them; none where they differ or it is not told.
std::optional<KernelSignature> common_signature(const std::vector<std::string>& names,
                                                SignatureOf signature_of) {
  std::optional<KernelSignature> common = signature_of(names.front());
  for (const std::string& each : names)
    if (common && signature_of(each) != common) return {};
  return common;
}

void take_result(const Spec& spec, const std::optional<KernelSignature>& signature,
                 KernelProbe& probe) {
  probe.result = spec.result;
  if (!probe.result && signature && probe.at_return) probe.result = signature->result;
  if (!probe.result) return;
  const auto offset = is_by_registers(spec) ? static_cast<uint32_t>(offsetof(pt_regs, rax))
                                            : words_of(*signature) * 8;
  probe.result_value = value_at(*probe.result, offset);
}

Result<> check_pattern(const Spec& spec) {
  if (!spec.is_pattern()) return {};
  return misuse(fmt::format("{}: {} takes no pattern", spec.text, name_of(spec.surface)),
                "name one; kprobe, kretprobe, tracepoint and raw_tp take patterns");
}

}  // namespace

Result<> find_raw_tracepoint(const Spec& spec, KernelProbe& probe) {
  if (const Availability types = kernel_btf(); !types)
    return fail(spec.text + ": " + types.why_not, types.remedy);
  probe.functions = TRY(tracepoints_of(spec));
  TRY(check_count(spec, probe.functions.size()));
  for (size_t i = 0; i < probe.functions.size(); i++)
    probe.places.push_back({"", probe.functions[i], 0, i});
  const auto signature = common_signature(probe.functions, signature_of_tracepoint);
  if (!signature && spec.has_parameters)
    return misuse(spec.text + ": their arguments differ",
                  "leave the signature out, or write one for each");
  if (!signature) probe.remarks.emplace_back("their arguments differ: none are shown");
  if (!signature) return {};
  take_fields(spec.has_parameters ? typed_in_words(spec, words_of(*signature))
                                  : fields_in_words(*signature),
              probe);
  return {};
}

Result<> find_kernel_functions(const Spec& spec, KernelProbe& probe) {
  if (!is_by_registers(spec)) TRY(check_pattern(spec));
  probe.functions = TRY(functions_of(spec));
  TRY(check_count(spec, probe.functions.size()));
  for (size_t i = 0; i < probe.functions.size(); i++)
    probe.places.push_back({"", probe.functions[i], spec.offset, i});
  const auto signature = common_signature(probe.functions, signature_of_function);
  if (!signature && !is_by_registers(spec))
    return fail(fmt::format("{}: the kernel's BTF does not tell its arguments", spec.text),
                "kprobe takes it");
  const bool at_entry = spec.surface != Surface::kretprobe && spec.offset == 0;
  const bool by_registers = is_by_registers(spec);
  if (spec.has_parameters && by_registers)
    take_fields(
        fields_at_entry(spec.parameters, std::vector<probe::Passed>(spec.parameters.size())),
        probe);
  else if (spec.has_parameters)
    take_fields(typed_in_words(spec, words_of(*signature)), probe);
  else if (at_entry && signature)
    take_fields(by_registers ? fields_at_entry(*signature) : fields_in_words(*signature), probe);
  else if (at_entry)
    probe.remarks.emplace_back(probe.functions.size() > 1
                                   ? "their arguments differ: none are shown"
                                   : "the kernel's BTF does not tell its arguments");
  take_result(spec, signature, probe);
  return {};
}

std::string renamed_function(std::string_view name) {
  const std::string prefix = std::string(name) + ".";
  const std::set<std::string> all = functions_in_kallsyms();
  for (auto each = all.lower_bound(prefix); each != all.end() && each->starts_with(prefix); ++each)
    if (!is_part(*each)) return *each;
  return {};
}

std::map<std::string, uint64_t> kernel_symbols(const std::set<std::string>& names) {
  std::map<std::string, uint64_t> found;
  std::ifstream lines("/proc/kallsyms");
  uint64_t address = 0;
  std::string type, name;
  while (found.size() < names.size() && lines >> std::hex >> address >> type >> name) {
    if (address != 0 && names.contains(name)) found.emplace(name, address);
    lines.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return found;
}

}  // namespace plumb::kernel
