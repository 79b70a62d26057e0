#include "session/recorded_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace plumb::session {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string user_test(const std::string& user) {
  const bool number =
      std::all_of(user.begin(), user.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number ? "who.uid == " + user : "who.user == " + quoted(user);
}

std::string cgroup_test(const std::string& path) {
  const std::string below = path.ends_with('/') ? path : path + "/";
  return fmt::format("who.cgroup == {} || who.cgroup startswith {}", quoted(path), quoted(below));
}

// One of these alternatives; nothing when there are none.
void require(std::string& all, const std::vector<std::string>& alternatives) {
  if (alternatives.empty()) return;
  all += fmt::format("{}({})", all.empty() ? "" : " && ", fmt::join(alternatives, " || "));
}

}  // namespace

std::string expression_of(const Who& who) {
  std::vector<std::string> pids, comms, users, groups;
  for (uint32_t pid : who.pids) pids.push_back(fmt::format("who.pid == {}", pid));
  for (const std::string& comm : who.comms) comms.push_back("who.comm == " + quoted(comm));
  for (const std::string& user : who.users) users.push_back(user_test(user));
  for (const std::string& path : who.cgroups) groups.push_back(cgroup_test(path));
  for (const std::string& name : who.containers)
    groups.push_back("who.container == " + quoted(name));
  std::string all;
  for (const auto& alternatives : {pids, comms, users, groups}) require(all, alternatives);
  return all;
}

}  // namespace plumb::session
