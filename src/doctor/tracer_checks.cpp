#include <fmt/format.h>
#include <algorithm>

#include "doctor/checks.h"
#include "doctor/uses.h"
#include "kernel/embedded.h"
#include "kernel/live.h"
#include "kernel/verifier.h"

namespace plumb::doctor {
namespace {

constexpr const char* tracer_group = "Tracers";
constexpr uint32_t small_ring = 64 << 10;

// "tp_btf, tracepoint": where the chosen programs hang, best first.
std::string surfaces_of(const kernel::Tracer& tracer) {
  std::vector<std::string> kinds;
  for (const kernel::Hook& hook : tracer.hooks()) {
    const std::string kind = hook.section.substr(0, hook.section.find('/'));
    if (hook.chosen && std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
      kinds.push_back(kind);
  }
  return fmt::format("{}", fmt::join(kinds, ", "));
}

// The option that would leave a system call tracepoint out, when one is in use.
std::string slow_option(const kernel::Tracer& tracer) {
  for (const kernel::Hook& hook : tracer.hooks())
    if (hook.chosen && hook.section.starts_with("tracepoint/syscalls/"))
      return hook.conditions.empty() ? "no option leaves it out"
                                     : "--no-" + hook.conditions.front().knob + " leaves it out";
  return {};
}

std::string remedy_of(const kernel::Tracer& tracer) {
  const std::string remedy = remedy_for_hooks(tracer.hooks());
  return remedy.empty() ? "plumb list " + tracer.name() + " tells what each hook was refused for"
                        : remedy;
}

Check loaded(const kernel::Tracer& tracer) {
  const std::vector<std::string> unseen = tracer.reductions();
  const std::string found = "loads, by " + surfaces_of(tracer);
  if (!unseen.empty())
    return {tracer_group,
            tracer.name(),
            Status::reduced,
            found,
            fmt::format("not seen: {}", fmt::join(unseen, ", ")),
            remedy_of(tracer)};
  if (const std::string option = slow_option(tracer); !option.empty())
    return {tracer_group,
            tracer.name(),
            Status::reduced,
            found,
            "a system call tracepoint slows every system call of the machine by some 75 ns while "
            "it runs",
            option + "; fentry or kprobes would do without"};
  return {tracer_group, tracer.name(), Status::ok, found, {}, {}};
}

// Hints send people to this page, which must say more than that.
Check failed(const std::string& name, Error error) {
  const bool circular = error.hint.find("plumb doctor") != std::string::npos;
  return {tracer_group,
          name,
          Status::missing,
          std::move(error.what),
          "it cannot be used here",
          circular ? "plumb " + name + " -v shows what the kernel's verifier says" : error.hint};
}

// Of a tracer that watches only what is chosen: everything.
Result<> choose_all(kernel::Tracer& tracer) {
  for (const schema::Knob& knob : tracer.schema().knobs) {
    if (!knob.type.names || !knob.type.names->bits) continue;
    uint64_t all = 0;
    for (const auto& [bit, name] : knob.type.names->values) all |= static_cast<uint64_t>(bit);
    TRY(tracer.set_knob(knob.name, all));
  }
  return {};
}

// With all of its fields wanted, so that the verifier sees all of it.
Check try_tracer(const kernel::Embedded& embedded) {
  kernel::capture_libbpf_messages(false);
  auto tracer = kernel::Tracer::open(embedded);
  if (!tracer) return failed(std::string(embedded.name), std::move(tracer.error()));
  if (auto chosen = choose_all(*tracer); !chosen)
    return failed(std::string(embedded.name), std::move(chosen.error()));
  if (auto hooks = kernel::choose_hooks(*tracer); !hooks)
    return failed(tracer->name(), {std::move(hooks.error().what), remedy_of(*tracer)});
  query::Plan plan;
  plan.wanted.assign(tracer->schema().event.fields.size(), true);
  std::vector<kernel::Tracer> tracers;
  tracers.push_back(*std::move(tracer));
  kernel::LiveOptions options;
  options.ring_bytes = options.lifecycle_bytes = small_ring;
  auto live = kernel::Live::load(std::move(tracers), {&plan}, options);
  if (!live) return failed(std::string(embedded.name), std::move(live.error()));
  return loaded((*live)->tracers().front());
}

// Why it is not worth trying; "" when it is.
std::string hopeless(const Context& context) {
  if (!context.bpf) return not_tried;
  if (!context.tracing_programs) return "not tried: typed tracepoints are refused";
  if (!context.kernel_reads) return "not tried: kernel memory cannot be read";
  return {};
}

}  // namespace

Checks tracer_checks(const Context& context) {
  const std::string why_not = hopeless(context);
  Checks checks;
  for (const kernel::Embedded& each : kernel::embedded_tracers()) {
    if (why_not.empty())
      checks.push_back(try_tracer(each));
    else
      checks.push_back({tracer_group, std::string(each.name), Status::missing, why_not, {}, {}});
  }
  return checks;
}

}  // namespace plumb::doctor
