// What describes code, where that is found, and what becomes of code that nothing describes.
#include <gtest/gtest.h>

#include "unwind_builder.h"

namespace plumb::unwind::sections_test {
namespace {

const Rule entry{.kind = Kind::sp, .offset = 8};
const Rule signal{.kind = Kind::signal};
const std::string none;

// One after the other, of .eh_frame.
class Frames {
 public:
  explicit Frames(const std::string& shared = common()) : bytes_(shared) {}
  Frames& add(uint64_t begin, uint64_t size, const std::string& program = none) {
    bytes_ += description(bytes_.size() + 4, begin, size, program);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

TEST(Table, EndsWhereNothingIsDescribed) {
  const Table table = table_of_frames(Frames().add(code_begin + 16, 16).bytes());
  EXPECT_EQ(table.rows, (std::vector<Row>{{code_begin + 16, 1}, {code_begin + 32, 0}}));
  EXPECT_EQ(table.rules, (std::vector<Rule>{Rule(), entry}));
}

TEST(Table, BridgesPaddingAndNoMore) {
  const std::string other = byte(DW_CFA_def_cfa_offset) + uleb(16);
  const auto gap = [&](uint64_t size) {
    return table_of_frames(
        Frames().add(code_begin, 1, other).add(code_begin + 1 + size, 16).bytes());
  };
  EXPECT_EQ(gap(15).rows.size(), 3u);
  EXPECT_EQ(rule_at(gap(15), code_begin + 15).offset, 16);
  EXPECT_EQ(gap(16).rows.size(), 4u);
  EXPECT_EQ(rule_at(gap(16), code_begin + 1), Rule());
  EXPECT_EQ(rule_at(gap(16), code_begin + 17), entry);
}

TEST(Table, HasEachRuleOnceAndRowsInOrder) {
  Frames frames;
  for (const uint64_t at : {0x200, 0x100, 0x300, 0x000})
    frames.add(code_begin + at, 0x80,
               byte(DW_CFA_advance_loc | 4) + byte(DW_CFA_def_cfa_offset) + uleb(16));
  const Table table = table_of_frames(frames.bytes());
  EXPECT_TRUE(is_sound(table));
  EXPECT_EQ(table.rows.size(), 12u);
  EXPECT_EQ(table.rules.size(), 3u);
}

TEST(Table, MergesNeighboursOfOneRule) {
  const Table table =
      table_of_frames(Frames().add(code_begin, 16).add(code_begin + 16, 16).bytes());
  EXPECT_EQ(table.rows.size(), 2u);
}

TEST(Table, OfWhatIsDescribedTwiceTakesTheFirst) {
  const std::string other = byte(DW_CFA_def_cfa_offset) + uleb(16);
  const Table table = table_of_frames(Frames()
                                          .add(code_begin + 8, 16, other)
                                          .add(code_begin, 16)
                                          .add(code_begin, 4, other)
                                          .bytes());
  EXPECT_EQ(table.skipped, 2u);
  EXPECT_TRUE(is_sound(table));
  EXPECT_EQ(rule_at(table, code_begin), entry);
  EXPECT_EQ(rule_at(table, code_begin + 15), entry);
  EXPECT_EQ(rule_at(table, code_begin + 16), Rule());
  EXPECT_EQ(table.rules.size(), 2u);
}

TEST(Table, OfFileWithoutDescriptionsIsEmpty) {
  EXPECT_TRUE(table_of_frames("").rows.empty());
  const auto table = table_of(file_of("", "", ".other"));
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->rows.empty());
  EXPECT_EQ(table->rules.size(), 1u);
}

TEST(Table, OfOtherMachinesIsAnError) {
  for (const std::string& file :
       {probe::Builder<>(EM_AARCH64).bytes(), probe::Builder<probe::Elf32>(EM_386).bytes()}) {
    const auto table = table_of(file);
    ASSERT_FALSE(table);
    EXPECT_NE(table.error().what.find("x86-64"), std::string::npos);
  }
}

// Of functions the kernel returns to; looked up is the byte before.
TEST(Signal, IsToldByItsAugmentation) {
  const Table table =
      table_of_frames(Frames(common(at_entry, "S")).add(code_begin + 15, 32).bytes());
  EXPECT_EQ(table.rows.front(), (Row{code_begin + 15, 1}));
  EXPECT_EQ(table.rules[1], signal);
}

const std::string restorer("\x48\xc7\xc0\x0f\x00\x00\x00\x0f\x05", 9);

TEST(Signal, HoldsBeforeItsRestorer) {
  const std::string code = std::string(16, '\x90') + restorer;
  for (const auto& [more, size] : {std::pair("S", 32), std::pair("", 9)}) {
    Frames frames(common(at_entry, more));
    const Table alone = table_of_frames(frames.add(code_begin + 16, size).bytes(), code);
    EXPECT_EQ(alone.rows.front().offset, code_begin + 15);
    EXPECT_EQ(rule_at(alone, code_begin + 15), signal);
    EXPECT_EQ(rule_at(alone, code_begin + 16), signal);
  }
  // next to a function
  const Table table =
      table_of_frames(Frames().add(code_begin, 16).add(code_begin + 16, 9).bytes(), code);
  EXPECT_TRUE(is_sound(table));
  EXPECT_EQ(rule_at(table, code_begin + 14), entry);
  EXPECT_EQ(rule_at(table, code_begin + 15), signal);
  EXPECT_EQ(rule_at(table, code_begin + 25), Rule());
}

TEST(Signal, TakesTheLastByteOfWhatIsBefore) {
  const std::string code = std::string(16, '\x90') + restorer;
  const std::string last = byte(DW_CFA_advance_loc | 15) + byte(DW_CFA_def_cfa_offset) + uleb(16);
  const Table table =
      table_of_frames(Frames().add(code_begin, 16, last).add(code_begin + 16, 9).bytes(), code);
  EXPECT_TRUE(is_sound(table));
  EXPECT_EQ(rule_at(table, code_begin + 14), entry);
  EXPECT_EQ(rule_at(table, code_begin + 15), signal);
}

TEST(Signal, NeedsTheWholeRestorer) {
  std::string code = restorer;
  code[3] = '\x0e';
  EXPECT_EQ(rule_at(table_of_frames(Frames().add(code_begin, 9).bytes(), code), code_begin), entry);
}

// How compilers write them.
TEST(Pointers, CountFromWhereTheyAre) {
  const std::string shared =
      record(raw(uint32_t{0}) + byte(1) + "zPLR" + '\0' + uleb(1) + sleb(-8) + byte(16) +
             block(byte(0x9b) + raw(int32_t{5}) + byte(0x1b) + byte(0x1b)) + at_entry);
  const uint64_t at = frames_begin + shared.size() + 8;
  const std::string frames = shared + record(raw(static_cast<uint32_t>(shared.size() + 4)) +
                                             raw(static_cast<int32_t>(code_begin - at)) +
                                             raw(int32_t{32}) + block(raw(int32_t{7})));
  const Table table = table_of_frames(frames);
  EXPECT_EQ(table.rows, (std::vector<Row>{{code_begin, 1}, {code_begin + 32, 0}}));
}

std::string debug_common(uint8_t version, bool is_wide = false) {
  const std::string content = byte(version) + '\0' + (version == 4 ? byte(8) + byte(0) : none) +
                              uleb(1) + sleb(-8) + uleb(16) + at_entry;
  if (!is_wide) return record(raw(~uint32_t{0}) + content);
  return raw(~uint32_t{0}) + raw(uint64_t{8 + content.size()}) + raw(~uint64_t{0}) + content;
}

TEST(DebugFrame, IsReadToo) {
  for (const uint8_t version : std::initializer_list<uint8_t>{1, 3, 4}) {
    const std::string frames =
        debug_common(version) + record(raw(uint32_t{0}) + raw(code_begin) + raw(uint64_t{16}));
    const auto table = table_of(file_of(frames, "", ".debug_frame"));
    ASSERT_TRUE(table);
    EXPECT_EQ(rule_at(*table, code_begin), entry) << int{version};
    EXPECT_EQ(table->skipped, 0u);
  }
}

TEST(DebugFrame, MayBeOfSixtyFourBits) {
  const std::string content = raw(uint64_t{0}) + raw(code_begin) + raw(uint64_t{16});
  const std::string frames =
      debug_common(4, true) + raw(~uint32_t{0}) + raw(uint64_t{content.size()}) + content;
  const auto table = table_of(file_of(frames, "", ".debug_frame"));
  ASSERT_TRUE(table);
  EXPECT_EQ(rule_at(*table, code_begin), entry);
}

TEST(DebugFrame, FillsWhatIsLeftOut) {
  probe::Builder<> builder;
  builder.load(0, 0, 1 << 20);
  builder.segments.back().p_flags = PF_R | PF_X;
  builder.section(".text", SHT_PROGBITS, std::string(code_size, '\x90'), code_begin);
  std::string frames = debug_common(4);
  for (const uint64_t at : {0, 16, 32})
    frames += record(raw(uint32_t{0}) + raw(code_begin + at) + raw(uint64_t{16}) +
                     byte(DW_CFA_def_cfa_offset) + uleb(16 + at));
  builder.section(".debug_frame", SHT_PROGBITS, frames);
  builder.section(".eh_frame", SHT_PROGBITS, Frames().add(code_begin + 20, 4).bytes());
  const auto table = table_of(builder.bytes());
  ASSERT_TRUE(table);
  EXPECT_TRUE(is_sound(*table));
  EXPECT_EQ(table->skipped, 0u);
  EXPECT_EQ(rule_at(*table, code_begin + 15).offset, 16);
  // all that one says of a piece of code is left out, or nothing
  EXPECT_EQ(rule_at(*table, code_begin + 16).offset, 16);
  EXPECT_EQ(rule_at(*table, code_begin + 20), entry);
  EXPECT_EQ(rule_at(*table, code_begin + 32).offset, 48);
}

TEST(DebugFrame, ThatIsCompressedIsLeftOut) {
  probe::Builder<> builder;
  builder.section(".debug_frame", SHT_PROGBITS, std::string(64, '\x01')).sh_flags = SHF_COMPRESSED;
  const auto table = table_of(builder.bytes());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->skipped, 0u);
}

TEST(Header, LeadsToWhatHasNoSection) {
  const std::string header =
      byte(1) + byte(0x1b) + byte(3) + byte(0x3b) + raw(int32_t{8}) + raw(uint32_t{0});
  const std::string frames = Frames().add(code_begin, 16).bytes() + raw(uint32_t{0});
  const auto table = table_of(without_sections(header, frames));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows, (std::vector<Row>{{code_begin, 1}, {code_begin + 16, 0}}));
  EXPECT_EQ(table->skipped, 0u);
}

TEST(Header, ThatLeadsNowhereIsIgnored) {
  for (const std::string& header :
       {byte(1) + byte(0x1b) + raw(uint16_t{0}) + raw(int32_t{-0x7fffffff}) + raw(uint32_t{0}),
        byte(2) + byte(0x1b) + raw(uint16_t{0}) + raw(int32_t{8}) + raw(uint32_t{0}),
        byte(1) + byte(0xff) + raw(uint16_t{0}) + raw(int32_t{8}) + raw(uint32_t{0})}) {
    const auto table = table_of(without_sections(header, Frames().add(code_begin, 16).bytes()));
    ASSERT_TRUE(table);
    EXPECT_TRUE(table->rows.empty());
  }
}

}  // namespace
}  // namespace plumb::unwind::sections_test
