// Recordings whose checksums are right and whose contents are not.
#include <zstd.h>

#include "record_fixture.h"

namespace plumb::test {
namespace {

using record::Block;
using record::BlockHeader;
using record::Encoder;

std::string block(Block type, std::string_view payload, uint32_t claimed_raw) {
  std::string packed(ZSTD_compressBound(payload.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), payload.data(), payload.size(), 1));
  BlockHeader header{static_cast<uint32_t>(type), claimed_raw, static_cast<uint32_t>(packed.size()),
                     0};
  header.checksum = record::block_checksum(header, packed);
  return std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + packed;
}

std::string block(Block type, std::string_view payload) {
  return block(type, payload, static_cast<uint32_t>(payload.size()));
}

// A file header and origin, then `rest`.
std::string begun(const std::string& rest) {
  const MemoryFile file;
  EXPECT_TRUE(record::Writer::start(file.open(), "test", fixed_origin()));
  return file.bytes() + rest;
}

std::string damage_of(const std::string& rest) {
  return tell(MemoryFile(begun(rest)).open()).damage;
}

std::string schema_block(std::string_view btf) {
  Encoder payload;
  payload.number(uint16_t{3}).text("open").text(btf).text("raw").text("").number(uint32_t{0});
  return block(Block::schema, payload.bytes());
}

TEST(RecordHostile, SizesAreBounded) {
  const BlockHeader huge{static_cast<uint32_t>(Block::records), UINT32_MAX, 16, 0};
  const BlockHeader stored{static_cast<uint32_t>(Block::records), 16, UINT32_MAX, 0};
  for (const BlockHeader& header : {huge, stored}) {
    const std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
    EXPECT_EQ(damage_of(bytes), "a block of impossible size");
  }
  EXPECT_EQ(damage_of(block(Block::records, std::string(1000, 'x'), 10)),
            "a block that does not unpack");
  EXPECT_EQ(damage_of(block(Block::records, std::string(10, 'x'), 1000)),
            "a block that does not unpack");
}

TEST(RecordHostile, RecordsNeedATracer) {
  Encoder payload;
  payload.number(uint32_t{4}).number(uint16_t{9}).number(uint16_t{0});
  payload.number(uint64_t{1}).number(uint32_t{1}).number(uint32_t{7});
  EXPECT_EQ(damage_of(block(Block::records, payload.bytes())), "a record of no known tracer");
}

TEST(RecordHostile, RecordsStayWithinTheirBlock) {
  Encoder payload;
  payload.number(uint32_t{4000}).number(uint16_t{3}).number(uint16_t{0});
  payload.number(uint64_t{1}).number(uint32_t{1}).number(uint32_t{7});
  EXPECT_EQ(damage_of(schema_block(small_btf()) + block(Block::records, payload.bytes())),
            "a record of no known tracer");
}

TEST(RecordHostile, BrokenSchemas) {
  EXPECT_NE(damage_of(schema_block("not BTF")).find("the schema of open"), std::string::npos);
  EXPECT_EQ(damage_of(schema_block(small_btf()) + schema_block(small_btf())),
            "a tracer that is described twice");
  EXPECT_EQ(damage_of(block(Block::schema, "\x01")), "an unreadable description of a tracer");
  Encoder endless;
  endless.number(uint16_t{3}).text("a").text("b").text("c").text("d").number(UINT32_MAX);
  EXPECT_EQ(damage_of(block(Block::schema, endless.bytes())),
            "an unreadable description of a tracer");
}

TEST(RecordHostile, OtherBlocks) {
  EXPECT_EQ(damage_of(block(Block::names, "\x01\x02")), "unreadable names");
  EXPECT_EQ(damage_of(block(Block::lost, "\x01\x02")), "an unreadable loss");
  EXPECT_EQ(damage_of(block(Block::end, "\x01\x02")), "an unreadable account");
  EXPECT_EQ(damage_of(block(static_cast<Block>(99), "x")), "a block of unknown type");
}

}  // namespace
}  // namespace plumb::test
