/*
 * tables: merges the table or document of one path from the blobs of three sides.
 *
 * Each side is a pointer or plain text (a CSV file stored in Git). If one side changed from a
 * pointer to text since base, or from text to a pointer, so does the result.
 */
#ifndef VV_LIB_MERGE_TABLES_H
#define VV_LIB_MERGE_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/conflict_file.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/repository.h"

/* One value = the options of one merge of a path. */
typedef struct vv_dataset_merge {
	vv_repository *repo;       /* borrowed */
	vv_dataset_writer *writer; /* borrowed */
	const char *path;          /* borrowed */
	vv_index_side sides[3];    /* base, ours, theirs; mode 0: the side does not have the path */
	/* the commits of the sides; may be null. The order of their ids determines the order of
	 * rows that ours and theirs inserted after the same row. Their datapackage.json describes
	 * plain text */
	vv_oid commits[3];
	/* in a rebase: ours without the commits that were already rebased; null: not a rebase */
	vv_oid onto;
	/* names of the branches; NULL: "base", "ours", "theirs" */
	const char *names[3];
	const vv_merge_decision *decisions; /* as in vv_merge_options */
	size_t decision_count;
	const vv_oid *into; /* the commit whose merge rules apply; borrowed; NULL: HEAD */
	/* arguments of `merge -X`: rules that override those of `into`; borrowed */
	vv_strings how;
	bool no_rules; /* ignore rules: if both sides changed a cell, there is a conflict */
	/* the caller has exchanged ours and theirs, so rules that name a side are exchanged, too */
	bool swapped;
	/* the reason why the sides are different tables, so that the whole path is a conflict; else
	 * NULL */
	const char *apart;
	bool quiet;     /* do not report rows that get another key by rule */
	bool dry;       /* only determine the conflicts, and store nothing */
	bool unlimited; /* record more than VV_CONFLICTS_MAX conflicts */
} vv_dataset_merge;

/* One value = the result of one merge of a path. */
typedef struct vv_dataset_merged {
	vv_index_side result; /* the merged file */
	/* root of the table in `result`; null: the result is not a table, or the sides could not be
	 * opened as tables */
	vv_cid root;
	vv_merge_stats stats;
	/* its items, sides and names are set; without conflicts, it has no items */
	vv_conflict_record record;
} vv_dataset_merged;
void vv_dataset_merged_clear(vv_dataset_merged *m);
VV_AUTO_CLEAR(vv_dataset_merged, vv_dataset_merged_clear)

/* Merges in->sides, and sets *out, which must be initialised or zero, to the result. ours and
 * theirs must both be files. in->writer stores the blocks; the caller makes them durable
 * (vv_dataset_writer_commit). If the sides cannot be merged as rows, and no decision selects one,
 * the result is ours, and out->record has a conflict of kind VV_CONFLICT_TABLE, or VV_CONFLICT_KEY
 * if a side lost the key. The record can then also have conflicts that were found earlier in the
 * merge. out->record borrows in->how. */
vv_status vv_dataset_merge_run(vv_dataset_merged *out, const vv_dataset_merge *in, vv_error *err);

/* Writes *blob to the file in->path of the work tree: as a table if it is a pointer whose blocks
 * are stored, else as text. Sets *st to the metadata of the file. */
vv_status vv_dataset_merge_write(const vv_dataset_merge *in, const vv_oid *blob, vv_stat *st,
				 vv_error *err);

/* Returns true if the file `path` of the work tree has exactly the bytes of *blob; false also if it
 * cannot be read. */
bool vv_merge_file_is(const vv_repository *r, const char *path, const vv_oid *blob);

/* Returns the mode of the merged file: the mode of the side that changed it since base. */
uint32_t vv_merge_mode(const vv_index_side *base, const vv_index_side *ours,
		       const vv_index_side *theirs);

#endif
