#include "schema/fields.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "schema/meaning.h"

namespace plumb::schema {
namespace {

// Far above any honest event; they bound what a hostile one can cost.
constexpr int max_depth = 8;
constexpr size_t max_fields = 512;
constexpr uint32_t max_elements = 64;
constexpr size_t max_visits = 4096;

constexpr uint32_t address_bytes = 16;

bool is_char(const Btf::Type& type) {
  return type.kind == Btf::Kind::integer && type.size == 1 && type.name == "char";
}

bool is_power_up_to_8(uint32_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

// What all enumerators begin with, up to and with its last '_'; "" when cutting leaves a name
// empty.
std::string_view common_prefix(const Btf::Type& type) {
  if (type.values.empty()) return {};
  std::string_view prefix = type.values.front().second;
  for (const auto& [value, name] : type.values) {
    auto differs = std::mismatch(prefix.begin(), prefix.end(), name.begin(), name.end()).first;
    prefix = prefix.substr(0, static_cast<size_t>(differs - prefix.begin()));
  }
  prefix = prefix.substr(0, prefix.rfind('_') + 1);
  for (const auto& [value, name] : type.values)
    if (name.size() == prefix.size()) return {};
  return prefix;
}

std::shared_ptr<const Enumeration> verbatim_names_of(const Btf::Type& type) {
  auto names = std::make_shared<Enumeration>();
  for (const auto& [value, name] : type.values) names->values.emplace_back(value, name);
  return names;
}

std::shared_ptr<const Enumeration> names_of(const Btf::Type& type) {
  auto names = std::make_shared<Enumeration>();
  const size_t cut = common_prefix(type).size();
  for (const auto& [value, name] : type.values) {
    std::string shown(name.substr(cut));
    for (char& c : shown)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    names->values.emplace_back(value, std::move(shown));
  }
  return names;
}

class Walk {
 public:
  explicit Walk(const Btf& btf) : btf_(btf) {}

  // A struct's members, or the elements of an array, below `path` and `offset`.
  Result<> members(uint32_t id, const std::string& path, uint64_t offset, const Meaning& holder) {
    if (++depth_ > max_depth) return fail(path + ": structs are nested too deep");
    const Btf::Type& type = btf_.type(id);
    for (size_t i = 0; i < type.members.size(); i++) {
      const Btf::Member& member = type.members[i];
      if (++visits_ > max_visits) return fail("too many members");
      if (member.name.starts_with("unused")) continue;
      Meaning meaning;
      TRY(meaning.add(btf_.tags(id, static_cast<int32_t>(i))).within(std::string(member.name)));
      if (meaning.hidden) continue;
      meaning.inherit(holder, member.name);
      std::string inner = path;
      if (!member.name.empty()) inner += (path.empty() ? "" : ".") + std::string(member.name);
      if (member.bits != 0 || member.bit_offset % 8 != 0)
        return fail(inner + ": bit-fields are not fields");
      TRY(value(member.type, inner, offset + member.bit_offset / 8, std::move(meaning)));
    }
    depth_--;
    return {};
  }

  Result<> value(uint32_t id, const std::string& path, uint64_t offset, Meaning meaning) {
    Btf::Tags tags;
    const uint32_t bare = btf_.strip(id, &tags);
    TRY(meaning.add(tags).within(path));
    if (meaning.hidden) return {};
    const Btf::Type& type = btf_.type(bare);
    if (type.kind == Btf::Kind::structure && !meaning.kind)
      return members(bare, path, offset, meaning);
    if (type.kind == Btf::Kind::array && !meaning.kind &&
        !is_char(btf_.type(btf_.strip(type.target))))
      return elements(type, path, offset, std::move(meaning));
    return leaf(type, path, offset, meaning);
  }

  std::vector<Described>& found() { return found_; }

 private:
  Result<> elements(const Btf::Type& array, const std::string& path, uint64_t offset,
                    Meaning meaning) {
    if (++depth_ > max_depth) return fail(path + ": arrays are nested too deep");
    if (array.size > max_elements) return fail(path + ": an array of too many elements");
    meaning.aliases.clear();  // a second name can only stand for one thing
    const uint64_t size = btf_.bytes_of(array.target);
    for (uint32_t i = 0; i < array.size; i++) {
      if (++visits_ > max_visits) return fail("too many members");
      TRY(value(array.target, path + "." + std::to_string(i), offset + i * size, meaning));
    }
    depth_--;
    return {};
  }

  Result<> leaf(const Btf::Type& type, const std::string& path, uint64_t offset,
                const Meaning& meaning) {
    if (offset > UINT16_MAX) return fail(path + ": the event is too large");
    if (found_.size() + meaning.aliases.size() >= max_fields) return fail("too many fields");
    Field field;
    field.path = path;
    field.doc = meaning.doc;
    field.unit = meaning.unit.value_or(Unit::none);
    field.format = meaning.format.value_or(Format::plain);
    field.privacy = meaning.privacy.value_or(Privacy::open);
    field.key = meaning.key;
    field.detail = meaning.detail;
    field.wide = meaning.wide;
    field.on_request = meaning.on_request;
    field.asked_by = meaning.request.substr(0, meaning.request.find(':'));
    field.heading =
        meaning.request.substr(std::min(field.asked_by.size() + 1, meaning.request.size()));
    field.shown_with.assign(meaning.shown_with.begin(), meaning.shown_with.end());
    field.unknown_zero = meaning.unknown_zero;
    field.offset = static_cast<uint32_t>(offset);
    TRY(meaning.kind ? tagged_kind(type, *meaning.kind, field) : plain_kind(type, field));
    if (meaning.verbatim && field.names) field.names = verbatim_names_of(type);
    if (meaning.bits) TRY(make_bits(field));
    const std::string structure = path.substr(0, path.rfind('.') + 1);
    if (!meaning.beside.empty()) field.beside = structure + std::string(meaning.beside);
    found_.push_back({field, meaning.privacy.has_value(), meaning.unless});
    for (const Alias& alias : meaning.aliases) {
      field.path = structure + alias.name;
      field.beside.clear();
      field.format = alias.format;
      field.detail = alias.detail;
      field.unit = Unit::none;
      found_.push_back({field, meaning.privacy.has_value()});
    }
    return {};
  }

  static Result<> make_bits(Field& field) {
    if (!field.names) return fail(field.path + ": only an enumeration can be of bits");
    auto names = std::make_shared<Enumeration>(*field.names);
    names->bits = true;
    field.names = std::move(names);
    return {};
  }

  Result<> tagged_kind(const Btf::Type& type, Kind kind, Field& field) const {
    field.kind = kind;
    if (kind == Kind::address) {
      field.size = address_bytes;
      if (type.kind == Btf::Kind::array && type.size == address_bytes &&
          btf_.bytes_of(type.target) == 1)
        return {};
      return fail(field.path + ": an address is 16 bytes");
    }
    field.size = sizeof(uint64_t);
    if (type.kind == Btf::Kind::structure && type.size == field.size) return {};
    return fail(field.path + ": a tail is not the 8-byte struct it should be");
  }

  Result<> plain_kind(const Btf::Type& type, Field& field) {
    field.size = type.size;
    if (type.kind == Btf::Kind::array) {
      field.kind = Kind::text;
      return type.size > 0 && type.size <= UINT16_MAX ? Result<>()
                                                      : fail(field.path + ": no bytes");
    }
    if (!is_power_up_to_8(type.size)) return fail(field.path + ": not a number of 1 to 8 bytes");
    if (type.kind == Btf::Kind::integer) {
      field.kind = type.is_boolean  ? Kind::boolean
                   : type.is_signed ? Kind::signed_number
                                    : Kind::unsigned_number;
      return {};
    }
    if (type.kind != Btf::Kind::enum32 && type.kind != Btf::Kind::enum64)
      return fail(field.path + ": its type has no meaning in a record");
    field.kind = Kind::enumeration;
    std::shared_ptr<const Enumeration>& names = names_[&type];
    if (!names) names = names_of(type);
    field.names = names;
    return {};
  }

  const Btf& btf_;
  std::vector<Described> found_;
  std::map<const Btf::Type*, std::shared_ptr<const Enumeration>> names_;
  int depth_ = 0;
  size_t visits_ = 0;
};

}  // namespace

// "unread:3" of a field: bit 3 of the field "unread" of its event.
Result<> bind_missing(std::vector<Described>& all) {
  for (Described& each : all) {
    if (each.unless.empty()) continue;
    const size_t colon = std::min(each.unless.find(':'), each.unless.size());
    const std::string_view digits = each.unless.substr(std::min(colon + 1, each.unless.size()));
    const auto bit = parse_unsigned(digits);
    const auto mask = std::ranges::find_if(all, [&](const Described& other) {
      return other.field.path == each.unless.substr(0, colon);
    });
    if (!bit || *bit >= 32 || mask == all.end() || mask->field.size != sizeof(uint32_t))
      return fail(each.field.path + ": '" + std::string(each.unless) + "' is no bit of a field");
    each.field.missing_mask = uint32_t{1} << *bit;
    each.field.missing_at = mask->field.offset;
  }
  return {};
}

Result<std::vector<Described>> fields_of(const Btf& btf, uint32_t id) {
  if (btf.type(id).size > UINT16_MAX) return fail("the event is too large");
  Walk walk(btf);
  TRY(walk.members(id, "", 0, {}));
  std::set<std::string_view> paths;
  for (const Described& described : walk.found()) {
    const Field& field = described.field;
    if (uint64_t{field.offset} + field.size > btf.type(id).size)
      return fail(field.path + ": lies outside of its struct");
    if (field.path.empty() || !paths.insert(field.path).second)
      return fail("two fields are called '" + field.path + "'");
  }
  for (const Described& described : walk.found())
    if (const std::string& other = described.field.beside; !other.empty() && !paths.contains(other))
      return fail(described.field.path + ": there is no '" + other + "' beside it");
  TRY(bind_missing(walk.found()));
  return std::move(walk.found());
}

Result<Field> variable_field(const Btf& btf, uint32_t id) {
  const Btf::Type& variable = btf.type(id);
  Walk walk(btf);
  Meaning meaning;
  TRY(meaning.add(btf.tags(id)));
  TRY(walk.value(variable.target, std::string(variable.name), 0, std::move(meaning)));
  if (walk.found().size() != 1 || walk.found().front().field.is_text())
    return fail(std::string(variable.name) + ": a knob is one number");
  return std::move(walk.found().front().field);
}

}  // namespace plumb::schema
