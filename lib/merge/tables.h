/*
 * tables: one path's dataset, merged from the blobs of three sides.
 *
 * Pointers and plain text (a CSV stored in Git) alike; if one side changed from one to the other
 * since base, the result has that kind.
 */
#ifndef VV_LIB_MERGE_TABLES_H
#define VV_LIB_MERGE_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/dataset_writer.h"
#include "lib/merge/conflict_file.h"
#include "repo/git/repository.h"

typedef struct vv_dataset_merge {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_writer *writer;
	const char *path;
	vv_merge_side sides[3]; /* base, ours, theirs; mode 0: not there */
	vv_oid commits[3];      /* where the sides are from (or null): decides ties, and whose
	                         * datapackage.json describes plain text */
	vv_oid onto; /* of a rebase: ours without the commits rebased already; null: not a rebase */
	const char *names[3];               /* branches; NULL: "base", "ours", "theirs" */
	const vv_merge_decision *decisions; /* as vv_merge_options have them */
	size_t decision_count;
	const vv_oid *into; /* the commit whose merge rules apply; NULL: HEAD */
	vv_strings how;     /* words of `merge -X`, put over these */
	bool no_rules;      /* two changes of a cell are a conflict, regardless of rules */
	bool swapped;       /* ours and theirs are exchanged here */
	/* why the sides are not one table, so that the whole is a conflict; or NULL */
	const char *apart;
	bool dry; /* stores nothing: only determines the conflicts */
} vv_dataset_merge;

typedef struct vv_dataset_merged {
	vv_merge_side result;
	vv_cid root; /* its version; null when no rows could be merged */
	vv_merge_stats stats;
	vv_conflict_record record; /* items, sides, names; empty when it merged cleanly */
} vv_dataset_merged;
void vv_dataset_merged_init(vv_dataset_merged *m);
void vv_dataset_merged_clear(vv_dataset_merged *m);
VV_AUTO_CLEAR(vv_dataset_merged, vv_dataset_merged_clear)

/* ours and theirs must both be files. Blocks go to the writer: the caller makes them durable
 * (vv_dataset_writer_commit). Sides that cannot be merged as rows are one conflict of kind TABLE,
 * with ours as the result. out is initialised. */
vv_status vv_dataset_merge_run(vv_dataset_merged *out, const vv_dataset_merge *in, vv_error *err);

/* Writes the file of the work tree: the table of a pointer whose blocks are stored, or text. */
vv_status vv_dataset_merge_write(const vv_dataset_merge *in, const vv_oid *blob, vv_stat *st,
				 vv_error *err);

/* Are the blob's bytes those of the file of the work tree? */
bool vv_merge_file_is(const vv_repository *r, const char *path, const vv_oid *blob);

/* The mode of a file whose mode may have changed on either side. */
uint32_t vv_merge_mode(const vv_merge_side *base, const vv_merge_side *ours,
		       const vv_merge_side *theirs);

#endif
