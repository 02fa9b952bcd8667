/*
 * document_diff: compares two files or, if both are documents (lib/documents), all their tables.
 */
#ifndef VV_LIB_VIEW_DOCUMENT_DIFF_H
#define VV_LIB_VIEW_DOCUMENT_DIFF_H

#include "base/error.h"
#include "lib/view/table_diff.h"

/* Compares the two files of *item, and sets *out to the result. The caller has set the old and the
 * new subject of *item (the versions to compare; lib/names/version.h); NULL: that side has no file.
 * If both files are documents that a reader supports, pairs their tables (table_pairs.h), and
 * compares each pair. A reader is a program that extracts the tables of a document. If the files
 * differ, but no table does, out->line states this. Other files are compared as
 * vv_diff_item_compare does. Documents without a reader are compared as bytes, and so are all
 * documents if how->only_whether or how->patch is set. The caller clears out->line. */
vv_status vv_document_diff(vv_diff_answer *out, const vv_diff_item *item, const vv_diff_how *how,
			   vv_error *err);

#endif
