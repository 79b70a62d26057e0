// Interpreters as files, and what they tell of themselves.
#include "python/interpreter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace plumb::python {
namespace {

// As it stands at _PyRuntime of 3.13: the cookie, the version, then numbers.
std::string told(uint64_t version, uint64_t free_threaded, const std::vector<uint64_t>& numbers) {
  std::array<uint64_t, 128> words{};
  words[0] = version;
  words[1] = free_threaded;
  for (size_t i = 0; i < numbers.size(); i++) words.at(2 + i) = numbers[i];
  return "xdebugpy" + std::string(reinterpret_cast<const char*>(words.data()), sizeof(words));
}

TEST(PythonLayout, versions_that_are_known) {
  for (const int minor : {7, 8, 9, 10, 11, 12}) EXPECT_TRUE(layout_of(minor)) << minor;
  EXPECT_FALSE(layout_of(6));
  EXPECT_FALSE(layout_of(13));
  EXPECT_EQ(layout_of(10)->position_form, Position::units);
  EXPECT_EQ(layout_of(9)->entry_form, Entry::one_each);
}

TEST(PythonLayout, told_by_the_interpreter) {
  std::vector<uint64_t> numbers(41);
  for (size_t i = 0; i < numbers.size(); i++) numbers[i] = 1000 + i;
  const auto layout = layout_of(told(0x030d00f0, 0, numbers), 13);
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->interpreters, 1002);
  EXPECT_EQ(layout->thread_id, 1021);
  EXPECT_EQ(layout->instructions, 1040);
  EXPECT_EQ(layout->frame_holder, 0);
}

TEST(PythonLayout, what_is_not_believed) {
  const std::vector<uint64_t> numbers(41, 8);
  EXPECT_FALSE(layout_of(told(0x030d00f0, 1, numbers), 13)) << "without a global lock";
  EXPECT_FALSE(layout_of(told(0x030e00f0, 0, numbers), 13)) << "of another version";
  EXPECT_FALSE(layout_of(told(0x036300f0, 0, numbers), 99));
  EXPECT_FALSE(layout_of(told(0x030d00f0, 0, std::vector<uint64_t>(41, 1 << 20)), 13)) << "too far";
  EXPECT_FALSE(layout_of(std::string(1024, '\0'), 13));
  EXPECT_FALSE(layout_of("xdebugpy", 13));
}

std::optional<Interpreter> interpreter_at(const char* path) {
  Fd file(open(path, O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (file.get() < 0 || fstat(file.get(), &facts) != 0) return std::nullopt;
  const probe::FileBytes bytes(std::move(file), static_cast<uint64_t>(facts.st_size));
  const auto elf = probe::Elf::of(bytes);
  return elf ? interpreter_of(*elf, bytes) : std::nullopt;
}

TEST(PythonInterpreter, the_one_of_this_machine_though_it_is_stripped) {
  const auto found = interpreter_at("/usr/bin/python3");
  if (!found) GTEST_SKIP() << "no /usr/bin/python3, or its interpreter is in a library";
  EXPECT_GE(found->minor, 9);
  EXPECT_EQ(found->trouble, "");
  EXPECT_GT(found->loop.size, 0x100U);
  EXPECT_NE(found->runtime, 0U);
}

TEST(PythonInterpreter, no_other_file_is_one) {
  EXPECT_FALSE(interpreter_at("/proc/self/exe"));
  EXPECT_FALSE(interpreter_at("/lib/x86_64-linux-gnu/libc.so.6"));
}

}  // namespace
}  // namespace plumb::python
