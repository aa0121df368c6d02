/* What a native part of a plugin may try. Prints one word a line: what was tried and what came of it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, long result) {
  printf("%s %s\n", what, result >= 0 ? "DONE" : strerrorname_np(errno));
}

static void tcp(const char *address, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, address, &to.sin_addr);
  int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  long done = s < 0 ? -1 : connect(s, (struct sockaddr *)&to, sizeof to);
  if (done < 0 && errno == EINPROGRESS) done = 0; /* it is on its way, which is too far */
  printf("tcp:%s ", address);
  say("", done);
}

static void udp(const char *address, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, address, &to.sin_addr);
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  printf("udp:%s ", address);
  say("", s < 0 ? -1 : sendto(s, "x", 1, 0, (struct sockaddr *)&to, sizeof to));
}

static void calls(int port, int far) {
  long traced = ptrace(PTRACE_ATTACH, getppid(), 0, 0);
  say("ptrace", traced);
  if (traced == 0) { /* it would stand still until its health check ends it */
    waitpid(getppid(), 0, __WALL);
    ptrace(PTRACE_DETACH, getppid(), 0, 0);
  }
  char memory[8];
  struct { void *base; size_t length; } part = {memory, sizeof memory};
  say("process_vm_readv", syscall(SYS_process_vm_readv, getppid(), &part, 1, &part, 1, 0));
  /* Where it might work it must not change the host's tree. */
  if (geteuid() != 0) say("mount", mount("none", "/tmp", "tmpfs", 0, ""));
  else if (unshare(CLONE_NEWNS) == 0) say("mount", mount("none", "/", 0, MS_REC | MS_PRIVATE, 0));
  say("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS));
  say("clone-newuser", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  say("setns", syscall(SYS_setns, 0, 0) < 0 && errno == EINVAL ? 0 : -1);
  say("bpf", syscall(SYS_bpf, 0, memory, sizeof memory) < 0 && errno == EINVAL ? 0 : -1);
  say("keyctl", syscall(SYS_keyctl, 0, -3, 1));
  say("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -3));
  char setup[120] = {0};
  say("io_uring", syscall(SYS_io_uring_setup, 1, setup));
  say("perf_event_open", syscall(SYS_perf_event_open, setup, 0, -1, -1, 0));
  say("userfaultfd", syscall(SYS_userfaultfd, 1));
  say("chroot", chroot("/tmp"));
  say("setuid", setuid(0) == 0 && getuid() == 0 ? 0 : -1);
  say("raw-socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  say("packet-socket", socket(AF_PACKET, SOCK_RAW, 0));
  say("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
  say("kill-others", kill(getppid() == 1 ? 1 : -1, 0) == 0 && getuid() == 0 ? 0 : -1);
  tcp("127.0.0.1", port);
  udp("127.0.0.1", 9);
  if (!far) return;
  tcp("169.254.169.254", 80);
  tcp("10.0.0.1", 80);
  udp("8.8.8.8", 53);
}

/* At most so many, so that a machine without limits survives the test. */
static void fork_bomb(int most) {
  int made = 0;
  for (; made < most; made++) {
    pid_t child = fork();
    if (child == 0) { pause(); _exit(0); }
    if (child < 0) break;
  }
  printf("fork-bomb %s %d\n", made < most ? strerrorname_np(errno) : "DONE", made);
  fflush(stdout);
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
}

int main(int count, char **words) {
  if (count > 3 && !strcmp(words[1], "calls")) calls(atoi(words[2]), !strcmp(words[3], "far"));
  if (count > 2 && !strcmp(words[1], "fork-bomb")) { setpgid(0, 0); fork_bomb(atoi(words[2])); }
  return 0;
}
