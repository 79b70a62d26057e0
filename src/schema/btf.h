// Btf: the types, tags and variables of one BPF object, read from its .BTF section.
//
// Bounded and safe for any bytes: what is accepted has every name inside the string section and
// every reference inside the type table, so whoever walks it need only bound the depth.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace plumb::schema {

class Btf {
 public:
  // Numbered as the kernel numbers them (include/uapi/linux/btf.h).
  enum class Kind : uint8_t {
    none,
    integer,
    pointer,
    array,
    structure,
    union_of,
    enum32,
    forward,
    type_name,  // typedef
    is_volatile,
    is_const,
    is_restrict,
    function,
    prototype,
    variable,
    section,
    floating,
    decl_tag,
    type_tag,
    enum64,
  };

  struct Member {
    std::string_view name;
    uint32_t type = 0;
    uint32_t bit_offset = 0;
    uint32_t bits = 0;  // of a bit-field, else 0
  };

  struct Type {
    Kind kind = Kind::none;
    std::string_view name;
    uint32_t size = 0;            // bytes; of an array: its elements
    uint32_t target = 0;          // the type that it refers to, if its kind does
    bool is_signed = false;       // integers and enumerations
    bool is_boolean = false;      // integers
    bool is_global = false;       // functions
    std::vector<Member> members;  // structures and unions
    std::vector<std::pair<int64_t, std::string_view>> values;  // enumerations
    std::vector<uint32_t> variables;                           // sections
  };

  using Tags = std::vector<std::string_view>;
  static constexpr int32_t whole = -1;  // a tag on the type itself, not on a member

  // `bytes` must outlive the result, which points into it.
  static Result<Btf> parse(std::string_view bytes);

  const std::vector<Type>& types() const { return types_; }  // the first is void
  const Type& type(uint32_t id) const { return types_[id]; }
  const Tags& tags(uint32_t id, int32_t member = whole) const;
  // The text after `prefix` of the first tag that begins with it.
  static std::optional<std::string_view> find(const Tags& tags, std::string_view prefix);
  // Past const, volatile and typedefs, whose tags are added to `tags`; 0 (void) when they have no
  // end.
  uint32_t strip(uint32_t id, Tags* tags = nullptr) const;

  // Of a value of this type, arrays included; 0 where that has no end.
  uint64_t bytes_of(uint32_t id) const;

 private:
  friend class BtfParser;
  std::vector<Type> types_;
  std::map<std::pair<uint32_t, int32_t>, Tags> tags_;
};

}  // namespace plumb::schema
