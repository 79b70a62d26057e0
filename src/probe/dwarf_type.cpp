#include "probe/dwarf_type.h"

#include <dwarf.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "probe/dwarf_class.h"
#include "probe/dwarf_die.h"

namespace plumb::probe {
namespace {

constexpr int deepest_struct = 16;     // structs within structs
constexpr int most_members = 64;       // of 16 bytes, with those of its parts
constexpr uint64_t in_registers = 16;  // bytes of an object that may be passed in them

Type no_value(Lack lack, uint32_t size, uint32_t integers, uint32_t floats) {
  return {Shape::nothing, lack, size, integers, floats};
}
Type unknown() { return no_value(Lack::unknown, 0, 0, 0); }
Type pointer() { return {Shape::pointer, Lack::none, 8, 1, 0}; }
Type memory(Lack lack, uint64_t size, bool wide) {
  constexpr uint64_t most = 1 << 20;
  if (size > most) return unknown();
  Type type = no_value(lack, static_cast<uint32_t>(size), 0, 0);
  type.in_memory = true;
  type.wide = wide;
  return type;
}

bool is_register_size(uint64_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

// x86's own 80 bits are never in registers; those of 128 bits are in one.
Type floating(Dwarf_Die& type, uint64_t size) {
  const auto bytes = static_cast<uint32_t>(size);
  if (name_of(type).find("long double") != std::string_view::npos)
    return memory(Lack::floating, in_registers, true);
  if (size == 2 || size == 4 || size == 8) return no_value(Lack::floating, bytes, 0, 1);
  if (size != 16) return unknown();
  Type wide = no_value(Lack::floating, bytes, 0, 1);
  wide.wide = true;
  return wide;
}

Type complex(Dwarf_Die& type, uint64_t size) {
  if (name_of(type).find("long double") != std::string_view::npos)
    return memory(Lack::floating, 2 * in_registers, true);
  if (size == 8) return no_value(Lack::floating, 8, 0, 1);
  return size == 16 ? no_value(Lack::floating, 16, 0, 2) : unknown();
}

Type integer(Shape shape, uint64_t size) {
  if (is_register_size(size)) return {shape, Lack::none, static_cast<uint32_t>(size), 1, 0};
  if (size != 16) return unknown();
  Type wide = no_value(Lack::wide, 16, 2, 0);
  wide.wide = true;
  return wide;
}

Type base(Dwarf_Die& type) {
  const auto encoding = number(type, DW_AT_encoding);
  const auto size = number(type, DW_AT_byte_size);
  if (!encoding || !size) return unknown();
  switch (*encoding) {
    case DW_ATE_boolean:
      return *size == 1 ? integer(Shape::boolean, 1) : integer(Shape::unsigned_number, *size);
    case DW_ATE_signed:
    case DW_ATE_signed_char:
      return integer(Shape::signed_number, *size);
    case DW_ATE_unsigned:
    case DW_ATE_unsigned_char:
    case DW_ATE_UTF:
      return integer(Shape::unsigned_number, *size);
    case DW_ATE_address:
      return *size == 8 ? pointer() : unknown();
    case DW_ATE_float:
      return floating(type, *size);
    case DW_ATE_complex_float:
      return complex(type, *size);
    default:
      return unknown();
  }
}

Type enumeration(Dwarf_Die& type) {
  const auto size = number(type, DW_AT_byte_size);
  Dwarf_Die of;
  const bool is_told = take_type(type, of) && dwarf_tag(&of) == DW_TAG_base_type;
  if (is_told) {
    const Type underlying = base(of);
    return underlying.lack == Lack::none ? underlying : unknown();
  }
  return size ? integer(Shape::unsigned_number, *size) : unknown();
}

// C's char, and no other of one byte, makes a text.
bool is_char(Dwarf_Die& type) {
  return dwarf_tag(&type) == DW_TAG_base_type && name_of(type) == "char" &&
         number(type, DW_AT_byte_size) == 1;
}

Type address(Dwarf_Die& type, Language language) {
  Dwarf_Die to;
  const bool is_text = language != Language::rust && dwarf_tag(&type) == DW_TAG_pointer_type &&
                       take_type(type, to) && is_char(to);
  return is_text ? Type{Shape::text, Lack::none, 0, 1, 0} : pointer();
}

// An object of at most 16 bytes: what each half of it is.
class Halves {
 public:
  explicit Halves(Language language) : language_(language) {}

  Type of(Dwarf_Die& object, uint64_t size) {
    take(object, 0, 0);
    if (is_unknown_) return unknown();
    if (in_memory_) return memory(Lack::object, size, false);
    const auto count = [&](Half half) {
      return static_cast<uint32_t>(std::ranges::count(halves_, half));
    };
    Type type = no_value(Lack::object, static_cast<uint32_t>(size), count(Half::integer),
                         count(Half::floating));
    type.wide = is_wide_;
    return type;
  }

 private:
  enum class Half : uint8_t { empty, floating, integer };

  void take(Dwarf_Die& object, uint64_t at, int depth) {
    Dwarf_Die member;
    if (depth > deepest_struct) is_unknown_ = true;
    if (depth > deepest_struct || dwarf_child(&object, &member) != 0) return;
    do {
      const int tag = dwarf_tag(&member);
      if (tag == DW_TAG_variant_part) is_unknown_ = true;
      if (tag == DW_TAG_member || tag == DW_TAG_inheritance) take_member(member, at, depth);
    } while (!is_unknown_ && !in_memory_ && dwarf_siblingof(&member, &member) == 0);
  }

  void take_member(Dwarf_Die& member, uint64_t at, int depth) {
    if (is_static_member(member)) return;
    if (++members_ > most_members) is_unknown_ = true;
    if (const auto bits = number(member, DW_AT_data_bit_offset)) return take_bits(at + *bits / 8);
    const uint64_t offset = number(member, DW_AT_data_member_location).value_or(0);
    Dwarf_Die type;
    if (is_unknown_ || offset >= in_registers || !take_type(member, type)) {
      is_unknown_ = true;
      return;
    }
    take_typed(type, at + offset, depth);
  }

  void take_bits(uint64_t at) {
    if (at >= in_registers)
      is_unknown_ = true;
    else
      halves_[at / 8] = Half::integer;
  }

  void take_typed(Dwarf_Die& type, uint64_t at, int depth) {
    const int tag = dwarf_tag(&type);
    if (at >= in_registers)
      is_unknown_ = true;
    else if (is_object(type))
      take(type, at, depth + 1);
    else if (tag == DW_TAG_array_type)
      take_array(type, at, depth);
    else
      take_plain(type, at);
  }

  void take_array(Dwarf_Die& type, uint64_t at, int depth) {
    Dwarf_Die element;
    Dwarf_Word all = 0, one = 0;
    if (!take_type(type, element) || number(type, DW_AT_GNU_vector) ||
        dwarf_aggregate_size(&type, &all) != 0 || dwarf_aggregate_size(&element, &one) != 0 ||
        all > in_registers || depth >= deepest_struct) {
      is_unknown_ = true;
      return;
    }
    for (uint64_t i = 0; one != 0 && i < all && !is_unknown_; i += one)
      take_typed(element, at + i, depth + 1);
  }

  void take_plain(Dwarf_Die& member, uint64_t at);

  const Language language_;
  std::array<Half, 2> halves_{};
  int members_ = 0;
  bool in_memory_ = false, is_unknown_ = false, is_wide_ = false;
};

Type plain(Dwarf_Die& type, Language language) {
  switch (dwarf_tag(&type)) {
    case DW_TAG_base_type:
      return base(type);
    case DW_TAG_enumeration_type:
      return enumeration(type);
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
      return address(type, language);
    case DW_TAG_unspecified_type:  // decltype(nullptr)
      return pointer();
    default:
      return unknown();
  }
}

void Halves::take_plain(Dwarf_Die& member, uint64_t at) {
  const Type type = plain(member, language_);
  const uint64_t size = type.shape == Shape::text ? sizeof(uint64_t) : type.size;
  if (type.lack == Lack::unknown || type.in_memory || size == 0) {
    is_unknown_ = true;
    return;
  }
  if (type.wide) is_wide_ = true;
  if (at % std::min<uint64_t>(size, in_registers) != 0) {  // what is not aligned is in memory
    in_memory_ = true;
    return;
  }
  // of a complex double, and a number of 128 bits, there are two halves
  for (uint64_t i = 0; i < size && at + i < in_registers; i += 8) {
    Half& half = halves_[(at + i) / 8];
    half = std::max(half, type.integers != 0 ? Half::integer : Half::floating);
  }
}

Type object(Dwarf_Die& type, Language language) {
  if (language == Language::rust) return unknown();
  const auto size = number(type, DW_AT_byte_size);
  if (!size || number(type, DW_AT_declaration)) return unknown();
  if (language == Language::cpp) {
    const Passing passing = passing_of(type);
    if (passing == Passing::unknown) return unknown();
    if (passing == Passing::by_address) {
      Type by_address = pointer();
      by_address.is_by_address = true;
      return by_address;
    }
  }
  const auto alignment = number(type, DW_AT_alignment);
  if (alignment && *alignment > in_registers) return unknown();
  if (*size > in_registers) return memory(Lack::object, *size, alignment && *alignment > 8);
  return Halves(language).of(type, *size);
}

}  // namespace

Language language_of(Dwarf_Die& unit) {
  switch (dwarf_srclang(&unit)) {
    case DW_LANG_C89:
    case DW_LANG_C:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case 0x2c:  // C17
      return Language::c;
    case DW_LANG_C_plus_plus:
    case DW_LANG_C_plus_plus_03:
    case DW_LANG_C_plus_plus_11:
    case DW_LANG_C_plus_plus_14:
    case 0x2b:  // C++17
    case 0x2e:  // C++20
      return Language::cpp;
    case DW_LANG_Rust:
      return Language::rust;
    default:
      return Language::unknown;
  }
}

Type type_of(Dwarf_Die& holder, Language language) {
  Dwarf_Attribute attribute;
  Dwarf_Die type;
  if (dwarf_attr_integrate(&holder, DW_AT_type, &attribute) == nullptr) return {};
  if (!take_type(holder, type)) return unknown();
  if (is_object(type)) return object(type, language);
  return plain(type, language);
}

}  // namespace plumb::probe
