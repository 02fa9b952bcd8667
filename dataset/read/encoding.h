/*
 * encoding: decodes bytes in a character encoding to UTF-8 text, and encodes text in the encoding.
 *
 * Bytes that are invalid in the encoding are copied unchanged to the text, unless they are valid UTF-8. When the
 * text is encoded, they become the same bytes again. So the text determines the bytes. An unpaired surrogate of
 * UTF-16 is decoded as the three bytes that UTF-8 would have for it.
 */
#ifndef VV_DATASET_READ_ENCODING_H
#define VV_DATASET_READ_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/dialect.h"

/* Writes the canonical name of the encoding to out, which has room for VV_ENCODING_MAX bytes; "" for UTF-8. sample:
 * the first bytes of the file; "UTF-16" is resolved by the byte order mark in sample, and is little-endian without a
 * mark. VV_EUSAGE: the encoding is unknown or not supported. */
vv_status vv_encoding_find(char *out, const char *name, const char *sample, size_t len,
			   vv_error *err);

typedef struct vv_encoding vv_encoding;
/* Opens an encoding by the name that vv_encoding_find returned. VV_ENOSUPPORT: the system's iconv does not support
 * the encoding. */
vv_status vv_encoding_open(vv_encoding **out, const char *name, vv_error *err);
void vv_encoding_close(vv_encoding *e); /* accepts NULL */
VV_AUTO_FREE(vv_encoding, vv_encoding_close)

/* Decodes bytes and appends the text to out. *used is the number of consumed bytes. last: nothing follows these
 * bytes; without it, an incomplete character at the end is not consumed. */
vv_status vv_encoding_decode(vv_encoding *e, vv_buf *out, const char *bytes, size_t len, bool last,
			     size_t *used, vv_error *err);
/* Returns true if encoding the text decoded last is certain to make the same bytes, so that this need not be
 * checked. */
bool vv_encoding_exact(const vv_encoding *e);
/* Encodes text and appends the bytes to out. `last` and *used have the same meaning as for vv_encoding_decode.
 * VV_EINPUT: the encoding does not have a character of the text. */
vv_status vv_encoding_encode(vv_encoding *e, vv_buf *out, const char *text, size_t len, bool last,
			     size_t *used, vv_error *err);

#endif
