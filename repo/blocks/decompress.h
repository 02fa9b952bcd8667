/*
 * decompress: reads files that are compressed with gzip, zstd, xz, bzip2 or lz4, as a stream.
 *
 * Several members or frames are read as one file, as gunzip does. Files that are not compressed are
 * read unchanged; but it is an error if the name of such a file ends like the name of a compressed
 * file.
 *
 * Memory depends on the window that the file requires. Files with a zstd window over 128 MiB, and
 * xz files that need more than 192 MiB of memory, are treated as damaged. A file that expands to
 * more than 256 MiB and more than 200 times its size is refused as a decompression bomb.
 */
#ifndef VV_REPO_BLOCKS_DECOMPRESS_H
#define VV_REPO_BLOCKS_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_decompress vv_decompress;

/* Returns the length of the path without its ending .gz, .zst, .zstd, .xz or .bz2; 0: the path has no such ending. */
size_t vv_decompress_name(const char *path);
/* Returns a copy of path without such an ending. The caller frees the copy with vv_free. NULL: out
 * of memory. */
char *vv_decompress_inside(const char *path);

/* Reads up to len bytes of the compressed file into buf. Returns the number of bytes read, 0 at the
 * end, or a negative vv_status. */
typedef ssize_t (*vv_packed_fn)(void *payload, void *buf, size_t len, vv_error *err);

/* Returns true if head, the first len bytes of a file, is the beginning of a skippable frame of
 * zstd or lz4, as in files written by pzstd. */
bool vv_decompress_is_skippable(const void *head, size_t len);

/* Begins to read a file, whose bytes `read` returns. name, the file's path, is borrowed until
 * vv_decompress_close. VV_EINPUT: name ends like the name of a compressed file, but the bytes do
 * not begin like one. VV_ENOSUPPORT: the library for the format (liblzma, libbz2 or liblz4, loaded
 * when needed) is not installed. */
vv_status vv_decompress_open(vv_decompress **out, vv_packed_fn read, void *payload,
			     const char *name, vv_error *err);
void vv_decompress_close(vv_decompress *d); /* accepts NULL */
VV_AUTO_FREE(vv_decompress, vv_decompress_close)

/* Reads up to len decompressed bytes into buf. payload is the vv_decompress. Returns the number of
 * bytes read, 0 at the end, or a negative vv_status. VV_EINPUT: the file is truncated or damaged,
 * or requires a window that is too large. VV_EREFUSED: the file is a decompression bomb. */
ssize_t vv_decompress_read(void *payload, void *buf, size_t len, vv_error *err);

#endif
