#include "probe/inlined.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "probe/inlined_reader.h"
#include "probe/isolated.h"

namespace plumb::probe {
namespace {

constexpr size_t most_named = 5;  // callers

Fail no_sense() { return fail("its debug information makes no sense"); }

bool parse_figure(std::string_view text, int base, uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

struct Caller {
  std::string_view name;
  size_t copies = 0;
};

std::vector<Caller> callers_in(const std::vector<InlinedCopy>& copies) {
  std::vector<Caller> all;
  for (const InlinedCopy& each : copies) {
    auto at = std::ranges::find(all, each.caller, &Caller::name);
    if (at == all.end()) at = all.insert(at, {each.caller});
    at->copies++;
  }
  return all;
}

}  // namespace

// COUNT, then of each copy ADDRESS CALLER.
Result<InlinedCopies> parse_inlined(std::string_view text) {
  InlinedCopies copies;
  if (text.empty()) return copies;
  if (!parse_figure(take_line(text), 10, copies.count)) return no_sense();
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const size_t blank = line.find(' ');
    InlinedCopy copy;
    if (blank == line.npos || !parse_figure(line.substr(0, blank), 16, copy.address))
      return no_sense();
    copy.caller = line.substr(blank + 1);
    if (copy.caller.empty() || copies.told.size() == most_copies_told) return no_sense();
    copies.told.push_back(std::move(copy));
  }
  if (copies.told.size() != std::min<uint64_t>(copies.count, most_copies_told)) return no_sense();
  return copies;
}

Result<InlinedCopies> inlined_copies(int file, const std::string& name) {
  return parse_inlined(TRY(isolated(file, [&](int opened) { return read_inlined(opened, name); })));
}

std::string callers_of(const InlinedCopies& copies) {
  const std::vector<Caller> callers = callers_in(copies.told);
  std::vector<std::string> named;
  for (size_t i = 0; i < std::min(callers.size(), most_named); i++)
    named.push_back(callers[i].copies == 1
                        ? std::string(callers[i].name)
                        : fmt::format("{} ({} times)", callers[i].name, callers[i].copies));
  if (copies.count > copies.told.size())
    named.emplace_back("others");
  else if (callers.size() > named.size())
    named.push_back(fmt::format("{} others", callers.size() - named.size()));
  if (named.empty()) return {};
  const std::string last = std::move(named.back());
  named.pop_back();
  return named.empty() ? last : fmt::format("{} and {}", fmt::join(named, ", "), last);
}

}  // namespace plumb::probe
