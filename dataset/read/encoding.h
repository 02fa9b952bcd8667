/*
 * encoding: decodes a file's bytes from a character encoding to UTF-8 text, and encodes the text to
 * bytes again.
 *
 * Decoding copies bytes unchanged to the text if they are invalid in the encoding, or if their
 * character would be encoded to other bytes. Encoding copies bytes unchanged if they are not valid
 * UTF-8. Encoding the text therefore restores the file's bytes, unless copied bytes happen to be
 * valid UTF-8; file_text.h compares the bytes. An unpaired surrogate of UTF-16 is decoded as the
 * three bytes that UTF-8 would have for it.
 */
#ifndef VV_DATASET_READ_ENCODING_H
#define VV_DATASET_READ_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* Finds the encoding called name, and writes its canonical name to out, which has room for
 * VV_ENCODING_MAX bytes; "" for UTF-8. sample: the first len bytes of the file. They determine the
 * meaning of names with several meanings. For example, "UTF-16" has the byte order of the byte
 * order mark, and is little-endian if the sample has no mark. VV_EUSAGE: the encoding is unknown or
 * not supported. */
vv_status vv_encoding_find(char *out, const char *name, const char *sample, size_t len,
			   vv_error *err);

/* An open encoding. */
typedef struct vv_encoding vv_encoding;
/* Opens an encoding by the name that vv_encoding_find returned. VV_ENOSUPPORT: the system's iconv
 * does not support the encoding. */
vv_status vv_encoding_open(vv_encoding **out, const char *name, vv_error *err);
void vv_encoding_close(vv_encoding *e); /* accepts NULL */
VV_AUTO_FREE(vv_encoding, vv_encoding_close)

/* Decodes len bytes, appends the text to out, and sets *used to the number of consumed bytes. last
 * true: nothing follows these bytes. last false: an incomplete character at the end is not
 * consumed; pass its bytes again, before the next ones. */
vv_status vv_encoding_decode(vv_encoding *e, vv_buf *out, const char *bytes, size_t len, bool last,
			     size_t *used, vv_error *err);
/* Returns true if the text of the last call of vv_encoding_decode certainly encodes to the decoded
 * bytes, so that the caller need not check this. */
bool vv_encoding_exact(const vv_encoding *e);
/* Encodes len bytes of text, and appends the encoded bytes to out. `last` and *used have the same
 * meaning as for vv_encoding_decode. VV_EINPUT: the encoding does not have a character of the
 * text. */
vv_status vv_encoding_encode(vv_encoding *e, vv_buf *out, const char *text, size_t len, bool last,
			     size_t *used, vv_error *err);

#endif
