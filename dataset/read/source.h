/*
 * source: bytes to read, once and in order: of a file, of memory, of a pipe.
 */
#ifndef VV_DATASET_READ_SOURCE_H
#define VV_DATASET_READ_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Where the bytes come from: a file, a pipe, a Git filter. Reads up to len bytes,
 * 0 at the end, negative vv_status. */
typedef struct vv_source {
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* The line (from 1) of byte `offset`; NULL if unknown (a pipe): lines are then counted
	 * while reading. */
	vv_status (*line)(void *payload, uint64_t offset, uint64_t *out, vv_error *err);
	/* Seeks to the beginning; NULL: not possible (a pipe). */
	vv_status (*again)(void *payload, vv_error *err);
	void *payload;
	uint64_t size; /* when known, else 0; it may change: for progress, and what room is made */
	const char *name; /* for messages: the path as the user wrote it */
} vv_source;

/* The line, from 1, of the byte at offset in what read gives from its beginning on. */
vv_status vv_source_find_line(ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err),
			      void *payload, uint64_t offset, uint64_t *line, vv_error *err);

/* A source over a file descriptor (not closed). */
typedef struct vv_fd_source {
	int fd;
	const char *path;
} vv_fd_source;
void vv_source_fd(vv_source *out, vv_fd_source *storage, int fd, const char *path, uint64_t size);
/* Over memory. */
typedef struct vv_mem_source {
	const char *bytes;
	size_t len, pos;
} vv_mem_source;
void vv_source_mem(vv_source *out, vv_mem_source *storage, const void *bytes, size_t len,
		   const char *name);

#endif
