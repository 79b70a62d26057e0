// What a sink wrote, and how it compares to the files in tests/golden.
#pragma once
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/fd.h"
#include "render/output.h"
#include "render_events.h"

namespace plumb::test {

// 2024-05-01T10:20:30Z at time 0, whether counted from boot or by the monotonic clock.
constexpr schema::Clock fixed_clock{1'714'558'830'000'000'000, 1'714'558'830'000'000'000};

class Captured {
 public:
  Captured() : file_(memfd_create("captured", 0)), output(file_.get()) {}

  std::string text() {
    EXPECT_TRUE(output.flush());
    std::string bytes(static_cast<size_t>(lseek(file_.get(), 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(file_.get(), bytes.data(), bytes.size(), 0), bytes.size());
    return bytes;
  }

 private:
  Fd file_;

 public:
  render::Output output;
};

// PLUMB_UPDATE_GOLDEN=1 writes the file anew, to be read before it is committed.
inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(PLUMB_SOURCE_DIR) / "tests/golden" / name;
  if (std::getenv("PLUMB_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::stringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, expected.str()) << path;
}

}  // namespace plumb::test
