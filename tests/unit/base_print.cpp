#include "base/print.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "base/fd.h"

namespace plumb {
namespace {

struct Pipe {
  explicit Pipe(int flags = 0) {
    signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), flags) != 0) return;
    reading = Fd(ends[0]);
    writing = Fd(ends[1]);
  }
  Fd reading, writing;
};

// As long as it lives, standard output or error goes elsewhere.
class Redirected {
 public:
  Redirected(int which, int elsewhere) : which_(which), before_(dup(which)) {
    dup2(elsewhere, which_);
  }
  ~Redirected() { dup2(before_.get(), which_); }

 private:
  int which_;
  Fd before_;
};

Result<> printed_to(const Fd& elsewhere, std::string_view text) {
  const Redirected standard(STDOUT_FILENO, elsewhere.get());
  return print(text);
}

TEST(Print, WritesWhatItIsGiven) {
  const Pipe pipe;
  EXPECT_TRUE(printed_to(pipe.writing, "two\nlines\n"));
  std::array<char, 32> got{};
  ASSERT_EQ(read(pipe.reading.get(), got.data(), got.size()), 10);
  EXPECT_STREQ(got.data(), "two\nlines\n");
}

TEST(Print, AFullDiskIsAnErrorWithAHint) {
  const Fd full(open("/dev/full", O_WRONLY));
  const auto failed = printed_to(full, "x");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "write standard output: No space left on device");
  EXPECT_EQ(failed.error().hint, "free some space, or write elsewhere");
  EXPECT_EQ(failed.error().exit_status, Exit::failed);
}

TEST(Print, AReaderThatWentAwayIsNoError) {
  Pipe pipe;
  pipe.reading = Fd();
  EXPECT_EQ(write_all(pipe.writing.get(), "x"), EPIPE);
  EXPECT_TRUE(printed_to(pipe.writing, "x"));
}

TEST(Print, WhatCannotBeToldIsForgotten) {
  const Fd full(open("/dev/full", O_WRONLY));
  const Redirected standard(STDERR_FILENO, full.get());
  tell("x");
}

TEST(Print, WaitsForASlowReader) {
  const Pipe pipe(O_NONBLOCK);
  const std::string text(1 << 20, 'x');
  size_t read_bytes = 0;
  std::thread reader([&] {
    std::string chunk(5000, '\0');
    while (read_bytes < text.size()) {
      const ssize_t got = read(pipe.reading.get(), chunk.data(), chunk.size());
      if (got > 0) read_bytes += static_cast<size_t>(got);
    }
  });
  EXPECT_EQ(write_all(pipe.writing.get(), text), 0);
  reader.join();
  EXPECT_EQ(read_bytes, text.size());
}

}  // namespace
}  // namespace plumb
