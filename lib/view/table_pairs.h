/*
 * table_pairs: pairs the tables of two versions of a document.
 *
 * A table is paired with the table of the same name. The tables that then remain are compared by
 * their rows, unless there are very many: two tables that share at least half of their rows are
 * paired as a renamed table, and those that share most are paired first. A table that describes
 * another table (its formulas) is paired together with that table.
 */
#ifndef VV_LIB_VIEW_TABLE_PAIRS_H
#define VV_LIB_VIEW_TABLE_PAIRS_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/merge/lineage.h"

typedef struct vv_dataset_reader vv_dataset_reader;
typedef struct vv_document vv_document;
typedef struct vv_document_table vv_document_table;
typedef struct vv_subject vv_subject;
typedef struct vv_table vv_table;

/* One value = one pair. */
typedef struct vv_table_pair {
	/* the table in the older and in the newer version; NULL: the version lacks it */
	const vv_document_table *was, *is;
} vv_table_pair;

/* Opens the table with the name `table` of the document of the subject `of` as *t, and sets *s to
 * its subject; does not print the notes of the document's reader. Close t first, then clear s. */
vv_status vv_table_beside_open(vv_subject *s, vv_table *t, const vv_subject *of, const char *table,
			       vv_error *err);

/* Pairs the tables of two versions of a document: of_a is the older version, of_b the newer one.
 * Sets *out to the pairs, in the order of b, followed by the removed tables. Sets *count to their
 * number. If a document has no tables, its subject is not used, and may be NULL. The caller frees
 * *out, which borrows from the documents, with vv_free, also after a failure. */
vv_status vv_table_pairs_find(vv_table_pair **out, size_t *count, const vv_subject *a,
			      const vv_document *of_a, const vv_subject *b, const vv_document *of_b,
			      vv_error *err);

/* Returns the functions with which a history follows tables of documents. */
vv_lineage_tables vv_table_lineage(vv_dataset_reader *reader);

#endif
