/*
 * decompress: the plain bytes of a file that is compressed with gzip, zstd, xz, bzip2 or lz4, as a stream.
 * Several members or frames after each other are read as one, as gunzip does. Other files pass unchanged, unless
 * their names end like those of compressed files.
 *
 * Memory is bounded by the window that the file requires; more than 128 MiB (xz: 192) is refused. So is a file
 * that expands to more than 256 MiB and 200 times its size, as a decompression bomb does.
 */
#ifndef VV_REPO_BLOCKS_DECOMPRESS_H
#define VV_REPO_BLOCKS_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_decompress vv_decompress;

/* The length of the path without .gz, .zst, .zstd, .xz or .bz2; 0: it has no such ending. */
size_t vv_decompress_name(const char *path);

/* Up to len bytes of the file, 0 at its end, a negative vv_status. */
typedef ssize_t (*vv_packed_fn)(void *payload, void *buf, size_t len, vv_error *err);

/* Does it begin with a frame of zstd (or lz4) that is passed over, as files of pzstd do? */
bool vv_decompress_is_skippable(const void *head, size_t len);

/* name is borrowed. VV_EINPUT: it ends in .gz, .zst, .zstd, .xz or .bz2, and the bytes do not begin so; VV_ENOSUPPORT: liblzma, libbz2 or liblz4, which are loaded when such a file is met,
 * are not installed. */
vv_status vv_decompress_open(vv_decompress **out, vv_packed_fn read, void *payload,
			     const char *name, vv_error *err);
void vv_decompress_close(vv_decompress *d); /* accepts NULL */
VV_AUTO_FREE(vv_decompress, vv_decompress_close)

/* Up to len bytes; 0 at the end; a negative vv_status. VV_EINPUT when the file is cut
 * off or damaged; VV_EREFUSED above the limit. payload is the vv_decompress. */
ssize_t vv_decompress_read(void *payload, void *buf, size_t len, vv_error *err);

#endif
