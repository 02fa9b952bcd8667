/*
 * encoding: a character encoding other than UTF-8, both ways: a file's bytes as text, and text as the file's bytes.
 *
 * Bytes that are invalid in the encoding stay unchanged in the text, unless they are valid UTF-8, and are written
 * back unchanged: so the text determines the bytes. A surrogate of UTF-16 without its other half becomes the three
 * bytes that UTF-8 would have for it.
 */
#ifndef VV_DATASET_READ_ENCODING_H
#define VV_DATASET_READ_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/dialect.h"

/* The one name of an encoding that has several; out has room for VV_ENCODING_MAX bytes. Empty: UTF-8. VV_EUSAGE: not an
 * encoding that can be read here. "UTF-16" is the one of the byte order mark that sample begins with, else
 * little-endian. */
vv_status vv_encoding_find(char *out, const char *name, const char *sample, size_t len,
			   vv_error *err);

typedef struct vv_encoding vv_encoding;
/* name: as vv_encoding_find has it. VV_ENOSUPPORT if the system's iconv lacks it. */
vv_status vv_encoding_open(vv_encoding **out, const char *name, vv_error *err);
void vv_encoding_close(vv_encoding *e); /* accepts NULL */
VV_AUTO_FREE(vv_encoding, vv_encoding_close)

/* Both append to out, and set *used to the number of consumed bytes: all except an incomplete character at the
 * end, and with `last` all. */
vv_status vv_encoding_decode(vv_encoding *e, vv_buf *out, const char *bytes, size_t len, bool last,
			     size_t *used, vv_error *err);
/* Is it certain that the text decoded last is encoded as the same bytes, without a try? */
bool vv_encoding_exact(const vv_encoding *e);
/* VV_EINPUT: the text has a character that the encoding lacks. */
vv_status vv_encoding_encode(vv_encoding *e, vv_buf *out, const char *text, size_t len, bool last,
			     size_t *used, vv_error *err);

#endif
