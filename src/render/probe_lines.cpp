#include <fmt/format.h>

#include "probe/argument.h"
#include "render/json_text.h"
#include "render/number.h"
#include "render/static_probes.h"

namespace plumb::render {
namespace {

using probe::Argument;
using probe::Place;

std::string member_or_null(std::string_view name, std::string_view text) {
  return text.empty() ? fmt::format("\"{}\":null", name) : json_member(name, text);
}

std::string number(int64_t value) {
  std::string text(number_room, '\0');
  text.resize(static_cast<size_t>(put_json_signed(text.data(), value) - text.data()));
  return text;
}

std::string number_or_null(const std::optional<uint64_t>& value) {
  return value ? number(static_cast<int64_t>(*value)) : "null";
}

std::string place_of(const Argument& argument) {
  switch (argument.place) {
    case Place::unknown:
      return R"("place":"unknown")";
    case Place::constant:
      return fmt::format(R"("place":"constant",{},"value":{})",
                         member_or_null("symbol", argument.symbol), number(argument.offset));
    case Place::in_register:
      return fmt::format(R"("place":"register",{})", json_member("register", argument.base));
    case Place::memory:
      return fmt::format(R"("place":"memory",{},{},{},"scale":{},{},"offset_bytes":{})",
                         member_or_null("segment", argument.segment),
                         member_or_null("base", argument.base),
                         member_or_null("index", argument.index), argument.scale,
                         member_or_null("symbol", argument.symbol), number(argument.offset));
  }
  return {};
}

std::string object_of(const Argument& argument) {
  const bool is_told = argument.size != 0;
  return fmt::format(R"({{"type":{},"size_bytes":{},{},{}}})",
                     is_told ? json_quoted(type_name(argument)) : "null",
                     is_told ? number(argument.size) : "null", place_of(argument),
                     json_member("text", argument.text));
}

std::string object_of(const probe::Site& site, probe::Machine machine) {
  std::string arguments;
  for (const Argument& each : probe::parse_arguments(site.arguments, machine))
    arguments += (arguments.empty() ? "" : ",") + object_of(each);
  const std::string semaphore =
      site.has_semaphore ? fmt::format(R"({{"offset_bytes":{}}})", number_or_null(site.semaphore))
                         : "null";
  return fmt::format(R"({{"offset_bytes":{},"semaphore":{},"arguments":[{}]}})",
                     number_or_null(site.offset), semaphore, arguments);
}

}  // namespace

std::string probe_lines(const ProbedFile& file) {
  std::string lines;
  for (const probe::Probe& each : file.found.probes) {
    lines += fmt::format(R"({{{},"deleted":{},{},{},"sites":[)", json_member("file", file.path),
                         file.deleted, json_member("provider", each.provider),
                         json_member("name", each.name));
    for (const probe::Site& site : each.sites)
      lines += (&site == each.sites.data() ? "" : ",") + object_of(site, file.found.machine);
    lines += "]}\n";
  }
  return lines;
}

}  // namespace plumb::render
