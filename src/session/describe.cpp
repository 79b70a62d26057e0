// What --plan prints: where each part of the question is answered.
#include <fmt/format.h>

#include "base/text.h"
#include "kernel/features.h"
#include "session/prepare.h"

namespace plumb::session {
namespace {

std::string field_list(const std::vector<const schema::Field*>& fields) {
  std::string list;
  for (const schema::Field* field : fields) list += (list.empty() ? "" : ", ") + field->path;
  return list.empty() ? "-" : list;
}

std::string read_fields(const schema::Event& event, const query::Plan& plan, bool wanted) {
  std::vector<const schema::Field*> fields;
  for (size_t i = 0; i < event.fields.size(); i++)
    if (plan.wanted[i] == wanted) fields.push_back(&event.fields[i]);
  return field_list(fields);
}

void add_hooks(std::string& text, const kernel::Tracer& tracer) {
  for (const kernel::Hook& hook : tracer.hooks())
    if (hook.chosen) text += fmt::format("  hook       {}  ({})\n", hook.section, hook.purpose);
  for (const std::string& missing : tracer.reductions())
    text += fmt::format("  not seen   {}\n", missing);
}

void add_where(std::string& text, const Request& request, const query::Plan& plan) {
  if (request.ask.where.empty()) return;
  text += fmt::format("  where      {}\n", request.ask.where);
  text += fmt::format("    kernel   {}\n",
                      plan.leaves.empty() ? std::string("lets everything through")
                                          : fmt::format("{} comparisons{}", plan.leaves.size(),
                                                        plan.where_exact ? ", all of it" : ""));
  if (!plan.where_exact) text += fmt::format("    user     {}\n", plan.where_rest);
}

void add_grouping(std::string& text, const query::Plan& plan) {
  if (!plan.grouping) return;
  const query::Grouping& grouping = *plan.grouping;
  std::string shows;
  for (const query::Show& show : grouping.shows) shows += (shows.empty() ? "" : ", ") + show.text;
  text += fmt::format("  by         {}\n  show       {}\n", field_list(grouping.keys), shows);
  text += grouping.in_kernel
              ? fmt::format("    kernel   per-CPU tables of {} groups\n", grouping.max_groups)
              : fmt::format("    user     {}\n", grouping.why_not);
}

}  // namespace

std::string describe(const Prepared& prepared, const Request& request,
                     const kernel::LiveOptions& options) {
  std::string text;
  for (size_t i = 0; i < prepared.tracers.size(); i++) {
    const kernel::Tracer& tracer = prepared.tracers[i];
    const query::Plan& plan = *prepared.plans[i];
    const schema::Event& event = tracer.schema().event;
    text += tracer.name() + "\n";
    add_hooks(text, tracer);
    add_where(text, request, plan);
    add_grouping(text, plan);
    if (plan.sample_every > 1)
      text += fmt::format("  sample     1/{} in {}\n", plan.sample_every,
                          plan.sample_in_kernel ? "the kernel" : "user space");
    text += fmt::format("  read       {}\n", read_fields(event, plan, true));
    text += fmt::format("  not read   {}\n", read_fields(event, plan, false));
    text += fmt::format("  ring       {}\n",
                        event.lifecycle ? "lifecycle, " + show_size(options.lifecycle_bytes)
                                        : "events, " + show_size(options.ring_bytes));
  }
  return text;
}

}  // namespace plumb::session
