/*
 * source: reads bytes in order, from a file, from memory or from a pipe.
 */
#ifndef VV_DATASET_READ_SOURCE_H
#define VV_DATASET_READ_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* A source of bytes: a file, memory, a pipe or the input of a Git filter. */
typedef struct vv_source {
	/* Reads up to len bytes. Returns their number, 0 at the end, or a negative vv_status. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* Sets *out to the line, from 1, that contains the byte at `offset`. NULL: not possible (a
	 * pipe); the reader then counts lines while it reads. */
	vv_status (*line)(void *payload, uint64_t offset, uint64_t *out, vv_error *err);
	/* Seeks to the beginning. NULL: not possible (a pipe). */
	vv_status (*again)(void *payload, vv_error *err);
	void *payload;
	/* the size in bytes, 0: unknown; only for progress and for reserving memory, since it may
	 * change */
	uint64_t size;
	const char *name; /* for messages: the path as the user wrote it */
} vv_source;

/* Sets *line to the line, from 1, of the byte at offset. read: returns the bytes from their beginning on, as read(2)
 * does. */
vv_status vv_source_find_line(ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err),
			      void *payload, uint64_t offset, uint64_t *line, vv_error *err);

/* The state of a source that reads a file descriptor. */
typedef struct vv_fd_source {
	int fd;
	const char *path;
} vv_fd_source;
/* Makes a source that reads fd, which the source does not close. storage must outlive the
 * source. */
void vv_source_fd(vv_source *out, vv_fd_source *storage, int fd, const char *path, uint64_t size);
/* The state of a source that reads memory. */
typedef struct vv_mem_source {
	const char *bytes;
	size_t len, pos;
} vv_mem_source;
/* Makes a source that reads len bytes of memory. The bytes and storage must outlive the source. */
void vv_source_mem(vv_source *out, vv_mem_source *storage, const void *bytes, size_t len,
		   const char *name);

#endif
