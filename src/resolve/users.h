// Users: the names of uids and gids, from the host's /etc/passwd and /etc/group.
//
// The files alone: no NSS, so that no LDAP server is asked and no daemon is woken by a trace. What
// only such a service knows has no name here. Ids are those of the initial user namespace, which is
// what the kernel side reports.
//
// A file is read when first needed, and again when an id is unknown and the file has changed since.
// Not thread-safe: one reader owns it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "resolve/state_file.h"

namespace plumb::resolve {

class Users {
 public:
  explicit Users(std::string passwd = "/etc/passwd", std::string group = "/etc/group")
      : users_{std::move(passwd), {}, {}}, groups_{std::move(group), {}, {}} {}

  // "" when the file does not name the id. Of two names for one id the first counts, as in NSS.
  std::string user(uint32_t uid) { return users_.name(uid); }
  std::string group(uint32_t gid) { return groups_.name(gid); }
  // The ids that have this name.
  std::vector<uint64_t> uids(std::string_view name) { return users_.ids(name); }
  std::vector<uint64_t> gids(std::string_view name) { return groups_.ids(name); }

  const std::string& user_file() const { return users_.file; }
  const std::string& group_file() const { return groups_.file; }

 private:
  // Both files begin "name:password:id:".
  struct Names {
    std::string file;
    FileStamp read_at;
    std::unordered_map<uint32_t, std::string> by_id;  // at most 65,536

    std::string name(uint32_t id);
    std::vector<uint64_t> ids(std::string_view name);
    void refresh();
    void read();
  };

  Names users_;
  Names groups_;
};

}  // namespace plumb::resolve
