#include "kernel/tracepoints.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/text.h"
#include "kernel/features.h"
#include "probe/trace_format.h"

namespace plumb::kernel {
namespace {

using probe::ContextField;

constexpr size_t most_format = 1 << 20;  // bytes

// The folders in a folder of tracefs, sorted.
std::vector<std::string> folders_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator each(path, error), end; !error && each != end;
       each.increment(error))
    if (each->is_directory(error)) names.push_back(each->path().filename().string());
  std::ranges::sort(names);
  return names;
}

bool fits(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::string hint_for(const std::string& wanted, const std::vector<std::string>& known) {
  const std::string near = nearest(wanted, known);
  return near.empty() ? "ls " + tracefs_events() + " lists categories, and in each its tracepoints"
                      : "did you mean '" + near + "'?";
}

// Where the category has none of that name, another one may.
std::string elsewhere(const std::string& events, const std::string& name,
                      std::vector<std::string> known) {
  for (const std::string& category : folders_in(events))
    for (const std::string& each : folders_in(events + "/" + category)) {
      if (each == name) return fmt::format("did you mean 'tracepoint:{}:{}'?", category, each);
      known.push_back(each);
    }
  return hint_for(name, known);
}

Result<std::vector<KernelPlace>> places_of(const probe::Spec& spec) {
  if (const Availability readable = tracefs(); !readable)
    return fail(spec.text + ": " + readable.why_not, readable.remedy);
  const std::string events = tracefs_events();
  std::vector<std::string> categories = folders_in(events), known;
  std::vector<KernelPlace> found;
  std::erase_if(categories, [&](const std::string& each) { return !fits(spec.target, each); });
  if (categories.empty())
    return misuse(fmt::format("{}: this kernel has no category '{}'", spec.text, spec.target),
                  hint_for(spec.target, folders_in(events)));
  for (const std::string& category : categories)
    for (std::string& each : folders_in(events + "/" + category)) {
      if (fits(spec.function, each)) found.push_back({category, each});
      known.push_back(std::move(each));
    }
  if (found.empty())
    return misuse(fmt::format("{}: this kernel has no tracepoint '{}' in '{}'", spec.text,
                              spec.function, spec.target),
                  elsewhere(events, spec.function, std::move(known)));
  return found;
}

Result<std::vector<ContextField>> fields_of(const KernelPlace& place) {
  const std::string path =
      fmt::format("{}/{}/{}/format", tracefs_events(), place.category, place.name);
  return probe::trace_fields(TRY(read_file(path, most_format)));
}

}  // namespace

Result<> find_tracepoints(const probe::Spec& spec, KernelProbe& probe) {
  probe.places = TRY(places_of(spec));
  TRY(check_count(spec, probe.places.size()));
  std::vector<ContextField> fields = TRY(fields_of(probe.places.front()));
  for (size_t i = 0; i < probe.places.size(); i++) {
    if (i > 0 && !fields.empty() && TRY(fields_of(probe.places[i])) != fields) {
      probe.remarks.emplace_back("their fields differ: none are shown");
      fields.clear();
    }
    probe.places[i].cookie = i;
    probe.functions.push_back(probe.places[i].name);
  }
  take_fields(std::move(fields), probe);
  return {};
}

}  // namespace plumb::kernel
