/*
 * text_numbers: finds numbers that a table of a document stores as text.
 */
#ifndef VV_LIB_CHECK_TEXT_NUMBERS_H
#define VV_LIB_CHECK_TEXT_NUMBERS_H

#include "base/buf.h"
#include "base/error.h"
#include "lib/check/input.h"

/* Finds cells of `in`, a table of a document, that have a number as text, except those that base
 * has, too. Also finds columns that are text in `in`, but numbers in base. Appends to out a list of
 * the first few of these cells and columns, and the number of the others; appends nothing if it
 * finds none. base: the same table in another version; NULL: do not compare. Both inputs must be
 * open. */
vv_status vv_text_numbers_find(vv_buf *out, const vv_check_input *in, const vv_check_input *base,
			       vv_error *err);

#endif
