/*
 * Unpacks blobs with several threads and writes them in order. A unit is what a thread does at once: up to a MiB of blobs, or one
 * chunk of a solid resource. Units stand in a ring, so that threads are never further ahead of the reader than the ring is long.
 */
#include "unpack-wim.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of data in a unit of small chunks, and blobs in it. */
#define UNIT_BYTES (1u << 20)
#define UNIT_PIECES 256
/* PWM_BLOB_MAGIC of wimlib's include/wimlib/resource.h. */
#define BLOB_MAGIC 0x2b9b9ba2443db9d8ull

/* Chunks of one blob; in a solid resource one chunk, with the first needed blob in it. */
struct piece {
	const struct blob *blob;
	uint64_t chunk, chunks;
};

struct unit {
	struct piece pieces[UNIT_PIECES];
	unsigned count;
	uint8_t *out;
	size_t out_bytes, length;
	bool ready;
	int status;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t room, ready;
	const struct contents *contents;
	struct unit *units;
	size_t unit_count;
	/* Units that were begun and written, ever. */
	uint64_t begun, written;
	bool all_begun, stop;
	/* What comes next. */
	size_t blob;
	uint64_t chunk;
};

int write_all(int fd, const void *bytes, size_t count)
{
	const uint8_t *next = bytes;
	while (count > 0) {
		ssize_t done = write(fd, next, count);
		if (done < 0 && errno == EINTR) continue;
		if (done < 0 && errno == EPIPE) return STREAM_ENDED;
		if (done < 0) return failed(STATUS_FAILED, "the stream cannot be written");
		next += done;
		count -= (size_t)done;
	}
	return 0;
}

void blob_header(uint8_t *header, uint64_t size, const uint8_t *sha1, uint32_t flags)
{
	put64(header, BLOB_MAGIC);
	put64(header + 8, size);
	memcpy(header + 16, sha1, SHA1_BYTES);
	put32(header + 36, flags);
}

/* Under the lock. @returns false at the end */
static bool plan_unit(struct pool *pool, struct unit *unit)
{
	const struct contents *contents = pool->contents;
	uint64_t used = 0;
	unit->count = 0;
	while (pool->blob < contents->count && unit->count < UNIT_PIECES) {
		const struct blob *blob = &contents->blobs[pool->blob];
		const struct resource *resource = blob->resource;
		uint64_t chunk_size = resource->chunk_size;
		if (resource->solid) {
			if (unit->count > 0) break;
			uint64_t chunk = pool->chunk;
			if (blob->place / chunk_size > chunk) chunk = blob->place / chunk_size;
			unit->pieces[unit->count++] = (struct piece){ blob, chunk, 1 };
			uint64_t end = (chunk + 1) * chunk_size;
			pool->chunk = chunk + 1;
			while (pool->blob < contents->count && contents->blobs[pool->blob].resource == resource &&
			       contents->blobs[pool->blob].place + contents->blobs[pool->blob].size <= end)
				pool->blob++;
			if (pool->blob < contents->count && contents->blobs[pool->blob].resource != resource) pool->chunk = 0;
			break;
		}
		uint64_t capacity = chunk_size > UNIT_BYTES ? chunk_size : UNIT_BYTES;
		uint64_t left = resource->size - pool->chunk * chunk_size;
		uint64_t chunks = resource->chunks - pool->chunk;
		if (used >= capacity || left > capacity - used) {
			chunks = used >= capacity ? 0 : (capacity - used) / chunk_size;
			left = chunks * chunk_size;
		}
		if (chunks == 0) break;
		unit->pieces[unit->count++] = (struct piece){ blob, pool->chunk, chunks };
		used += left;
		pool->chunk += chunks;
		if (pool->chunk < resource->chunks) break;
		pool->blob++;
		pool->chunk = 0;
	}
	return unit->count > 0;
}

static int fill_from_solid(struct unit *unit, const struct contents *contents, struct unpacker *unpacker, uint8_t **plain, size_t *plain_bytes)
{
	const struct piece *piece = &unit->pieces[0];
	const struct resource *resource = piece->blob->resource;
	uint64_t start = piece->chunk * resource->chunk_size, bytes = chunk_bytes(resource, piece->chunk);
	int status = room_for(plain, plain_bytes, bytes);
	if (status == 0) status = unpack_chunks(resource, piece->chunk, 1, *plain, unpacker);
	const struct blob *end = contents->blobs + contents->count;
	/* Blobs do not overlap (contents.c), so that their bytes are no more than the chunk's. */
	size_t headers = 0;
	for (const struct blob *blob = piece->blob; blob < end && blob->resource == resource && blob->place < start + bytes; blob++)
		headers += BLOB_HEADER;
	if (status == 0) status = room_for(&unit->out, &unit->out_bytes, headers + bytes);
	if (status != 0) return status;
	uint8_t *next = unit->out;
	for (const struct blob *blob = piece->blob; blob < end && blob->resource == resource && blob->place < start + bytes; blob++) {
		uint64_t from = blob->place > start ? blob->place - start : 0;
		uint64_t to = blob->place + blob->size - start < bytes ? blob->place + blob->size - start : bytes;
		if (blob->place >= start) {
			blob_header(next, blob->size, blob->sha1, 0);
			next += BLOB_HEADER;
		}
		memcpy(next, *plain + from, to - from);
		next += to - from;
	}
	unit->length = (size_t)(next - unit->out);
	return 0;
}

static int fill(struct unit *unit, struct unpacker *unpacker)
{
	size_t wanted = 0;
	for (unsigned i = 0; i < unit->count; i++) {
		const struct piece *piece = &unit->pieces[i];
		const struct resource *resource = piece->blob->resource;
		wanted += BLOB_HEADER + (piece->chunks - 1) * resource->chunk_size +
			  chunk_bytes(resource, piece->chunk + piece->chunks - 1);
	}
	int status = room_for(&unit->out, &unit->out_bytes, wanted);
	uint8_t *next = unit->out;
	for (unsigned i = 0; status == 0 && i < unit->count; i++) {
		const struct piece *piece = &unit->pieces[i];
		const struct resource *resource = piece->blob->resource;
		if (piece->chunk == 0) {
			blob_header(next, piece->blob->size, piece->blob->sha1, 0);
			next += BLOB_HEADER;
		}
		status = unpack_chunks(resource, piece->chunk, piece->chunks, next, unpacker);
		next += (piece->chunks - 1) * resource->chunk_size +
			chunk_bytes(resource, piece->chunk + piece->chunks - 1);
	}
	unit->length = (size_t)(next - unit->out);
	return status;
}

static void *work(void *argument)
{
	struct pool *pool = argument;
	struct unpacker unpacker = { 0 };
	uint8_t *plain = NULL;
	size_t plain_bytes = 0;
	pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (!pool->stop && !pool->all_begun && pool->begun - pool->written >= pool->unit_count)
			pthread_cond_wait(&pool->room, &pool->lock);
		if (pool->stop || pool->all_begun) break;
		struct unit *unit = &pool->units[pool->begun % pool->unit_count];
		if (!plan_unit(pool, unit)) {
			pool->all_begun = true;
			pthread_cond_broadcast(&pool->room);
			pthread_cond_signal(&pool->ready);
			break;
		}
		pool->begun++;
		pthread_mutex_unlock(&pool->lock);
		int status = unit->pieces[0].blob->resource->solid
				     ? fill_from_solid(unit, pool->contents, &unpacker, &plain, &plain_bytes)
				     : fill(unit, &unpacker);
		pthread_mutex_lock(&pool->lock);
		unit->status = status;
		unit->ready = true;
		pthread_cond_signal(&pool->ready);
	}
	pthread_mutex_unlock(&pool->lock);
	wimlib_free_decompressor(unpacker.decompressor);
	free(unpacker.packed);
	free(unpacker.places);
	free(plain);
	return NULL;
}

static int write_units(struct pool *pool, int fd)
{
	for (;;) {
		struct unit *unit = &pool->units[pool->written % pool->unit_count];
		pthread_mutex_lock(&pool->lock);
		while (!unit->ready && !(pool->all_begun && pool->written == pool->begun))
			pthread_cond_wait(&pool->ready, &pool->lock);
		bool ready = unit->ready;
		pthread_mutex_unlock(&pool->lock);
		if (!ready) return 0;
		int status = unit->status != 0 ? unit->status : write_all(fd, unit->out, unit->length);
		if (status != 0) return status;
		pthread_mutex_lock(&pool->lock);
		unit->ready = false;
		pool->written++;
		pthread_cond_signal(&pool->room);
		pthread_mutex_unlock(&pool->lock);
	}
}

/* Bytes that a thread and a unit take at most. */
static uint64_t largest_share(const struct contents *contents)
{
	uint64_t largest = UNIT_BYTES;
	for (size_t i = 0; i < contents->count; i++)
		if (contents->blobs[i].resource->chunk_size > largest) largest = contents->blobs[i].resource->chunk_size;
	return largest;
}

/* Writes all blobs to a stream. @returns 0, a status, or STREAM_ENDED */
int write_blobs(const struct contents *contents, int threads, int fd)
{
	/* A thread holds a chunk packed and one unpacked, a unit one unpacked; there are two units more than threads. */
	uint64_t share = largest_share(contents);
	uint64_t affordable = (UNITS_BUDGET / share - 2) / 3;
	if (affordable < (uint64_t)threads) threads = affordable < 1 ? 1 : (int)affordable;
	struct pool pool = { .contents = contents, .unit_count = (size_t)threads + 2 };
	if (share == UNIT_BYTES) pool.unit_count = (size_t)threads * 4 + 8;
	pool.units = calloc(pool.unit_count, sizeof pool.units[0]);
	if (pool.units == NULL) return failed(STATUS_FAILED, "not enough memory");
	pthread_mutex_init(&pool.lock, NULL);
	pthread_cond_init(&pool.room, NULL);
	pthread_cond_init(&pool.ready, NULL);
	pthread_t running[MOST_THREADS];
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 1u << 20);
	int started = 0;
	while (started < threads && pthread_create(&running[started], &attributes, work, &pool) == 0) started++;
	int status = started > 0 ? write_units(&pool, fd) : failed(STATUS_FAILED, "no thread can be started");
	pthread_mutex_lock(&pool.lock);
	pool.stop = true;
	pthread_cond_broadcast(&pool.room);
	pthread_mutex_unlock(&pool.lock);
	for (int i = 0; i < started; i++) pthread_join(running[i], NULL);
	for (size_t i = 0; i < pool.unit_count; i++) free(pool.units[i].out);
	free(pool.units);
	return status;
}
