/*
 * table_diff_internal: answers for files that are not tables. Private to table_diff.
 */
#ifndef VV_LIB_VIEW_TABLE_DIFF_INTERNAL_H
#define VV_LIB_VIEW_TABLE_DIFF_INTERNAL_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/view/table_diff.h"

/* Returns true if the item is a table of a document, or the document itself; false for files of
 * bytes that varve keeps. */
bool table_diff_is_document(const vv_diff_item *i);

/* Sets out->line to a line about an item that is not a table, unless both sides have the same bytes.
 * why: the reason why it is not read as a table; may be NULL. */
vv_status table_diff_text(const vv_diff_item *item, const vv_diff_how *how, vv_diff_answer *out,
			  const char *why, vv_error *err);

#endif
