// queries COUNT: asks COUNT times for a name, over UDP in a network of its own (needs root), and
// prints the queries per second. Its server answers each with an address.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "workload.h"

static const unsigned char question[] = "\0\0\1\0\0\1\0\0\0\0\0\0\3www\7example\3org\0\0\1\0\1";
static const unsigned char record[] = "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\1\2\3";

static const struct sockaddr_in home = {
    .sin_family = AF_INET, .sin_port = 53 << 8, .sin_addr.s_addr = 0x0100007f};  // 127.0.0.1:53

static void make_network(void) {
  int fd;
  struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  if (unshare(CLONE_NEWNET)) fail("a network of its own", strerror(errno));
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo)) fail("lo", strerror(errno));
  close(fd);
}

static void serve(int fd, long count) {
  unsigned char message[512];
  struct sockaddr_in who;
  for (long i = 0; i < count; i++) {
    socklen_t size = sizeof(who);
    ssize_t got = recvfrom(fd, message, 256, 0, (struct sockaddr*)&who, &size);
    if (got < 12) fail("recvfrom", strerror(errno));
    message[2] |= 0x80;
    message[7] = 1;
    memcpy(message + got, record, sizeof(record) - 1);
    got += (ssize_t)sizeof(record) - 1;
    if (sendto(fd, message, (size_t)got, 0, (struct sockaddr*)&who, size) != got)
      fail("sendto", strerror(errno));
  }
}

static void ask(int fd, long number) {
  unsigned char message[512];
  memcpy(message, question, sizeof(question) - 1);
  message[0] = (unsigned char)(number >> 8);
  message[1] = (unsigned char)number;
  if (send(fd, message, sizeof(question) - 1, 0) < 0) fail("send", strerror(errno));
  if (recv(fd, message, sizeof(message), 0) < 12) fail("recv", strerror(errno));
}

int main(int argc, char** argv) {
  if (argc != 2) fail("usage", "queries COUNT");
  long count = parse_number(argv[1], 1);
  make_network();
  int listener = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_INET, SOCK_DGRAM, 0), status;
  if (bind(listener, (const struct sockaddr*)&home, sizeof(home)) ||
      connect(fd, (const struct sockaddr*)&home, sizeof(home)))
    fail("127.0.0.1:53", strerror(errno));
  pid_t server = fork();
  if (server < 0) fail("fork", strerror(errno));
  if (server == 0) {
    serve(listener, count);
    _exit(0);
  }
  long start = now_ns();
  for (long i = 0; i < count; i++) ask(fd, i);
  printf("per_second %.0f\n", (double)count * 1e9 / (double)(now_ns() - start));
  if (waitpid(server, &status, 0) != server || status) fail("the server", "failed");
  return 0;
}
