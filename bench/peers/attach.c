// attach OBJECT [PID FD]: loads and attaches a BPF object, says "ready", waits for a signal.
//
// The least that a loader can do: what it attaches is measured with nothing around it. With PID and
// FD it is told whose writes to stamp (writes.bpf.c), and prints "NANOSECONDS BYTES" for each.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stamp {
  __u64 time, bytes;
};

static void fail(const char* what, const char* why) {
  fprintf(stderr, "attach: %s: %s\n", what, why);
  exit(1);
}

static void set_wanted(struct bpf_object* object, char** argv) {
  struct bpf_map* map = bpf_object__find_map_by_name(object, ".rodata");
  __u32 wanted[2] = {(__u32)atol(argv[2]), (__u32)atol(argv[3])};
  if (!map || bpf_map__set_initial_value(map, wanted, sizeof(wanted)))
    fail("PID FD", "this object asks for none");
}

static void print_stamps(struct bpf_object* object) {
  int fd = bpf_object__find_map_fd_by_name(object, "stamps");
  if (fd < 0) fail("stamps", "no such map");
  struct stamp stamp;
  for (__u32 i = 0; !bpf_map_lookup_elem(fd, &i, &stamp) && stamp.time; i++)
    printf("%llu %llu\n", stamp.time, stamp.bytes);
}

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) fail("usage", "attach OBJECT [PID FD]");
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop, NULL);
  struct bpf_object* object = bpf_object__open(argv[1]);
  if (!object) fail(argv[1], strerror(errno));
  if (argc == 4) set_wanted(object, argv);
  if (bpf_object__load(object)) fail("load", strerror(errno));
  struct bpf_program* program;
  bpf_object__for_each_program(program, object) {
    if (!bpf_program__attach(program)) fail(bpf_program__name(program), strerror(errno));
  }
  printf("ready\n");
  fflush(stdout);
  int which;
  sigwait(&stop, &which);
  if (argc == 4) print_stamps(object);
  return 0;
}
