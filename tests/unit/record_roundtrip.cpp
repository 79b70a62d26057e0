// What goes into a recording comes out of it, or its damage is said.
#include <algorithm>

#include "record/checksum.h"
#include "record_fixture.h"

namespace plumb::test {
namespace {

RecordMaker opened(uint32_t pid, uint64_t time) {
  RecordMaker maker(small_schema().event);
  maker.number("pid", pid).number("uid", pid % 2 == 0 ? 1000 : 0).time(time);
  maker.list("args", {"open", "file " + std::to_string(pid)});
  return maker;
}

// `blocks` blocks of `each` records, a loss and the end.
std::string recording(uint32_t blocks, uint32_t each) {
  const MemoryFile file;
  auto writer = record::Writer::start(file.open(), "test", fixed_origin());
  EXPECT_TRUE(writer);
  FixedNames names;
  writer->tracer(small_part());
  for (uint32_t block = 0; block < blocks; block++) {
    for (uint32_t i = 0; i < each; i++)
      writer->add(3, opened(block * each + i, i * 1000).record(i + 1), names);
    EXPECT_TRUE(writer->tick((block + 1) * 2'000'000'000ull));
  }
  writer->lost("open", "ring full", 7);
  writer->budget({"open", 5'000, 16, true, 123'456, 20'000});
  EXPECT_TRUE(writer->finish("{\"hits\":1}"));
  EXPECT_EQ(writer->records(), blocks * each);
  EXPECT_EQ(writer->bytes_written(), file.bytes().size());
  return file.bytes();
}

bool is_prefix(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

TEST(RecordRoundtrip, ChecksumIsCrc32c) {
  EXPECT_EQ(record::crc32c("123456789"), 0xe3069283);
  EXPECT_EQ(record::crc32c(std::string(32, '\0')), 0x8a9136aa);  // RFC 3720, B.4
  EXPECT_EQ(record::crc32c(std::string(32, '\xff')), 0x62a8ab43);
  EXPECT_EQ(record::crc32c("56789", record::crc32c("1234")), 0xe3069283);
}

TEST(RecordRoundtrip, EverythingComesBack) {
  const Told told = tell(MemoryFile(recording(2, 3)).open());
  ASSERT_FALSE(told.damaged) << told.damage;
  ASSERT_EQ(told.items.size(), 1 + 1 + 6 + 1 + 1 + 1);
  EXPECT_EQ(told.items[0], "origin host6.1.0-testx86_64561714558830000000000");
  EXPECT_EQ(told.items[1], "tracer openredactplumb record openopenpid+uid+latency-args+");
  EXPECT_EQ(told.items[3], "event 31000 2" + std::string(opened(1, 0).record().body) + "root");
  EXPECT_TRUE(told.items[4].ends_with("ada"));
  EXPECT_EQ(told.items[8], "lost openring full7");
  EXPECT_EQ(told.items[9], "budget open 5000 16 true 123456 20000");
  EXPECT_EQ(told.items[10], "end {\"hits\":1}");
}

TEST(RecordRoundtrip, NamesAreAskedForOnce) {
  const MemoryFile file;
  auto writer = record::Writer::start(file.open(), "test", fixed_origin());
  FixedNames names;
  writer->tracer(small_part());
  for (uint32_t i = 0; i < 100; i++) writer->add(3, opened(i, i).record(), names);
  EXPECT_EQ(names.asked, 2);
}

TEST(RecordRoundtrip, ManyRecordsFillManyBlocks) {
  const Told told = tell(MemoryFile(recording(1, 50'000)).open());
  EXPECT_FALSE(told.damaged) << told.damage;
  EXPECT_EQ(told.items.size(), 50'000 + 5);
}

TEST(RecordRoundtrip, TruncatedAnywhere) {
  const std::string whole = recording(3, 2);
  const Told all = tell(MemoryFile(whole).open());
  size_t most = 0;
  for (size_t size = 0; size < whole.size(); size++) {
    const Told told = tell(MemoryFile(whole.substr(0, size)).open());
    ASSERT_TRUE(told.damaged) << size;
    ASSERT_FALSE(told.complete) << size;
    ASSERT_TRUE(is_prefix(told.items, all.items)) << size;
    ASSERT_GE(told.items.size(), most) << size;  // what was whole stays readable
    most = told.items.size();
  }
  EXPECT_EQ(most, all.items.size() - 1);
}

TEST(RecordRoundtrip, OneBitFlippedAnywhere) {
  const std::string whole = recording(2, 2);
  const Told all = tell(MemoryFile(whole).open());
  for (size_t bit = 0; bit < whole.size() * 8; bit++) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const Told told = tell(MemoryFile(flipped).open());
    ASSERT_TRUE(told.damaged || told.items == all.items) << bit;
    ASSERT_TRUE(is_prefix(told.items, all.items)) << bit;
  }
}

TEST(RecordRoundtrip, WhatFollowsTheEndIsDamage) {
  const Told told = tell(MemoryFile(recording(1, 1) + "x").open());
  EXPECT_TRUE(told.complete);
  EXPECT_EQ(told.damage, "goes on after its end");
}

TEST(RecordRoundtrip, DamageSaysWhatToDo) {
  const std::string whole = recording(3, 40);
  std::string changed = whole, from_the_start = whole;
  changed[changed.size() - 1] ^= 1;
  from_the_start[30] ^= 1;
  const Told told = tell(MemoryFile(changed).open());
  EXPECT_EQ(told.damage, "a wrong checksum");
  EXPECT_NE(told.hint.find("copy the file again"), std::string::npos) << told.hint;
  const Told refused = tell(MemoryFile(from_the_start).open());
  EXPECT_TRUE(refused.refused);
  EXPECT_NE(refused.damage.find("a wrong checksum"), std::string::npos);
  EXPECT_TRUE(refused.hint.starts_with("nothing of it can be shown; ")) << refused.hint;
  EXPECT_NE(refused.hint.find("copy the file again"), std::string::npos) << refused.hint;
  const Told cut = tell(MemoryFile(whole.substr(0, whole.size() - 1)).open());
  EXPECT_NE(cut.hint.find("its recorder was killed"), std::string::npos) << cut.hint;
}

TEST(RecordRoundtrip, OtherFilesAreRefusedWithAReason) {
  EXPECT_NE(tell(MemoryFile("PNG and so on").open()).damage.find("not a recording"),
            std::string::npos);
  EXPECT_NE(tell(MemoryFile("").open()).damage.find("not a recording"), std::string::npos);
  EXPECT_NE(record::Reader::open("/nonexistent").error().what.find("No such file"),
            std::string::npos);
  std::string newer = recording(1, 1);
  newer[8] = 9;
  EXPECT_NE(tell(MemoryFile(newer).open()).damage.find("format 9"), std::string::npos);
}

}  // namespace
}  // namespace plumb::test
