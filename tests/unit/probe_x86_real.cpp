// Where instructions begin in real files, against what binutils' objdump says.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "probe/elf.h"
#include "probe/open_file.h"
#include "probe/x86_code.h"

namespace plumb::probe::x86_real_test {
namespace {

constexpr uint64_t most_code = 512 << 10;  // bytes of a file, a third of a second of objdump
constexpr uint64_t most_told = 10;         // mismatches

struct Text {
  uint64_t address = 0;
  std::string code;
};

Text text_of(const std::string& path) {
  auto open = open_file(path);
  EXPECT_TRUE(open) << open.error().what;
  const FileBytes bytes(std::move(open->file), open->size);
  const auto elf = Elf::of(bytes);
  EXPECT_TRUE(elf) << elf.error().what;
  for (const Section& each : elf->sections())
    if (each.name == ".text") return {each.address, *elf->bytes_of(each, 1 << 30)};
  return {};
}

class Comparison {
 public:
  // What reaches `end` is cut, so that objdump takes it for something else.
  Comparison(const Text& text, uint64_t end) : text_(text), end_(end - 15) {}

  void line(const std::string& line) {
    char* end = nullptr;
    const uint64_t address = strtoull(line.c_str(), &end, 16);
    if (std::string_view(end).starts_with(" <")) return begin(address);
    if (*end != ':' || skips_ || address >= end_) return;
    // data, or what objdump does not know: its next lines are guesses
    skips_ = std::string_view(end).find("(bad)") != std::string_view::npos;
    if (!skips_) compare(address, line);
  }
  uint64_t compared() const { return compared_; }
  uint64_t functions() const { return functions_; }

 private:
  void begin(uint64_t address) {
    expected_ = address;
    skips_ = false;
    functions_++;
  }
  void compare(uint64_t address, const std::string& line) {
    compared_++;
    if (address != expected_) tell(line);
    const uint64_t at = address - text_.address;
    auto found = decode(text_.code, at);
    // objdump shows fwait and what follows as one
    if (found && text_.code[at] == '\x9b' && line.find("fwait") == std::string::npos) {
      const auto next = decode(text_.code, at + 1);
      if (next) found->length += next->length;
    }
    if (!found) tell(line);
    expected_ = address + (found ? found->length : 0);
    skips_ = !found;
  }
  void tell(const std::string& line) {
    if (told_++ < most_told) ADD_FAILURE() << fmt::format("{:x}", expected_) << " and not " << line;
  }

  const Text& text_;
  uint64_t end_;
  uint64_t expected_ = 0;
  uint64_t compared_ = 0;
  uint64_t functions_ = 0;
  uint64_t told_ = 0;
  bool skips_ = false;
};

class RealCode : public testing::TestWithParam<const char*> {};

TEST_P(RealCode, BeginsItsInstructionsWhereObjdumpDoes) {
  if (access(GetParam(), R_OK) != 0) GTEST_SKIP() << "no " << GetParam();
  if (system("command -v objdump >/dev/null") != 0) GTEST_SKIP() << "no objdump";
  const Text text = text_of(GetParam());
  ASSERT_FALSE(text.code.empty());
  const uint64_t end = text.address + std::min<uint64_t>(text.code.size(), most_code);
  const std::string command =
      fmt::format("objdump -d --no-show-raw-insn -j .text --stop-address={} '{}'", end, GetParam());
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  Comparison comparison(text, end);
  std::array<char, 4096> line{};
  while (fgets(line.data(), line.size(), pipe.get()) != nullptr) comparison.line(line.data());
  EXPECT_GT(comparison.compared(), 10'000u);
  RecordProperty("instructions", std::to_string(comparison.compared()));
  RecordProperty("functions", std::to_string(comparison.functions()));
}

INSTANTIATE_TEST_SUITE_P(OfThisMachine, RealCode,
                         testing::Values("/usr/bin/python3.11", "/usr/bin/python3.13",
                                         "/usr/lib/x86_64-linux-gnu/libc.so.6",
                                         "/usr/lib/x86_64-linux-gnu/libm.so.6",
                                         "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
                                         "/usr/lib/gcc/x86_64-linux-gnu/12/cc1",
                                         "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so",
                                         "/usr/lib/jvm/temurin-25-jdk-amd64/lib/server/libjvm.so",
                                         "/usr/local/cuda-13.0/lib/libcublas.so.13"));

}  // namespace
}  // namespace plumb::probe::x86_real_test
