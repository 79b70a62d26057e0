// State files that lie, or that try to stop or crash whoever reads them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <vector>

#include "resolve/containers.h"
#include "resolve/state_file.h"
#include "resolve_fakes.h"

namespace plumb::resolve {
namespace {

using std::chrono::seconds;

TEST(StateFile, OnlyARegularFileOfAModestSizeIsRead) {
  FakeMachine machine;
  machine.write("/good", R"({"a":1})");
  EXPECT_TRUE(read_json(machine.root + "/good").is_object());
  EXPECT_TRUE(read_json(machine.root + "/good", 6).is_discarded()) << "7 bytes";
  EXPECT_TRUE(read_json(machine.root + "/absent").is_discarded());
  EXPECT_TRUE(read_json(machine.root).is_discarded()) << "a folder";
  std::filesystem::create_symlink(machine.root + "/good", machine.root + "/link");
  EXPECT_TRUE(read_json(machine.root + "/link").is_discarded());
  std::filesystem::create_symlink("loop", machine.root + "/loop");
  EXPECT_TRUE(read_json(machine.root + "/loop").is_discarded());
  ASSERT_EQ(::mkfifo((machine.root + "/fifo").c_str(), 0600), 0);
  EXPECT_TRUE(read_json(machine.root + "/fifo").is_discarded()) << "and it did not wait";
}

TEST(StateFile, AHugeFileIsNotRead) {
  FakeMachine machine;
  machine.write("/huge", "{}");
  std::filesystem::resize_file(machine.root + "/huge", 1ULL << 40);
  EXPECT_TRUE(read_json(machine.root + "/huge").is_discarded());
}

TEST(StateFile, WhatIsNotJsonIsDiscarded) {
  FakeMachine machine;
  for (std::string text : {"", "{", "{\"a\":}", "nonsense", "{\"a\":\"\xff\xfe\"}", "{} {}"}) {
    machine.write("/bad", text);
    EXPECT_TRUE(read_json(machine.root + "/bad").is_discarded()) << text;
  }
  machine.write("/bad", std::string_view("{\"a\":\0}", 7));
  EXPECT_TRUE(read_json(machine.root + "/bad").is_discarded());
}

TEST(StateFile, DeepNestingDoesNotEatTheStack) {
  FakeMachine machine;
  machine.write("/open", std::string(500'000, '['));
  EXPECT_TRUE(read_json(machine.root + "/open").is_discarded());
  machine.write("/deep", std::string(500'000, '[') + std::string(500'000, ']'));
  EXPECT_TRUE(read_json(machine.root + "/deep").is_array());
}

TEST(StateFile, AWrongTypeIsNoText) {
  for (const char* text_of : {R"({"a":1})", R"({"a":null})", R"({"a":["x"]})", R"({"a":{"b":"x"}})",
                              "[]", "1", "\"a\"", "null", "{}"}) {
    const Json json = Json::parse(text_of, nullptr, false);
    EXPECT_EQ(text(json, "a"), "") << text_of;
    EXPECT_EQ(text(member(json, "a"), "z"), "") << text_of;
  }
  EXPECT_EQ(text(Json(Json::value_t::discarded), "a"), "");
}

TEST(StateFile, PrintableTextIsShortAndTame) {
  EXPECT_EQ(printable("a\n\x1b[31m\x7f"), "a??[31m?");
  EXPECT_EQ(printable(std::string(1000, 'x')).size(), 256U);
  std::string cut = printable(std::string(255, 'x') + "\xc3\xa9");  // an é over the edge
  EXPECT_EQ(cut, std::string(255, 'x'));
}

struct Hostile : testing::Test {
  FakeMachine machine;
  Cgroups cgroups{machine.mount(), seconds(0)};
  std::string name_of(uint64_t id) {
    return Containers(cgroups, machine.paths(), seconds(0)).name_of(id);
  }
};

TEST_F(Hostile, WrongTypesEverywhereNameNobody) {
  const std::string id = full_id('a');
  uint64_t docker = machine.cgroup("/docker/" + id);
  uint64_t lab = machine.cgroup("/lab");
  for (const std::string& text : std::vector<std::string>{
           R"([])", R"("x")", R"(7)", R"(null)", R"({"Name":7,"Config":[]})", R"([7,[],{}])",
           R"([{"id":{},"names":{},"metadata":7}])", R"([{"id":[],"names":[7],"metadata":"{"}])",
           R"([{"id":")" + id + R"(","names":[]}])", R"({"annotations":[1]})",
           R"({"annotations":{"io.kubernetes.cri.container-name":[]}})",
           R"({"cgroup_paths":["/lab"]})", R"({"cgroup_paths":{"":7}})", R"({"cgroup-path":{}})"}) {
    machine.write("/etc/docker/daemon.json", text);
    machine.write("/var/lib/docker/containers/" + id + "/config.v2.json", text);
    machine.write("/var/lib/containers/storage/overlay-containers/containers.json", text);
    machine.write("/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id + "/config.json",
                  text);
    machine.write("/run/runc/x/state.json", text);
    machine.write("/run/crun/x/status", text);
    EXPECT_EQ(name_of(docker), "aaaaaaaaaaaa") << text;
    EXPECT_EQ(name_of(lab), "") << text;
  }
}

TEST_F(Hostile, NobodyOwnsTheRoot) {
  uint64_t lab = machine.cgroup("/lab");
  for (std::string path : {"", "/", "lab", "."}) {
    machine.write("/run/crun/greedy/status", R"({"cgroup-path":")" + path + R"("})");
    EXPECT_EQ(name_of(lab), "") << path;
    EXPECT_EQ(name_of(machine.cgroup("/")), "") << path;
  }
  machine.write("/run/runc/greedy/state.json",
                R"({"cgroup_paths":{"":")" + machine.mount() + R"("}})");
  EXPECT_EQ(name_of(lab), "");
}

TEST_F(Hostile, AUserCannotClaimACgroupOfSomebodyElse) {
  uint64_t service = machine.cgroup("/system.slice/sshd.service");
  std::string claim = R"({"cgroup-path":"/system.slice/sshd.service"})";
  std::string other = std::to_string(::getuid() + 1);
  machine.write("/run/user/" + other + "/crun/innocent/status", claim);
  machine.write("/run/user/nobody/crun/innocent/status", claim);
  EXPECT_EQ(name_of(service), "");
  machine.write("/run/user/" + std::to_string(::getuid()) + "/crun/mine/status", claim);
  EXPECT_EQ(name_of(service), "mine") << "the owner may";
}

TEST_F(Hostile, AStateFolderMayBeAnything) {
  uint64_t lab = machine.cgroup("/lab");
  machine.write("/run/crun", "a file");
  std::filesystem::create_directories(machine.root + "/run/runc/fifo");
  ASSERT_EQ(::mkfifo((machine.root + "/run/runc/fifo/state.json").c_str(), 0600), 0);
  std::filesystem::create_directories(machine.root + "/run/runc/folder/state.json");
  std::filesystem::create_directory_symlink(machine.root + "/run/runc",
                                            machine.root + "/run/runc/loop");
  std::filesystem::create_symlink("state.json", machine.root + "/run/runc/folder/state.json/x");
  EXPECT_EQ(name_of(lab), "");
  EXPECT_TRUE(Containers(cgroups, machine.paths()).running().empty());
}

TEST_F(Hostile, ANameCannotDriveATerminal) {
  const std::string id = full_id('a');
  machine.write("/var/lib/docker/containers/" + id + "/config.v2.json",
                R"({"Name":"/\u001b[2Jevil\n"})");
  EXPECT_EQ(name_of(machine.cgroup("/docker/" + id)), "?[2Jevil?");
}

TEST_F(Hostile, ALongCgroupPathIsNotCut) {
  std::string deep;
  for (int i = 0; i < 10; i++) deep += "/" + std::string(60, 'd');
  uint64_t leaf = machine.cgroup(deep);
  machine.write("/run/crun/deep/status", R"({"cgroup-path":")" + deep + R"("})");
  EXPECT_EQ(name_of(leaf), "deep");
  EXPECT_EQ(name_of(machine.cgroup(deep.substr(0, 244))), "") << "4 folders of 61 bytes";
}

}  // namespace
}  // namespace plumb::resolve
