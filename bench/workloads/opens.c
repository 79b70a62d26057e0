// opens COUNT WORKERS: opens and closes /dev/null COUNT times, shared among processes, and prints
// the opens per second.
#define _GNU_SOURCE
#include <fcntl.h>

#include "workload.h"

static void open_and_close(long count) {
  for (long i = 0; i < count; i++) {
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("/dev/null", strerror(errno));
    close(fd);
  }
}

int main(int argc, char** argv) {
  if (argc != 3) fail("usage", "opens COUNT WORKERS");
  long count = parse_number(argv[1], 1), workers = parse_number(argv[2], 1);
  long start = now_ns();
  for (long i = 0; i < workers; i++) {
    pid_t child = fork();
    if (child < 0) fail("fork", strerror(errno));
    if (child == 0) {
      open_and_close(count / workers + (i < count % workers));
      _exit(0);
    }
  }
  int status, failed = 0;
  while (wait(&status) > 0) failed |= status;
  if (failed) fail("a worker", "failed");
  printf("per_second %.0f\n", (double)count * 1e9 / (double)(now_ns() - start));
  return 0;
}
