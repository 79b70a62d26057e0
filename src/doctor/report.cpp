#include "doctor/report.h"

#include <fmt/format.h>
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/page.h"

namespace plumb::doctor {
namespace {

constexpr size_t page_width = 80;
constexpr size_t status_width = 9;
constexpr size_t name_width = 17;
constexpr size_t text_column = 2 + status_width + name_width;

const char* name_of(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::reduced:
      return "reduced";
    case Status::missing:
      return "missing";
  }
  return "";
}

// "  STATUS   NAME             TEXT", the text folded in its own column.
void put_line(std::string& page, const std::string& status, const std::string& name,
              const std::string& text) {
  std::string line = fmt::format("  {:<{}}{:<{}}", status, status_width, name, name_width);
  if (name.size() >= name_width) {
    page += line + "\n";
    line.assign(text_column, ' ');
  }
  page += fold(line + text, text_column, page_width) + "\n";
}

// A list of names that share one fate; longer than the column of names, so it has the line.
void put_names(std::string& page, const std::string& status, const std::string& names) {
  page +=
      fold(fmt::format("  {:<{}}{}\n", status, status_width, names), 2 + status_width, page_width);
}

bool same_fate(const Check& a, const Check& b) {
  return a.status == b.status && a.found == b.found && a.cost == b.cost && a.remedy == b.remedy;
}

struct Fate {
  const Check* check;
  std::vector<std::string> names;
};

// In the order of their first check.
std::vector<Fate> fates_of(const Checks& checks, const std::string& group) {
  std::vector<Fate> fates;
  for (const Check& check : checks) {
    if (check.group != group) continue;
    auto known = std::find_if(fates.begin(), fates.end(),
                              [&](const Fate& fate) { return same_fate(*fate.check, check); });
    if (known == fates.end()) known = fates.insert(fates.end(), Fate{&check, {}});
    known->names.push_back(check.name);
  }
  return fates;
}

void put_fate(std::string& page, const Fate& fate) {
  const Check& check = *fate.check;
  const std::string names = fmt::format("{}", fmt::join(fate.names, ", "));
  if (check.found.empty() || (fate.names.size() > 1 && names.size() >= name_width)) {
    put_names(page, name_of(check.status), names);
    if (!check.found.empty()) put_line(page, "", "", check.found);
  } else {
    put_line(page, name_of(check.status), names, check.found);
  }
  if (!check.cost.empty()) put_line(page, "", "costs", check.cost);
  if (!check.remedy.empty()) put_line(page, "", "to get it", check.remedy);
}

std::string verdict(const Report& report) {
  auto count = [&](Status status) {
    return std::count_if(report.checks.begin(), report.checks.end(),
                         [&](const Check& check) { return check.status == status; });
  };
  return fmt::format("plumb {} {}: {} checks, {} missing, {} reduced\n",
                     report.can_trace ? "can" : "cannot", report.what, report.checks.size(),
                     count(Status::missing), count(Status::reduced));
}

}  // namespace

std::string as_text(const Report& report) {
  std::string page;
  std::vector<std::string> groups;
  for (const Check& check : report.checks)
    if (std::find(groups.begin(), groups.end(), check.group) == groups.end())
      groups.push_back(check.group);
  for (const std::string& group : groups) {
    page += group + "\n";
    for (const Fate& fate : fates_of(report.checks, group)) put_fate(page, fate);
    page += '\n';
  }
  return page + verdict(report);
}

std::string as_json(const Report& report) {
  using nlohmann::ordered_json;
  ordered_json checks = ordered_json::array();
  for (const Check& check : report.checks)
    checks.push_back({{"group", check.group},
                      {"name", check.name},
                      {"status", name_of(check.status)},
                      {"found", check.found},
                      {"cost", check.cost},
                      {"remedy", check.remedy}});
  const ordered_json all = {
      {"kernel", report.kernel}, {"checks", std::move(checks)}, {"can_trace", report.can_trace}};
  // paths of this machine are in it; those may be any bytes, and must not steer a terminal
  return all.dump(-1, ' ', true, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace plumb::doctor
