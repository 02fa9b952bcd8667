/*
 * diff_show: the rows and cells in which two commits differ, as diff tells them, for log -p and
 * show.
 */
#ifndef VV_CMD_PRINT_DIFF_SHOW_H
#define VV_CMD_PRINT_DIFF_SHOW_H

#include <stdint.h>

#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "repo/git/repository.h"

typedef struct vv_diff_show {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *const *paths; /* repository-relative, NULL-ended; NULL: all */
	uint64_t limit;           /* rows of each table that are shown */
	bool no_limit;            /* as diff: 50 on a terminal, else all */
	bool unasked;             /* nobody asked for rows: blocks that are not here are a note */
} vv_diff_show;

/* from NULL: nothing was there. Writes to stdout. */
vv_status vv_diff_show_commits(const vv_diff_show *s, const vv_oid *from, const vv_oid *to,
			       vv_error *err);

#endif
