/*
 * table_pairs: pairs the tables of two versions of a document.
 *
 * A table is paired with the table of the same name. The tables that then remain are compared by
 * their rows: two tables that share at least half of their rows are paired as a renamed table;
 * those that share most are paired first. A table that describes another table (its formulas) is
 * paired together with that table.
 */
#ifndef VV_LIB_VIEW_TABLE_PAIRS_H
#define VV_LIB_VIEW_TABLE_PAIRS_H

#include <stddef.h>

#include "base/error.h"
#include "lib/names/version.h"
#include "repo/git/merge/lineage.h"

typedef struct vv_table_pair {
	const vv_document_table *was, *is; /* NULL: that version lacks the table */
} vv_table_pair;

/* Opens another table of the document that `of` belongs to, without printing the notes of its
 * reader. Close t first, then clear s. */
vv_status vv_table_beside_open(vv_subject *s, vv_table *t, const vv_subject *of, const char *table,
			       vv_error *err);

/* Pairs the tables of two versions, in the order of the newer version b, followed by removed
 * tables. If a subject's document has no tables, the subject is ignored. *out is owned by the
 * caller, and borrows from the documents. */
vv_status vv_table_pairs_find(vv_table_pair **out, size_t *count, const vv_subject *a,
			      const vv_document *of_a, const vv_subject *b, const vv_document *of_b,
			      vv_error *err);

/* Returns the functions with which a history follows tables of documents. */
vv_lineage_tables vv_table_lineage(vv_dataset_reader *reader);

#endif
