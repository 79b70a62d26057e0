// Each instruction of call frame information, and each shape of an expression, as a rule.
#include <gtest/gtest.h>

#include "unwind_builder.h"

namespace plumb::unwind::rules_test {
namespace {

const std::string here = byte(DW_CFA_advance_loc | 1);

Rule sp(int32_t offset) { return {.kind = Kind::sp, .offset = offset}; }

Rule fp_at(Rule rule, FpSaved how, int32_t offset = 0) {
  rule.fp_saved = how;
  rule.fp_offset = offset;
  return rule;
}

// Of a function of 64 bytes: what holds at its byte `at`.
Rule rule_after(const std::string& program, uint64_t at = 63,
                const std::string& shared = at_entry) {
  const std::string first = common(shared);
  const std::string frames = first + description(first.size() + 4, code_begin, 64, program);
  const Table table = table_of_frames(frames);
  EXPECT_EQ(table.skipped, 0u);
  EXPECT_TRUE(is_sound(table));
  return rule_at(table, code_begin + at);
}

std::string cfa(const std::string& expression) {
  return byte(DW_CFA_def_cfa_expression) + block(expression);
}
std::string breg(uint64_t reg, int64_t offset) { return byte(DW_OP_breg0 + reg) + sleb(offset); }

TEST(Rules, HoldFromTheInstructionTheyAreSaidOf) {
  const std::string program = byte(DW_CFA_advance_loc | 5) + byte(DW_CFA_def_cfa_offset) + uleb(16);
  EXPECT_EQ(rule_after(program, 0), sp(8));
  EXPECT_EQ(rule_after(program, 4), sp(8));
  EXPECT_EQ(rule_after(program, 5), sp(16));
  EXPECT_EQ(rule_after(program, 63), sp(16));
  EXPECT_EQ(rule_after(program, 64), Rule());
}

TEST(Rules, OfEachAdvance) {
  const std::string then = byte(DW_CFA_def_cfa_offset) + uleb(24);
  for (const std::string& advance :
       {byte(DW_CFA_advance_loc | 7), byte(DW_CFA_advance_loc1) + byte(7),
        byte(DW_CFA_advance_loc2) + raw(uint16_t{7}), byte(DW_CFA_advance_loc4) + raw(uint32_t{7}),
        byte(DW_CFA_set_loc) + raw(code_begin + 7)}) {
    EXPECT_EQ(rule_after(advance + then, 6), sp(8));
    EXPECT_EQ(rule_after(advance + then, 7), sp(24));
  }
}

TEST(Rules, OfTheCfa) {
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa) + uleb(6) + uleb(16)),
            (Rule{.kind = Kind::fp, .offset = 16}));
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_sf) + uleb(6) + sleb(-2)),
            (Rule{.kind = Kind::fp, .offset = 16}));
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_register) + uleb(6)),
            (Rule{.kind = Kind::fp, .offset = 8}));
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset) + uleb(4096)), sp(4096));
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset_sf) + sleb(-3)), sp(24));
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa) + uleb(10) + uleb(0)),
            (Rule{.kind = Kind::reg, .reg = 10}));
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa) + uleb(16) + uleb(8)), Rule());
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa) + uleb(1 << 20) + uleb(8)), Rule());
}

TEST(Rules, OfNumbersBeyondThirtyTwoBitsAreUnknown) {
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset) + uleb(0x7fffffff)), sp(0x7fffffff));
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset) + uleb(0x80000000)), Rule());
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset) + uleb(~uint64_t{0})), Rule());
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset_sf) + sleb(INT64_MIN)), Rule());
  EXPECT_EQ(rule_after(byte(DW_CFA_offset | 6) + uleb(uint64_t{1} << 61)),
            fp_at(sp(8), FpSaved::lost));
}

TEST(Rules, OfTheFramePointer) {
  const auto saved = [](int32_t offset) { return fp_at(sp(8), FpSaved::at_cfa, offset); };
  EXPECT_EQ(rule_after(byte(DW_CFA_offset | 6) + uleb(2)), saved(-16));
  EXPECT_EQ(rule_after(byte(DW_CFA_offset_extended) + uleb(6) + uleb(2)), saved(-16));
  EXPECT_EQ(rule_after(byte(DW_CFA_offset_extended_sf) + uleb(6) + sleb(-2)), saved(16));
  EXPECT_EQ(rule_after(byte(DW_CFA_GNU_negative_offset_extended) + uleb(6) + uleb(2)), saved(16));
  EXPECT_EQ(rule_after(byte(DW_CFA_undefined) + uleb(6)), fp_at(sp(8), FpSaved::lost));
  EXPECT_EQ(rule_after(byte(DW_CFA_register) + uleb(6) + uleb(3)), fp_at(sp(8), FpSaved::lost));
  EXPECT_EQ(rule_after(byte(DW_CFA_val_offset) + uleb(6) + uleb(2)), fp_at(sp(8), FpSaved::lost));
  EXPECT_EQ(rule_after(byte(DW_CFA_val_offset_sf) + uleb(6) + sleb(-2)),
            fp_at(sp(8), FpSaved::lost));
  EXPECT_EQ(rule_after(byte(DW_CFA_val_expression) + uleb(6) + block(breg(7, 8))),
            fp_at(sp(8), FpSaved::lost));
  const std::string pushed = byte(DW_CFA_offset | 6) + uleb(2);
  EXPECT_EQ(rule_after(pushed + byte(DW_CFA_restore | 6)), sp(8));
  EXPECT_EQ(rule_after(pushed + byte(DW_CFA_restore_extended) + uleb(6)), sp(8));
  EXPECT_EQ(rule_after(pushed + byte(DW_CFA_same_value) + uleb(6)), sp(8));
  // what all functions share is what is restored
  EXPECT_EQ(rule_after(byte(DW_CFA_same_value) + uleb(6) + here + byte(DW_CFA_restore | 6), 63,
                       at_entry + pushed),
            saved(-16));
}

TEST(Rules, OfOtherRegistersChangeNothing) {
  EXPECT_EQ(
      rule_after(byte(DW_CFA_offset | 3) + uleb(3) + byte(DW_CFA_restore | 12) +
                 byte(DW_CFA_undefined) + uleb(1000) + byte(DW_CFA_expression) + uleb(15) +
                 block(breg(6, -8)) + byte(DW_CFA_GNU_args_size) + uleb(16) + byte(DW_CFA_nop)),
      sp(8));
}

TEST(Rules, AreRememberedAndRestored) {
  const std::string program = byte(DW_CFA_remember_state) + byte(DW_CFA_advance_loc | 8) +
                              byte(DW_CFA_def_cfa) + uleb(6) + uleb(16) + byte(DW_CFA_offset | 6) +
                              uleb(2) + byte(DW_CFA_remember_state) + byte(DW_CFA_advance_loc | 8) +
                              byte(DW_CFA_def_cfa_offset) + uleb(32) +
                              byte(DW_CFA_advance_loc | 8) + byte(DW_CFA_restore_state) +
                              byte(DW_CFA_advance_loc | 8) + byte(DW_CFA_restore_state);
  const Rule framed = fp_at({.kind = Kind::fp, .offset = 16}, FpSaved::at_cfa, -16);
  EXPECT_EQ(rule_after(program, 7), sp(8));
  EXPECT_EQ(rule_after(program, 8), framed);
  EXPECT_EQ(rule_after(program, 16).offset, 32);
  EXPECT_EQ(rule_after(program, 24), framed);
  EXPECT_EQ(rule_after(program, 32), sp(8));
}

TEST(Rules, OfTheReturnAddress) {
  EXPECT_EQ(rule_after(byte(DW_CFA_undefined) + uleb(16)), (Rule{.kind = Kind::root}));
  // musl's __clone: the new thread has popped its function
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset) + uleb(0)), (Rule{.kind = Kind::root}));
  // glibc's vfork
  const std::string popped = byte(DW_CFA_def_cfa_offset) + uleb(0);
  EXPECT_EQ(rule_after(popped + byte(DW_CFA_register) + uleb(16) + uleb(5)),
            (Rule{.kind = Kind::return_in_register, .reg = 5}));
  EXPECT_EQ(rule_after(popped + byte(DW_CFA_register) + uleb(16) + uleb(20)), Rule());
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa) + uleb(6) + uleb(16) + byte(DW_CFA_register) +
                       uleb(16) + uleb(5)),
            Rule());
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset) + uleb(32) + byte(DW_CFA_offset | 16) + uleb(2)),
            Rule());
  EXPECT_EQ(rule_after(byte(DW_CFA_same_value) + uleb(16)), Rule());
  EXPECT_EQ(rule_after(byte(DW_CFA_val_expression) + uleb(16) + block(breg(7, 0))), Rule());
  // on the stack, told by an expression
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset) + uleb(24) + byte(DW_CFA_expression) + uleb(16) +
                       block(breg(7, 16))),
            sp(24));
  // a file that says nothing of it
  EXPECT_EQ(rule_after("", 63, byte(DW_CFA_def_cfa) + uleb(7) + uleb(8)), Rule());
}

TEST(Rules, OfExpressions) {
  EXPECT_EQ(rule_after(cfa(breg(7, 40))), sp(40));
  EXPECT_EQ(rule_after(cfa(breg(6, -8) + byte(DW_OP_deref))),
            (Rule{.kind = Kind::fp_deref, .offset = -8}));
  EXPECT_EQ(rule_after(cfa(breg(7, 56) + byte(DW_OP_deref) + byte(DW_OP_plus_uconst) + uleb(8))),
            (Rule{.kind = Kind::sp_deref, .offset = 56, .more = 8}));
  for (const std::string& odd :
       {breg(3, 0) + byte(DW_OP_deref), breg(7, 8) + byte(DW_OP_deref) + byte(DW_OP_deref),
        breg(7, 8) + byte(DW_OP_lit8) + byte(DW_OP_plus), byte(DW_OP_lit8), std::string(),
        breg(7, 8) + byte(DW_OP_deref) + byte(DW_OP_plus_uconst) + uleb(~uint64_t{0}),
        breg(7, 8) + byte(DW_OP_deref) + byte(DW_OP_plus_uconst), byte(DW_OP_breg7),
        byte(DW_OP_breg7) + "\x80\x80"})
    EXPECT_EQ(rule_after(cfa(odd)), Rule());
  // no part of one can be changed
  EXPECT_EQ(rule_after(cfa(breg(7, 8) + byte(DW_OP_deref)) + byte(DW_CFA_def_cfa_offset) + uleb(8)),
            Rule());
  EXPECT_EQ(
      rule_after(cfa(breg(7, 8) + byte(DW_OP_deref)) + byte(DW_CFA_def_cfa) + uleb(7) + uleb(8)),
      sp(8));
}

TEST(Rules, OfTheProcedureLinkageTable) {
  const auto plt = [](int64_t offset, uint64_t from) {
    return cfa(breg(7, offset) + breg(16, 0) + byte(DW_OP_lit15) + byte(DW_OP_and) +
               byte(DW_OP_lit0 + from) + byte(DW_OP_ge) + byte(DW_OP_lit3) + byte(DW_OP_shl) +
               byte(DW_OP_plus));
  };
  EXPECT_EQ(rule_after(plt(8, 11)), (Rule{.kind = Kind::plt, .offset = 8, .more = 11}));
  EXPECT_EQ(rule_after(plt(8, 10)), (Rule{.kind = Kind::plt, .offset = 8, .more = 10}));
  EXPECT_EQ(rule_after(plt(8, 16)), Rule());
}

// gcc's functions that align their stack: rbp is where rbp points to, the CFA below it.
TEST(Rules, OfAnAlignedStack) {
  const std::string saved = byte(DW_CFA_expression) + uleb(6);
  const std::string aligned = cfa(breg(6, -8) + byte(DW_OP_deref));
  EXPECT_EQ(rule_after(aligned + saved + block(breg(6, 0))),
            fp_at({.kind = Kind::fp_deref, .offset = -8}, FpSaved::at_fp));
  EXPECT_EQ(rule_after(aligned + saved + block(breg(6, -16))),
            fp_at({.kind = Kind::fp_deref, .offset = -8}, FpSaved::at_fp, -16));
  EXPECT_EQ(rule_after(aligned + saved + block(breg(7, 0))),
            fp_at({.kind = Kind::fp_deref, .offset = -8}, FpSaved::lost));
  EXPECT_EQ(rule_after(aligned + saved + block(byte(DW_OP_lit0))),
            fp_at({.kind = Kind::fp_deref, .offset = -8}, FpSaved::lost));
  // beside the CFA
  EXPECT_EQ(rule_after(byte(DW_CFA_def_cfa_offset) + uleb(32) + saved + block(breg(7, 8))),
            fp_at(sp(32), FpSaved::at_cfa, -24));
}

}  // namespace
}  // namespace plumb::unwind::rules_test
