#include "kernel/kernel_probe.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "kernel/features.h"
#include "kernel/kernel_functions.h"
#include "kernel/kernel_types.h"
#include "kernel/probe.h"
#include "kernel/probe_event.h"
#include "kernel/probe_frames.h"
#include "kernel/probe_location.h"
#include "kernel/probes.h"
#include "kernel/tracepoints.h"

namespace plumb::kernel {
namespace {

using probe::ContextValue;
using probe::Parameter;
using probe::Surface;
using probe::ValueKind;
using Form = ContextValue::Form;

// Each takes two descriptors, of which a process has 1,024 where nobody has said more.
constexpr size_t most_places = 400;

const char* form_of(const Parameter& parameter, Form form) {
  if (form == Form::none) return "FORM_NONE";
  if (!in_tail(parameter)) return "FORM_NUMBER";
  const bool is_text = parameter.kind == ValueKind::text;
  switch (form) {
    case Form::later:
      return is_text ? "FORM_LATER_TEXT" : "FORM_LATER_BYTES";
    case Form::behind:
      return is_text ? "FORM_BEHIND_TEXT" : "FORM_BEHIND_BYTES";
    case Form::pointed:
      return is_text ? "FORM_POINTED_TEXT" : "FORM_POINTED_BYTES";
    case Form::passed:
      return "FORM_USER_TEXT";
    default:
      return is_text ? "FORM_TEXT" : "FORM_BYTES";
  }
}

// Of a text that is pointed at nobody knows how long it is.
uint64_t length_of(const Parameter& parameter, const ContextValue& value) {
  if (value.form != Form::pointed && value.form != Form::passed) return value.size;
  return parameter.kind == ValueKind::text ? UINT32_MAX : parameter.size;
}

// struct context_value.
Result<> write_value(Tracer& tracer, const std::string& path, const Parameter& parameter,
                     const ContextValue& value) {
  const bool is_number = !in_tail(parameter);
  TRY(tracer.set(path + ".form", tracer.constant(form_of(parameter, value.form))));
  TRY(tracer.set(path + ".size", is_number ? parameter.size : 0));
  TRY(tracer.set(path + ".drop", is_number ? 64 - parameter.size * 8 : 0));
  TRY(tracer.set(path + ".is_signed", parameter.kind == ValueKind::signed_number));
  TRY(tracer.set(path + ".length", length_of(parameter, value)));
  TRY(tracer.set(path + ".on_stack", value.on_stack));
  return tracer.set(path + ".offset", value.offset);
}

// A program may be in the middle of the kernel's own allocation.
void allocate_before_use(Tracer& tracer) {
  constexpr uint32_t most_frames = 8192;
  bpf_map* frames = bpf_object__find_map_by_name(tracer.object(), "frames");
  bpf_map* depths = bpf_object__find_map_by_name(tracer.object(), "depths");
  bpf_map__set_map_flags(frames, 0);
  bpf_map__set_max_entries(frames, most_frames);
  if (bpf_map__type(depths) == BPF_MAP_TYPE_HASH) bpf_map__set_map_flags(depths, 0);
}

Result<> write_probe(Tracer& tracer, const probe::Spec& spec, const KernelProbe& probe) {
  const bool paired = probe.at_call && probe.at_return;
  TRY(tracer.set("paired", paired));
  TRY(tracer.set(fmt::format("{}_{}", paired ? "pairs" : "at", name_of(spec.surface)), 1));
  TRY(tracer.set("probe.values", probe.parameters.size()));
  const bool has_texts =
      std::ranges::any_of(probe.parameters, in_tail) || (probe.result && in_tail(*probe.result));
  TRY(tracer.set("probe.has_texts", has_texts));
  TRY(tracer.set("probe.sites", probe.places.size() > 1));
  for (size_t i = 0; i < probe.parameters.size(); i++)
    TRY(write_value(tracer, fmt::format("probe.at[{}]", i), probe.parameters[i], probe.values[i]));
  if (probe.result) TRY(write_value(tracer, "probe.result", *probe.result, probe.result_value));
  allocate_before_use(tracer);
  return write_frames(tracer, probe);
}

// What --plan shows, and by which the kernel is asked whether it allows that.
std::string target_of(const probe::Spec& spec) {
  return (spec.target.empty() ? "" : spec.target + "/") + spec.function;
}

}  // namespace

Result<> check_count(const probe::Spec& spec, size_t places) {
  if (places <= most_places) return {};
  return misuse(fmt::format("{}: {} fit, and a probe can be at {}", spec.text, places, most_places),
                "a narrower pattern, or several probes");
}

void take_fields(std::vector<probe::ContextField> fields, KernelProbe& probe) {
  std::vector<std::string> left_out;
  for (probe::ContextField& each : fields) {
    if (probe.parameters.size() == probe::max_parameters) {
      left_out.push_back(each.parameter.name);
      continue;
    }
    probe.parameters.push_back(std::move(each.parameter));
    probe.values.push_back(each.value);
  }
  if (!left_out.empty())
    probe.remarks.push_back(fmt::format("a probe shows {} values, so not {}", probe::max_parameters,
                                        fmt::join(left_out, ", ")));
}

Result<KernelProbe> find_kernel_probe(const probe::Spec& spec) {
  KernelProbe probe;
  probe.name = event_name(spec);
  probe.text = spec.text;
  probe.at_call = spec.surface != Surface::kretprobe && spec.surface != Surface::fexit;
  probe.at_return = !probe.at_call || spec.has_return;
  TRY(check_signature(spec));
  if (spec.surface == Surface::tracepoint)
    TRY(find_tracepoints(spec, probe));
  else if (spec.surface == Surface::raw_tp)
    TRY(find_raw_tracepoint(spec, probe));
  else
    TRY(find_kernel_functions(spec, probe));
  return probe;
}

Result<Tracer> open_kernel_probe(const probe::Spec& spec, const KernelProbe& probe,
                                 bool with_stacks) {
  Tracer tracer = TRY(
      Tracer::open_described(embedded_own(with_stacks ? "kernel_probe_stacks" : "kernel_probe"),
                             probe.name, [&](btf* types) { return describe_event(types, probe); }));
  TRY(write_probe(tracer, spec, probe));
  const bool is_raw = spec.surface == Surface::raw_tp;
  const bool is_told_apart =
      is_raw ? helper(BPF_FUNC_get_attach_cookie, Caller::raw_tp).yes : tells_places_apart();
  if (probe.places.size() > 1 && !is_told_apart)
    return fail(probe.text + ": this kernel does not tell its places apart",
                fmt::format("name one; several need Linux {}", is_raw ? "6.10" : "5.15"));
  for (Hook& hook : tracer.hooks())
    if (names_no_place(hook.section)) {
      aim_typed(bpf_object__find_program_by_name(tracer.object(), hook.program.c_str()),
                probe.places.front().name);
      hook.section += "/" + target_of(spec);
    }
  tracer.place(probe.places);
  return tracer;
}

}  // namespace plumb::kernel
