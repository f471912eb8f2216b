/*
 * What an image needs. libwim reads the header and the table of blobs, as wimlib-imagex does, with the same checks. Which blobs the
 * image needs is found without reading its tree: a SHA-1 stands at a multiple of eight bytes in the list of files, as every entry
 * begins at one. What is there by chance is sent, too, and passed over by the reader.
 */
#include "unpack-wim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct found {
	struct wimlib_resource_entry *entries;
	uint32_t *files;
	size_t count, room;
	uint32_t file;
};

static int keep(const struct wimlib_resource_entry *entry, void *context)
{
	struct found *found = context;
	if (found->count == found->room) {
		size_t room = found->room == 0 ? 4096 : found->room * 2;
		struct wimlib_resource_entry *entries = realloc(found->entries, room * sizeof entries[0]);
		if (entries != NULL) found->entries = entries;
		uint32_t *files = realloc(found->files, room * sizeof files[0]);
		if (files != NULL) found->files = files;
		if (entries == NULL || files == NULL) return WIMLIB_ERR_NOMEM;
		found->room = room;
	}
	found->entries[found->count] = *entry;
	found->files[found->count++] = found->file;
	return 0;
}

static uint64_t property(WIMStruct *wim, int image, const char *name)
{
	const char *text = wimlib_get_image_property(wim, image, name);
	if (text == NULL || text[0] == 0 || strspn(text, "0123456789") != strlen(text)) return 0;
	errno = 0;
	unsigned long long value = strtoull(text, NULL, 10);
	return errno != 0 || value > INT64_MAX ? 0 : value;
}

/* Opens a file and lists its blobs. */
static int list_file(const char *path, int image, struct source *source, struct found *found, struct contents *contents)
{
	WIMStruct *wim;
	int opened = wimlib_open_wim(path, 0, &wim);
	if (opened == WIMLIB_ERR_NOMEM) return failed(STATUS_FAILED, "not enough memory");
	if (opened != 0) return failed(STATUS_NOT_HANDLED, "libwim does not open it");
	struct wimlib_wim_info info;
	wimlib_get_wim_info(wim, &info);
	int status = info.pipable ? failed(STATUS_NOT_HANDLED, "it is pipable already") : 0;
	source->compression = (int)info.compression_type;
	source->chunk_size = info.chunk_size;
	if (found->file == 0) {
		contents->fix_reparse_points = info.has_rpfix;
		contents->total_bytes = property(wim, image, "TOTALBYTES");
		contents->hard_link_bytes = property(wim, image, "HARDLINKBYTES");
	}
	if (status == 0 && wimlib_iterate_lookup_table(wim, 0, keep, found) != 0)
		status = failed(STATUS_FAILED, "not enough memory");
	wimlib_free(wim);
	if (status != 0) return status;
	source->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat details;
	if (source->fd < 0 || fstat(source->fd, &details) != 0 || !S_ISREG(details.st_mode))
		return failed(STATUS_FAILED, "the file cannot be opened");
	source->size = (uint64_t)details.st_size;
	posix_fadvise(source->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

static void describe(const struct wimlib_resource_entry *entry, const struct source *source, struct resource *resource)
{
	*resource = (struct resource){
		.source = source,
		.offset = entry->raw_resource_offset_in_wim,
		.packed = entry->raw_resource_compressed_size,
		.size = entry->raw_resource_uncompressed_size,
		.solid = entry->packed,
		.compression = entry->is_compressed ? source->compression : WIMLIB_COMPRESSION_TYPE_NONE,
		.chunk_size = entry->is_compressed ? source->chunk_size : 0,
	};
}

static int read_metadata(const struct wimlib_resource_entry *entry, const struct source *source, struct contents *contents)
{
	struct resource resource;
	describe(entry, source, &resource);
	int status = resource.solid ? failed(STATUS_NOT_HANDLED, "its list of files is in a solid resource") : check_resource(&resource);
	if (status != 0) return status;
	if (resource.size > LARGEST_METADATA) return failed(STATUS_NOT_HANDLED, "its list of files is too long");
	contents->metadata = malloc(resource.size);
	if (contents->metadata == NULL) return failed(STATUS_FAILED, "not enough memory");
	contents->metadata_size = resource.size;
	memcpy(contents->metadata_sha1, entry->sha1_hash, SHA1_BYTES);
	struct unpacker unpacker = { 0 };
	status = unpack_chunks(&resource, 0, resource.chunks, contents->metadata, &unpacker);
	wimlib_free_decompressor(unpacker.decompressor);
	free(unpacker.packed);
	free(unpacker.places);
	return status;
}

static int by_sha1(const void *left, const void *right)
{
	const struct blob *one = left, *other = right;
	int order = memcmp(one->sha1, other->sha1, SHA1_BYTES);
	return order != 0 ? order : (one->order > other->order) - (one->order < other->order);
}

static int by_place(const void *left, const void *right)
{
	const struct blob *one = left, *other = right;
	if (one->resource->source != other->resource->source) return one->resource->source < other->resource->source ? -1 : 1;
	if (one->resource->offset != other->resource->offset) return one->resource->offset < other->resource->offset ? -1 : 1;
	if (one->place != other->place) return one->place < other->place ? -1 : 1;
	return (one->order > other->order) - (one->order < other->order);
}

/* Of blobs with the same SHA-1 the first stays, as in wimlib. The reader counts blobs: one sent twice would end it too early. */
static void remove_repeated(struct contents *contents)
{
	qsort(contents->blobs, contents->count, sizeof contents->blobs[0], by_sha1);
	size_t kept = 0;
	for (size_t i = 0; i < contents->count; i++) {
		if (kept > 0 && memcmp(contents->blobs[kept - 1].sha1, contents->blobs[i].sha1, SHA1_BYTES) == 0) continue;
		contents->blobs[kept++] = contents->blobs[i];
	}
	contents->count = kept;
}

static size_t filter_place(const uint8_t *sha1)
{
	return get32(sha1) & 0xffffff;
}

/* Keeps the blobs whose SHA-1 is in the list of files. */
static int keep_needed(struct contents *contents)
{
	/* A bit for each beginning of a SHA-1: most places in a list of files are told apart by it alone. */
	uint8_t *filter = calloc(1, 1u << 21);
	if (filter == NULL) return failed(STATUS_FAILED, "not enough memory");
	for (size_t i = 0; i < contents->count; i++) {
		size_t bit = filter_place(contents->blobs[i].sha1);
		filter[bit >> 3] |= (uint8_t)(1u << (bit & 7));
	}
	for (uint64_t at = 0; at + SHA1_BYTES <= contents->metadata_size; at += 8) {
		const uint8_t *sha1 = contents->metadata + at;
		size_t bit = filter_place(sha1);
		if ((filter[bit >> 3] & 1u << (bit & 7)) == 0) continue;
		size_t low = 0, high = contents->count;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			int order = memcmp(contents->blobs[middle].sha1, sha1, SHA1_BYTES);
			if (order == 0) contents->blobs[middle].needed = true;
			if (order < 0) low = middle + 1;
			else high = order == 0 ? low : middle;
		}
	}
	free(filter);
	size_t kept = 0;
	for (size_t i = 0; i < contents->count; i++)
		if (contents->blobs[i].needed) contents->blobs[kept++] = contents->blobs[i];
	contents->count = kept;
	return 0;
}

/* Reads the tables of solid resources, and finds what no sound file has. Blobs are in their order in the files. */
static int check_blobs(struct contents *contents)
{
	struct blob *before = NULL;
	for (size_t i = 0; i < contents->count; i++) {
		struct blob *blob = &contents->blobs[i];
		struct resource *resource = blob->resource;
		bool same = before != NULL && resource->solid && before->resource->solid && before->resource->source == resource->source &&
			    before->resource->offset == resource->offset;
		if (same) {
			if (before->resource->size != resource->size || before->resource->packed != resource->packed)
				return failed(STATUS_DAMAGED, "a solid resource is listed in two ways");
			if (blob->place < before->place + before->size) return failed(STATUS_NOT_HANDLED, "blobs overlap");
			blob->resource = resource = before->resource;
		} else {
			int status = resource->solid ? load_solid(resource) : check_resource(resource);
			if (status != 0) return status;
		}
		if (blob->size == 0 || blob->place > resource->size || blob->size > resource->size - blob->place ||
		    (!resource->solid && blob->size != resource->size))
			return failed(STATUS_DAMAGED, "a blob is not within its resource");
		before = blob;
	}
	return 0;
}

int read_contents(char *const *files, int file_count, int image, struct contents *contents)
{
	struct source *sources = calloc((size_t)file_count, sizeof sources[0]);
	struct found found = { 0 };
	if (sources == NULL) return failed(STATUS_FAILED, "not enough memory");
	int status = 0;
	for (found.file = 0; status == 0 && found.file < (uint32_t)file_count; found.file++)
		status = list_file(files[found.file], image, &sources[found.file], &found, contents);
	if (status != 0) return status;

	contents->blobs = calloc(found.count + 1, sizeof contents->blobs[0]);
	struct resource *resources = calloc(found.count + 1, sizeof resources[0]);
	if (contents->blobs == NULL || resources == NULL) return failed(STATUS_FAILED, "not enough memory");
	int images = 0;
	for (size_t i = 0; status == 0 && i < found.count; i++) {
		const struct wimlib_resource_entry *entry = &found.entries[i];
		const struct source *source = &sources[found.files[i]];
		if (entry->is_metadata) {
			if (found.files[i] == 0 && ++images == image) status = read_metadata(entry, source, contents);
			continue;
		}
		struct blob *blob = &contents->blobs[contents->count];
		blob->resource = &resources[contents->count];
		describe(entry, source, blob->resource);
		memcpy(blob->sha1, entry->sha1_hash, SHA1_BYTES);
		blob->order = (uint32_t)contents->count++;
		blob->size = entry->uncompressed_size;
		blob->place = entry->packed ? entry->offset : 0;
	}
	free(found.entries);
	free(found.files);
	if (status != 0) return status;
	if (contents->metadata == NULL) return failed(STATUS_NOT_HANDLED, "it has no such image");
	remove_repeated(contents);
	status = keep_needed(contents);
	if (status != 0) return status;
	qsort(contents->blobs, contents->count, sizeof contents->blobs[0], by_place);
	status = check_blobs(contents);
	if (contents->total_bytes == 0) {
		contents->hard_link_bytes = 0;
		for (size_t i = 0; i < contents->count; i++) contents->total_bytes += contents->blobs[i].size;
	}
	if (contents->hard_link_bytes > contents->total_bytes) contents->hard_link_bytes = 0;
	return status;
}
