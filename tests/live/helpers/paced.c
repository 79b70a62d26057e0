// paced WORK PAUSE SECONDS: calls call(n, text) for SECONDS, n from 0 on, with WORK turns of a loop
// before each and a sleep of PAUSE microseconds where that is not 0. The text is of 4000 bytes. At
// the end it prints, for every 10 ms, "TIME CALLS": the time in ns since the epoch, and how many
// calls there had been by then.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { most_marks = 1 << 14, text_bytes = 4000 };

static struct mark { long time, calls; } marks[most_marks];

// Begins with a push, which the kernel does itself where a uprobe replaces it.
long call(long n, const char* text);
__asm__(
    ".text\n.globl call\n.type call,@function\ncall:\n"
    "push %rbx\nmov %rdi,%rbx\nlea (%rbx),%rax\npop %rbx\nret\n.size call,.-call\n");

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void work(long turns) {
  for (long i = 0; i < turns; i++) __asm__ volatile("" : "+r"(i));
}

int main(int count, char** words) {
  if (count != 4) return 2;
  const long turns = atol(words[1]), pause = atol(words[2]);
  char* text = malloc(text_bytes + 1);
  memset(text, 'x', text_bytes);
  text[text_bytes] = 0;
  const long began = now(), until = began + atol(words[3]) * 1000000000L;
  size_t used = 0;
  long calls = 0;
  for (long time = began; time < until;) {
    work(turns);
    if (pause) usleep((useconds_t)pause);
    call(calls++, text);
    // a look at the clock for each call would be most of what a call takes
    if (turns == 0 && pause == 0 && calls % 16) continue;
    time = now();
    if (used < most_marks && (used == 0 || time - marks[used - 1].time >= 10000000))
      marks[used++] = (struct mark){time, calls};
  }
  for (size_t i = 0; i < used; i++) printf("%ld %ld\n", marks[i].time, marks[i].calls);
  return 0;
}
