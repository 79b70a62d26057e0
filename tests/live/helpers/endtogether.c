/*
 * endtogether COUNT: makes COUNT processes, one after another. Each has two threads that exit at
 * the same moment, each for itself, so that neither knows whether it is the last.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int ready;

static void* end(void* unused) {
  atomic_fetch_add(&ready, 1);
  while (atomic_load(&ready) < 2) {
  }
  syscall(SYS_exit, 0);
  return unused;
}

static void live_and_end(void) {
  pthread_t other;
  if (pthread_create(&other, NULL, end, NULL)) _exit(1);
  end(NULL);
}

int main(int count, char** arguments) {
  int left = count == 2 ? atoi(arguments[1]) : 0;
  for (; left > 0; left--) {
    int status = 0;
    pid_t child = fork();
    if (child < 0) return 1;
    if (!child) live_and_end();
    if (waitpid(child, &status, 0) != child || status) return 1;
  }
  return 0;
}
