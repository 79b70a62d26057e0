// profile_files DIRECTORY: the fixed profiles of tests/unit/render_profiles.h in every form of
// file, for programs of others to read.
#include <fstream>
#include <iostream>
#include <random>

#include "render/flame.h"
#include "render/folded.h"
#include "render/pprof.h"
#include "render/speedscope.h"
#include "render_profiles.h"

namespace plumb::test {
namespace {

// 50,000 stacks, of which no two are alike.
Profile large_profile() {
  std::mt19937 random(1);
  Profile profile{"large", "samples", 1'000'000, {}};
  for (int i = 0; i < 50'000; i++) {
    std::vector<StackFrame> frames;
    for (int depth = 0; depth < 30; depth++) {
      const auto which = random() % (depth < 12 ? 3 : 20);
      frames.push_back(native("module::function_" + std::to_string(depth * 20 + which), "libx.so"));
    }
    frames.push_back(native("leaf_" + std::to_string(i), "libx.so"));
    profile.groups.push_back({stack_of(frames), {"app 1"}, 1 + random() % 100});
  }
  return profile;
}

// The service after somebody has made its queries faster, measured for twice as long.
Profile faster_profile() {
  Profile profile = service_profile();
  profile.title = "CPU of shop, faster";
  for (StackGroup& group : profile.groups) group.value *= 2;
  profile.groups[0].value = 100;
  profile.groups.push_back({stack_of({native("added", "liborders.so")}), {"python3 4242"}, 300});
  return profile;
}

void write(const std::string& path, const std::string& bytes) {
  if (!(std::ofstream(path) << bytes).flush()) throw std::runtime_error(path);
}

void write_page(const std::string& path, const Profile& profile) {
  write(path + ".html", render::flame_page(profile));
  write(path + ".folded", render::folded(profile));
}

}  // namespace
}  // namespace plumb::test

int main(int count, char** arguments) {
  using namespace plumb::test;
  if (count < 2) return 2;
  const std::string directory = arguments[1];
  if (count > 2) {
    write_page(directory + "/large", large_profile());
    return 0;
  }
  const Profile service = service_profile();
  write_page(directory + "/service", service);
  write_page(directory + "/hostile", hostile_profile());
  for (const auto& [name, profile] :
       {std::pair{"/service", service}, {"/hostile", hostile_profile()}}) {
    write(directory + name + ".pb.gz", plumb::render::pprof(profile));
    write(directory + name + ".speedscope.json", plumb::render::speedscope(profile));
  }
  write(directory + "/compared.html", plumb::render::flame_page(faster_profile(), &service));
  return 0;
}
