#include "schema/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>

#include "schema/btf.h"
#include "schema/fields.h"
#include "schema/find.h"

namespace plumb::schema {
namespace {

Result<Event> read_event(const Btf& btf, uint32_t id) {
  Event event;
  event.name = btf.type(id).name;
  event.doc = *Btf::find(btf.tags(id), event_tag);
  event.size = btf.type(id).size;
  for (std::string_view tag : btf.tags(id)) event.lifecycle |= tag == "lifecycle";
  event.view = {std::string(Btf::find(btf.tags(id), "by:").value_or("")),
                std::string(Btf::find(btf.tags(id), "show:").value_or(""))};
  auto fields = TRY(fields_of(btf, id).within("event " + event.name));
  for (Described& described : fields) event.fields.push_back(std::move(described.field));
  return event;
}

Result<std::vector<Knob>> read_knobs(const Btf& btf) {
  std::vector<Knob> knobs;
  for (uint32_t id = 1; id < btf.types().size(); id++) {
    if (btf.type(id).kind != Btf::Kind::variable) continue;
    auto sentence = Btf::find(btf.tags(id), knob_tag);
    if (!sentence) continue;
    Knob knob{std::string(btf.type(id).name), {}, 0};
    knob.type = TRY(variable_field(btf, id).within("knob"));
    knob.type.doc = *sentence;
    knob.warning = Btf::find(btf.tags(id), "warns:").value_or("");
    knob.acts = std::ranges::find(btf.tags(id), "acts") != btf.tags(id).end();
    knobs.push_back(std::move(knob));
  }
  return knobs;
}

Result<uint32_t> header_part(const Btf& btf, const Btf::Type& header, std::string_view name,
                             uint32_t size) {
  for (const Btf::Member& member : header.members) {
    if (member.name != name || member.bits != 0) continue;
    const uint64_t offset = member.bit_offset / 8;
    if (btf.type(btf.strip(member.type)).size != size || offset + size > header.size) break;
    return static_cast<uint32_t>(offset);
  }
  return fail("struct header has no " + std::to_string(size) + "-byte member '" +
              std::string(name) + "'");
}

Result<Header> read_header(const Btf& btf) {
  Header header;
  for (const Btf::Type& type : btf.types()) {
    if (type.kind != Btf::Kind::structure || type.name != "header") continue;
    header.size = type.size;
    header.time = TRY(header_part(btf, type, "time", sizeof(uint64_t)));
    header.tracer = TRY(header_part(btf, type, "tracer", sizeof(uint16_t)));
    header.weight = TRY(header_part(btf, type, "weight", sizeof(uint32_t)));
    break;
  }
  return header;
}

}  // namespace

Result<Schema> from_btf(std::string_view bytes) {
  auto btf = TRY(Btf::parse(bytes));
  auto id = TRY(find_event(btf));
  Schema schema;
  schema.event = TRY(read_event(btf, id));
  schema.knobs = TRY(read_knobs(btf));
  schema.header = TRY(read_header(btf));
  return schema;
}

std::string_view Enumeration::name_of(int64_t value) const {
  constexpr size_t most = 4096;  // a stranger chooses the bits
  for (const auto& [number, name] : values)
    if (number == value) return name;
  if (!bits) return {};
  if (const auto known = combinations_.find(value); known != combinations_.end())
    return known->second;
  if (combinations_.size() >= most) combinations_.clear();
  return combinations_[value] = combined(value);
}

// Names of several bits go before those of one of them.
std::string Enumeration::combined(int64_t value) const {
  auto left = static_cast<uint64_t>(value);
  std::vector<const std::pair<int64_t, std::string>*> names;
  for (const auto& each : values) names.push_back(&each);
  std::ranges::stable_sort(names, std::greater(), [](const auto* each) {
    return std::popcount(static_cast<uint64_t>(each->first));
  });
  std::string text;
  for (const auto* each : names) {
    const auto mask = static_cast<uint64_t>(each->first);
    if (mask == 0 || (left & mask) != mask) continue;
    left &= ~mask;
    text += (text.empty() ? "" : "|") + each->second;
  }
  if (left != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : "|", left);
  return text;
}

std::string_view Field::leaf() const {
  std::string_view whole = path;
  return whole.substr(whole.rfind('.') + 1);
}

std::string Field::json_leaf() const {
  std::string name(leaf());
  if (format == Format::instant) return name;
  if (unit == Unit::ns) name += "_ns";
  if (unit == Unit::bytes) name += "_bytes";
  return name;
}

uint32_t Field::values() const {
  constexpr uint32_t most = 1024;
  if (size > sizeof(uint32_t)) return 0;
  if (kind == Kind::boolean) return 2;
  if (format == Format::syscall) return 512;
  if (format == Format::error) return 640;  // with ERESTARTSYS and its kin
  if (kind != Kind::enumeration || !names || names->bits || names->values.empty()) return 0;
  int64_t largest = 0;
  for (const auto& [value, name] : names->values) {
    if (value < 0 || value >= most) return 0;
    largest = std::max(largest, value);
  }
  return static_cast<uint32_t>(largest) + 1;
}

bool Field::is_text() const {
  return kind == Kind::text || kind == Kind::tail_text || kind == Kind::tail_list;
}

const Field* Event::find_exact(std::string_view path) const {
  for (const Field& field : fields)
    if (field.path == path) return &field;
  return nullptr;
}

}  // namespace plumb::schema
