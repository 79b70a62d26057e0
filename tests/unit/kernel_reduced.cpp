#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <memory>

#include "kernel/reduced_types.h"

namespace plumb::kernel::reduced_test {
namespace {

struct Closer {
  void operator()(btf* types) const { btf__free(types); }
};
using BtfPtr = std::unique_ptr<btf, Closer>;

void add_signature(btf* all, int by_value) {
  const int anything = btf__add_ptr(all, 0);
  const int outer = btf__find_by_name_kind(all, "outer", BTF_KIND_STRUCT);
  const int pointer = btf__add_ptr(all, btf__add_const(all, outer));
  const int text = btf__add_ptr(all, btf__add_const(all, btf__add_int(all, "char", 1, 0)));
  const int function = btf__add_func_proto(all, 0);
  for (const int type : {anything, pointer, text, by_value})
    btf__add_func_param(all, nullptr, type);
  btf__add_typedef(all, "told_t", btf__add_ptr(all, function));
}

// struct inner { int number; }; typedef struct inner inner_t;
// struct outer { const inner_t parts[3]; struct other *next; enum mood mood; };
// struct other { int number; };
// typedef void (*told_t)(void *, const struct outer *, const char *, inner_t);
BtfPtr make_kernel() {
  BtfPtr types(btf__new_empty());
  btf* all = types.get();
  const int number = btf__add_int(all, "int", 4, BTF_INT_SIGNED);
  const int inner = btf__add_struct(all, "inner", 4);
  btf__add_field(all, "number", number, 0, 0);
  const int alias = btf__add_typedef(all, "inner_t", inner);
  const int constant = btf__add_const(all, alias);
  const int parts = btf__add_array(all, number, constant, 3);
  const int other = btf__add_struct(all, "other", 4);
  btf__add_field(all, "number", number, 0, 0);
  const int next = btf__add_ptr(all, other);
  const int mood = btf__add_enum(all, "mood", 4);
  btf__add_enum_value(all, "GOOD", 7);
  btf__add_struct(all, "outer", 32);
  btf__add_field(all, "parts", parts, 0, 0);
  btf__add_field(all, "next", next, 128, 0);
  btf__add_field(all, "mood", mood, 192, 0);
  add_signature(all, alias);
  return types;
}

BtfPtr reduced(const std::set<std::string>& names) {
  const BtfPtr kernel = make_kernel();
  uint32_t size = 0;
  const auto* raw = static_cast<const char*>(btf__raw_data(kernel.get(), &size));
  const auto table = TypeTable::of({raw, size});
  if (!table) return nullptr;
  const std::string bytes = reduced_types(*table, names);
  return BtfPtr(btf__new(bytes.data(), static_cast<uint32_t>(bytes.size())));
}

const btf_type* type_of(const btf* types, const btf_member& member) {
  return btf__type_by_id(types, member.type);
}

TEST(ReducedTypes, HoldWhatATypeHolds) {
  const BtfPtr types = reduced({"outer"});
  ASSERT_TRUE(types);
  const int id = btf__find_by_name_kind(types.get(), "outer", BTF_KIND_STRUCT);
  ASSERT_GT(id, 0);
  const btf_type* outer = btf__type_by_id(types.get(), static_cast<uint32_t>(id));
  ASSERT_EQ(btf_vlen(outer), 3);
  EXPECT_EQ(outer->size, 32U);
  const btf_member* members = btf_members(outer);
  EXPECT_STREQ(btf__name_by_offset(types.get(), members[1].name_off), "next");
  EXPECT_EQ(btf_member_bit_offset(outer, 2), 192U);

  const btf_type* parts = type_of(types.get(), members[0]);
  ASSERT_TRUE(btf_is_array(parts));
  EXPECT_EQ(btf_array(parts)->nelems, 3U);
  const int inner = btf__resolve_type(types.get(), btf_array(parts)->type);
  ASSERT_GT(inner, 0);
  const btf_type* element = btf__type_by_id(types.get(), static_cast<uint32_t>(inner));
  EXPECT_STREQ(btf__name_by_offset(types.get(), element->name_off), "inner");
  EXPECT_TRUE(btf_is_int(type_of(types.get(), btf_members(element)[0])));

  const btf_type* mood = type_of(types.get(), members[2]);
  ASSERT_TRUE(btf_is_enum(mood));
  EXPECT_EQ(btf_enum(mood)[0].val, 7);
}

// libbpf compares them when it is asked whether a tracepoint has these arguments.
TEST(ReducedTypes, KeepTheKindsOfArguments) {
  const BtfPtr types = reduced({"told_t"});
  ASSERT_TRUE(types);
  const auto at = [&](uint32_t id) { return btf__type_by_id(types.get(), id); };
  const int id = btf__find_by_name_kind(types.get(), "told_t", BTF_KIND_TYPEDEF);
  ASSERT_GT(id, 0);
  const btf_type* pointer = at(at(static_cast<uint32_t>(id))->type);
  ASSERT_TRUE(btf_is_ptr(pointer));
  const btf_type* function = at(pointer->type);
  ASSERT_TRUE(btf_is_func_proto(function));
  ASSERT_EQ(btf_vlen(function), 4);
  const btf_param* arguments = btf_params(function);
  EXPECT_EQ(at(arguments[0].type)->type, 0U);
  EXPECT_TRUE(btf_is_struct(at(at(arguments[1].type)->type)));
  EXPECT_TRUE(btf_is_int(at(at(arguments[2].type)->type)));
  EXPECT_TRUE(btf_is_struct(at(arguments[3].type)));
  EXPECT_LT(btf__find_by_name(types.get(), "outer"), 0);
}

TEST(ReducedTypes, EndAtPointers) {
  const BtfPtr types = reduced({"outer"});
  ASSERT_TRUE(types);
  EXPECT_LT(btf__find_by_name(types.get(), "other"), 0);
  const int id = btf__find_by_name(types.get(), "outer");
  const btf_type* outer = btf__type_by_id(types.get(), static_cast<uint32_t>(id));
  EXPECT_TRUE(btf_is_ptr(type_of(types.get(), btf_members(outer)[1])));
  EXPECT_EQ(type_of(types.get(), btf_members(outer)[1])->type, 0U);
}

TEST(ReducedTypes, AreThoseOfTheNamesAlone) {
  const BtfPtr types = reduced({"other", "no_such"});
  ASSERT_TRUE(types);
  EXPECT_GT(btf__find_by_name(types.get(), "other"), 0);
  EXPECT_LT(btf__find_by_name(types.get(), "outer"), 0);
  EXPECT_LT(btf__find_by_name(types.get(), "inner"), 0);
}

TEST(ReducedTypes, NamesOfAnObjectLoseTheirFlavour) {
  const BtfPtr object(btf__new_empty());
  btf__add_struct(object.get(), "task_struct___old", 8);
  btf__add_int(object.get(), "long", 8, 0);
  btf__add_typedef(object.get(), "ns_t", 1);
  btf__add_struct(object.get(), nullptr, 8);
  EXPECT_EQ(relocatable_names(object.get()), (std::set<std::string>{"ns_t", "task_struct"}));
}

}  // namespace
}  // namespace plumb::kernel::reduced_test
