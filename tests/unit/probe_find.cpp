// What a probe's words stand for: files by their names, functions with their arguments.
#include <gtest/gtest.h>
#include <unistd.h>

#include "probe/find_files.h"
#include "probe/find_probe.h"
#include "probe/function_sites.h"
#include "probe_builder.h"

namespace plumb::probe::find_test {
namespace {

TEST(FindProbe, FilesByTheNameOfALibraryOrAProgram) {
  for (const auto& [path, name] : std::vector<std::pair<const char*, const char*>>{
           {"/lib/x86_64-linux-gnu/libc.so.6", "libc"},
           {"/lib/x86_64-linux-gnu/libc.so.6", "c"},
           {"/lib/libc-2.31.so", "libc"},
           {"/usr/lib/libssl.so.3", "libssl"},
           {"/usr/lib/libssl.so.3", "ssl"},
           {"/usr/bin/python3.11", "python"},
           {"/usr/bin/python3.11", "python3"},
           {"/usr/lib/libpython3.11.so.1.0", "python"},
           {"/usr/lib/libstdc++.so.6.0.30", "libstdc++"},
           {"/opt/jdk/lib/server/libjvm.so", "jvm"},
           {"/srv/app", "app"}})
    EXPECT_TRUE(is_called(path, name)) << path << " " << name;
  for (const auto& [path, name] :
       std::vector<std::pair<const char*, const char*>>{{"/lib/libcrypto.so.3", "libc"},
                                                        {"/lib/libc++.so.1", "libc"},
                                                        {"/lib/libc_helper.so", "libc"},
                                                        {"/usr/bin/c", "libc"},
                                                        {"/lib/libssl.so.3", "libss"},
                                                        {"/lib/x", ""},
                                                        {"/lib/app-server", "app"}})
    EXPECT_FALSE(is_called(path, name)) << path << " " << name;
}

TEST(FindFiles, WhatMayBeOneOfThem) {
  EXPECT_TRUE(may_be("/lib/libssl.so.3", "libssl"));
  EXPECT_FALSE(may_be("/lib/libssl3.so", "libcrypto"));
  EXPECT_TRUE(may_be("/srv/libx.so.1.2", "/opt/libx.so"));  // a link may lead to it
  EXPECT_FALSE(may_be("/opt/libx.so/y", "/opt/libx.so"));
}

TEST(FindProbe, WhereTheAbiPassesArguments) {
  const auto values = passed_arguments(std::vector<Passed>(8), -8);  // behind a push
  EXPECT_EQ(values.at(0).base, "rdi");
  EXPECT_EQ(values.at(3).base, "rcx");
  EXPECT_EQ(values.at(5).base, "r9");
  EXPECT_EQ(values.at(6).place, Place::memory);
  EXPECT_EQ(values.at(6).base, "rsp");
  EXPECT_EQ(values.at(6).offset, 16);
  EXPECT_EQ(values.at(7).offset, 24);
  EXPECT_TRUE(passed_arguments({}, 0).empty());
}

Result<UserProbe> find(const std::string& text) {
  auto spec = parse_spec(text);
  if (!spec) return Fail{std::move(spec.error())};
  Search search;
  search.pids = {static_cast<uint32_t>(getpid())};
  return find_probe(*spec, search);
}

TEST(FindProbe, AFunctionOfALibraryThatThisProcessMaps) {
  const auto probe = find("uprobe:libc:malloc(size_t size) -> ptr");
  ASSERT_TRUE(probe) << probe.error().what;
  EXPECT_EQ(probe->name, "malloc");
  EXPECT_TRUE(probe->at_call && probe->at_return);
  ASSERT_EQ(probe->files.size(), 1u);
  ASSERT_EQ(probe->files.front().sites.size(), 1u);
  EXPECT_EQ(probe->files.front().sites.front().stack_moved, 0);
  EXPECT_EQ(probe->functions, std::vector<std::string>{"malloc"});
}

TEST(FindProbe, EveryFunctionThatFitsAPattern) {
  const auto probe = find("uprobe:libc:pthread_mutex_*");
  ASSERT_TRUE(probe) << probe.error().what;
  EXPECT_EQ(probe->name, "libc:pthread_mutex_*");
  EXPECT_GT(probe->functions.size(), 5u);
  for (const ProbeSite& site : probe->files.at(0).sites)
    EXPECT_TRUE(probe->functions.at(site.function).starts_with("pthread_mutex_"));
}

std::string refusal(const std::string& text) {
  const auto probe = find(text);
  return probe ? "found" : probe.error().what + " / " + probe.error().hint;
}

TEST(FindProbe, WhatThereIsNot) {
  EXPECT_NE(refusal("uprobe:libc:mallok").find("did you mean 'malloc'"), std::string::npos);
  EXPECT_NE(refusal("uprobe:libnothing:f").find("no process has mapped"), std::string::npos);
  EXPECT_NE(refusal("uprobe:/no/such:f").find("No such file"), std::string::npos);
  EXPECT_NE(refusal("usdt:libc:zzz").find("no static probe 'zzz'"), std::string::npos);
  EXPECT_NE(refusal("uprobe:libc:malloc+0x1").find("middle of an instruction"), std::string::npos);
  EXPECT_NE(refusal("uprobe:libc:malloc+0x10(u32 x)").find("may be gone"), std::string::npos);
  EXPECT_NE(refusal("uprobe:libc:strlen").find("chosen when a program is loaded"),
            std::string::npos);
}

TEST(FindProbe, NoReturnOfAnOldGoProgramIsSeen) {
  Builder<Elf64> elf;
  elf.load(0, 0, 64);
  elf.section(".gopclntab", SHT_PROGBITS, "x");
  const std::string content = elf.bytes();
  const MemoryBytes bytes(content);
  for (const char* text : {"uprobe:/go:main -> s64", "uprobe:/go:main(u32 id)"}) {
    const auto spec = parse_spec(text);
    ASSERT_TRUE(spec);
    UserProbe probe;
    probe.at_return = spec->has_return;
    ProbedFile file;
    const auto added = FunctionSites(*spec, probe, Search()).add(bytes, file);
    ASSERT_FALSE(added);
    EXPECT_NE(added.error().what.find("Go before 1.18"), std::string::npos);
  }
}

}  // namespace
}  // namespace plumb::probe::find_test
