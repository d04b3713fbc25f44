/* Faults on demand, between the program and the system (LD_PRELOAD).
 *
 * FAULT=CALL:SUFFIX:BYTES:ACT lets ACT happen at the first CALL (open, read, write, rename) on a file whose path ends with
 * SUFFIX, once BYTES were read from it or written to it. Acts: an error by its name (EIO, ENOSPC, EACCES, EINTR, once), truncate and
 * unlink and append of that file, replace (it is renamed, and another one takes its name), escape (below, in the folder
 * ESCAPE names), and INT, TERM and HUP, signals to the process itself. What happens to the file happens once; errors
 * last, but for EINTR. CLOCK=SECONDS sets the clock; CLOCK=back lets it run backwards.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILES 4096
static char *path_of[FILES];
static long long bytes_of[FILES];
static int happened;

static const char *part(int wanted, char *out, size_t room) {
  const char *fault = getenv("FAULT");
  out[0] = 0;
  for (; fault && wanted > 0; wanted--) {
    fault = strchr(fault, ':');
    if (fault) fault++;
  }
  if (!fault) return out;
  size_t length = strcspn(fault, ":");
  if (length >= room) length = room - 1;
  memcpy(out, fault, length);
  out[length] = 0;
  return out;
}

static int ends_with(const char *path, const char *suffix) {
  size_t all = strlen(path), end = strlen(suffix);
  return end > 0 && all >= end && strcmp(path + all - end, suffix) == 0;
}

/* What somebody would try who got hold of the process: a line for everything that succeeds. */
static void escape(void) {
  char path[4096];
  const char *folder = getenv("ESCAPE");
  snprintf(path, sizeof path, "%s/secret", folder);
  if (open(path, O_RDONLY) >= 0) fprintf(stderr, "escaped: read\n");
  if (open(path, O_WRONLY) >= 0) fprintf(stderr, "escaped: write\n");
  if (truncate(path, 1) == 0) fprintf(stderr, "escaped: cut\n");
  snprintf(path, sizeof path, "%s/new", folder);
  if (open(path, O_CREAT | O_WRONLY, 0644) >= 0) fprintf(stderr, "escaped: make\n");
  if (mkdir(strcat(path, "er"), 0755) == 0) fprintf(stderr, "escaped: mkdir\n");
  snprintf(path, sizeof path, "%s/old", folder);
  if (unlink(path) == 0) fprintf(stderr, "escaped: remove\n");
  if (open(folder, O_RDONLY | O_DIRECTORY) >= 0) fprintf(stderr, "escaped: list\n");
  int child = fork(), status = 1;
  if (child == 0) {
    execl("/bin/true", "true", (char *)NULL);
    _exit(1);
  }
  if (waitpid(child, &status, 0) == child && status == 0) fprintf(stderr, "escaped: exec\n");
  struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int end = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(end, (struct sockaddr *)&there, sizeof there) == 0 || errno == ECONNREFUSED) fprintf(stderr, "escaped: connect\n");
}

/* What is to happen: -1 with errno set for an error, 0 for nothing. */
static int fault(const char *call, const char *path, long long bytes) {
  char word[256];
  if (!path || strcmp(part(0, word, sizeof word), call) != 0) return 0;
  if (!ends_with(path, part(1, word, sizeof word))) return 0;
  long long from = atoll(part(2, word, sizeof word));
  if (bytes < from) return 0;
  part(3, word, sizeof word);
  if (!strcmp(word, "EIO")) { errno = EIO; return -1; }
  if (!strcmp(word, "ENOSPC")) { errno = ENOSPC; return -1; }
  if (!strcmp(word, "EACCES")) { errno = EACCES; return -1; }
  if (happened) return 0;
  happened = 1;
  if (!strcmp(word, "EINTR")) { errno = EINTR; return -1; }
  if (!strcmp(word, "truncate")) { if (truncate(path, bytes)) abort(); }
  else if (!strcmp(word, "unlink")) { if (unlink(path)) abort(); }
  else if (!strcmp(word, "escape")) escape();
  else if (!strcmp(word, "append")) {
    FILE *file = fopen(path, "a");
    if (!file || fputs("{\"user\":\"late\"}\n", file) < 0 || fclose(file)) abort();
  } else if (!strcmp(word, "replace")) {
    char old[4096];
    snprintf(old, sizeof old, "%s.1", path);
    FILE *file = rename(path, old) ? NULL : fopen(path, "w");
    /* One that is as long, so that its size does not tell. */
    for (long long n = 0; file && n < 2 * bytes; n += 37)
      if (fputs("{\"timestamp\":\"2019-01-01T00:00:00Z\"}\n", file) < 0) abort();
    if (!file || fclose(file)) abort();
  } else {
    kill(getpid(), !strcmp(word, "INT") ? SIGINT : !strcmp(word, "TERM") ? SIGTERM : SIGHUP);
    /* The program ends in another thread; this one must not go on meanwhile. */
    sleep(20);
  }
  return 0;
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < FILES) {
    free(path_of[fd]);
    path_of[fd] = strdup(path);
    bytes_of[fd] = 0;
  }
  return fd;
}

#define OPEN(name)                                                   \
  int name(const char *path, int flags, ...) {                       \
    REAL(name);                                                      \
    va_list rest;                                                    \
    va_start(rest, flags);                                           \
    mode_t mode = va_arg(rest, mode_t);                              \
    va_end(rest);                                                    \
    if (fault("open", path, 0)) return -1;                           \
    return opened(real(path, flags, mode), path);                    \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                 \
  int name(int at, const char *path, int flags, ...) {               \
    REAL(name);                                                      \
    va_list rest;                                                    \
    va_start(rest, flags);                                           \
    mode_t mode = va_arg(rest, mode_t);                              \
    va_end(rest);                                                    \
    if (fault("open", path, 0)) return -1;                           \
    return opened(real(at, path, flags, mode), path);                \
  }
OPENAT(openat)
OPENAT(openat64)

static const char *name_of(int fd) { return fd >= 0 && fd < FILES ? path_of[fd] : NULL; }
static long long so_far(int fd) { return fd >= 0 && fd < FILES ? bytes_of[fd] : 0; }
static ssize_t moved(int fd, ssize_t n) {
  if (fd >= 0 && fd < FILES && n > 0) bytes_of[fd] += n;
  return n;
}

ssize_t read(int fd, void *out, size_t n) {
  REAL(read);
  if (fault("read", name_of(fd), so_far(fd))) return -1;
  return moved(fd, real(fd, out, n));
}

ssize_t readv(int fd, const struct iovec *out, int n) {
  REAL(readv);
  if (fault("read", name_of(fd), so_far(fd))) return -1;
  return moved(fd, real(fd, out, n));
}

ssize_t pread64(int fd, void *out, size_t n, off64_t at) {
  REAL(pread64);
  if (fault("read", name_of(fd), so_far(fd))) return -1;
  return moved(fd, real(fd, out, n, at));
}

ssize_t write(int fd, const void *from, size_t n) {
  REAL(write);
  if (fault("write", name_of(fd), so_far(fd))) return -1;
  return moved(fd, real(fd, from, n));
}

ssize_t writev(int fd, const struct iovec *from, int n) {
  REAL(writev);
  if (fault("write", name_of(fd), so_far(fd))) return -1;
  return moved(fd, real(fd, from, n));
}

int close(int fd) {
  REAL(close);
  if (fd >= 0 && fd < FILES) { free(path_of[fd]); path_of[fd] = NULL; }
  return real(fd);
}

int rename(const char *from, const char *to) {
  REAL(rename);
  if (fault("rename", to, 0)) return -1;
  return real(from, to);
}

int clock_gettime(clockid_t which, struct timespec *now) {
  REAL(clock_gettime);
  static long steps;
  int result = real(which, now);
  const char *clock = getenv("CLOCK");
  if (clock && which == CLOCK_REALTIME) now->tv_sec = !strcmp(clock, "back") ? 2000000000 - 3600 * ++steps : atoll(clock);
  return result;
}
