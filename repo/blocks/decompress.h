/*
 * decompress: the plain bytes of a file that is compressed with gzip or zstd, as a
 * stream. Several members or frames after each other are read as one, as gunzip and
 * unzstd do. Anything else passes as it is.
 *
 * Memory is bounded by the window that the file asks for; more than 128 MiB is refused.
 */
#ifndef VV_REPO_BLOCKS_DECOMPRESS_H
#define VV_REPO_BLOCKS_DECOMPRESS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_decompress vv_decompress;

/* Reads from fd (not closed; from where it stands). name is for messages. */
vv_status vv_decompress_open(vv_decompress **out, int fd, const char *name, vv_error *err);
void vv_decompress_close(vv_decompress *d); /* accepts NULL */
VV_AUTO_FREE(vv_decompress, vv_decompress_close)

/* Up to len bytes; 0 at the end; a negative vv_status. VV_EINPUT when the file is cut
 * off or damaged. payload is the vv_decompress. */
ssize_t vv_decompress_read(void *payload, void *buf, size_t len, vv_error *err);

#endif
