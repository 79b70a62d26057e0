#include "schema/btf.h"

#include <bit>

#include "base/cursor.h"

namespace plumb::schema {
namespace {

constexpr size_t max_bytes = 1 << 20;
constexpr size_t max_name = 4096;  // tags hold sentences
constexpr size_t max_tags = 64;    // of one declaration
constexpr int max_chain = 32;      // of typedefs; a hostile chain may be a ring

struct FileHeader {
  uint16_t magic;
  uint8_t version;
  uint8_t flags;
  uint32_t header_bytes;
  uint32_t types_offset, types_bytes;
  uint32_t names_offset, names_bytes;
};
constexpr uint16_t magic = 0xeb9f;

struct TypeHeader {
  uint32_t name;
  uint32_t info;
  uint32_t size_or_type;

  uint32_t count() const { return info & 0xffff; }
  uint8_t kind() const { return (info >> 24) & 0x1f; }
  bool flag() const { return info >> 31; }
};

bool refers(Btf::Kind kind) {
  switch (kind) {
    case Btf::Kind::pointer:
    case Btf::Kind::type_name:
    case Btf::Kind::is_volatile:
    case Btf::Kind::is_const:
    case Btf::Kind::is_restrict:
    case Btf::Kind::function:
    case Btf::Kind::prototype:
    case Btf::Kind::variable:
    case Btf::Kind::decl_tag:
    case Btf::Kind::type_tag:
      return true;
    default:
      return false;
  }
}

int64_t extended(uint64_t value, uint32_t size) {
  if (size == 0 || size >= 8) return static_cast<int64_t>(value);
  const unsigned unused = 64 - size * 8;
  return static_cast<int64_t>(value << unused) >> unused;
}

}  // namespace

class BtfParser {
 public:
  BtfParser(std::string_view types, std::string_view names) : types_(types), names_(names) {}

  Result<Btf> run() {
    btf_.types_.emplace_back();
    while (types_.left() > 0) {
      if (!next()) return fail("BTF is broken at type " + std::to_string(btf_.types_.size()));
    }
    if (!references_exist()) return fail("BTF refers to a type that it does not have");
    return std::move(btf_);
  }

 private:
  bool name(uint32_t offset, std::string_view& out) const {
    if (offset >= names_.size()) return false;
    const std::string_view rest = names_.substr(offset, max_name + 1);
    const size_t end = rest.find('\0');
    if (end == std::string_view::npos) return false;
    out = rest.substr(0, end);
    return true;
  }

  bool next() {
    TypeHeader header{};
    if (!types_.read(header) || header.kind() > static_cast<uint8_t>(Btf::Kind::enum64))
      return false;
    Btf::Type type;
    type.kind = static_cast<Btf::Kind>(header.kind());
    if (!name(header.name, type.name)) return false;
    (refers(type.kind) ? type.target : type.size) = header.size_or_type;
    if (!details(header, type)) return false;
    btf_.types_.push_back(std::move(type));
    return true;
  }

  bool details(const TypeHeader& header, Btf::Type& type) {
    switch (type.kind) {
      case Btf::Kind::none:
        return false;
      case Btf::Kind::integer:
        return integer(type);
      case Btf::Kind::array:
        return array(type);
      case Btf::Kind::structure:
      case Btf::Kind::union_of:
        return members(header, type);
      case Btf::Kind::enum32:
      case Btf::Kind::enum64:
        return values(header, type);
      case Btf::Kind::function:
        type.is_global = header.count() == 1;
        return true;
      case Btf::Kind::prototype:
        return types_.skip(size_t{header.count()} * 8);
      case Btf::Kind::variable:
        return types_.skip(4);
      case Btf::Kind::section:
        return variables(header, type);
      case Btf::Kind::decl_tag:
        return decl_tag(type);
      default:
        return true;
    }
  }

  bool integer(Btf::Type& type) {
    uint32_t encoding = 0;
    if (!types_.read(encoding)) return false;
    type.is_signed = encoding >> 24 & 1;
    type.is_boolean = encoding >> 24 & 4;
    return true;
  }

  bool array(Btf::Type& type) {
    struct {
      uint32_t element, index, count;
    } raw{};
    if (!types_.read(raw)) return false;
    type.target = raw.element;
    type.size = raw.count;
    return true;
  }

  bool members(const TypeHeader& header, Btf::Type& type) {
    for (uint32_t i = 0; i < header.count(); i++) {
      struct {
        uint32_t name, type, offset;
      } raw{};
      Btf::Member member;
      if (!types_.read(raw) || !name(raw.name, member.name)) return false;
      member.type = raw.type;
      member.bit_offset = header.flag() ? raw.offset & 0xffffff : raw.offset;
      member.bits = header.flag() ? raw.offset >> 24 : 0;
      type.members.push_back(member);
    }
    return true;
  }

  // Values are kept as Record::bits reads them, so that both can be compared.
  bool values(const TypeHeader& header, Btf::Type& type) {
    type.is_signed = header.flag();
    for (uint32_t i = 0; i < header.count(); i++) {
      uint32_t name_offset = 0, low = 0, high = 0;
      std::string_view text;
      if (!types_.read(name_offset) || !name(name_offset, text) || !types_.read(low)) return false;
      if (type.kind == Btf::Kind::enum64 && !types_.read(high)) return false;
      type.values.emplace_back(extended(uint64_t{high} << 32 | low, type.size), text);
    }
    return true;
  }

  bool variables(const TypeHeader& header, Btf::Type& type) {
    for (uint32_t i = 0; i < header.count(); i++) {
      struct {
        uint32_t type, offset, size;
      } raw{};
      if (!types_.read(raw)) return false;
      type.variables.push_back(raw.type);
    }
    return true;
  }

  bool decl_tag(const Btf::Type& type) {
    int32_t member = 0;
    if (!types_.read(member)) return false;
    Btf::Tags& tags = btf_.tags_[{type.target, member}];
    tags.push_back(type.name);
    return tags.size() <= max_tags;
  }

  bool references_exist() const {
    const size_t count = btf_.types_.size();
    for (const Btf::Type& type : btf_.types_) {
      if (type.target >= count) return false;
      for (const Btf::Member& member : type.members)
        if (member.type >= count) return false;
      for (uint32_t variable : type.variables)
        if (variable >= count) return false;
    }
    return true;
  }

  Cursor types_;
  std::string_view names_;
  Btf btf_;
};

Result<Btf> Btf::parse(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little, "plumb reads x86-64 and arm64 BTF");
  if (bytes.size() > max_bytes) return fail("BTF is larger than 1 MiB");
  FileHeader header{};
  if (!Cursor(bytes).read(header) || header.magic != magic || header.version != 1 ||
      header.header_bytes < sizeof(header) || header.header_bytes > bytes.size())
    return fail("this is not BTF of this machine's byte order");
  std::string_view body = bytes.substr(header.header_bytes);
  const auto inside = [&](uint64_t offset, uint64_t size) { return offset + size <= body.size(); };
  if (!inside(header.types_offset, header.types_bytes) ||
      !inside(header.names_offset, header.names_bytes))
    return fail("BTF ends before its sections do");
  return BtfParser(body.substr(header.types_offset, header.types_bytes),
                   body.substr(header.names_offset, header.names_bytes))
      .run();
}

const Btf::Tags& Btf::tags(uint32_t id, int32_t member) const {
  static const Tags none;
  auto found = tags_.find({id, member});
  return found == tags_.end() ? none : found->second;
}

std::optional<std::string_view> Btf::find(const Tags& tags, std::string_view prefix) {
  for (std::string_view tag : tags)
    if (tag.starts_with(prefix)) return tag.substr(prefix.size());
  return std::nullopt;
}

uint32_t Btf::strip(uint32_t id, Tags* collected) const {
  for (int steps = 0; steps < max_chain; steps++) {
    switch (types_[id].kind) {
      case Kind::type_name:
        if (collected) collected->insert(collected->end(), tags(id).begin(), tags(id).end());
        [[fallthrough]];
      case Kind::is_volatile:
      case Kind::is_const:
      case Kind::is_restrict:
      case Kind::type_tag:
        id = types_[id].target;
        break;
      default:
        return id;
    }
  }
  return 0;
}

uint64_t Btf::bytes_of(uint32_t id) const {
  uint64_t count = 1;
  for (int steps = 0; steps < max_chain; steps++) {
    const Type& bare = types_[strip(id)];
    if (bare.kind != Kind::array) return count * bare.size;
    count *= bare.size;
    id = bare.target;
  }
  return 0;
}

}  // namespace plumb::schema
