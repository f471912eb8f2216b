/*
 * The few system calls on block devices and sparse files that Node does not offer. Every function takes an
 * open descriptor, does one thing, and throws an Error with `code` set to the errno's name. Node-API only,
 * so one build loads in Node and in every Electron.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *errno_name(int number) {
  const char *name = strerrorname_np(number);
  return name == NULL ? "UNKNOWN" : name;
}

static napi_value throw_errno(napi_env env, int number) {
  napi_throw_error(env, errno_name(number), strerror(number));
  return NULL;
}

/* Reads the descriptor from the first argument. On failure an exception is pending. */
static bool descriptor_argument(napi_env env, napi_callback_info info, size_t wanted, napi_value *values, int *fd) {
  size_t count = wanted;
  if (napi_get_cb_info(env, info, &count, values, NULL, NULL) != napi_ok || count < wanted) {
    napi_throw_type_error(env, NULL, "too few arguments");
    return false;
  }
  if (napi_get_value_int32(env, values[0], fd) != napi_ok || *fd < 0) {
    napi_throw_type_error(env, NULL, "not a descriptor");
    return false;
  }
  return true;
}

static void set_number(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  napi_set_named_property(env, object, name, value);
}

/* deviceInfo(fd): {size, logicalSectorSize, physicalSectorSize: bytes, readOnly} of an open block device. */
static napi_value device_info(napi_env env, napi_callback_info info) {
  napi_value values[1];
  int fd;
  if (!descriptor_argument(env, info, 1, values, &fd)) return NULL;
  uint64_t size = 0;
  int logical = 0, read_only = 0;
  unsigned int physical = 0;
  if (ioctl(fd, BLKGETSIZE64, &size) != 0 || ioctl(fd, BLKSSZGET, &logical) != 0 ||
      ioctl(fd, BLKPBSZGET, &physical) != 0 || ioctl(fd, BLKROGET, &read_only) != 0)
    return throw_errno(env, errno);
  napi_value object, flag;
  napi_create_object(env, &object);
  set_number(env, object, "size", (double)size);
  set_number(env, object, "logicalSectorSize", logical);
  set_number(env, object, "physicalSectorSize", physical);
  napi_get_boolean(env, read_only != 0, &flag);
  napi_set_named_property(env, object, "readOnly", flag);
  return object;
}

/* One ioctl without an argument. */
static napi_value plain_ioctl(napi_env env, napi_callback_info info, unsigned long request) {
  napi_value values[1];
  int fd;
  if (!descriptor_argument(env, info, 1, values, &fd)) return NULL;
  if (ioctl(fd, request, 0) != 0) return throw_errno(env, errno);
  return NULL;
}

/* rereadPartitions(fd): the kernel reads the partition table again. EBUSY while a partition is in use. */
static napi_value reread_partitions(napi_env env, napi_callback_info info) {
  return plain_ioctl(env, info, BLKRRPART);
}

/* flushBuffers(fd): the kernel writes back and forgets what it cached of a block device. */
static napi_value flush_buffers(napi_env env, napi_callback_info info) {
  return plain_ioctl(env, info, BLKFLSBUF);
}

/* dropFileCache(fd): the page cache forgets the clean pages of a file. */
static napi_value drop_file_cache(napi_env env, napi_callback_info info) {
  napi_value values[1];
  int fd;
  if (!descriptor_argument(env, info, 1, values, &fd)) return NULL;
  int failed = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  if (failed != 0) return throw_errno(env, failed);
  return NULL;
}

/*
 * lockExclusive(fd): flock(LOCK_EX | LOCK_NB); EWOULDBLOCK comes out as EAGAIN. On a block device it also
 * keeps udev from probing while we write (systemd, "Locking Block Device Access").
 */
static napi_value lock_exclusive(napi_env env, napi_callback_info info) {
  napi_value values[1];
  int fd;
  if (!descriptor_argument(env, info, 1, values, &fd)) return NULL;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) return throw_errno(env, errno);
  return NULL;
}

/*
 * dataExtents(fd, length): [start, end, start, end, …] in bytes, the ranges of a file below `length` that
 * hold data by SEEK_DATA and SEEK_HOLE. A file system without them reports the whole file.
 */
static napi_value data_extents(napi_env env, napi_callback_info info) {
  napi_value values[2];
  int fd;
  int64_t length;
  if (!descriptor_argument(env, info, 2, values, &fd)) return NULL;
  if (napi_get_value_int64(env, values[1], &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "not a length");
    return NULL;
  }
  napi_value array;
  napi_create_array(env, &array);
  uint32_t index = 0;
  off_t position = 0;
  while (position < length) {
    off_t start = lseek(fd, position, SEEK_DATA);
    if (start < 0) {
      if (errno == ENXIO) break; /* no data after here */
      return throw_errno(env, errno);
    }
    off_t end = lseek(fd, start, SEEK_HOLE);
    if (end < 0) return throw_errno(env, errno);
    if (start >= length) break;
    if (end > length) end = length;
    napi_value number;
    napi_create_double(env, (double)start, &number);
    napi_set_element(env, array, index++, number);
    napi_create_double(env, (double)end, &number);
    napi_set_element(env, array, index++, number);
    position = end;
  }
  return array;
}

/*
 * The kernel's own word on Opal (linux/sed-opal.h, since 6.0). Named here, because the headers of an older system lack it
 * while the kernel that runs may have it.
 */
struct prestage_opal_status {
  uint32_t flags;
  uint32_t reserved;
};
#define PRESTAGE_OPAL_GET_STATUS _IOR('p', 236, struct prestage_opal_status)

/* opalStatus(fd): the flags of a drive that encrypts itself. EOPNOTSUPP: it does not; ENOTTY: the kernel does not tell. */
static napi_value opal_status(napi_env env, napi_callback_info info) {
  napi_value values[1];
  int fd;
  if (!descriptor_argument(env, info, 1, values, &fd)) return NULL;
  struct prestage_opal_status status = {0, 0};
  if (ioctl(fd, PRESTAGE_OPAL_GET_STATUS, &status) != 0) return throw_errno(env, errno);
  napi_value number;
  napi_create_uint32(env, status.flags, &number);
  return number;
}

static napi_value initialize(napi_env env, napi_value exports) {
  const struct {
    const char *name;
    napi_callback callback;
  } functions[] = {
      {"deviceInfo", device_info},         {"rereadPartitions", reread_partitions},
      {"flushBuffers", flush_buffers},     {"dropFileCache", drop_file_cache},
      {"lockExclusive", lock_exclusive},   {"dataExtents", data_extents},
      {"opalStatus", opal_status},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].callback, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}

NAPI_MODULE(block_device, initialize)
