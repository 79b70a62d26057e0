#include "session/file_follower.h"

#include <signal.h>

namespace plumb::session {

// Signals are for the thread that reads events.
Result<std::unique_ptr<FileFollower>> FileFollower::start(CodeFiles& files) {
  TRY(files.begin_following());
  std::unique_ptr<FileFollower> follower(new FileFollower(files));
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  follower->thread_ = std::thread([self = follower.get()] { self->files_.follow(self->ends_); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return follower;
}

FileFollower::~FileFollower() {
  ends_ = true;
  files_.wake();
  thread_.join();
}

}  // namespace plumb::session
