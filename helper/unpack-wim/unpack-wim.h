/*
 * What the parts of unpack-wim share. Everything in a WIM is hostile: a number from it is compared with the file's size or with a
 * limit below before anything is read or allocated by it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wimlib.h>

/* Exit statuses; wimlib-imagex's own are below 128 or 255. helper/disk-image/apply-image.ts knows them. */
enum {
	STATUS_FAILED = 240,      /* this computer: memory, reading, starting the reader */
	STATUS_NOT_HANDLED = 241, /* a WIM that only wimlib-imagex itself reads */
	STATUS_DAMAGED = 242,     /* what the WIM says of itself cannot be */
	STREAM_ENDED = 1000       /* the reader wants no more; what that means is its own status */
};

/* Bytes of a chunk. wimlib's own LZMS default is 64 MiB, the largest that it knows is 1 GiB. */
#define LARGEST_CHUNK (64u << 20)
/* Bytes of a solid resource's table; 8 Mi chunks. */
#define LARGEST_TABLE (32u << 20)
/* Bytes of an image's list of files; 1,000,000 files take some 250 MB. */
#define LARGEST_METADATA (1u << 30)
/* Bytes that the units between the threads and the reader take at most. */
#define UNITS_BUDGET (1536u << 20)
/* Bytes of address space of this process, libwim's tables included. */
#define ADDRESS_SPACE (4ull << 30)
#define MOST_THREADS 16
#define MOST_FILES 1024

/* struct pwm_blob_hdr of wimlib: magic, size, SHA-1, flags. */
#define BLOB_HEADER 40
#define SHA1_BYTES 20

/* One file of the media. */
struct source {
	int fd;
	uint64_t size;
	int compression;
	uint32_t chunk_size;
};

/* A run of chunks in a file: one blob, or in a solid resource many. */
struct resource {
	const struct source *source;
	uint64_t offset, packed, size; /* bytes: in the file, there, unpacked */
	int compression;
	uint32_t chunk_size;
	uint64_t chunks;
	uint64_t table; /* bytes before the first chunk */
	uint64_t *places; /* of a solid resource: where chunk i begins behind the table; chunks + 1 of them */
	bool solid;
};

struct blob {
	uint8_t sha1[SHA1_BYTES];
	uint32_t order; /* in which it was found */
	bool needed;
	uint64_t size;
	uint64_t place; /* bytes into its resource */
	struct resource *resource;
};

/* An image, and what of the media it needs, in the order in which it lies there. */
struct contents {
	struct blob *blobs;
	size_t count;
	uint8_t *metadata;
	uint64_t metadata_size;
	uint8_t metadata_sha1[SHA1_BYTES];
	uint64_t total_bytes, hard_link_bytes;
	bool fix_reparse_points;
};

/* What a thread keeps from one piece to the next. */
struct unpacker {
	struct wimlib_decompressor *decompressor;
	int compression;
	uint32_t chunk_size;
	uint8_t *packed;
	size_t packed_bytes;
	uint64_t *places;
	size_t places_count;
};

/* Says once, to standard error, why it ends. @returns status */
int failed(int status, const char *why);

/* contents.c */
int read_contents(char *const *files, int file_count, int image, struct contents *contents);

/* chunks.c. All return 0 or a status. */
int check_resource(struct resource *resource);
int load_solid(struct resource *resource);
uint64_t chunk_bytes(const struct resource *resource, uint64_t chunk);
int unpack_chunks(const struct resource *resource, uint64_t first, uint64_t count, uint8_t *into, struct unpacker *unpacker);
int room_for(uint8_t **buffer, size_t *bytes, size_t wanted);

/* pool.c */
int write_blobs(const struct contents *contents, int threads, int fd);
int write_all(int fd, const void *bytes, size_t count);
void blob_header(uint8_t *header, uint64_t size, const uint8_t *sha1, uint32_t flags);

static inline uint32_t get32(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline uint64_t get64(const uint8_t *bytes)
{
	return get32(bytes) | (uint64_t)get32(bytes + 4) << 32;
}

static inline void put32(uint8_t *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (8 * i));
}

static inline void put64(uint8_t *bytes, uint64_t value)
{
	put32(bytes, (uint32_t)value);
	put32(bytes + 4, (uint32_t)(value >> 32));
}
