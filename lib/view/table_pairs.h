/*
 * table_pairs: pairs the tables of two versions of a document.
 *
 * A table's partner has the same name, or else the most of its rows, at least half, among those whose name the other version
 * lacks. Tables about a table (its formulas) are paired with it.
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

/* Uses the readers of documents; finds pairs. */
vv_lineage_tables vv_table_lineage(vv_dataset_reader *reader);

#endif
