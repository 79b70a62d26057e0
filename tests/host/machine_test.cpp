// The stand-ins themselves: maps, rings and memory refuse what the kernel refuses.
#include "machine/machine.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace plumb::host {
namespace {

constexpr Shape shape_of(uint32_t type, uint32_t entries) { return {type, 4, 8, entries}; }

long put(Map& map, uint32_t key, uint64_t value, uint64_t flags = BPF_ANY, uint32_t cpu = 0) {
  return map.update(&key, &value, flags, cpu);
}

// The value, or -1.
int64_t get(Map& map, uint32_t key, uint32_t cpu = 0) {
  const auto* value = static_cast<const int64_t*>(map.find(&key, cpu));
  return value ? *value : -1;
}

TEST(Maps, AHashIsFullAtItsSize) {
  Map map(shape_of(BPF_MAP_TYPE_HASH, 2));
  EXPECT_EQ(get(map, 1), -1);
  EXPECT_EQ(put(map, 1, 10), 0);
  EXPECT_EQ(put(map, 2, 20), 0);
  EXPECT_EQ(put(map, 3, 30), -E2BIG);
  EXPECT_EQ(put(map, 2, 21), 0);
  EXPECT_EQ(put(map, 2, 22, BPF_NOEXIST), -EEXIST);
  EXPECT_EQ(get(map, 2), 21);
  const uint32_t one = 1;
  EXPECT_EQ(map.erase(&one), 0);
  EXPECT_EQ(map.erase(&one), -ENOENT);
  EXPECT_EQ(put(map, 3, 30), 0);
}

TEST(Maps, TheLeastRecentlyUsedMakesRoom) {
  Map map(shape_of(BPF_MAP_TYPE_LRU_HASH, 2));
  put(map, 1, 10);
  put(map, 2, 20);
  EXPECT_EQ(get(map, 1), 10);
  EXPECT_EQ(put(map, 3, 30, BPF_NOEXIST), 0);
  EXPECT_EQ(get(map, 2), -1);
  EXPECT_EQ(get(map, 1), 10);
}

TEST(Maps, AnArrayIsThereAndEnds) {
  Map map(shape_of(BPF_MAP_TYPE_ARRAY, 2));
  EXPECT_EQ(get(map, 1), 0);
  EXPECT_EQ(get(map, 2), -1);
  EXPECT_EQ(put(map, 2, 1), -E2BIG);
  EXPECT_EQ(put(map, 1, 1, BPF_NOEXIST), -EEXIST);
  const uint32_t one = 1;
  EXPECT_EQ(map.erase(&one), -EINVAL);
}

TEST(Maps, EachProcessorHasItsOwn) {
  Map map(shape_of(BPF_MAP_TYPE_PERCPU_ARRAY, 1)), shared(shape_of(BPF_MAP_TYPE_ARRAY, 1));
  put(map, 0, 5, BPF_ANY, 1);
  put(shared, 0, 5, BPF_ANY, 1);
  EXPECT_EQ(get(map, 0, 0), 0);
  EXPECT_EQ(get(map, 0, 1), 5);
  EXPECT_EQ(get(shared, 0, 0), 5);
}

TEST(Channels, ARingIsFullOneByteBeforeItsEnd) {
  Channel ring({BPF_MAP_TYPE_RINGBUF, 0, 0, 64});
  EXPECT_TRUE(ring.output("12345678", 8, 0));  // 16 bytes with the kernel's header
  EXPECT_TRUE(ring.output("1", 1, 0));
  EXPECT_TRUE(ring.output("", 0, 0));
  EXPECT_EQ(ring.waiting(), 40u);
  EXPECT_FALSE(ring.output("123456789", 16, 0));
  EXPECT_TRUE(ring.output("12345678", 8, BPF_RB_FORCE_WAKEUP));
  const auto records = ring.take();
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].bytes, "12345678");
  EXPECT_EQ(records[3].flags, static_cast<uint64_t>(BPF_RB_FORCE_WAKEUP));
  EXPECT_EQ(ring.waiting(), 0u);
}

TEST(Channels, WhatIsReservedIsGarbageUntilItIsSubmitted) {
  Channel ring({BPF_MAP_TYPE_RINGBUF, 0, 0, 4096});
  char* record = ring.reserve(8);
  ASSERT_TRUE(record);
  EXPECT_NE(record[0], 0);
  EXPECT_EQ(ring.reserved(), 1u);
  EXPECT_TRUE(ring.take().empty());
  EXPECT_TRUE(ring.submit(record, 0, true));
  EXPECT_FALSE(ring.submit(record, 0, true));
  EXPECT_EQ(ring.take().size(), 1u);
}

class MemoryTest : public testing::Test {
 protected:
  char to[8] = "unread!";
  Memory memory;
};

TEST_F(MemoryTest, EachHelperReadsItsOwnSpace) {
  const char kernel[] = "kernel";
  const auto in_kernel = reinterpret_cast<uint64_t>(kernel);
  const uint64_t in_user = memory.user("user");
  EXPECT_EQ(memory.read(Space::kernel, to, 4, in_kernel), 0);
  EXPECT_EQ(memory.read(Space::user, to, 4, in_user), 0);
  EXPECT_EQ(std::string(to, 4), "user");
  EXPECT_EQ(memory.read(Space::kernel, to, 4, in_user), -EFAULT);
  EXPECT_EQ(std::string(to, 4), std::string(4, '\0'));
  EXPECT_EQ(memory.read(Space::user, to, 4, in_kernel), -EFAULT);
  EXPECT_EQ(memory.read(Space::user, to, 5, in_user), -EFAULT) << "past its end";
}

TEST_F(MemoryTest, NullAndWhatLiesNearItFails) {
  for (const uint64_t address : {uint64_t{0}, uint64_t{300}, UINT64_MAX - 7, uint64_t{1} << 62})
    EXPECT_EQ(memory.read(Space::kernel, to, 8, address), -EFAULT) << address;
  EXPECT_EQ(memory.read(Space::kernel, to, 0, 0), 0);
}

TEST_F(MemoryTest, ATextIsCutAndCountsItsEnd) {
  const uint64_t text = memory.user(std::string("0123456789\0", 11));
  EXPECT_EQ(memory.read_text(Space::user, to, 8, text), 8);
  EXPECT_STREQ(to, "0123456");
  EXPECT_EQ(memory.read_text(Space::user, to, 8, text + 7), 4);
  EXPECT_STREQ(to, "789");
  EXPECT_EQ(memory.read_text(Space::user, to, 8, memory.user("unended")), -EFAULT);
  EXPECT_EQ(std::string(to, 8), std::string(8, '\0'));
}

TEST_F(MemoryTest, WhatIsLostIsNotRead) {
  const uint64_t text = memory.user(std::string("abcd\0", 5));
  memory.lose(text + 2, 1);
  EXPECT_EQ(memory.read(Space::user, to, 2, text), 0);
  EXPECT_EQ(memory.read(Space::user, to, 3, text), -EFAULT);
  EXPECT_EQ(memory.read_text(Space::user, to, 8, text), -EFAULT);
}

}  // namespace
}  // namespace plumb::host
