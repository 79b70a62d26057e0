#include "render/speedscope.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

#include "render/json_text.h"

namespace plumb::render {
namespace {

std::string speedscope_frame(const CallStep& step) {
  std::string object = fmt::format(R"({{"name":{})", json_quoted(harmless(step.name)));
  if (const StackFrame* frame = step.frame) {
    const std::string& file = frame->file.empty() ? frame->module : frame->file;
    if (!file.empty()) object += fmt::format(R"(,"file":{})", json_quoted(harmless(file)));
    if (frame->line != 0) object += fmt::format(R"(,"line":{})", frame->line);
  }
  return object + "}";
}

// Objects that are written once each, and the number that each has.
class Numbered {
 public:
  size_t number_for(std::string object) {
    const auto [found, is_new] = numbers_.emplace(std::move(object), numbers_.size());
    if (is_new) objects_ += (objects_.empty() ? "" : ",\n") + found->first;
    return found->second;
  }
  const std::string& objects() const { return objects_; }

 private:
  std::unordered_map<std::string, size_t> numbers_;
  std::string objects_;
};

}  // namespace

std::string speedscope(const Profile& profile) {
  Numbered frames;
  std::string samples, weights;
  uint64_t end = 0;
  for (const StackGroup& group : profile.groups) {
    std::string sample;
    for (const CallStep& step : steps_of(group))
      sample +=
          fmt::format("{}{}", sample.empty() ? "" : ",", frames.number_for(speedscope_frame(step)));
    samples += fmt::format("{}[{}]", samples.empty() ? "" : ",\n", sample);
    weights += fmt::format("{}{}", weights.empty() ? "" : ",", group.value);
    end = sum_of(end, group.value);
  }
  const std::string_view unit = profile.unit == "ns"      ? "nanoseconds"
                                : profile.unit == "bytes" ? "bytes"
                                                          : "none";
  const std::string name = json_quoted(harmless(profile.title));
  return fmt::format(
      R"({{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"plumb",)"
      R"("name":{},"activeProfileIndex":0,"shared":{{"frames":[{}]}},"profiles":[{{"type":"sampled",)"
      R"("name":{},"unit":"{}","startValue":0,"endValue":{},"samples":[{}],"weights":[{}]}}]}})"
      "\n",
      name, frames.objects(), name, unit, end, samples, weights);
}

}  // namespace plumb::render
