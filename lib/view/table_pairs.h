/*
 * table_pairs: pairs the tables of two versions of a document.
 *
 * A table's partner has the same name. Otherwise it is, among the tables whose name the other
 * version lacks, the one with most of its rows, at least half. Tables that describe a table (its
 * formulas) are paired together with that table.
 */
#ifndef VV_LIB_VIEW_TABLE_PAIRS_H
#define VV_LIB_VIEW_TABLE_PAIRS_H

#include <stddef.h>

#include "base/error.h"
#include "lib/names/version.h"
#include "repo/git/merge/lineage.h"

typedef struct vv_table_pair {
	const vv_document_table *was, *is; /* NULL: the version lacks the table */
} vv_table_pair;

/* Opens another table of of's document, without printing its reader's notes. Close t first, then
 * clear s. */
vv_status vv_table_beside_open(vv_subject *s, vv_table *t, const vv_subject *of, const char *table,
			       vv_error *err);

/* Pairs the tables: in the order of b, the newer version, then removed tables. A subject whose
 * document has no tables is ignored. *out is owned by the caller; it borrows from the documents. */
vv_status vv_table_pairs_find(vv_table_pair **out, size_t *count, const vv_subject *a,
			      const vv_document *of_a, const vv_subject *b, const vv_document *of_b,
			      vv_error *err);

/* Returns the functions by which a history follows tables of documents. */
vv_lineage_tables vv_table_lineage(vv_dataset_reader *reader);

#endif
