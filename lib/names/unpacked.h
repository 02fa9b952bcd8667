/*
 * unpacked: the decompressed bytes of a file, as a source.
 *
 * The name of a file (prices.csv.gz) decides whether it counts as compressed, not its first bytes; the bytes of other
 * files are unchanged. Memory and output are bounded (repo/blocks/decompress.h).
 */
#ifndef VV_LIB_NAMES_UNPACKED_H
#define VV_LIB_NAMES_UNPACKED_H

#include "base/auto.h"
#include "base/error.h"
#include "dataset/read/source.h"

typedef struct vv_unpacked vv_unpacked;

/* packed must be at its beginning; it is copied, but its payload must outlive *out. */
vv_status vv_unpacked_open(vv_unpacked **out, const vv_source *packed, vv_error *err);
void vv_unpacked_close(vv_unpacked *u); /* accepts NULL */
VV_AUTO_FREE(vv_unpacked, vv_unpacked_close)

/* Borrowed. The source can be read again if the file can. */
const vv_source *vv_unpacked_source(const vv_unpacked *u);

#endif
