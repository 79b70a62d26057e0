#include "kernel/embedded.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <sstream>

extern "C" {
struct PlumbEmbedded {
  const char *name, *object, *object_end, *looping, *looping_end, *about, *about_end;
  uint64_t is_tracer;
};
extern const PlumbEmbedded plumb_embedded[];
}

namespace plumb::kernel {
namespace {

std::vector<Embedded> all(bool tracers) {
  std::vector<Embedded> found;
  for (const PlumbEmbedded* e = plumb_embedded; e->name; e++) {
    if ((e->is_tracer != 0) != tracers) continue;
    found.push_back({e->name,
                     {e->object, static_cast<size_t>(e->object_end - e->object)},
                     {e->looping, static_cast<size_t>(e->looping_end - e->looping)},
                     {e->about, static_cast<size_t>(e->about_end - e->about)}});
  }
  std::sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return found;
}

void append_line(std::string& paragraph, std::string_view line) {
  size_t text = line.find_first_not_of(' ');
  if (text == std::string_view::npos) {
    if (!paragraph.empty() && paragraph.back() != '\n') paragraph += "\n";
    return;
  }
  const bool drawn = line.front() == '\t';  // pseudocode keeps its shape
  if (!paragraph.empty() && paragraph.back() != '\n') paragraph += drawn ? '\n' : ' ';
  paragraph += drawn ? line : line.substr(text);
  if (drawn) paragraph += '\n';
}

void trim(std::string& text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
}

}  // namespace

const std::vector<Embedded>& embedded_tracers() {
  static const std::vector<Embedded> tracers = all(true);
  return tracers;
}

Embedded embedded_own(std::string_view name) {
  static const std::vector<Embedded> own = all(false);
  const auto found =
      std::find_if(own.begin(), own.end(), [&](const Embedded& e) { return e.name == name; });
  return found == own.end() ? Embedded{} : *found;
}

About parse_about(std::string_view text) {
  About about;
  std::string* part = &about.question;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = line;
    if (line.starts_with("Cost:")) {
      part = &about.cost;
      rest.remove_prefix(5);
    } else if (line.starts_with("Blind:")) {
      part = &about.blind;
      rest.remove_prefix(6);
    } else if (line.empty() && part == &about.question) {
      part = &about.reasons;
    } else if (part == &about.question && about.question.empty()) {
      rest.remove_prefix(std::min(line.find(": ") + 2, line.size()));
    }
    append_line(*part, rest);
  }
  for (std::string* each : {&about.question, &about.reasons, &about.cost, &about.blind})
    trim(*each);
  return about;
}

}  // namespace plumb::kernel
