// connections COUNT: makes COUNT TCP connections over loopback, one after the other, each answered
// and closed by both sides, and prints the connections per second.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "workload.h"

static int listen_somewhere(struct sockaddr_in* where) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  socklen_t size = sizeof(*where);
  *where = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (fd < 0 || bind(fd, (struct sockaddr*)where, size) || listen(fd, 128) ||
      getsockname(fd, (struct sockaddr*)where, &size))
    fail("listen", strerror(errno));
  return fd;
}

static void serve(int listener, long count) {
  for (long i = 0; i < count; i++) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) fail("accept", strerror(errno));
    if (send(fd, "x", 1, 0) != 1) fail("send", strerror(errno));
    close(fd);
  }
}

// The server closes first: its end keeps the ports that wait, and the client's are free at once.
static void connect_once(const struct sockaddr_in* where) {
  char byte;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (const struct sockaddr*)where, sizeof(*where)))
    fail("connect", strerror(errno));
  if (recv(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 0) fail("recv", strerror(errno));
  close(fd);
}

int main(int argc, char** argv) {
  if (argc != 2) fail("usage", "connections COUNT");
  long count = parse_number(argv[1], 1);
  struct sockaddr_in where;
  int listener = listen_somewhere(&where), status;
  pid_t server = fork();
  if (server < 0) fail("fork", strerror(errno));
  if (server == 0) {
    serve(listener, count);
    _exit(0);
  }
  long start = now_ns();
  for (long i = 0; i < count; i++) connect_once(&where);
  printf("per_second %.0f\n", (double)count * 1e9 / (double)(now_ns() - start));
  if (waitpid(server, &status, 0) != server || status) fail("the server", "failed");
  return 0;
}
