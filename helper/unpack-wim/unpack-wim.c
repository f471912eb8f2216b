/*
 * unpack-wim FILE IMAGE [FURTHER-FILE]... [-- PROGRAM ARGUMENT...]
 *
 * Unpacks one image of a WIM with all cores, and writes it as a pipable WIM without compression: to the standard input of the
 * program, such as `wimlib-imagex apply - 1 VOLUME`, or without one to standard output. wimlib-imagex unpacks with one thread, the
 * one that also writes the volume (docs/adr/0063-render-on-all-cores.md).
 *
 * The reader has all that it needs to find every error here: it compares the SHA-1 of the list of files and of every blob, and ends
 * with an error when one is missing. So nothing in this process has to be believed.
 *
 * Ends with the program's status, or with one of unpack-wim.h.
 */
#define _GNU_SOURCE
#include "unpack-wim.h"

#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of wimlib's include/wimlib/header.h and resource.h. */
#define HEADER_BYTES 208
#define VERSION 0x10d00
#define FLAG_FIX_REPARSE_POINTS 0x80
#define FLAG_METADATA 0x02

int failed(int status, const char *why)
{
	static bool said;
	if (!__atomic_exchange_n(&said, true, __ATOMIC_RELAXED)) fprintf(stderr, "unpack-wim: %s\n", why);
	return status;
}

static int write_part(int fd, const void *bytes, uint64_t size, const uint8_t *sha1)
{
	uint8_t header[BLOB_HEADER];
	blob_header(header, size, sha1, FLAG_METADATA);
	int status = write_all(fd, header, sizeof header);
	return status != 0 ? status : write_all(fd, bytes, size);
}

/* Header, XML of one image (the reader wants it for its progress), list of files: what comes before the blobs. */
static int write_beginning(const struct contents *contents, int fd)
{
	uint8_t header[HEADER_BYTES] = "WLPWM";
	put32(header + 8, HEADER_BYTES);
	put32(header + 12, VERSION);
	put32(header + 16, contents->fix_reparse_points ? FLAG_FIX_REPARSE_POINTS : 0);
	header[0x28] = 1; /* part 1 of 1, 1 image */
	header[0x2a] = 1;
	header[0x2c] = 1;
	char text[256];
	int length = snprintf(text, sizeof text,
			      "<WIM><IMAGE INDEX=\"1\"><TOTALBYTES>%llu</TOTALBYTES><HARDLINKBYTES>%llu</HARDLINKBYTES></IMAGE></WIM>",
			      (unsigned long long)contents->total_bytes, (unsigned long long)contents->hard_link_bytes);
	uint8_t xml[2 + 2 * sizeof text] = { 0xff, 0xfe };
	for (int i = 0; i < length; i++) xml[2 + 2 * i] = (uint8_t)text[i];
	const uint8_t no_sha1[SHA1_BYTES] = { 0 };
	int status = write_all(fd, header, sizeof header);
	if (status == 0) status = write_part(fd, xml, 2 + 2 * (uint64_t)length, no_sha1);
	if (status == 0) status = write_part(fd, contents->metadata, contents->metadata_size, contents->metadata_sha1);
	return status;
}

/* Starts the reader. @returns its process, with the end of its standard input in fd; -1 */
static pid_t start_reader(char *const *command, const struct rlimit *own_limit, int *fd)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0) return -1;
	/* Less waiting for each other; what the kernel does not allow stays as it is. */
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
	pid_t own = getpid(), child = fork();
	if (child == 0) {
		/* It ends when this process does. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != own) _exit(STATUS_FAILED);
		signal(SIGPIPE, SIG_DFL);
		setrlimit(RLIMIT_AS, own_limit);
		if (dup2(ends[0], STDIN_FILENO) >= 0) execv(command[0], command);
		fprintf(stderr, "unpack-wim: the program cannot be started\n");
		_exit(STATUS_FAILED);
	}
	close(ends[0]);
	*fd = ends[1];
	return child;
}

static int status_of(pid_t child)
{
	int status;
	if (waitpid(child, &status, 0) != child) return failed(STATUS_FAILED, "the program cannot be waited for");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int usable_cores(void)
{
	cpu_set_t set;
	int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 2;
	return cores < 1 ? 1 : cores > MOST_THREADS ? MOST_THREADS : cores;
}

int main(int argc, char **argv)
{
	int end = 1;
	while (end < argc && strcmp(argv[end], "--") != 0) end++;
	char **command = end + 1 < argc ? argv + end + 1 : NULL;
	long image = end > 2 ? strtol(argv[2], NULL, 10) : 0;
	if (end < 3 || end - 2 > MOST_FILES || image < 1 || image > 65535) {
		fprintf(stderr, "usage: unpack-wim FILE IMAGE [FURTHER-FILE]... [-- PROGRAM ARGUMENT...]\n");
		return STATUS_FAILED;
	}
	struct rlimit own_limit, limit;
	if (getrlimit(RLIMIT_AS, &own_limit) != 0) return STATUS_FAILED;
	limit = own_limit;
#ifndef __SANITIZE_ADDRESS__
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > ADDRESS_SPACE) limit.rlim_cur = ADDRESS_SPACE;
#endif
	if (setrlimit(RLIMIT_AS, &limit) != 0) return STATUS_FAILED;
	/* A heap a thread would take address space for nothing. */
	mallopt(M_ARENA_MAX, 2);
	signal(SIGPIPE, SIG_IGN);
	wimlib_set_print_errors(false);
	if (wimlib_global_init(0) != 0) return failed(STATUS_FAILED, "libwim cannot be used");

	/* FILE and what follows IMAGE. */
	argv[2] = argv[1];
	struct contents contents = { 0 };
	int status = read_contents(argv + 2, end - 2, (int)image, &contents);
	if (status != 0) return status;

	int fd = STDOUT_FILENO;
	pid_t child = 0;
	if (command != NULL) {
		child = start_reader(command, &own_limit, &fd);
		if (child < 0) return failed(STATUS_FAILED, "the program cannot be started");
	}
	status = write_beginning(&contents, fd);
	if (status == 0) status = write_blobs(&contents, usable_cores(), fd);
	if (command == NULL) return status == STREAM_ENDED ? STATUS_FAILED : status;
	close(fd);
	int ended = status_of(child);
	/* Who has compared everything that it needs is right, whatever happened here meanwhile. */
	return ended == 0 || status == 0 || status == STREAM_ENDED ? ended : status;
}
