/*
 * base64: bytes as letters (RFC 4648, section 4).
 */
#ifndef VV_BASE_BASE64_H
#define VV_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends the text; padded: with '=' to a multiple of four. */
void vv_base64_put(vv_buf *out, const void *bytes, size_t len, bool padded);

/* Appends the bytes. The padding may be left out, but no bit may be set that stands for
 * nothing. False, with out as it was: not base64. A failed allocation shows in out. */
bool vv_base64_read(vv_buf *out, const char *text, size_t len);

#endif
