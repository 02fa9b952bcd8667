/*
 * commit_stat: prints the changes of a commit, by path: rows and columns of tables, bytes of
 * others.
 */
#ifndef VV_CMD_VARVE_PRINT_COMMIT_STAT_H
#define VV_CMD_VARVE_PRINT_COMMIT_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/json/json.h"
#include "lib/names/content.h"
#include "lib/status/change_count.h"
#include "lib/worktree/added_blocks.h"
#include "repo/git/history/history.h"
#include "repo/git/tree.h"

typedef struct vv_stat_line {
	char *path;
	char *from;       /* when renamed: its path before; else NULL */
	vv_change change; /* its path is the one above */
	vv_content old_side, new_side;
	vv_change_counts counts; /* where both sides are tables */
	vv_text_pair texts;      /* with keep */
	bool has_growth;         /* false: not counted, since blocks are missing here or it was not
			   * requested */
	vv_growth growth;        /* the bytes that the new version added to the store */
} vv_stat_line;

typedef struct vv_commit_stat {
	vv_stat_line *lines; /* sorted by path */
	size_t count;
} vv_commit_stat;

typedef struct vv_stat_options {
	const char *const *paths; /* only these (NULL-ended, files or folders); NULL: all */
	bool growth;              /* count stored bytes, too */
	bool names;               /* count nothing: only the names are wanted */
	/* Texts that are read for a number are to be compared again by this one, so that some stay open; borrowed; NULL: no */
	vv_dataset_reader *keep;
	bool texts; /* count rows of tables that Git has as plain text, too, tracked or not, whatever their size */
} vv_stat_options;

/* From one commit (NULL: nothing) to another. */
vv_status vv_commit_stat_make(vv_commit_stat *out, vv_repository *r, const vv_oid *from,
			      const vv_oid *to, const vv_stat_options *opts, vv_error *err);
void vv_commit_stat_clear(vv_commit_stat *s);
VV_AUTO_CLEAR(vv_commit_stat, vv_commit_stat_clear)

/* Two versions of a table that could not be compared, since blocks are missing here. */
bool vv_stat_line_lacks(const vv_stat_line *l);

/* " prices.csv | +3 ~12 rows, 1 column added" per file, with the stored bytes if counted. total:
 * also " 1 file changed". */
void vv_commit_stat_print(const vv_commit_stat *s, bool total);

/* "M	prices.csv" a line, as git log --name-status ("R	old	new" of a renamed one); without status only the path. */
void vv_commit_stat_names(const vv_commit_stat *s, bool status);

/* An array: [{"path", "kind", "change", "rowCount", "rowCountBefore", ...}]. docs: varve-log(1). */
void vv_commit_stat_json(vv_json_out *w, const vv_commit_stat *s);

#endif
