#include <algorithm>
#include <array>
#include <set>

#include "kernel/features.h"
#include "kernel/tracer.h"

namespace plumb::kernel {
namespace {

// "kprobe" stands for kretprobe too, "fentry" for fexit.
bool matches(std::string_view kind, std::string_view preferred) {
  if (preferred == "fentry" || preferred == "fexit") return kind == "fentry" || kind == "fexit";
  return kind == preferred || (preferred == "kprobe" && kind == "kretprobe");
}

// The most stable and cheapest surface first; where two serve equally, the object's order decides.
// Where a program can be preempted, a second task that comes to it on the same CPU goes by unseen
// (the kernel counts that as missed): there what runs with preemption off comes first.
int rank_of(const Hook& hook, const std::string& preferred) {
  constexpr std::array<std::string_view, 6> order = {"tp_btf", "fentry",    "fexit",
                                                     "kprobe", "kretprobe", "tracepoint"};
  std::string_view kind = std::string_view(hook.section).substr(0, hook.section.find('/'));
  if (!preferred.empty() && matches(kind, preferred)) return -2;
  if (tracepoints_are_preemptible() && matches(kind, "kprobe")) return -1;
  return static_cast<int>(std::find(order.begin(), order.end(), kind) - order.begin());
}

// Marks the best of the alternatives for one purpose; the reasons of the refused ones stay in them.
void choose_for(Tracer& tracer, const std::string& purpose, const std::string& preferred) {
  std::vector<Hook*> alternatives;
  for (Hook& hook : tracer.hooks())
    if (hook.purpose == purpose && tracer.wants(hook)) alternatives.push_back(&hook);
  std::stable_sort(alternatives.begin(), alternatives.end(), [&](Hook* a, Hook* b) {
    return rank_of(*a, preferred) < rank_of(*b, preferred);
  });
  const bool allowed = may_try().yes;
  bool chosen = false;
  for (Hook* hook : alternatives) {
    if (chosen && allowed) return;
    Availability here = surface_of(hook->section);
    hook->unknown = !allowed && (here.yes || is_for_lack_of_privilege(here));
    if (!hook->unknown && hook->refusal.empty()) {
      hook->refusal = here.why_not;
      hook->remedy = here.remedy;
    }
    hook->chosen = !chosen && (here.yes || hook->unknown) && hook->refusal.empty();
    chosen |= hook->chosen;
  }
}

std::string why_none(const Tracer& tracer) {
  std::string reasons;
  for (const Hook& hook : tracer.hooks())
    if (!hook.refusal.empty())
      reasons += (reasons.empty() ? "" : "; ") + hook.section + ": " + hook.refusal;
  return reasons;
}

}  // namespace

Result<> choose_hooks(Tracer& tracer, const std::string& preferred) {
  std::set<std::string> purposes;
  bool any = false;
  for (Hook& hook : tracer.hooks()) {
    hook.chosen = hook.purpose.empty() && tracer.wants(hook);
    if (!hook.purpose.empty()) purposes.insert(hook.purpose);
  }
  for (const std::string& purpose : purposes) choose_for(tracer, purpose, preferred);
  for (const Hook& hook : tracer.hooks()) any |= hook.chosen && !hook.at_end;
  if (std::ranges::none_of(tracer.hooks(),
                           [&](const Hook& h) { return tracer.wants(h) && !h.at_end; }))
    return misuse(tracer.name() + ": nothing is chosen to watch",
                  "plumb help " + tracer.name() + " shows the options that choose");
  if (!any)
    return fail(tracer.name() + ": nothing to attach to: " + why_none(tracer),
                "plumb doctor says what this kernel allows");
  return {};
}

}  // namespace plumb::kernel
