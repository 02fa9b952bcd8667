/*
 * text_internal: what the files of text share among themselves.
 */
#ifndef VV_BASE_TEXT_INTERNAL_H
#define VV_BASE_TEXT_INTERNAL_H

#include <stdint.h>

/* Columns of a printable code point: 0, 1 or 2. */
unsigned vv_text_cp_width(uint32_t cp);

#endif
