/*
 * temp_bytes: stores bytes temporarily, in memory up to a limit, and beyond the limit in an
 * unlinked temporary file. Private to dataset.
 */
#ifndef VV_DATASET_FORMAT_TEMP_BYTES_H
#define VV_DATASET_FORMAT_TEMP_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* A sequence of bytes, of which the first are in the file. */
typedef struct temp_bytes {
	vv_buf tail;      /* the bytes after those in the file */
	uint64_t flushed; /* number of bytes in the file */
	size_t memory;    /* the file is created when tail would have more bytes */
	/* folder of the file, borrowed; if NULL, or if no file can be created in it: TMPDIR, else
	 * /tmp */
	const char *dir;
	char *path; /* path that the file had before it was unlinked, for messages; owned */
	int fd;     /* -1: no file yet */
} temp_bytes;

/* Makes t an empty sequence. dir, which is borrowed, and memory become the members with these
 * names. */
void temp_bytes_init(temp_bytes *t, const char *dir, size_t memory);
void temp_bytes_clear(temp_bytes *t);         /* also closes the file, which deletes it */
uint64_t temp_bytes_len(const temp_bytes *t); /* returns the number of bytes */
/* Appends len bytes. After a failure, it is undefined whether they were appended; the bytes before
 * them are unchanged. */
vv_status temp_bytes_put(temp_bytes *t, const void *bytes, size_t len, vv_error *err);
/* Copies the len bytes from offset `at` on to out. These bytes must exist. */
vv_status temp_bytes_get(const temp_bytes *t, uint64_t at, void *out, size_t len, vv_error *err);

#endif
