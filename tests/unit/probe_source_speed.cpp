// How long 5,000 addresses of a file take: by hand, of an optimised build, with FILE=PROGRAM.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "probe/elf.h"
#include "probe/functions.h"
#include "probe/open_file.h"
#include "probe/source_frames.h"

namespace plumb::probe::source_test {
namespace {

using Seconds = std::chrono::duration<double>;

TEST(SourceSpeed, DISABLED_AddressesOfFile) {
  const char* name = std::getenv("FILE");
  ASSERT_NE(name, nullptr);
  auto file = open_file(name);
  ASSERT_TRUE(file) << file.error().what;
  auto frames = SourceFrames::of(file->file.get());
  const FileBytes bytes(std::move(file->file), file->size);
  const auto elf = Elf::of(bytes);
  auto functions = *functions_of(bytes);
  std::shuffle(functions.begin(), functions.end(), std::mt19937(1));
  functions.resize(std::min<size_t>(functions.size(), 5'000));
  size_t told = 0;
  Seconds first{};
  const auto begin = std::chrono::steady_clock::now();
  for (const Function& each : functions) {
    const auto found = frames->at(elf->address_of(each.offset + each.size / 2).value_or(0));
    ASSERT_TRUE(found) << found.error().what;
    told += found->size();
    if (first == Seconds()) first = std::chrono::steady_clock::now() - begin;
  }
  const Seconds all = std::chrono::steady_clock::now() - begin;
  std::printf("%zu addresses, %zu frames: %.3f s, the first %.3f s\n", functions.size(), told,
              all.count(), first.count());
}

}  // namespace
}  // namespace plumb::probe::source_test
