// Machine: the names that only this machine knows, looked up as they are needed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "resolve/cgroups.h"
#include "resolve/containers.h"
#include "resolve/mounts.h"
#include "resolve/symbols.h"
#include "resolve/users.h"
#include "schema/names.h"

namespace plumb::session {

class Stacks;

class Machine : public schema::Names {
 public:
  Machine() : containers_(cgroups_) {}
  std::string_view name(schema::Format format, uint64_t id) override;
  // Of users and groups.
  std::vector<uint64_t> numbers(schema::Format format, std::string_view name) override;

  // Why no number of this format has this name, or "".
  std::string why_unknown(schema::Format format, const std::string& name);

  // The shown name of the container that a process is in now; "" in none. What it is called is
  // known from then on, though it may have ended when an event of it is read.
  std::string container_of(uint32_t pid);
  // The same for all containers that run now, and for one.
  void learn_containers();
  void learn(const resolve::Container& container);

  // From now on it names them. It must live as long as names are asked for.
  void take(Stacks* stacks) { stacks_ = stacks; }

  resolve::Cgroups& cgroups() { return cgroups_; }
  resolve::Containers& containers() { return containers_; }
  resolve::Mounts& mounts() { return mounts_; }

 private:
  resolve::Cgroups cgroups_;
  resolve::Containers containers_;
  resolve::Users users_;
  resolve::Symbols symbols_;
  resolve::Mounts mounts_;
  Stacks* stacks_ = nullptr;
  std::string kept_;
};

}  // namespace plumb::session
