// What debug information says of functions, of sound and of hostile files, and the process in which
// it is read. That the places are right, live tests prove.
#include "probe/declared.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>

#include "probe/elf.h"
#include "probe/functions.h"
#include "probe/inlined.h"
#include "probe/isolated.h"
#include "probe/open_file.h"

namespace plumb::probe::declared_test {
namespace {

std::string outcome(const std::function<std::string(int)>& work) {
  const Fd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const auto found = isolated(file.get(), work);
  return found ? *found : "error: " + found.error().what;
}

TEST(Isolated, SaysWhatWasFound) {
  const auto magic = [](int file) {
    std::string bytes(4, '\0');
    return read(file, bytes.data(), bytes.size()) == 4 ? bytes : std::string();
  };
  EXPECT_EQ(outcome(magic), "\177ELF");
  EXPECT_EQ(outcome([](int) { return std::string(100'000, 'x'); }).size(), 100'000u);
  EXPECT_EQ(outcome([](int) { return std::string(); }), "");
}

TEST(Isolated, OutlivesWhatBreaks) {
  const auto crash = [](int) {
    raise(SIGSEGV);  // may not be sent, and then nothing happens
    __builtin_trap();
    return std::string();
  };
  EXPECT_NE(outcome(crash).find("ended by signal"), std::string::npos);
  EXPECT_NE(outcome([](int) { return std::string(2 << 20, 'x'); }).find("more than"),
            std::string::npos);
}

TEST(Isolated, CanReachNothingElse) {
  const auto reach = [](int) {
    const bool opened = open("/etc/passwd", O_RDONLY) >= 0;
    const bool started = fork() >= 0;
    const bool signalled = kill(getppid(), 0) == 0;
    return std::string(opened || started || signalled ? "reached" : "nothing");
  };
  EXPECT_EQ(outcome(reach), "nothing");
}

// In which order the parameters come, and which have none.
TEST(ParseDeclared, WhatTheReaderWrites) {
  const auto all = parse_declared(
      "f\nr s 4 1 0 0 0 -\np u 4 1 0 0 0 - id\np - 8 0 1 0 0 f ratio\np t 0 1 0 0 0 - path\n"
      "?\nx n\nf\nr - 32 0 0 1 0 o\np s 8 1 0 0 0 - id\np p 8 1 0 0 0 - id\n",
      4);
  ASSERT_TRUE(all) << all.error().what;
  const Declared& first = *all->at(0);
  ASSERT_EQ(first.parameters.size(), 2u);
  EXPECT_EQ(type_name(first.parameters[1]) + " " + first.parameters[1].name, "str path");
  EXPECT_EQ(type_name(*first.result), "s32");
  EXPECT_EQ(first.remark, "no value: ratio (floating point)");
  EXPECT_EQ(passed_arguments(first.passed, 0).at(1).base, "rsi");
  EXPECT_FALSE(all->at(1));
  EXPECT_TRUE(all->at(2)->parameters.empty());
  EXPECT_NE(all->at(2)->remark.find("how it is called"), std::string::npos);
  const Declared& last = *all->at(3);  // the address of its result comes first
  EXPECT_EQ(type_name(*last.result), "ptr");
  EXPECT_EQ(passed_arguments(last.passed, 0).at(0).base, "rsi");
  EXPECT_EQ(last.parameters.at(1).name, "arg2");  // two of one name
  EXPECT_FALSE(first.is_like(last));
  EXPECT_TRUE(first.is_like(first));
}

TEST(ParseDeclared, Enumerations) {
  const auto all = parse_declared(
      "f\nr u 1 1 0 0 0 -\ne 1 yes\np s 4 1 0 0 0 - level\ne -5 LOW\ne 2147483648 FAR\ne 7 7\n"
      "e 70000 HIGH\np p 8 1 0 0 0 - at\ne 1 of_no_number\np - 8 0 1 0 0 f ratio\ne 1 of_none\n",
      1);
  ASSERT_TRUE(all) << all.error().what;
  const Declared& told = *all->at(0);
  EXPECT_EQ(told.result->enumerators, (std::vector<Enumerator>{{"yes", 1}}));
  // not what its size cannot hold, nor what looks like a number
  EXPECT_EQ(told.parameters.at(0).enumerators,
            (std::vector<Enumerator>{{"LOW", -5}, {"HIGH", 70000}}));
  EXPECT_TRUE(told.parameters.at(1).enumerators.empty());
  std::string many = "f\nr u 4 1 0 0 0 -\n";
  for (size_t i = 0; i < max_enumerators; i++) many += "e 1 a\n";
  EXPECT_TRUE(parse_declared(many, 1));
  EXPECT_FALSE(parse_declared(many + "e 1 a\n", 1));
}

TEST(ParseDeclared, WhatItNeverWrites) {
  for (const char* text :
       {"p u 4 1 0 0 0 - id", "f\nf", "f\nr u 4", "f\nr u 4 9 0 0 0 -", "f\np u x 1 0 0 0 - a", "z",
        "f\nq u 4 1 0 0 0 - id", "e 1 a", "f\ne x a", "f\nr u 4 1 0 0 0 -\ne 1 a-b",
        "f\np u 99999999999 1 0 0 0 - a"})
    EXPECT_FALSE(parse_declared(text, 1)) << text;
  EXPECT_TRUE(parse_declared("", 3));
  EXPECT_TRUE(parse_declared("f\np u 3 1 0 0 0 - a", 1)->at(0)->parameters.empty());
}

TEST(PassedArguments, FillTheStackInOrder) {
  // six in registers, a number of 128 bits that no two are left for, then one more that fits
  std::vector<Passed> all(5);
  all.push_back({.integers = 2, .size = 16, .wide = true, .has_value = false});
  all.push_back({});
  all.push_back({});
  const auto values = passed_arguments(all, 0);
  ASSERT_EQ(values.size(), 7u);
  EXPECT_EQ(values[5].base, "r9");
  EXPECT_EQ(values[6].offset, 8 + 16);
  std::vector<Passed> floats(9, {.integers = 0, .floats = 1, .has_value = false});
  floats.insert(floats.end(), 7, Passed());
  EXPECT_EQ(passed_arguments(floats, 0).at(6).offset, 8 + 8);  // behind the ninth
}

// A library of ours with debug information, of which bytes are changed.
class Hostile : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = "/tmp/plumb_declared_XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    const std::string make =
        "cd " + folder +
        " && printf 'struct p { int a; double b; }; typedef const char *text;\\n"
        "enum lane { SLOW = -1, FAST = 9 };\\n"
        "__attribute__((always_inline)) static inline int within(int a) { return a * 7; }\\n"
        "int handle(unsigned id, text path, struct p p, short s, enum lane lane) "
        "{ return id + s + within(p.a) + lane; }\\n'"
        " > a.c && gcc -g -O1 -shared -fPIC a.c -o whole.so";
    ASSERT_EQ(system(make.c_str()), 0);
    auto whole = open_file(folder_ + "/whole.so");
    ASSERT_TRUE(whole);
    const FileBytes file(std::move(whole->file), whole->size);
    ASSERT_TRUE(file.read(0, bytes_, file.size()));
  }
  void TearDown() override { EXPECT_EQ(system(("rm -r " + folder_).c_str()), 0); }

  static Fd file_of(const std::string& bytes) {
    Fd file(memfd_create("hostile", MFD_CLOEXEC));
    EXPECT_EQ(write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return file;
  }

  // Who has copies of within.
  static std::string callers(const std::string& bytes) {
    const auto copies = inlined_copies(file_of(bytes).get(), "within");
    return copies ? callers_of(*copies) : copies.error().what;
  }

  // Of handle; "" where nothing is known.
  std::string told(const std::string& bytes) {
    const MemoryBytes memory(bytes_);
    const auto elf = Elf::of(memory);
    const auto all = functions_of(memory);
    const auto found = find_functions(*all, "handle");
    const Fd file = file_of(bytes);
    const auto declared = declared_at(file.get(), {*elf->address_of(found->at(0).offset)});
    if (!declared) return declared.error().what;
    std::string line;
    if (declared->at(0))
      for (const Parameter& each : declared->at(0)->parameters) {
        line += type_name(each) + " " + each.name + ",";
        for (const Enumerator& value : each.enumerators) line += value.name + ",";
      }
    return line;
  }

  std::string folder_, bytes_;
};

TEST_F(Hostile, IsReadOrRefused) {
  EXPECT_EQ(told(bytes_), "u32 id,str path,s16 s,s32 lane,SLOW,FAST,");
  EXPECT_EQ(callers(bytes_), "handle");
  const MemoryBytes memory(bytes_);
  const auto elf = Elf::of(memory);
  std::mt19937 random(7);
  for (int round = 0; round < 150; round++) {
    std::string changed = bytes_;
    for (const Section& each : elf->sections())
      if (each.name == ".debug_info" || each.name == ".debug_abbrev" || each.name == ".debug_str")
        for (int i = 0; i < 1 + round % 8; i++)
          changed[each.offset + random() % each.size] = static_cast<char>(random());
    told(changed);
    callers(changed);
    if (round % 10 == 0) told(bytes_.substr(0, random() % bytes_.size()));
  }
}

}  // namespace
}  // namespace plumb::probe::declared_test
