// Call frame information that is broken or lies: what can be known is, and nothing is believed.
#include <gtest/gtest.h>

#include "unwind_builder.h"

namespace plumb::unwind::hostile_test {
namespace {

const Rule entry{.kind = Kind::sp, .offset = 8};
const std::string good = common();

std::string described(uint64_t begin, uint64_t size, const std::string& program = "",
                      uint64_t before = 0) {
  return description(good.size() + before + 4, begin, size, program);
}

// A function that is described soundly stands behind each.
void expect_skipped(const std::string& broken, uint32_t count = 1) {
  const std::string frames = good + broken + described(code_begin + 0x800, 16, "", broken.size());
  const Table table = table_of_frames(frames);
  EXPECT_EQ(table.skipped, count);
  EXPECT_TRUE(is_sound(table));
  EXPECT_EQ(rule_at(table, code_begin), Rule());
  EXPECT_EQ(rule_at(table, code_begin + 0x800), entry);
}

TEST(Hostile, ProgramsOfFunctions) {
  const std::string advance = byte(DW_CFA_advance_loc | 4);
  for (const std::string& program :
       {byte(DW_CFA_advance_loc | 17), byte(DW_CFA_advance_loc4) + raw(~uint32_t{0}),
        byte(DW_CFA_set_loc) + raw(uint64_t{1}), byte(DW_CFA_set_loc) + raw(code_begin + 17),
        advance + byte(DW_CFA_set_loc) + raw(code_begin), byte(DW_CFA_restore_state),
        byte(DW_CFA_advance_loc4) + "\x01", byte(DW_CFA_def_cfa_offset),
        byte(DW_CFA_def_cfa_offset) + "\x80\x80", byte(0x3f), byte(DW_CFA_MIPS_advance_loc8),
        byte(DW_CFA_def_cfa_offset) + std::string(10, '\x80') + byte(1),
        byte(DW_CFA_def_cfa_expression) + uleb(1000),
        byte(DW_CFA_def_cfa_expression) + uleb(~uint64_t{0}),
        byte(DW_CFA_expression) + uleb(6) + uleb(2) + "\x76",
        std::string(4096, static_cast<char>(DW_CFA_remember_state))})
    expect_skipped(described(code_begin, 16, program));
}

TEST(Hostile, PlacesOfFunctions) {
  expect_skipped(described(code_begin, 0));
  expect_skipped(described(0x10000000, 16));
  expect_skipped(described(code_begin, ~uint64_t{0}));
  expect_skipped(described(code_begin, uint64_t{1} << 32));
  expect_skipped(described(~uint64_t{0}, 2));
}

// What one function remembers is no other's.
TEST(Hostile, NothingIsRememberedForTheNext) {
  const std::string one = described(code_begin + 0x100, 16, byte(DW_CFA_remember_state));
  expect_skipped(one + described(code_begin, 16, byte(DW_CFA_restore_state), one.size()));
}

TEST(Hostile, CodeOfTwoSegments) {
  probe::Builder<> builder;
  builder.load(code_begin, code_begin, 0x800);
  builder.load(code_begin + 0x800, code_begin + 0x900, 0x100);
  for (auto& each : builder.segments) each.p_flags = PF_R | PF_X;
  builder.section(".text", SHT_PROGBITS, std::string(code_size, '\x90'), code_begin);
  builder.section(".eh_frame", SHT_PROGBITS, good + described(code_begin + 0x7f8, 16));
  const auto table = table_of(builder.bytes());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->skipped, 1u);
  EXPECT_TRUE(table->rows.empty());
}

TEST(Hostile, References) {
  expect_skipped(description(4, code_begin, 16, ""));
  expect_skipped(description(good.size() + 5, code_begin, 16, ""));
  expect_skipped(description(0xfffffffe, code_begin, 16, ""));
}

TEST(Hostile, Lengths) {
  expect_skipped(raw(uint32_t{0}), 0);
  expect_skipped(raw(uint32_t{0}) + raw(uint32_t{0}), 0);
  expect_skipped(record(""), 0);
  expect_skipped(record("\x01"));
  expect_skipped(record(std::string(4, '\0')));
  expect_skipped(record(raw(static_cast<uint32_t>(good.size() + 4))));
  // what reaches beyond the end is the end
  for (const std::string& last : {raw(uint32_t{100}), raw(~uint32_t{0}) + raw(~uint64_t{0}),
                                  raw(~uint32_t{0}) + "\x01", std::string("\x01")}) {
    const Table table = table_of_frames(good + described(code_begin, 16) + last);
    EXPECT_EQ(table.skipped, 1u);
    EXPECT_EQ(rule_at(table, code_begin), entry);
  }
}

TEST(Hostile, WhatFunctionsShare) {
  const std::string numbers = uleb(1) + sleb(-8) + byte(16);
  const auto shared = [&](const std::string& rest) { return record(raw(uint32_t{0}) + rest); };
  const std::string augmented = block(byte(DW_EH_PE_udata8));
  for (const std::string& broken :
       {shared(byte(2) + "zR" + '\0' + numbers + augmented + at_entry), shared(byte(1) + "zR"),
        shared(byte(1) + "R" + '\0' + numbers + augmented + at_entry),
        shared(byte(1) + "zX" + '\0' + numbers + augmented + at_entry),
        shared(byte(1) + "eh" + '\0' + numbers + at_entry),
        shared(byte(1) + "zRR" + '\0' + numbers + augmented + at_entry),
        shared(byte(1) + "zPR" + '\0' + numbers + block("\xff\x04") + at_entry),
        shared(byte(1) + "zR" + '\0' + numbers + uleb(100)),
        shared(byte(1) + "zR" + '\0' + uleb(0) + sleb(-8) + byte(16) + augmented + at_entry),
        shared(byte(1) + "zR" + '\0' + numbers + augmented + byte(DW_CFA_restore_state)),
        shared(byte(1) + "zR" + '\0' + numbers + augmented + byte(DW_CFA_advance_loc | 1)),
        shared(byte(4) + "zR" + '\0' + byte(4) + byte(0) + numbers + augmented + at_entry)}) {
    const std::string frames = broken + description(broken.size() + 4, code_begin, 16, "") + good;
    const Table table =
        table_of_frames(frames + description(good.size() + 4, code_begin + 0x800, 16, ""));
    EXPECT_EQ(table.skipped, 2u);
    EXPECT_EQ(rule_at(table, code_begin), Rule());
    EXPECT_EQ(rule_at(table, code_begin + 0x800), entry);
  }
}

TEST(Hostile, PointersOfNoMeaning) {
  for (const int how : {0x05, 0x0f, 0x20, 0x30, 0x40, 0x50, 0x80, 0x9b, 0xff}) {
    const std::string shared = record(raw(uint32_t{0}) + byte(1) + "zR" + '\0' + uleb(1) +
                                      sleb(-8) + byte(16) + block(byte(how)) + at_entry);
    const Table table =
        table_of_frames(shared + description(shared.size() + 4, code_begin, 16, ""));
    EXPECT_EQ(table.skipped, 1u) << how;
    EXPECT_TRUE(table.rows.empty());
  }
}

TEST(Hostile, FilesCutAnywhere) {
  const std::string frames = good + described(code_begin, 16, byte(DW_CFA_advance_loc | 1));
  const std::string file = file_of(frames);
  for (size_t size = 0; size < file.size(); size += 1 + size / 16) {
    const auto table = table_of(file.substr(0, size));
    EXPECT_TRUE(!table || is_sound(*table));
  }
  for (size_t size = 0; size < frames.size(); size++)
    EXPECT_TRUE(is_sound(table_of_frames(frames.substr(0, size))));
}

// Many functions whose programs are as long as can be, and refer to what lies in one another.
TEST(Hostile, TimeIsThatOfTheSize) {
  std::string frames = good;
  for (uint64_t i = 0; i < 20'000; i++)
    frames += description(frames.size() + 4, code_begin + i % 64, 64,
                          std::string(100, static_cast<char>(DW_CFA_nop)));
  const Table table = table_of_frames(frames);
  EXPECT_EQ(table.skipped, 19'999u);
}

TEST(Hostile, MoreRulesThanThereAreNumbers) {
  const auto table = [](uint64_t count) {
    std::string program;
    for (uint64_t i = 1; i < count; i++)
      program += byte(DW_CFA_def_cfa_offset) + uleb(i * 8) + byte(DW_CFA_advance_loc | 1);
    const std::string frames = good + described(code_begin, count, program);
    probe::Builder<> builder;
    builder.load(0, 0, 1 << 20);
    builder.segments.back().p_flags = PF_R | PF_X;
    builder.section(".text", SHT_PROGBITS, std::string(count, '\x90'), code_begin);
    builder.section(".eh_frame", SHT_PROGBITS, frames);
    return table_of(builder.bytes());
  };
  const auto most = table(most_rules);
  ASSERT_TRUE(most) << most.error().what;
  EXPECT_EQ(most->rules.size(), most_rules);
  const auto more = table(most_rules + 1);
  ASSERT_FALSE(more);
  EXPECT_NE(more.error().what.find("rules"), std::string::npos);
}

}  // namespace
}  // namespace plumb::unwind::hostile_test
