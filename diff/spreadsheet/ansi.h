/*
 * ansi: the encoding windows-1252, which Excel calls ANSI.
 *
 *	vv_ansi_put(&out, bytes, len);
 */
#ifndef VV_DIFF_SPREADSHEET_ANSI_H
#define VV_DIFF_SPREADSHEET_ANSI_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Returns the byte of a code point; 0: the encoding lacks it. */
unsigned char vv_ansi_of(uint32_t cp);
/* Appends bytes of this encoding as UTF-8. */
void vv_ansi_put(vv_buf *out, const char *s, size_t len);

#endif
