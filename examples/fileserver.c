// fileserver PORT FOLDER: serves the files of a folder over HTTP, to this machine alone, one client
// after another.
//
// Its probes tell what it does while somebody listens (docs/own-probes.md):
//   fileserver:request   path                               what is asked for
//   fileserver:transfer  address, path, bytes, microseconds what was sent, to whom, how long it
//   took
//
// cc -O2 -I../include fileserver.c -o fileserver
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <plumb.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint64_t microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void say(int client, const char* text) {
  if (write(client, text, strlen(text)) < 0) return;  // gone: nobody is left to be told
}

// What the first line asks for, or NULL: "GET /a/b HTTP/1.1" is "a/b".
static char* path_in(char* request) {
  if (strncmp(request, "GET /", 5) != 0) return NULL;
  char* path = request + 5;
  path[strcspn(path, " \r\n")] = 0;
  return strstr(path, "..") || path[0] == '/' || !path[0] ? NULL : path;
}

static uint64_t send_file(int client, int file, uint64_t size) {
  char head[64];
  snprintf(head, sizeof(head), "HTTP/1.0 200 OK\r\nContent-Length: %llu\r\n\r\n",
           (unsigned long long)size);
  say(client, head);
  uint64_t sent = 0;
  while (sent < size) {
    const ssize_t some = sendfile(client, file, NULL, size - sent);
    if (some <= 0) break;
    sent += (uint64_t)some;
  }
  return sent;
}

static void transfer(int client, int file, uint64_t size, const char* path) {
  // One that began before anybody listened has no begin, and is not announced.
  const uint64_t began = PLUMB_PROBE_WANTED(fileserver, transfer) ? microseconds() : 0;
  const uint64_t sent = send_file(client, file, size);
  if (began == 0) return;
  struct sockaddr_in peer;
  socklen_t length = sizeof(peer);
  char address[INET_ADDRSTRLEN] = "";
  if (getpeername(client, (struct sockaddr*)&peer, &length) == 0)
    inet_ntop(AF_INET, &peer.sin_addr, address, sizeof(address));
  PLUMB_PROBE(fileserver, transfer, address, path, sent, microseconds() - began);
}

static void serve(int client, int folder) {
  char request[4096];
  const ssize_t length = read(client, request, sizeof(request) - 1);
  if (length <= 0) return;
  request[length] = 0;
  const char* path = path_in(request);
  if (!path) {
    say(client, "HTTP/1.0 400 Bad Request\r\n\r\n");
    return;
  }
  PLUMB_PROBE(fileserver, request, path);
  const int file = openat(folder, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  struct stat facts;
  if (file >= 0 && fstat(file, &facts) == 0 && S_ISREG(facts.st_mode))
    transfer(client, file, (uint64_t)facts.st_size, path);
  else
    say(client, "HTTP/1.0 404 Not Found\r\n\r\n");
  if (file >= 0) close(file);
}

static int listen_on(uint16_t port) {
  const struct sockaddr_in here = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int on = 1;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
      bind(listener, (const struct sockaddr*)&here, sizeof(here)) == 0 && listen(listener, 64) == 0)
    return listener;
  fprintf(stderr, "fileserver: port %u: %s\n", port, strerror(errno));
  exit(1);
}

int main(int argc, char** argv) {
  const int folder = argc == 3 ? open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  if (folder < 0) {
    fprintf(stderr, "fileserver: PORT and a FOLDER that can be read are needed\n");
    return 2;
  }
  const int listener = listen_on((uint16_t)atoi(argv[1]));
  const struct timeval patience = {.tv_sec = 10};
  signal(SIGPIPE, SIG_IGN);  // a client that hangs up ends its transfer, not the server
  while (1) {
    const int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0) continue;
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    serve(client, folder);
    close(client);
  }
}
