/*
 * commit_stat: finds and prints the paths that a commit changed, in one line for each path. A line
 * has the changed rows and columns of a table, or the bytes of another file.
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

/* A changed path. */
typedef struct vv_stat_line {
	char *path;       /* owned */
	char *from;       /* the old path of a renamed file; NULL: not renamed; owned */
	vv_change change; /* change.path points to path */
	vv_content old_side, new_side; /* the content of the path in both commits */
	vv_change_counts counts;       /* the numbers of changes, if both sides are tables */
	vv_text_pair
		texts; /* with vv_stat_options.keep: both sides, if their texts are still open */
	/* false: growth was not requested, varve does not store the new version, or this repository
	 * lacks blocks */
	bool has_growth;
	/* with vv_stat_line_lacks: why blocks of a side are missing. Expired only if no block of a
	 * side is missing for another reason */
	vv_gap gap;
	bool gap_before;  /* the gap is in the old side alone */
	vv_growth growth; /* the blocks and bytes that the new version added to the store */
} vv_stat_line;

/* The paths that differ between two commits. */
typedef struct vv_commit_stat {
	vv_stat_line *lines; /* sorted by path */
	size_t count;
} vv_commit_stat;

/* The options of vv_commit_stat_make. */
typedef struct vv_stat_options {
	/* compare only these files and folders, followed by NULL; NULL: all */
	const char *const *paths;
	bool growth; /* also count stored bytes (vv_stat_line.growth) */
	bool names;  /* find only the names of the paths, without counts */
	/* the reader with which the caller will compare the same texts again (vv_diff_print.stat);
	 * borrowed. Texts are read with this reader, and small texts remain open in
	 * vv_stat_line.texts, at most 64 MiB together. NULL: no text remains open */
	vv_dataset_reader *keep;
	/* also count the rows of tables that Git stores as plain text and that no attribute tracks,
	 * and of large ones */
	bool texts;
} vv_stat_options;

/* Sets *out to the paths that differ between two commits, with the numbers of their changes. The
 * caller clears *out, also after a failure. from may be NULL: all paths of `to` count as added. */
vv_status vv_commit_stat_make(vv_commit_stat *out, vv_repository *r, const vv_oid *from,
			      const vv_oid *to, const vv_stat_options *opts, vv_error *err);
void vv_commit_stat_clear(vv_commit_stat *s);
VV_AUTO_CLEAR(vv_commit_stat, vv_commit_stat_clear)

/* Returns true if both sides are tables whose changes could not be counted, because this repository
 * lacks blocks (l->gap). */
bool vv_stat_line_lacks(const vv_stat_line *l);

/* Prints a line such as " prices.csv | +3 ~12 rows, 1 column added" for each path, with the stored
 * bytes if they were counted. total: also prints a last line such as " 1 file changed", unless there
 * are no paths. */
void vv_commit_stat_print(const vv_commit_stat *s, bool total);

/* Prints a line for each path, as git log --name-status does: the letter of the change, a tab and the
 * path. The line of a renamed file has "R", the old and the new path. status false: prints only the
 * paths, of a renamed file the new one. */
void vv_commit_stat_names(const vv_commit_stat *s, bool status);

/* Writes the paths as a JSON array: [{"path", "kind", "change", "rowCount", "rowCountBefore",
 * ...}], as varve-log(1) describes. */
void vv_commit_stat_json(vv_json_out *w, const vv_commit_stat *s);

#endif
