/*
 * document_diff: compares two files; of two documents (lib/documents), all tables.
 */
#ifndef VV_LIB_VIEW_DOCUMENT_DIFF_H
#define VV_LIB_VIEW_DOCUMENT_DIFF_H

#include "base/error.h"
#include "lib/view/table_diff.h"

/* Compares the item as vv_diff_item_compare does, but if readers support both of its files as documents, it pairs the
 * tables of the documents (table_pairs.h) and compares each pair. If no table differs but the files do, out->line
 * reports this. A document without a reader is compared as bytes, and so is every document with how->only_whether or
 * how->patch. The caller must have found the subjects of the item. */
vv_status vv_document_diff(vv_diff_answer *out, const vv_diff_item *item, const vv_diff_how *how,
			   vv_error *err);

#endif
