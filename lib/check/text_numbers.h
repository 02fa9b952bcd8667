/*
 * text_numbers: finds numbers that a document's table stores as text.
 */
#ifndef VV_LIB_CHECK_TEXT_NUMBERS_H
#define VV_LIB_CHECK_TEXT_NUMBERS_H

#include "base/buf.h"
#include "base/error.h"
#include "lib/check/input.h"

/* Finds the cells of in that have a number as text, unless base has them, too; and the columns of
 * in that are text, but are numbers in base. Appends the first few of both, and the number of the
 * others; nothing if none are found. base may be NULL: then no columns are found. Both inputs must
 * be open. */
vv_status vv_text_numbers_find(vv_buf *out, const vv_check_input *in, const vv_check_input *base,
			       vv_error *err);

#endif
