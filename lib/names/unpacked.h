/*
 * unpacked: decompresses a file, and provides its bytes as a source.
 *
 * The name of the source, such as prices.csv.gz, determines whether the file is compressed, not its
 * first bytes. The bytes of other files are passed on unchanged. Memory and output are bounded
 * (repo/blocks/decompress.h).
 */
#ifndef VV_LIB_NAMES_UNPACKED_H
#define VV_LIB_NAMES_UNPACKED_H

#include "base/auto.h"
#include "base/error.h"
#include "dataset/read/source.h"

/* One value = one file that is decompressed. */
typedef struct vv_unpacked vv_unpacked;

/* Opens the source `packed`, which must be at its beginning, as *out. The struct is copied, but its
 * name and payload must outlive *out. VV_EINPUT: the bytes are not compressed as the name says.
 * VV_ENOSUPPORT: the library for the format is not installed. */
vv_status vv_unpacked_open(vv_unpacked **out, const vv_source *packed, vv_error *err);
void vv_unpacked_close(vv_unpacked *u); /* accepts NULL */
VV_AUTO_FREE(vv_unpacked, vv_unpacked_close)

/* Returns the source of decompressed bytes, borrowed. It can be read again if the file can be read
 * again. */
const vv_source *vv_unpacked_source(const vv_unpacked *u);

#endif
