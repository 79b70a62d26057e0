#include "schema/find.h"

#include <string>
#include <vector>

#include "base/text.h"
#include "schema/schema.h"

namespace plumb::schema {
namespace {

// The path itself and what remains after each dot: the names that may stand for a field.
std::vector<std::string> names_of(const Field& field) {
  std::vector<std::string> names = {field.path};
  for (size_t dot = field.path.find('.'); dot != std::string::npos;
       dot = field.path.find('.', dot + 1))
    names.push_back(field.path.substr(dot + 1));
  return names;
}

Fail unknown_field(const Event& event, std::string_view name) {
  std::vector<std::string> candidates;
  for (const Field& field : event.fields)
    for (std::string& candidate : names_of(field)) candidates.push_back(std::move(candidate));
  const std::string suggestion = nearest(name, candidates);
  return misuse("unknown field '" + std::string(name) + "'",
                suggestion.empty() ? "plumb list " + event.name + " shows its fields"
                                   : "did you mean '" + suggestion + "'?");
}

}  // namespace

Result<uint32_t> find_event(const Btf& btf) {
  uint32_t found = 0;
  for (uint32_t id = 1; id < btf.types().size(); id++) {
    if (btf.type(id).kind != Btf::Kind::structure) continue;
    if (!Btf::find(btf.tags(id), event_tag)) continue;
    if (found != 0) return fail("two structs are tagged as the event");
    found = id;
  }
  if (found == 0) return fail("no struct is tagged as the event");
  return found;
}

Result<const Field*> find_field(const Event& event, std::string_view name) {
  if (const Field* exact = event.find_exact(name)) return exact;
  const std::string ending = "." + std::string(name);
  const Field* found = nullptr;
  std::string choices;
  for (const Field& field : event.fields) {
    if (!field.path.ends_with(ending)) continue;
    choices += (found ? " or " : "") + field.path;
    if (found) continue;
    found = &field;
  }
  if (!found) return unknown_field(event, name);
  if (choices != found->path)
    return misuse("'" + std::string(name) + "' is ambiguous", "write " + choices);
  return found;
}

}  // namespace plumb::schema
