/*
 * Preloaded into a helper, makes one file a drive that is smaller than it says: beyond its real size, reads and writes go to its
 * beginning again, or writes are lost. WRAPPING_FILE names it, WRAPPING_BYTES is its real size, WRAPPING_LOSES is set for the second kind.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

typedef ssize_t (*reader)(int, void *, size_t, off64_t);
typedef ssize_t (*writer)(int, const void *, size_t, off64_t);

static int is_drive(int fd) {
  const char *file = getenv("WRAPPING_FILE");
  char link[64], path[PATH_MAX];
  if (file == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strcmp(path, file) == 0;
}

/* Where a transfer really goes, and how much of it: a short one is gone on with. */
static off64_t place(off64_t offset, size_t *count) {
  off64_t real = atoll(getenv("WRAPPING_BYTES"));
  off64_t at = offset % real;
  if ((off64_t)*count > real - at) *count = (size_t)(real - at);
  return at;
}

ssize_t pread64(int fd, void *buffer, size_t count, off64_t offset) {
  reader next = (reader)dlsym(RTLD_NEXT, "pread64");
  if (is_drive(fd)) offset = place(offset, &count);
  return next(fd, buffer, count, offset);
}
ssize_t pread(int fd, void *buffer, size_t count, off_t offset) { return pread64(fd, buffer, count, offset); }

ssize_t pwrite64(int fd, const void *buffer, size_t count, off64_t offset) {
  writer next = (writer)dlsym(RTLD_NEXT, "pwrite64");
  if (is_drive(fd)) {
    off64_t claimed = offset;
    offset = place(offset, &count);
    if (getenv("WRAPPING_LOSES") != NULL && offset != claimed) return (ssize_t)count;
  }
  return next(fd, buffer, count, offset);
}
ssize_t pwrite(int fd, const void *buffer, size_t count, off_t offset) { return pwrite64(fd, buffer, count, offset); }

/* libuv may move one buffer with these as well. */
ssize_t preadv64(int fd, const struct iovec *pieces, int count, off64_t offset) {
  typedef ssize_t (*vector)(int, const struct iovec *, int, off64_t);
  if (is_drive(fd)) return pread64(fd, pieces[0].iov_base, pieces[0].iov_len, offset);
  return ((vector)dlsym(RTLD_NEXT, "preadv64"))(fd, pieces, count, offset);
}
ssize_t preadv(int fd, const struct iovec *pieces, int count, off_t offset) {
  return preadv64(fd, pieces, count, offset);
}
ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t offset) {
  typedef ssize_t (*vector)(int, const struct iovec *, int, off64_t);
  if (is_drive(fd)) return pwrite64(fd, pieces[0].iov_base, pieces[0].iov_len, offset);
  return ((vector)dlsym(RTLD_NEXT, "pwritev64"))(fd, pieces, count, offset);
}
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset) {
  return pwritev64(fd, pieces, count, offset);
}
