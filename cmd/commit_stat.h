/*
 * commit_stat: what a commit changed, per path, with rows, columns and stored bytes for
 * datasets.
 */
#ifndef VV_CMD_COMMIT_STAT_H
#define VV_CMD_COMMIT_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "cmd/growth.h"
#include "repo/history.h"
#include "repo/pointer.h"

/* One side of a path. */
typedef struct vv_stat_side {
	bool exists;
	bool dataset;   /* a pointer; the members below are its */
	bool broken;    /* begins as a pointer and is none */
	uint64_t bytes; /* of the dataset's file, or of the blob */
	uint64_t rows, columns;
	vv_cid root;
	bool is_table;
} vv_stat_side;

typedef struct vv_stat_line {
	char *path;
	vv_stat_side old_side, new_side;
	bool has_growth;  /* false: not counted, since blocks are not here */
	vv_growth growth; /* what the new version added to the store */
} vv_stat_line;

typedef struct vv_commit_stat {
	vv_stat_line *lines; /* sorted by path */
	size_t count, cap;
} vv_commit_stat;

/* Against the first parent. paths: only these (NULL-ended, files or folders); NULL:
 * all. */
vv_status vv_commit_stat_make(vv_commit_stat *out, vv_repository *r, const vv_commit *c,
			      const char *const *paths, vv_error *err);
void vv_commit_stat_clear(vv_commit_stat *s);

/* " prices.csv | rows 100 -> 103, 1 column added; 2.1 kB stored" a line. */
void vv_commit_stat_print(const vv_commit_stat *s);

/* An array: [{"path", "kind", "change", "rows": [old, new], ...}]. docs: varve-log(1). */
void vv_commit_stat_json(vv_json_out *w, const vv_commit_stat *s);

#endif
