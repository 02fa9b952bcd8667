/*
 * text_numbers: numbers that a document's table has as text.
 */
#ifndef VV_LIB_CHECK_TEXT_NUMBERS_H
#define VV_LIB_CHECK_TEXT_NUMBERS_H

#include "base/buf.h"
#include "base/error.h"
#include "lib/check/input.h"

/* Appends the first cells and columns that are so and were not in the base; without one (NULL), cells beside numbers. Both are open. */
vv_status vv_text_numbers_find(vv_buf *out, const vv_check_input *in, const vv_check_input *base,
			       vv_error *err);

#endif
