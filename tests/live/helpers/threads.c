// threads together N: this process's N threads and its first one all end at the same instant.
// threads leader-first MS: the first thread ends at once, another works for MS milliseconds of CPU,
//                          then ends as the last one.
// threads group MS: a second thread works for MS milliseconds of CPU, then ends the whole process
//                   with status 7 while the first one sleeps.
// Prints nothing.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_barrier_t all_here;

static void work(long milliseconds) {
  struct timespec used;
  do
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < milliseconds);
}

static void* end_together(void* unused) {
  pthread_barrier_wait(&all_here);
  return unused;
}

static void* work_and_end(void* milliseconds) {
  work((long)milliseconds);
  return NULL;
}

static void* work_and_end_all(void* milliseconds) {
  work((long)milliseconds);
  _exit(7);
}

static void start(void* (*body)(void*), long argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, (void*)argument)) {
    perror("threads: pthread_create");
    exit(1);
  }
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: threads together N | leader-first MS | group MS\n");
    return 2;
  }
  const long number = atol(argv[2]);
  if (!strcmp(argv[1], "together")) {
    pthread_barrier_init(&all_here, NULL, (unsigned)number + 1);
    for (long i = 0; i < number; i++) start(end_together, 0);
    pthread_barrier_wait(&all_here);
  } else if (!strcmp(argv[1], "leader-first")) {
    start(work_and_end, number);
  } else {
    start(work_and_end_all, number);
    for (;;) pause();
  }
  pthread_exit(NULL);
}
