#include "kernel/embedded.h"

#include <algorithm>
#include <cctype>
#include <sstream>

extern "C" {
struct PlumbEmbedded {
  const char *name, *object, *object_end, *about, *about_end;
};
extern const PlumbEmbedded plumb_embedded[];
}

namespace plumb::kernel {
namespace {

constexpr std::string_view engine_name = "engine";

std::vector<Embedded> everything() {
  std::vector<Embedded> all;
  for (const PlumbEmbedded* e = plumb_embedded; e->name; e++)
    all.push_back({e->name,
                   {e->object, static_cast<size_t>(e->object_end - e->object)},
                   {e->about, static_cast<size_t>(e->about_end - e->about)}});
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return all;
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
  static const std::vector<Embedded> tracers = [] {
    auto all = everything();
    std::erase_if(all, [](const Embedded& e) { return e.name == engine_name; });
    return all;
  }();
  return tracers;
}

const Embedded& embedded_engine() {
  static const Embedded engine = [] {
    auto all = everything();
    return *std::find_if(all.begin(), all.end(),
                         [](const Embedded& e) { return e.name == engine_name; });
  }();
  return engine;
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
