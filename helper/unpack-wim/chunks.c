/*
 * Reads compressed chunks. Form of a resource: wimlib's src/resource.c and Microsoft's "Windows Imaging File Format". A table of
 * places comes first (of all chunks but the first; in a solid resource the sizes of all, behind a header), then the chunks. One
 * that is as long as what it holds is stored as it is.
 */
#include "unpack-wim.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* res_usize, chunk_size, compression_format. */
#define SOLID_HEADER 16
/* Chunks that a resource is cut into that has none of its own. */
#define RAW_CHUNK (1u << 20)

static int read_at(const struct source *source, void *into, size_t count, uint64_t offset)
{
	uint8_t *next = into;
	while (count > 0) {
		ssize_t got = pread(source->fd, next, count, (off_t)offset);
		if (got < 0) return failed(STATUS_FAILED, "the file cannot be read");
		if (got == 0) return failed(STATUS_DAMAGED, "the file ends too early");
		next += got;
		count -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

int room_for(uint8_t **buffer, size_t *bytes, size_t wanted)
{
	if (wanted <= *bytes) return 0;
	free(*buffer);
	*bytes = 0;
	*buffer = malloc(wanted);
	if (*buffer == NULL) return failed(STATUS_FAILED, "not enough memory");
	*bytes = wanted;
	return 0;
}

static unsigned entry_bytes(const struct resource *resource)
{
	return resource->solid || resource->size <= UINT32_MAX ? 4 : 8;
}

/* Compares what is said of a resource with the file; sets how many chunks it has. Of a solid one, after its header was read. */
int check_resource(struct resource *resource)
{
	const struct source *source = resource->source;
	if (resource->size == 0 || resource->packed == 0 || resource->offset > source->size ||
	    resource->packed > source->size - resource->offset)
		return failed(STATUS_DAMAGED, "a resource is not within the file");
	if (resource->compression == WIMLIB_COMPRESSION_TYPE_NONE) {
		if (resource->packed != resource->size)
			return failed(STATUS_DAMAGED, "a resource that is not compressed has two sizes");
		resource->chunk_size = RAW_CHUNK;
		resource->chunks = (resource->size - 1) / RAW_CHUNK + 1;
		resource->table = 0;
		return 0;
	}
	uint32_t size = resource->chunk_size;
	if (size < 4096 || (size & (size - 1)) != 0) return failed(STATUS_DAMAGED, "a chunk size is not valid");
	if (size > LARGEST_CHUNK) return failed(STATUS_NOT_HANDLED, "its chunks are too large");
	resource->chunks = (resource->size - 1) / size + 1;
	/* Each chunk takes an entry or at least a byte, so the sums below stay within the file's size. */
	if (resource->chunks > resource->packed) return failed(STATUS_DAMAGED, "a resource has more chunks than bytes");
	uint64_t entries = resource->solid ? resource->chunks : resource->chunks - 1;
	resource->table = entries * entry_bytes(resource) + (resource->solid ? SOLID_HEADER : 0);
	if (resource->table >= resource->packed) return failed(STATUS_DAMAGED, "a table of chunks is longer than its resource");
	return 0;
}

uint64_t chunk_bytes(const struct resource *resource, uint64_t chunk)
{
	uint64_t left = resource->size - chunk * resource->chunk_size;
	return left < resource->chunk_size ? left : resource->chunk_size;
}

/* Reads a solid resource's header and table. */
int load_solid(struct resource *resource)
{
	uint8_t header[SOLID_HEADER];
	if (resource->offset > resource->source->size || resource->source->size - resource->offset < SOLID_HEADER)
		return failed(STATUS_DAMAGED, "a solid resource is not within the file");
	int status = read_at(resource->source, header, sizeof header, resource->offset);
	if (status != 0) return status;
	static const int formats[] = {
		WIMLIB_COMPRESSION_TYPE_NONE,
		WIMLIB_COMPRESSION_TYPE_XPRESS,
		WIMLIB_COMPRESSION_TYPE_LZX,
		WIMLIB_COMPRESSION_TYPE_LZMS,
	};
	uint32_t format = get32(header + 12);
	if (get64(header) != resource->size) return failed(STATUS_DAMAGED, "a solid resource has two sizes");
	if (format < 1 || format > 3) return failed(STATUS_NOT_HANDLED, "a solid resource has another compression");
	resource->chunk_size = get32(header + 8);
	resource->compression = formats[format];
	status = check_resource(resource);
	if (status != 0) return status;
	uint64_t table = resource->table - SOLID_HEADER;
	if (table > LARGEST_TABLE) return failed(STATUS_NOT_HANDLED, "a solid resource has too many chunks");
	uint8_t *entries = malloc(table);
	resource->places = malloc((resource->chunks + 1) * sizeof resource->places[0]);
	if (entries == NULL || resource->places == NULL) return failed(STATUS_FAILED, "not enough memory");
	status = read_at(resource->source, entries, table, resource->offset + SOLID_HEADER);
	uint64_t place = 0; /* 8 Mi entries of 32 bits */
	for (uint64_t i = 0; status == 0 && i < resource->chunks; i++) {
		resource->places[i] = place;
		place += get32(entries + 4 * i);
	}
	resource->places[resource->chunks] = place;
	free(entries);
	if (status == 0 && place != resource->packed - resource->table)
		status = failed(STATUS_DAMAGED, "a solid resource's table does not add up");
	return status;
}

/* Where `count` chunks begin behind the table, and where the last one ends. */
static int find_places(const struct resource *resource, uint64_t first, uint64_t count, struct unpacker *unpacker)
{
	if (unpacker->places_count < count + 1) {
		free(unpacker->places);
		unpacker->places_count = 0;
		unpacker->places = malloc((count + 1) * sizeof unpacker->places[0]);
		if (unpacker->places == NULL) return failed(STATUS_FAILED, "not enough memory");
		unpacker->places_count = count + 1;
	}
	uint64_t *places = unpacker->places;
	if (resource->solid) {
		memcpy(places, resource->places + first, (count + 1) * sizeof places[0]);
		return 0;
	}
	unsigned bytes = entry_bytes(resource);
	/* Entry i is of chunk i + 1. */
	uint64_t from = first == 0 ? 0 : first - 1;
	uint64_t end = first + count < resource->chunks ? first + count : resource->chunks - 1;
	uint64_t *next = places;
	if (first == 0) *next++ = 0;
	if (end > from) {
		/* Into the end of the array: an entry is never longer than its place, and is read before that is written. */
		uint8_t *raw = (uint8_t *)(places + count + 1) - (end - from) * bytes;
		int status = read_at(resource->source, raw, (end - from) * bytes, resource->offset + from * bytes);
		if (status != 0) return status;
		for (uint64_t i = 0; i < end - from; i++) {
			uint64_t value = bytes == 4 ? get32(raw + 4 * i) : get64(raw + 8 * i);
			*next++ = value;
		}
	}
	if (first + count == resource->chunks) *next++ = resource->packed - resource->table;
	return 0;
}

static int use_decompressor(const struct resource *resource, struct unpacker *unpacker)
{
	if (unpacker->decompressor != NULL && unpacker->compression == resource->compression &&
	    unpacker->chunk_size == resource->chunk_size)
		return 0;
	wimlib_free_decompressor(unpacker->decompressor);
	unpacker->decompressor = NULL;
	int made = wimlib_create_decompressor(resource->compression, resource->chunk_size, &unpacker->decompressor);
	if (made == WIMLIB_ERR_NOMEM) return failed(STATUS_FAILED, "not enough memory");
	if (made != 0) return failed(STATUS_NOT_HANDLED, "libwim does not take this compression");
	unpacker->compression = resource->compression;
	unpacker->chunk_size = resource->chunk_size;
	return 0;
}

/* Unpacks chunks that follow each other. @param into has room for all of them */
int unpack_chunks(const struct resource *resource, uint64_t first, uint64_t count, uint8_t *into, struct unpacker *unpacker)
{
	const struct source *source = resource->source;
	uint64_t start = first * resource->chunk_size;
	if (resource->compression == WIMLIB_COMPRESSION_TYPE_NONE) {
		uint64_t bytes = (count - 1) * resource->chunk_size + chunk_bytes(resource, first + count - 1);
		return read_at(source, into, bytes, resource->offset + start);
	}
	int status = find_places(resource, first, count, unpacker);
	if (status == 0) status = use_decompressor(resource, unpacker);
	if (status != 0) return status;
	const uint64_t *places = unpacker->places;
	for (uint64_t i = 0; i < count; i++) {
		if (places[i] >= places[i + 1] || places[i + 1] > resource->packed - resource->table ||
		    places[i + 1] - places[i] > chunk_bytes(resource, first + i))
			return failed(STATUS_DAMAGED, "a chunk has no valid place");
	}
	/* At most what the chunks hold unpacked, by the lines above. */
	size_t packed = places[count] - places[0];
	status = room_for(&unpacker->packed, &unpacker->packed_bytes, packed);
	if (status == 0) status = read_at(source, unpacker->packed, packed, resource->offset + resource->table + places[0]);
	for (uint64_t i = 0; status == 0 && i < count; i++) {
		const uint8_t *chunk = unpacker->packed + (places[i] - places[0]);
		size_t bytes = places[i + 1] - places[i], whole = chunk_bytes(resource, first + i);
		if (bytes == whole) memcpy(into, chunk, whole);
		else if (wimlib_decompress(chunk, bytes, into, whole, unpacker->decompressor) != 0)
			status = failed(STATUS_DAMAGED, "a chunk cannot be decompressed");
		into += whole;
	}
	return status;
}
