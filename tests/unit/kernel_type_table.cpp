// Types in BTF, found by name. Truth: libbpf, of made types and of this machine's kernel.
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

#include "kernel/type_table.h"

namespace plumb::kernel::type_table_test {
namespace {

struct Closer {
  void operator()(btf* types) const { btf__free(types); }
};
using BtfPtr = std::unique_ptr<btf, Closer>;

std::string bytes_of(const btf* types) {
  uint32_t size = 0;
  const auto* raw = static_cast<const char*>(btf__raw_data(types, &size));
  return {raw, size};
}

// One of each kind, and last a second enumeration, with a name from before the first one.
BtfPtr one_of_each() {
  BtfPtr types(btf__new_empty());
  btf* all = types.get();
  const int number = btf__add_int(all, "int", 4, BTF_INT_SIGNED);
  btf__add_ptr(all, number);
  btf__add_array(all, number, number, 3);
  const int pair = btf__add_struct(all, "pair", 8);
  btf__add_field(all, "first", number, 0, 0);
  btf__add_field(all, "second", number, 32, 0);
  btf__add_union(all, "either", 4);
  btf__add_field(all, "number", number, 0, 0);
  btf__add_enum(all, "mood", 4);
  btf__add_enum_value(all, "GOOD", 7);
  btf__add_fwd(all, "elsewhere", BTF_FWD_STRUCT);
  btf__add_typedef(all, "mood", number);
  btf__add_volatile(all, number);
  btf__add_const(all, number);
  btf__add_restrict(all, number);
  const int prototype = btf__add_func_proto(all, number);
  btf__add_func_param(all, "what", pair);
  btf__add_func(all, "run", BTF_FUNC_GLOBAL, prototype);
  const int variable = btf__add_var(all, "count", BTF_VAR_STATIC, number);
  btf__add_datasec(all, ".data", 4);
  btf__add_datasec_var_info(all, variable, 0, 4);
  btf__add_float(all, "double", 8);
  btf__add_decl_tag(all, "doc:x", pair, 1);
  btf__add_type_tag(all, "user", number);
  btf__add_enum64(all, "large", 8, false);
  btf__add_enum64_value(all, "LARGE", 1ULL << 40);
  btf__add_enum(all, "pair", 4);
  btf__add_enum_value(all, "BOTH", 2);
  return types;
}

void is_as_libbpf_has_it(const btf* types, std::string_view bytes) {
  const auto table = TypeTable::of(bytes);
  ASSERT_TRUE(table);
  ASSERT_EQ(table->count(), btf__type_cnt(types));
  for (uint32_t id = 1; id < table->count(); id++) {
    const btf_type* expected = btf__type_by_id(types, id);
    ASSERT_EQ(std::memcmp(table->type(id), expected, TypeTable::size_of(*expected)), 0) << id;
    ASSERT_EQ(table->name_of(expected), btf__name_by_offset(types, expected->name_off)) << id;
  }
}

TEST(TypeTable, HasEveryKind) {
  const BtfPtr types = one_of_each();
  const std::string bytes = bytes_of(types.get());
  is_as_libbpf_has_it(types.get(), bytes);
}

TEST(TypeTable, FindsByNameAndKind) {
  const std::string bytes = bytes_of(one_of_each().get());
  const auto table = TypeTable::of(bytes);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->find("int", BTF_KIND_INT), 1U);
  EXPECT_EQ(table->find("mood", BTF_KIND_ENUM), 6U);
  EXPECT_EQ(table->find("pair", BTF_KIND_ENUM), 20U);
  EXPECT_EQ(table->find("mood", BTF_KIND_TYPEDEF), 8U);
  EXPECT_EQ(table->find("mood", BTF_KIND_STRUCT), 0U);
  EXPECT_EQ(table->find("oo", BTF_KIND_ENUM), 0U);
  EXPECT_EQ(table->find("", BTF_KIND_PTR), 0U);
  EXPECT_TRUE(table->has_name("second"));
  EXPECT_FALSE(table->has_name("secon"));
  EXPECT_FALSE(table->has_name("econd"));
  EXPECT_EQ(table->type(0), nullptr);
  EXPECT_EQ(table->type(table->count()), nullptr);
  EXPECT_EQ(table->name(UINT32_MAX), "");
}

TEST(TypeTable, RefusesWhatIsCut) {
  const std::string bytes = bytes_of(one_of_each().get());
  for (size_t size = 0; size < bytes.size(); size++) {
    const std::string cut = bytes.substr(0, size);
    EXPECT_FALSE(TypeTable::of(cut)) << size;
  }
}

// What reads them may not leave them, whichever bit is wrong (ASan looks on).
TEST(TypeTable, StaysWithinWhatIsDamaged) {
  const std::string bytes = bytes_of(one_of_each().get());
  for (size_t bit = 0; bit < 8 * bytes.size(); bit++) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    const auto table = TypeTable::of(damaged);
    for (uint32_t id = 1; table && id < table->count(); id++) {
      const btf_type* type = table->type(id);
      const std::string copy(reinterpret_cast<const char*>(type), TypeTable::size_of(*type));
      EXPECT_LE(table->name_of(type).size(), damaged.size()) << copy.size();
    }
  }
}

TEST(TypeTable, HasThisKernelsTypes) {
  const BtfPtr types(btf__load_vmlinux_btf());
  if (libbpf_get_error(types.get())) GTEST_SKIP() << "this kernel shows no BTF";
  is_as_libbpf_has_it(types.get(), bytes_of(types.get()));
}

}  // namespace
}  // namespace plumb::kernel::type_table_test
