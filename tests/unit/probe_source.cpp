// Where instructions come from: of this very program, as its compiler has it, and of bytes that are
// no debug information.
#include "probe/source_frames.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <link.h>
#include <sys/mman.h>

namespace plumb::probe::source_test {
namespace {

// Where the call of this comes back to, as this program is linked.
__attribute__((noinline)) uint64_t place() {
  uint64_t loaded_at = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* to) {
        *static_cast<uint64_t*>(to) = info->dlpi_addr;
        return 1;  // the first is the program
      },
      &loaded_at);
  return reinterpret_cast<uint64_t>(__builtin_return_address(0)) - loaded_at;
}

__attribute__((always_inline)) inline uint64_t within(int& line) {
  line = __LINE__ + 1;
  return place();
}

__attribute__((noinline)) uint64_t caller(int& line, int& outer) {
  outer = __LINE__ + 1;
  const uint64_t at = within(line);
  line += 0;
  return at;
}

SourceFrames of_this_program() {
  const Fd self(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  return *SourceFrames::of(self.get());
}

TEST(SourceFrames, InlinedInItsCaller) {
  int line = 0, outer = 0;
  const uint64_t at = caller(line, outer);
  SourceFrames frames = of_this_program();
  for (int again = 0; again < 2; again++) {
    const auto found = frames.at(at - 1);
    ASSERT_TRUE(found) << found.error().what;
    ASSERT_EQ(found->size(), 2u);
    EXPECT_EQ(found->at(0).line, static_cast<uint32_t>(line));
    EXPECT_EQ(found->at(1).line, static_cast<uint32_t>(outer));
    EXPECT_TRUE(found->at(0).function.ends_with("within")) << found->at(0).function;
    EXPECT_TRUE(found->at(1).function.ends_with("caller")) << found->at(1).function;
    for (const SourceFrame& each : *found)
      EXPECT_TRUE(each.file.ends_with("probe_source.cpp")) << each.file;
  }
}

TEST(SourceFrames, ALambda) {
  const auto lambda = [] { return place(); };
  const int line = __LINE__ - 1;
  const auto found = of_this_program().at(lambda() - 1);
  ASSERT_TRUE(found);
  ASSERT_FALSE(found->empty());
  EXPECT_EQ(found->at(0).line, static_cast<uint32_t>(line));
}

TEST(SourceFrames, AddressesOfNothing) {
  SourceFrames frames = of_this_program();
  for (const uint64_t at : {uint64_t{0}, uint64_t{1}, UINT64_MAX, uint64_t{1} << 40}) {
    const auto found = frames.at(at);
    ASSERT_TRUE(found) << found.error().what;
    EXPECT_TRUE(found->empty()) << at;
  }
}

TEST(SourceFrames, AFileThatIsNone) {
  for (const std::string& bytes : {std::string(),
                                   std::string("\x7f"
                                               "ELF"),
                                   std::string(5000, 'x')}) {
    const Fd file(memfd_create("none", MFD_CLOEXEC));
    ASSERT_EQ(write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    auto frames = SourceFrames::of(file.get());
    ASSERT_TRUE(frames);
    const auto found = frames->at(4096);
    ASSERT_TRUE(found) << found.error().what;
    EXPECT_TRUE(found->empty());
  }
}

TEST(KeptReader, OneThatEndsIsAnError) {
  const Fd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  auto reader = KeptReader::start(file.get(), -1, [](int, int) -> KeptReader::Answer {
    return [](std::string_view question) {
      if (question == "end") _exit(3);
      return open("/etc/passwd", O_RDONLY) < 0 ? std::string(question) + "!" : "opened";
    };
  });
  ASSERT_TRUE(reader);
  EXPECT_EQ(*reader->ask("one"), "one!");
  EXPECT_EQ(*reader->ask(""), "!");
  EXPECT_FALSE(reader->ask("end"));
  EXPECT_FALSE(reader->ask("two"));
}

TEST(ParseSourceFrames, WhatTheReaderWrites) {
  const auto frames = parse_source_frames("12\t/a/b.c\tfirst\n0\t\t\n");
  ASSERT_TRUE(frames);
  EXPECT_EQ(*frames, (std::vector<SourceFrame>{{"first", "/a/b.c", 12}, {}}));
  EXPECT_TRUE(parse_source_frames("")->empty());
}

TEST(ParseSourceFrames, WhatItNeverWrites) {
  for (const char* text : {"x\ta\tb\n", "1\n", "1\ta\n", "1\ta\tb\tc\n", "-1\ta\tb\n",
                           "4294967296\ta\tb\n", "\n", "\t\t\n", "1 \ta\tb\n"})
    EXPECT_FALSE(parse_source_frames(text)) << text;
  std::string many;
  for (size_t i = 0; i < most_source_frames; i++) many += "1\ta\tb\n";
  EXPECT_TRUE(parse_source_frames(many));
  EXPECT_FALSE(parse_source_frames(many + "1\ta\tb\n"));
}

}  // namespace
}  // namespace plumb::probe::source_test
