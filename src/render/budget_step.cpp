#include <fmt/format.h>

#include "base/text.h"
#include "render/sink.h"

namespace plumb::render {

std::string sentence_of(const BudgetStep& step) {
  const std::string why =
      fmt::format("estimated slowdown {} %, of {} % allowed", show_percent(step.estimate_ppm),
                  show_percent(step.budget_ppm));
  if (step.detached) return fmt::format("budget: {} is detached: {}", step.tracer, why);
  if (step.look_at == 1) return fmt::format("budget: {} tells each hit: {}", step.tracer, why);
  return fmt::format("budget: {} tells one hit of {}: {}", step.tracer, step.look_at, why);
}

}  // namespace plumb::render
