#include "resolve/container_path.h"

#include <gtest/gtest.h>

#include "resolve_fakes.h"

namespace plumb::resolve {
namespace {

struct Case {
  std::string path;
  std::string runtime;
  bool proven;
};

TEST(ContainerPath, KnowsTheWaysOfTheRuntimes) {
  const std::string id = full_id('a');
  for (const Case& one : {
           Case{"/docker/" + id, "docker", true},
           Case{"/system.slice/docker-" + id + ".scope", "docker", true},
           Case{"/kind/docker/" + id, "docker", true},
           Case{"/libpod_parent/libpod-" + id, "podman", true},
           Case{"/machine.slice/libpod-" + id + ".scope", "podman", true},
           Case{"/kubepods.slice/pod1.slice/cri-containerd-" + id + ".scope", "containerd", true},
           Case{"/system.slice/kubepods-pod1.slice:cri-containerd:" + id, "containerd", true},
           Case{"/default/nerdctl-" + id + ".scope", "containerd", true},
           Case{"/kubepods.slice/crio-" + id + ".scope", "cri-o", true},
           Case{"/kubepods/besteffort/pod1/" + id, "", true},
           Case{"/ecs/task/" + id, "", false},
           Case{"/" + id, "", false},
       }) {
    auto mark = read_path(one.path);
    ASSERT_TRUE(mark) << one.path;
    EXPECT_EQ(mark->id, id) << one.path;
    EXPECT_EQ(mark->runtime, one.runtime) << one.path;
    EXPECT_EQ(mark->proven, one.proven) << one.path;
  }
}

TEST(ContainerPath, PassesOverEverythingElse) {
  const std::string id = full_id('a');
  for (const std::string& path : {
           std::string(), std::string("/"), std::string("/system.slice/sshd.service"),
           std::string("/docker"),
           "/docker/" + id.substr(1),                       // too short
           "/docker/" + full_id('A'),                       // no runtime writes capitals
           "/docker/" + full_id('g'),                       // no digit
           "/libpod_parent/libpod-conmon-" + id,            // podman's monitor
           "/kubepods.slice/crio-conmon-" + id + ".scope",  // cri-o's monitor
           "/system.slice/mydocker-" + id + ".scope", "/docker/" + id + "a",
           "/docker/" + id + "/init.scope",  // below a container, not one
           "docker-" + id,                   // no path at all
       })
    EXPECT_FALSE(read_path(path)) << path;
}

}  // namespace
}  // namespace plumb::resolve
