/*
 * table_pairs: which table of one version of a document is which of another.
 *
 * It is the one of the same name, else the one that has the most of its rows, at least half, among those whose name the other
 * version lacks. What tells of a table (its formulas) goes with it.
 */
#ifndef VV_LIB_VIEW_TABLE_PAIRS_H
#define VV_LIB_VIEW_TABLE_PAIRS_H

#include <stddef.h>

#include "base/error.h"
#include "lib/names/version.h"
#include "repo/git/merge/lineage.h"

typedef struct vv_table_pair {
	const vv_document_table *was, *is; /* NULL: not there */
} vv_table_pair;

/* Another table of the same document, without warnings of what its reader notes. Both are to be closed, t first. */
vv_status vv_table_beside_open(vv_subject *s, vv_table *t, const vv_subject *of, const char *table,
			       vv_error *err);

/* In the order of the newer version, b, then those that are gone. A subject whose document has no tables is not looked at. *out is
 * the caller's; it borrows from the documents. */
vv_status vv_table_pairs_find(vv_table_pair **out, size_t *count, const vv_subject *a,
			      const vv_document *of_a, const vv_subject *b, const vv_document *of_b,
			      vv_error *err);

/* Asks the readers of documents, as pairs are found. */
vv_lineage_tables vv_table_lineage(vv_dataset_reader *reader);

#endif
