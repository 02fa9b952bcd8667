/*
 * document_diff: two files compared, of documents (lib/documents) each of their tables.
 */
#ifndef VV_LIB_VIEW_DOCUMENT_DIFF_H
#define VV_LIB_VIEW_DOCUMENT_DIFF_H

#include "base/error.h"
#include "lib/view/table_diff.h"

/* As vv_diff_item_compare. The tables of two documents that readers support are paired (table_pairs.h) and written one after
 * the other; if none differs, the answer's line reports that the file does. Without a reader a document is compared as bytes.
 * The subjects must have been found. */
vv_status vv_document_diff(vv_diff_answer *out, const vv_diff_item *item, const vv_diff_how *how,
			   vv_error *err);

#endif
