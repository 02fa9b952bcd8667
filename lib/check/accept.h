/*
 * accept: adds an entry to "accept" in varve.json.
 */
#ifndef VV_LIB_CHECK_ACCEPT_H
#define VV_LIB_CHECK_ACCEPT_H

#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* The entry to add. */
typedef struct vv_accepting {
	const char *rule;   /* code of a rule, or name of a rule of varve.checks */
	const char *path;   /* repository-relative path, or a pattern */
	const char *given;  /* the same, relative to the current folder; for messages, too */
	const char *key;    /* key of the row; NULL: every row */
	const char *column; /* name of the column; NULL: every column */
	const char *until;  /* the entry's last day, as YYYY-MM-DD; NULL: no end */
	const char *why;    /* the reason */
} vv_accepting;

/* Adds the entry to varve.json of the work tree, without changing other parts of the file; creates
 * the file if it is missing. VV_ENOTFOUND: the rule does not exist, or no dataset has the path (a
 * pattern is not tested). VV_EUSAGE: the last day is in the past. VV_EINPUT: varve.json is invalid,
 * or would be invalid with the entry. On failure, the file is unchanged. */
vv_status vv_accept_write(vv_repository *r, vv_dataset_reader *s, const vv_accepting *a,
			  vv_error *err);

#endif
