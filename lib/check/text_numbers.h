/*
 * text_numbers: finds numbers that a document's table stores as text.
 */
#ifndef VV_LIB_CHECK_TEXT_NUMBERS_H
#define VV_LIB_CHECK_TEXT_NUMBERS_H

#include "base/buf.h"
#include "base/error.h"
#include "lib/check/input.h"

/* Finds numbers that the table of in, but not that of base, has as text. Appends the first of these
 * cells, the first columns that are text although they are numbers in base, and how many more there
 * are; nothing if there are none. base may be NULL: then all such cells are found, and no columns.
 * Both inputs must be open. */
vv_status vv_text_numbers_find(vv_buf *out, const vv_check_input *in, const vv_check_input *base,
			       vv_error *err);

#endif
