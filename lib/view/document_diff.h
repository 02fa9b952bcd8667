/*
 * document_diff: compares two files or, if both are documents (lib/documents), all their tables.
 */
#ifndef VV_LIB_VIEW_DOCUMENT_DIFF_H
#define VV_LIB_VIEW_DOCUMENT_DIFF_H

#include "base/error.h"
#include "lib/view/table_diff.h"

/* Compares the item, whose subjects the caller has found. If readers support both files as
 * documents, pairs the tables of the documents (table_pairs.h) and compares each pair; otherwise
 * compares like vv_diff_item_compare. If the files differ, but no table does, out->line reports
 * this. Documents without a reader are compared as bytes; so are all documents if
 * `how->only_whether` or `how->patch` is set. */
vv_status vv_document_diff(vv_diff_answer *out, const vv_diff_item *item, const vv_diff_how *how,
			   vv_error *err);

#endif
