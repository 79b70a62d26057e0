#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "probe/argument.h"
#include "render/static_probes.h"
#include "render/text_cell.h"

namespace plumb::render {
namespace {

using probe::Argument;

constexpr size_t page_width = 80;
constexpr size_t few = 3;                // sites that are shown each
constexpr size_t longest_provider = 16;  // a longer one pushes its own row alone
constexpr size_t sites_width = 5;
constexpr size_t semaphore_width = 10;  // 4 GiB
constexpr size_t least_arguments = 14;

std::string padded(const TextCell& cell, size_t width) {
  return cell.text + std::string(width - std::min(width, cell.width), ' ');
}

using Words = std::vector<TextCell>;

// As many of the words as fit into `width`, at least one; these are taken.
TextCell take_line(Words::const_iterator& at, Words::const_iterator end, size_t width) {
  TextCell line;
  while (at != end && (line.width == 0 || line.width + 1 + at->width <= width)) {
    line.text += (line.width == 0 ? "" : " ") + at->text;
    line.width += at->width + (line.width == 0 ? 0 : 1);
    ++at;
  }
  return line;
}

std::string offset_text(const std::optional<uint64_t>& offset) {
  return offset ? fmt::format("{:#x}", *offset) : "not loaded";
}

// Of each argument the types that it has at the sites: "u64", "u32/i32".
Words types_of(const std::vector<probe::Site>& sites, probe::Machine machine) {
  std::vector<std::vector<std::string>> types;
  for (const probe::Site& site : sites) {
    const auto arguments = probe::parse_arguments(site.arguments, machine);
    types.resize(std::max(types.size(), arguments.size()));
    for (size_t i = 0; i < arguments.size(); i++)
      if (const std::string name = type_name(arguments[i]); !std::ranges::count(types[i], name))
        types[i].push_back(name);
  }
  Words words;
  for (const auto& each : types) {
    std::string word;
    for (const std::string& name : each) word += (word.empty() ? "" : "/") + name;
    words.push_back(text_cell(word));
  }
  return words;
}

std::string semaphore_of(const std::vector<probe::Site>& sites) {
  const probe::Site& first = sites.front();
  for (const probe::Site& each : sites)
    if (each.has_semaphore != first.has_semaphore || each.semaphore != first.semaphore)
      return "several";
  return first.has_semaphore ? offset_text(first.semaphore) : "-";
}

class ProbeTable {
 public:
  explicit ProbeTable(const probe::StaticProbes& found) : found_(found) {
    for (const probe::Probe& each : found.probes) {
      provider_ = std::max(provider_, std::min(longest_provider, text_cell(each.provider).width));
      name_ = std::max(name_, text_cell(each.name).width);
    }
    constexpr size_t others = sites_width + semaphore_width + 4;
    name_ = std::min(name_, page_width - others - least_arguments - provider_);
    arguments_ = page_width - others - provider_ - name_;
  }

  std::string text() {
    row(text_cell("PROVIDER"), text_cell("NAME"), "SITES", {text_cell("ARGUMENTS")}, "SEMAPHORE");
    for (const probe::Probe& each : found_.probes) {
      row(text_cell(each.provider), text_cell(each.name), fmt::format("{}", each.sites.size()),
          types_of(each.sites, found_.machine), semaphore_of(each.sites));
      if (each.sites.size() > few) continue;
      for (const probe::Site& site : each.sites) site_row(site);
    }
    return std::move(text_);
  }

 private:
  void row(const TextCell& provider, const TextCell& name, const std::string& sites,
           const Words& words, const std::string& semaphore) {
    auto at = words.begin();
    const size_t named = provider_ + name_ + 1;
    text_ += padded(provider, provider_) + ' ' + padded(name, name_);
    // as in the help: what is too long for its column has the line
    if (provider.width > provider_ || name.width > name_) text_ += '\n' + std::string(named, ' ');
    text_ += fmt::format(" {:>{}} {} {}\n", sites, sites_width,
                         padded(take_line(at, words.end(), arguments_), arguments_), semaphore);
    const size_t indent = named + sites_width + 2;
    while (at != words.end())
      text_ += std::string(indent, ' ') + take_line(at, words.end(), arguments_).text + '\n';
  }

  void site_row(const probe::Site& site) {
    std::string lead = fmt::format("  at {}", offset_text(site.offset));
    Words words;
    for (const Argument& each : probe::parse_arguments(site.arguments, found_.machine)) {
      if (each.place == probe::Place::unknown) words.push_back(text_cell("unknown:"));
      words.push_back(text_cell(each.place == probe::Place::unknown ? std::string_view(each.text)
                                                                    : operand_of(each)));
    }
    text_ += lead;
    const size_t indent = lead.size() + 1;
    for (auto at = words.cbegin(); at != words.cend();) {
      if (at != words.cbegin()) text_ += '\n' + std::string(indent - 1, ' ');
      text_ += ' ' + take_line(at, words.cend(), page_width - indent).text;
    }
    text_ += '\n';
  }

  const probe::StaticProbes& found_;
  size_t provider_ = std::string_view("PROVIDER").size();
  size_t name_ = std::string_view("NAME").size();
  size_t arguments_ = 0;
  std::string text_;
};

}  // namespace

std::string probe_table(const probe::StaticProbes& found) { return ProbeTable(found).text(); }

std::string shown_path(const std::string& path, bool deleted) {
  return text_cell(path).text + (deleted ? " (deleted)" : "");
}

}  // namespace plumb::render
