// Containers over a made-up machine: names, choice by name or id, hostile state files.
#include "resolve/containers.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "resolve_fakes.h"

namespace plumb::resolve {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

struct Containing : testing::Test {
  FakeMachine machine;
  Cgroups cgroups{machine.mount(), seconds(0)};
  Containers containers() { return Containers(cgroups, machine.paths(), seconds(0)); }

  uint64_t docker(const std::string& id, const std::string& name) {
    machine.write("/var/lib/docker/containers/" + id + "/config.v2.json",
                  R"({"ID":")" + id + R"(","Name":"/)" + name + R"(","Config":{"Image":"img:1"}})");
    return machine.cgroup("/docker/" + id);
  }
  uint64_t runc(const std::string& name, const std::string& cgroup) {
    machine.write("/run/runc/" + name + "/state.json",
                  R"({"id":")" + name + R"(","cgroup_paths":{"memory":"/m","":")" +
                      machine.mount() + cgroup + R"("}})");
    return machine.cgroup(cgroup);
  }
};

TEST_F(Containing, DockerNamesItsContainers) {
  uint64_t id = docker(full_id('a'), "web-1");
  Containers all = containers();
  EXPECT_EQ(all.name_of(id), "web-1");
  auto running = all.running();
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0].runtime, "docker");
  EXPECT_EQ(running[0].id, full_id('a'));
  EXPECT_EQ(running[0].name, "web-1");
  EXPECT_EQ(running[0].image, "img:1");
  EXPECT_EQ(running[0].cgroup, "/docker/" + full_id('a'));
}

TEST_F(Containing, DockerMayKeepItsDataElsewhere) {
  machine.write("/etc/docker/daemon.json", R"({"data-root":")" + machine.root + R"(/elsewhere"})");
  machine.write("/elsewhere/containers/" + full_id('a') + "/config.v2.json",
                R"({"Name":"/moved"})");
  EXPECT_EQ(containers().name_of(machine.cgroup("/docker/" + full_id('a'))), "moved");
}

TEST_F(Containing, PodmanNamesItsContainers) {
  machine.write("/var/lib/containers/storage/overlay-containers/containers.json",
                R"([{"id":")" + full_id('b') +
                    R"(","names":["db"],"image":"89ce","metadata":"{\"image-name\":\"pg:15\"}"}])");
  machine.write("/run/containers/storage/overlay-containers/volatile-containers.json",
                R"([{"id":")" + full_id('c') + R"(","names":["tmp"],"image":"89ce"}])");
  uint64_t db = machine.cgroup("/libpod_parent/libpod-" + full_id('b'));
  uint64_t tmp = machine.cgroup("/machine.slice/libpod-" + full_id('c') + ".scope/container");
  Containers all = containers();
  EXPECT_EQ(all.name_of(db), "db");
  EXPECT_EQ(all.name_of(tmp), "tmp");
  auto running = all.running();
  ASSERT_EQ(running.size(), 2U);
  EXPECT_EQ(running[0].image, "pg:15");
  EXPECT_EQ(running[0].runtime, "podman");
  EXPECT_EQ(running[1].image, "89ce");
}

TEST_F(Containing, KubernetesNamesBelongToPods) {
  auto bundle = [&](char digit, const std::string& notes) {
    machine.write(
        "/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + full_id(digit) + "/config.json",
        R"({"annotations":{"io.kubernetes.cri.sandbox-namespace":"shop",)"
        R"("io.kubernetes.cri.sandbox-name":"web-7f")" +
            notes + "}}");
    return machine.cgroup("/kubepods/burstable/pod1/" + full_id(digit));
  };
  uint64_t app = bundle('a', R"(,"io.kubernetes.cri.container-name":"app")");
  uint64_t pause = bundle('b', "");
  Containers all = containers();
  EXPECT_EQ(all.name_of(app), "shop/web-7f/app");
  EXPECT_EQ(all.name_of(pause), "shop/web-7f");
  EXPECT_EQ(all.running()[0].runtime, "containerd");
  for (const char* name : {"app", "web-7f/app", "shop/web-7f/app"}) {
    auto ids = all.cgroup_ids(name);
    ASSERT_TRUE(ids) << name << ": " << ids.error().what;
    EXPECT_EQ(*ids, std::vector{app}) << name;
  }
  EXPECT_FALSE(all.cgroup_ids("pp")) << "half a component is no name";
}

TEST_F(Containing, TheKubeletNamesForDockerAndCrio) {
  uint64_t docker_id = docker(full_id('a'), "k8s_app_web-7f_shop_0a1b_2");
  machine.write("/var/lib/containers/storage/overlay-containers/containers.json",
                R"([{"id":")" + full_id('b') + R"(","names":["k8s_POD_web-7f_shop_0a1b_0"]}])");
  uint64_t crio = machine.cgroup("/kubepods.slice/crio-" + full_id('b') + ".scope");
  Containers all = containers();
  EXPECT_EQ(all.name_of(docker_id), "shop/web-7f/app");
  EXPECT_EQ(all.name_of(crio), "shop/web-7f");
  EXPECT_EQ(all.running()[1].runtime, "cri-o");
}

TEST_F(Containing, ABareCgroupBelowKubepodsLearnsItsRuntime) {
  machine.write("/var/lib/containers/storage/overlay-containers/containers.json",
                R"([{"id":")" + full_id('b') + R"(","names":["k8s_app_web-7f_shop_0a1b_0"]}])");
  machine.cgroup("/kubepods/pod1/" + full_id('b'));
  auto running = containers().running();
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0].runtime, "cri-o");
  EXPECT_EQ(running[0].name, "shop/web-7f/app");
}

TEST_F(Containing, OneContainerInTwoCgroupsIsOne) {
  std::string outer = "/machine.slice/libpod-" + full_id('b') + ".scope";
  machine.cgroup(outer + "/container");
  machine.write("/run/crun/" + full_id('b') + "/status",
                R"({"cgroup-path":")" + outer + R"(/container"})");
  auto running = containers().running();
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0].cgroup, outer);
}

TEST_F(Containing, TwoContainersOfOneNameAreTwo) {
  for (std::string space : {"blue", "green"})
    machine.write("/run/containerd/runc/" + space + "/job/state.json",
                  R"({"cgroup_paths":{"":")" + machine.mount() + "/" + space + R"(/job"}})");
  std::vector<uint64_t> both{machine.cgroup("/blue/job"), machine.cgroup("/green/job")};
  auto ids = containers().cgroup_ids("job");
  ASSERT_TRUE(ids);
  EXPECT_EQ(*ids, both);
}

TEST_F(Containing, RuncStateFindsACgroupAnywhere) {
  uint64_t id = runc("job", "/lab/x1");
  uint64_t below = machine.cgroup("/lab/x1/worker/deep");
  uint64_t beside = machine.cgroup("/lab/x10");
  Containers all = containers();
  EXPECT_EQ(all.name_of(id), "job");
  EXPECT_EQ(all.name_of(below), "job");
  EXPECT_EQ(all.name_of(beside), "");
  EXPECT_EQ(all.name_of(machine.cgroup("/lab")), "");
  EXPECT_EQ(all.running()[0].runtime, "runc");
}

TEST_F(Containing, CrunAndTheRuncOfContainerdAndDocker) {
  machine.write("/run/crun/c1/status", R"({"cgroup-path":"/lab/c1","pid":1})");
  machine.write("/run/containerd/runc/default/t1/state.json",
                R"({"cgroup_paths":{"":")" + machine.mount() + R"(/lab/t1"}})");
  machine.write("/run/docker/runtime-runc/moby/" + full_id('d') + "/state.json",
                R"({"cgroup_paths":{"":")" + machine.mount() + R"(/lab/d1"}})");
  Containers all = containers();
  EXPECT_EQ(all.name_of(machine.cgroup("/lab/c1")), "c1");
  EXPECT_EQ(all.name_of(machine.cgroup("/lab/t1")), "t1");
  EXPECT_EQ(all.name_of(machine.cgroup("/lab/d1")), "dddddddddddd");
  auto running = all.running();
  ASSERT_EQ(running.size(), 3U);
  EXPECT_EQ(running[0].runtime, "crun");
  EXPECT_EQ(running[1].runtime, "docker");
  EXPECT_EQ(running[2].runtime, "containerd");
}

TEST_F(Containing, ABareIdNeedsAWitness) {
  uint64_t id = machine.cgroup("/ecs/task/" + full_id('e'));
  EXPECT_EQ(containers().name_of(id), "");
  docker(full_id('e'), "ecs-app");
  EXPECT_EQ(containers().name_of(id), "ecs-app");
}

TEST_F(Containing, ACgroupThatWentUnseenIsNotTakenForTheHost) {
  machine.cgroup("/lab");
  Containers all = containers();
  EXPECT_EQ(all.name_of(987654321), "cgroup:987654321");
  EXPECT_EQ(all.name_of(987654322), "cgroup:987654322");
}

TEST_F(Containing, TheInnermostContainerCounts) {
  docker(full_id('a'), "outer");
  uint64_t inner = machine.cgroup("/docker/" + full_id('a') + "/docker/" + full_id('b'));
  uint64_t init = machine.cgroup("/docker/" + full_id('a') + "/init.scope");
  Containers all = containers();
  EXPECT_EQ(all.name_of(inner), "bbbbbbbbbbbb");
  EXPECT_EQ(all.name_of(init), "outer");
  auto ids = all.cgroup_ids("outer");
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->size(), 4U) << "everything below the outer one is the outer one's too";
  EXPECT_EQ(ids->front(), machine.cgroup("/docker/" + full_id('a')));
}

TEST_F(Containing, AContainerThatStartsLaterIsSeen) {
  Containers all = containers();
  uint64_t cgroup = machine.cgroup("/lab/late");
  EXPECT_EQ(all.name_of(cgroup), "");
  runc("late", "/lab/late");
  EXPECT_EQ(all.name_of(cgroup), "late");
}

TEST_F(Containing, AContainerThatCameBackElsewhereIsFoundThere) {
  runc("job", "/lab/first");
  Containers all = containers();
  EXPECT_EQ(all.running()[0].cgroup, "/lab/first");
  runc("job", "/lab/second-home");
  EXPECT_EQ(all.running()[0].cgroup, "/lab/second-home");
  EXPECT_EQ(all.running().size(), 1U);
}

TEST_F(Containing, AContainerWithoutItsStateFileIsNone) {
  uint64_t cgroup = runc("job", "/lab/job");
  Containers all = containers();
  EXPECT_EQ(all.running().size(), 1U);
  std::filesystem::remove_all(machine.root + "/run/runc/job");
  EXPECT_TRUE(all.running().empty());
  EXPECT_EQ(all.name_of(cgroup), "");
}

TEST_F(Containing, WhatIsUnknownIsNotLookedForAllTheTime) {
  uint64_t cgroup = machine.cgroup("/lab/late");
  Containers all(cgroups, machine.paths(), hours(1));
  EXPECT_EQ(all.name_of(cgroup), "");
  runc("late", "/lab/late");
  EXPECT_EQ(all.name_of(cgroup), "") << "it asked twice for one cgroup";
  EXPECT_EQ(all.name_of(runc("later", "/lab/later")), "") << "it read the state files twice";
}

TEST_F(Containing, LateEventsKeepTheNameOfAContainerThatEnded) {
  uint64_t id = docker(full_id('a'), "gone");
  Containers all = containers();
  EXPECT_EQ(all.name_of(id), "gone");
  std::filesystem::remove_all(machine.mount() + "/docker");
  std::filesystem::remove_all(machine.root + "/var/lib/docker");
  EXPECT_EQ(all.name_of(id), "gone");
  EXPECT_TRUE(all.running().empty());
}

TEST_F(Containing, OnlyContainersWithProcessesRun) {
  docker(full_id('a'), "stopped");
  machine.write("/sys/fs/cgroup/docker/" + full_id('a') + "/cgroup.events", "populated 0\n");
  docker(full_id('b'), "alive");
  Containers all = containers();
  ASSERT_EQ(all.running().size(), 1U);
  EXPECT_EQ(all.running()[0].name, "alive");
  EXPECT_FALSE(all.cgroup_ids("stopped"));
}

TEST_F(Containing, AnIdMayBeCutWhileItFitsOneContainer) {
  std::string first = "abcdef" + std::string(58, '1');
  std::string second = "abcdef" + std::string(58, '2');
  uint64_t first_cgroup = docker(first, "one");
  docker(second, "two");
  Containers all = containers();
  for (const std::string& typed : {first, first.substr(0, 12), first.substr(0, 7)}) {
    auto ids = all.cgroup_ids(typed);
    ASSERT_TRUE(ids) << typed << ": " << ids.error().what;
    EXPECT_EQ(*ids, std::vector{first_cgroup});
  }
  auto both = all.cgroup_ids("abcdef");
  ASSERT_FALSE(both);
  EXPECT_NE(both.error().hint.find("one, two"), std::string::npos) << both.error().hint;

  std::string third = "fedcba" + std::string(58, '3');
  docker(third, "three");
  EXPECT_TRUE(all.cgroup_ids(third.substr(0, 6)));
  EXPECT_FALSE(all.cgroup_ids(third.substr(0, 5))) << "too short to be meant as an id";
}

TEST_F(Containing, ANameGoesBeforeAnId) {
  std::string id = "abcdef" + std::string(58, '1');
  docker(id, "web");
  uint64_t named = docker(full_id('9'), "abcdef");
  auto ids = containers().cgroup_ids("abcdef");
  ASSERT_TRUE(ids);
  EXPECT_EQ(*ids, std::vector{named});
}

TEST_F(Containing, AMissingNameListsWhatRuns) {
  docker(full_id('a'), "web-1");
  docker(full_id('b'), "database");
  auto ids = containers().cgroup_ids("web1");
  ASSERT_FALSE(ids);
  EXPECT_NE(ids.error().what.find("web1"), std::string::npos);
  EXPECT_EQ(ids.error().hint, "did you mean web-1? running: database, web-1");
  EXPECT_FALSE(containers().cgroup_ids(""));
}

TEST_F(Containing, AMissingNameOnAnEmptyMachine) {
  auto ids = containers().cgroup_ids("web");
  ASSERT_FALSE(ids);
  EXPECT_NE(ids.error().hint.find("no running container"), std::string::npos);
}

}  // namespace
}  // namespace plumb::resolve
