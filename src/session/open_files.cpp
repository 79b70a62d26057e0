#include "session/open_files.h"

#include <sys/resource.h>

namespace plumb::session {
namespace {

rlimit given{};
bool is_raised = false;

}  // namespace

void raise_open_files() {
  if (is_raised || getrlimit(RLIMIT_NOFILE, &given)) return;
  const rlimit all{given.rlim_max, given.rlim_max};
  is_raised = setrlimit(RLIMIT_NOFILE, &all) == 0;
}

void give_back_open_files() {
  if (is_raised) setrlimit(RLIMIT_NOFILE, &given);
}

}  // namespace plumb::session
