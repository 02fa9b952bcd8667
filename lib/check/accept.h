/*
 * accept: an entry more in "accept" of varve.json.
 */
#ifndef VV_LIB_CHECK_ACCEPT_H
#define VV_LIB_CHECK_ACCEPT_H

#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

typedef struct vv_accepting {
	const char *rule;   /* a code, or the name of a rule of varve.checks */
	const char *path;   /* repository-relative, or a pattern */
	const char *key;    /* of the row; NULL: whatever the rule finds */
	const char *column; /* or NULL */
	const char *until;  /* YYYY-MM-DD; or NULL */
	const char *why;
} vv_accepting;

/* Writes the entry into varve.json of the work tree, which is made if missing; the rest of it is unchanged. VV_ENOTFOUND: no
 * such rule, or no dataset at the path. VV_EUSAGE: the day is over. VV_EINPUT: varve.json is not valid, or would not be. */
vv_status vv_accept_write(vv_repository *r, vv_dataset_reader *s, const vv_accepting *a,
			  vv_error *err);

#endif
