/*
 * Preloaded into a helper and the tools that it runs, makes one block device a drive that can erase itself, as NVMe 2.0 and ACS-4 say
 * that one behaves: a model, not a drive. MODEL_DRIVE names the device, MODEL_FILE a file with what the drive knows, a line "name=value"
 * each, which outlives the processes as the drive outlives a power cut. Each question for the status is a step of the erase.
 *
 *   kind           1: NVMe, 2: ATA
 *   offers         NVMe: SANICAP; ATA: word 59
 *   state          of sanitize, as in the NVMe log: 0 never, 1 done, 2 running, 3 failed; left: steps until it ends
 *   lies           it says that it is done, and has erased nothing
 *   breaks         it ends as failed
 *   silent         so many questions for the status are not answered
 *   security       ATA word 128 without bits 1 to 3; enabled, locked, frozen: these
 *   passes, sent   what it was last told: passes of an overwrite; every command that changes it, in hexadecimal
 *   dies           command (ATA) at which the power fails, before it is obeyed: the process that asked, and its parent, are killed
 *   visible        ATA: sectors that the drive shows; 0: those of the device. The kernel sees another number at its next look only
 *   native, real   ATA: sectors that a host protected area (HPA), and a configuration overlay (DCO), leave; 0: it has no such command
 *   once           a lasting SET MAX ADDRESS was done since the drive has its power
 *   maxlocked      SET MAX ADDRESS is locked; dcofrozen: the overlay is
 *   amac           ACS-3: GET NATIVE and SET ACCESSIBLE MAX ADDRESS EXT in the place of READ NATIVE and SET MAX ADDRESS
 *   dcokeeps       the same of its configuration
 *   keeps          it says yes to SET MAX ADDRESS, and stays as it was
 *   deaf           the kernel never sees the new number; jumps: it sees so many sectors more
 *   swells         it hides so many sectors more once it shows those that it hid
 *   fna, unattached, spare   NVMe: Format NVM attributes; whether there is a namespace 2 that is not attached; bytes in none
 *   becomes        what serial it tells once it shows more
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <linux/fs.h>
#include <unistd.h>

static const char *names[] = {"kind",    "offers", "state",     "left",  "lies",  "breaks",   "silent", "security",  "enabled",
                              "locked",  "frozen", "passes",    "dies",  "prepared", "visible", "native", "real",    "once",
                              "maxlocked", "dcofrozen", "amac", "keeps", "deaf",  "jumps",    "asked",  "fna",       "unattached",
                              "spare",   "swells", "dcokeeps", NULL};
enum { KIND, OFFERS, STATE, LEFT, LIES, BREAKS, SILENT, SECURITY, ENABLED, LOCKED, FROZEN, PASSES, DIES, PREPARED, VISIBLE, NATIVE,
       REAL, ONCE, MAXLOCKED, DCOFROZEN, AMAC, KEEPS, DEAF, JUMPS, ASKED, FNA, UNATTACHED, SPARE, SWELLS, DCOKEEPS, COUNT };

struct model {
  long value[COUNT];
  char serial[64], becomes[64], password[40], sent[1024];
};

static int real_ioctl(int fd, unsigned long request, void *argument) {
  static int (*next)(int, unsigned long, ...) = NULL;
  if (next == NULL) next = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  return next(fd, request, argument);
}

static int is_drive(int fd) {
  const char *drive = getenv("MODEL_DRIVE");
  char link[64], path[PATH_MAX];
  if (drive == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strcmp(path, drive) == 0;
}

static void load(struct model *model) {
  char line[2048];
  memset(model, 0, sizeof *model);
  FILE *file = fopen(getenv("MODEL_FILE"), "re");
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = 0;
    char *value = strchr(line, '=');
    if (value == NULL) continue;
    *value++ = 0;
    for (int i = 0; names[i] != NULL; i++)
      if (strcmp(line, names[i]) == 0) model->value[i] = strtol(value, NULL, 0);
    if (strcmp(line, "serial") == 0) snprintf(model->serial, sizeof model->serial, "%s", value);
    if (strcmp(line, "becomes") == 0) snprintf(model->becomes, sizeof model->becomes, "%s", value);
    if (strcmp(line, "password") == 0) snprintf(model->password, sizeof model->password, "%s", value);
    if (strcmp(line, "sent") == 0) snprintf(model->sent, sizeof model->sent, "%s", value);
  }
  fclose(file);
}

/* Put in its place as a whole: other threads read it at any time. */
static void save(const struct model *model) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s.%d", getenv("MODEL_FILE"), (int)getpid());
  FILE *file = fopen(path, "we");
  if (file == NULL) abort();
  for (int i = 0; names[i] != NULL; i++) fprintf(file, "%s=%ld\n", names[i], model->value[i]);
  fprintf(file, "serial=%s\nbecomes=%s\npassword=%s\nsent=%s\n", model->serial, model->becomes, model->password, model->sent);
  fclose(file);
  rename(path, getenv("MODEL_FILE"));
}

static void note(struct model *model, unsigned command) {
  size_t length = strlen(model->sent);
  snprintf(model->sent + length, sizeof model->sent - length, "%s%02x", length == 0 ? "" : " ", command);
}

static void erase(void) {
  int fd = open(getenv("MODEL_DRIVE"), O_WRONLY | O_CLOEXEC);
  uint64_t size = 0;
  if (fd < 0 || real_ioctl(fd, BLKGETSIZE64, &size) != 0) abort();
  /* Where the device does not do it itself, and gives the room back. */
  uint64_t all[2] = {0, size};
  if (real_ioctl(fd, BLKZEROOUT, all) == 0) {
    close(fd);
    return;
  }
  static char zeros[1 << 20];
  for (uint64_t at = 0; at < size; at += sizeof zeros)
    if (pwrite(fd, zeros, size - at < sizeof zeros ? size - at : sizeof zeros, (off_t)at) < 0) abort();
  fsync(fd);
  close(fd);
}

/* A question for the status. Returns 0 where there is no answer. */
static int step(struct model *model) {
  long *value = model->value;
  if (value[SILENT] > 0) {
    value[SILENT]--;
    save(model);
    return 0;
  }
  if (value[STATE] == 2 && --value[LEFT] <= 0) {
    if (!value[LIES] && !value[BREAKS]) erase();
    value[STATE] = value[BREAKS] ? 3 : 1;
  }
  save(model);
  return 1;
}

static void begin(struct model *model) {
  model->value[STATE] = 2;
  if (model->value[LEFT] <= 0) model->value[LEFT] = 3;
}

/* While it erases itself, after that failed, and while it is locked, it gives out nothing and takes nothing. */
static int refuses_data(int fd) {
  if (!is_drive(fd)) return 0;
  const char *self = getenv("MODEL_DRIVE");
  struct model model;
  if (self == NULL) return 0;
  load(&model);
  return model.value[STATE] == 2 || model.value[STATE] == 3 || model.value[LOCKED];
}

static void put(uint8_t *bytes, unsigned long value, int count) {
  for (int i = 0; i < count; i++) bytes[i] = (uint8_t)(value >> (8 * i));
}

static int nvme_admin(int fd, struct nvme_passthru_cmd *command) {
  struct model model;
  load(&model);
  long *value = model.value;
  uint8_t *data = (uint8_t *)(uintptr_t)command->addr;
  uint64_t size = 0;
  enum { invalid_opcode = 1, invalid_field = 2, sanitize_failed = 0x1c, sanitize_in_progress = 0x1d };
  switch (command->opcode) {
    case 0x06: /* Identify */
      memset(data, 0, command->data_len);
      switch (command->cdw10 & 0xff) {
        case 0x00:
          real_ioctl(fd, BLKGETSIZE64, &size);
          put(data, size / 512, 8);
          put(data + 8, size / 512, 8);
          data[130] = 9; /* LBADS of format 0 */
          return 0;
        case 0x01:
          memset(data + 4, ' ', 60);
          memcpy(data + 4, model.serial, strlen(model.serial) < 20 ? strlen(model.serial) : 20);
          memcpy(data + 24, "Model of a drive", 16);
          put(data + 80, 0x020000, 4); /* NVMe 2.0 */
          put(data + 256, 0x2, 2);     /* Format NVM */
          put(data + 328, (unsigned long)value[OFFERS], 4);
          put(data + 516, 1, 4);
          data[524] = (uint8_t)value[FNA];
          if (value[SPARE] != 0) put(data + 280, 1ul << 30, 8), put(data + 296, (unsigned long)value[SPARE], 8);
          return 0;
        case 0x02:
        case 0x10:
          put(data, 1, 4);
          if ((command->cdw10 & 0xff) == 0x10 && value[UNATTACHED]) put(data + 4, 2, 4);
          return 0;
        default:
          return invalid_field;
      }
    case 0x02: /* Get Log Page */
      if ((command->cdw10 & 0xff) != 0x81) return invalid_field;
      memset(data, 0, command->data_len);
      if (!step(&model)) {
        errno = EIO;
        return -1;
      }
      put(data, value[STATE] == 2 ? 0xffffu / (unsigned)(value[LEFT] + 1) : 0xffff, 2);
      put(data + 2, (unsigned long)value[STATE] | (value[STATE] == 1 ? 0x100u : 0), 2);
      return 0;
    case 0x84: /* Sanitize */
      note(&model, command->opcode);
      if (value[STATE] == 2) return sanitize_in_progress;
      {
        unsigned action = command->cdw10 & 7;
        /* Block erase is bit 1 of SANICAP, overwrite bit 2, crypto erase bit 0. */
        long needed = action == 2 ? 2 : action == 3 ? 4 : action == 4 ? 1 : 0;
        if (needed == 0 || !(value[OFFERS] & needed)) return invalid_field;
        value[PASSES] = (command->cdw10 >> 4) & 0xf;
      }
      begin(&model);
      save(&model);
      return 0;
    case 0x80: /* Format NVM */
      note(&model, command->opcode);
      save(&model);
      if (value[STATE] == 2) return sanitize_in_progress;
      if (value[STATE] == 3) return sanitize_failed;
      if (!value[LIES] && ((command->cdw10 >> 9) & 7) != 0) erase();
      return 0;
    default:
      return invalid_opcode;
  }
}

struct registers {
  unsigned feature, count, command;
  uint64_t lba;
};

static void power_fails(struct model *model) {
  /* What comes up again is locked where it has a password. */
  model->value[LOCKED] = model->value[ENABLED];
  model->value[DIES] = 0;
  model->value[PREPARED] = 0;
  model->value[ONCE] = 0;
  save(model);
  kill(getppid(), SIGKILL);
  raise(SIGKILL);
}

static void text_words(uint8_t *bytes, const char *text, size_t count) {
  memset(bytes, ' ', count);
  for (size_t i = 0; i < count && text[i] != 0; i++) bytes[i ^ 1] = (uint8_t)text[i];
}

/*
 * SET MAX ADDRESS: right after READ NATIVE MAX ADDRESS only, within the native size, and lasting once only until the next power cut.
 * Returns 1 where the drive aborts it.
 */
static int set_max(struct model *model, uint64_t sectors, int lasting) {
  long *value = model->value;
  if (!value[ASKED] || value[MAXLOCKED] || sectors > (uint64_t)value[NATIVE] || (lasting && value[ONCE])) return 1;
  if (lasting) value[ONCE] = 1;
  if (value[KEEPS]) return 0;
  value[VISIBLE] = (long)sectors;
  value[NATIVE] += value[SWELLS];
  if (model->becomes[0] != 0) snprintf(model->serial, sizeof model->serial, "%s", model->becomes);
  return 0;
}

/* DEVICE CONFIGURATION: aborted while it is frozen, and RESTORE also while a host protected area is set. */
static int configuration(struct model *model, unsigned feature, uint8_t *data) {
  long *value = model->value;
  if (value[REAL] == 0 || value[DCOFROZEN]) return 1;
  switch (feature) {
    case 0xc0:
      if (value[VISIBLE] != value[NATIVE]) return 1;
      if (!value[DCOKEEPS]) value[VISIBLE] = value[NATIVE] = value[REAL];
      return 0;
    case 0xc2: {
      uint8_t sum = 0xa5;
      memset(data, 0, 512);
      put(data, 2, 2);
      put(data + 6, (unsigned long)value[REAL] - 1, 8);
      data[510] = 0xa5;
      for (int i = 0; i < 510; i++) sum = (uint8_t)(sum + data[i]);
      data[511] = (uint8_t)-sum;
      return 0;
    }
    default:
      return 1;
  }
}

/* Returns 1 where the drive aborts the command. */
static int ata(int fd, struct registers *registers, uint8_t *data) {
  struct model model;
  load(&model);
  long *value = model.value;
  uint64_t size = 0;
  unsigned command = registers->command;
  long prepared = value[PREPARED];
  if ((long)command == value[DIES]) power_fails(&model);
  real_ioctl(fd, BLKGETSIZE64, &size);
  if (value[VISIBLE] == 0) value[VISIBLE] = (long)(size / 512);
  uint64_t native = value[NATIVE] == 0 ? size / 512 : (uint64_t)value[NATIVE];
  if (value[ASKED] && command != 0x27 && command != 0xf8 && command != 0x37 && command != 0xf9) {
    value[ASKED] = 0;
    save(&model);
  }
  switch (command) {
    case 0xec: { /* IDENTIFY DEVICE */
      static const struct { int word; unsigned value; } fixed[] = {
          {0, 0x0040}, {47, 0x8010}, {49, 0x0b00}, {53, 0x0007}, {80, 0x01f0}, {82, 0x4003}, {83, 0x7400}, {84, 0x4000},
          {85, 0x4001}, {86, 0x3400}, {87, 0x4000}, {89, 0x8002}, {90, 0x0001}, {106, 0x4000}, {217, 0x0001}};
      memset(data, 0, 512);
      for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) put(data + fixed[i].word * 2, fixed[i].value, 2);
      text_words(data + 20, model.serial, 20);
      text_words(data + 54, "Model of a drive", 40);
      put(data + 120, (unsigned long)value[VISIBLE], 4);
      put(data + 200, (unsigned long)value[VISIBLE], 8);
      if (value[NATIVE] != 0 && !value[AMAC]) data[165] |= 0x04, data[171] |= 0x04; /* words 82 and 85: HPA */
      if (value[REAL] != 0) data[167] |= 0x08, data[173] |= 0x08;                  /* words 83 and 86: DCO */
      /* Words 119 and 80: hdparm asks drives of ACS-3 and later for it. */
      if (value[AMAC]) put(data + 238, 0x4100, 2), put(data + 240, 0x4000, 2), put(data + 160, 0x07f0, 2);
      put(data + 118, (unsigned long)value[OFFERS], 2);
      put(data + 256, (unsigned long)(value[SECURITY] | value[ENABLED] << 1 | value[LOCKED] << 2 | value[FROZEN] << 3), 2);
      return 0;
    }
    case 0xf8: /* READ NATIVE MAX ADDRESS */
    case 0x27:
      if (value[AMAC]) return 1;
      registers->lba = native - 1;
      value[ASKED] = 1;
      save(&model);
      return 0;
    case 0xf9: /* SET MAX ADDRESS */
    case 0x37:
    case 0x78: { /* GET NATIVE and SET ACCESSIBLE MAX ADDRESS EXT */
      if ((command == 0x78) != (value[AMAC] != 0)) return 1;
      if (command == 0x78 && registers->feature == 0) {
        registers->lba = native - 1;
        return 0;
      }
      note(&model, command);
      if (command == 0x78) value[ASKED] = registers->feature == 1;
      int aborted = set_max(&model, registers->lba + 1, command == 0x78 || (registers->count & 1));
      value[ASKED] = 0;
      save(&model);
      return aborted;
    }
    case 0xb1: { /* DEVICE CONFIGURATION */
      if (registers->feature != 0xc2) note(&model, 0xb100 | registers->feature);
      int aborted = configuration(&model, registers->feature, data);
      save(&model);
      return aborted;
    }
    case 0xb4: /* SANITIZE DEVICE */
      if (registers->feature == 0) {
        if (!step(&model)) return 1;
        registers->count = value[STATE] == 1 ? 0x8000 : value[STATE] == 2 ? 0x4000 : 0;
        registers->lba = value[STATE] == 2 ? 0xffffu / (unsigned)(value[LEFT] + 1) : 0xffff;
        /* SD3: the status itself is aborted, and the reason is "the last one did not succeed". */
        if (value[STATE] == 3) registers->lba = 1;
        return value[STATE] == 3;
      }
      note(&model, 0xb400 | registers->feature);
      save(&model);
      if (value[LOCKED] || value[STATE] == 2) return 1;
      if (registers->feature == 0x12 && registers->lba == 0x426b4572 && (value[OFFERS] & 0x8000)) begin(&model);
      else if (registers->feature == 0x11 && registers->lba == 0x43727970 && (value[OFFERS] & 0x2000)) begin(&model);
      else if (registers->feature == 0x14 && registers->lba >> 32 == 0x4f57 && (value[OFFERS] & 0x4000)) {
        begin(&model);
        value[PASSES] = (registers->count & 0xf) == 0 ? 16 : registers->count & 0xf;
      } else return 1;
      save(&model);
      return 0;
    case 0xf1: /* SECURITY SET PASSWORD */
    case 0xf2: /* SECURITY UNLOCK */
    case 0xf4: /* SECURITY ERASE UNIT */
    case 0xf6: /* SECURITY DISABLE PASSWORD */
      note(&model, command);
      value[PREPARED] = 0;
      save(&model);
      if (!(value[SECURITY] & 1) || value[FROZEN]) return 1;
      if (command == 0xf1) {
        if (value[LOCKED]) return 1;
        snprintf(model.password, sizeof model.password, "%.32s", (char *)data + 2);
        value[ENABLED] = 1;
      } else {
        if (strncmp(model.password, (char *)data + 2, 32) != 0 || !value[ENABLED]) return 1;
        if (command == 0xf2) value[LOCKED] = 0;
        if (command == 0xf6 && value[LOCKED]) return 1;
        if (command == 0xf6) value[ENABLED] = 0;
        if (command == 0xf4) {
          if (!prepared || ((data[0] & 2) != 0 && !(value[SECURITY] & 0x20))) return 1;
          if (!value[LIES]) erase();
          value[ENABLED] = value[LOCKED] = 0;
        }
      }
      save(&model);
      return 0;
    case 0xf3: /* SECURITY ERASE PREPARE */
      note(&model, command);
      value[PREPARED] = !value[FROZEN];
      save(&model);
      return value[FROZEN] != 0;
    default:
      return 1;
  }
}

/* ATA PASS-THROUGH (16) and (12), as SAT-4 has them. */
static int scsi(int fd, struct sg_io_hdr *io) {
  const uint8_t *cdb = io->cmdp;
  struct registers registers;
  int extended = 0;
  if (cdb[0] == 0x85) {
    extended = cdb[1] & 1;
    registers.feature = cdb[4] | (extended ? (unsigned)cdb[3] << 8 : 0);
    registers.count = cdb[6] | (extended ? (unsigned)cdb[5] << 8 : 0);
    registers.lba = cdb[8] | (uint64_t)cdb[10] << 8 | (uint64_t)cdb[12] << 16;
    if (extended) registers.lba |= (uint64_t)cdb[7] << 24 | (uint64_t)cdb[9] << 32 | (uint64_t)cdb[11] << 40;
    registers.command = cdb[14];
  } else if (cdb[0] == 0xa1) {
    registers = (struct registers){cdb[3], cdb[4], cdb[9], cdb[5] | (uint64_t)cdb[6] << 8 | (uint64_t)cdb[7] << 16};
  } else {
    errno = EINVAL;
    return -1;
  }
  int aborted = ata(fd, &registers, io->dxferp);
  io->status = io->host_status = io->driver_status = 0;
  if (!aborted && !(cdb[2] & 0x20)) return 0;
  uint8_t sense[22] = {0x72, aborted ? 0x0b : 0x01, 0, aborted ? 0 : 0x1d, 0, 0, 0, 14, 9, 12, (uint8_t)extended};
  uint8_t *ata_return = sense + 8;
  ata_return[3] = aborted ? 0x04 : 0;
  ata_return[4] = (uint8_t)(registers.count >> 8);
  ata_return[5] = (uint8_t)registers.count;
  for (int i = 0; i < 3; i++) {
    ata_return[6 + 2 * i] = (uint8_t)(registers.lba >> (24 + 8 * i));
    ata_return[7 + 2 * i] = (uint8_t)(registers.lba >> (8 * i));
  }
  ata_return[13] = aborted ? 0x51 : 0x50;
  memcpy(io->sbp, sense, sizeof sense);
  io->sb_len_wr = sizeof sense;
  io->status = 2;
  io->driver_status = 8;
  return 0;
}

/* The kernel asks the drive for its size again: as libata, it takes what IDENTIFY DEVICE says. */
static void look_again(int fd, const struct model *model) {
  struct loop_info64 info;
  long sectors = model->value[VISIBLE];
  if (model->value[KIND] != 2 || sectors == 0 || model->value[DEAF]) return;
  if (real_ioctl(fd, LOOP_GET_STATUS64, &info) != 0) abort();
  if (sectors == model->value[NATIVE]) sectors += model->value[JUMPS];
  if (info.lo_sizelimit == 0 || (long)(info.lo_sizelimit / 512) == sectors) return;
  info.lo_sizelimit = (uint64_t)sectors * 512;
  if (real_ioctl(fd, LOOP_SET_STATUS64, &info) != 0) abort();
}

int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  unsigned type = _IOC_TYPE(request);
  if ((request == SG_IO || type == 'N' || request == BLKRRPART) && is_drive(fd)) {
    struct model model;
    load(&model);
    if (request == BLKRRPART) look_again(fd, &model);
    if (request == SG_IO && model.value[KIND] == 2) return scsi(fd, argument);
    if (request == NVME_IOCTL_ID && model.value[KIND] == 1) return 1;
    if (request == NVME_IOCTL_ADMIN_CMD && model.value[KIND] == 1) return nvme_admin(fd, argument);
  }
  return real_ioctl(fd, request, argument);
}

typedef ssize_t (*reader)(int, void *, size_t, off64_t);
typedef ssize_t (*writer)(int, const void *, size_t, off64_t);
typedef ssize_t (*vector)(int, const struct iovec *, int, off64_t);

static int is_helper(void) {
  char name[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", name, sizeof name - 1);
  if (length < 0) return 0;
  name[length] = 0;
  const char *last = strrchr(name, '/');
  return last != NULL && strcmp(last, "/node") == 0;
}

#define TRANSFER(name, kind, buffer_type)                                            \
  ssize_t name(int fd, buffer_type buffer, size_t count, off64_t offset) {           \
    if (is_helper() && refuses_data(fd)) {                                           \
      errno = EIO;                                                                   \
      return -1;                                                                     \
    }                                                                                \
    return ((kind)dlsym(RTLD_NEXT, #name))(fd, buffer, count, offset);               \
  }
TRANSFER(pread64, reader, void *)
TRANSFER(pread, reader, void *)
TRANSFER(pwrite64, writer, const void *)
TRANSFER(pwrite, writer, const void *)

#define VECTOR(name)                                                                 \
  ssize_t name(int fd, const struct iovec *pieces, int count, off64_t offset) {      \
    if (is_helper() && refuses_data(fd)) {                                           \
      errno = EIO;                                                                   \
      return -1;                                                                     \
    }                                                                                \
    return ((vector)dlsym(RTLD_NEXT, #name))(fd, pieces, count, offset);             \
  }
VECTOR(preadv64)
VECTOR(preadv)
VECTOR(pwritev64)
VECTOR(pwritev)
