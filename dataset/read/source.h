/*
 * source: reads bytes in order, from a file, from memory or from a pipe.
 */
#ifndef VV_DATASET_READ_SOURCE_H
#define VV_DATASET_READ_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* A source of bytes: a file, memory, a pipe or the input of a Git filter. payload is the first
 * argument of its functions. */
typedef struct vv_source {
	/* Reads up to len bytes. Returns their number, 0 at the end, or a negative vv_status. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* Sets *out to the number, from 1, of the line that contains the byte at `offset`. NULL for
	 * a pipe: the reader counts lines while it reads. */
	vv_status (*line)(void *payload, uint64_t offset, uint64_t *out, vv_error *err);
	/* Seeks to the beginning. NULL for a pipe, which cannot be read again. */
	vv_status (*again)(void *payload, vv_error *err);
	void *payload;
	/* size in bytes, 0: unknown; the size may change, so it is used only for progress and for
	 * reserving memory */
	uint64_t size;
	const char *name; /* for messages: the path as the user wrote it */
} vv_source;

/* Sets *line to the number, from 1, of the line that contains the byte at offset. Calls read, which
 * is like vv_source.read, for the bytes from the beginning up to this byte. */
vv_status vv_source_find_line(ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err),
			      void *payload, uint64_t offset, uint64_t *line, vv_error *err);

/* The state of a source that reads a file descriptor. */
typedef struct vv_fd_source {
	int fd;
	const char *path; /* for messages; borrowed */
} vv_fd_source;
/* Makes *out a source that reads fd, and does not close it. storage receives its state; path and
 * storage must outlive the source. Sets `line` and `again`; if fd is a pipe, the caller must set
 * both to NULL. */
void vv_source_fd(vv_source *out, vv_fd_source *storage, int fd, const char *path, uint64_t size);
/* The state of a source that reads memory. */
typedef struct vv_mem_source {
	const char *bytes; /* borrowed */
	size_t len,        /* number of bytes */
		pos;       /* number of bytes already read */
} vv_mem_source;
/* Makes *out a source that reads len bytes of memory. storage receives its state. The bytes, name
 * and storage must outlive the source. */
void vv_source_mem(vv_source *out, vv_mem_source *storage, const void *bytes, size_t len,
		   const char *name);

#endif
