/*
 * left_out: finds files of a commit that the work tree cannot have: those with a name that the system
 * lacks ("aux.csv" and "a:b.csv" on Windows), and those that are one file with another name, because the
 * file system folds case ("Prices.csv", "prices.csv") or forms of Unicode (NFC, NFD). Git refuses all
 * files because of the former, and writes the latter over each other.
 *
 *	vv_auto(vv_left_out) l = {.repo = repo};
 *
 *	rc = vv_left_out_add(&l, path, VV_NAME_COMES, err); ... for each path
 *	rc = rc < 0 ? rc : vv_left_out_find(&l, err);
 *	if (vv_left_out_why(&l, path)) ... it must not be written
 */
#ifndef VV_LIB_WORKTREE_LEFT_OUT_H
#define VV_LIB_WORKTREE_LEFT_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

#define VV_LEFT_OUT_REMEDY "rename the file in a commit of a system that can have it"

typedef enum vv_name_fate {
	VV_NAME_STAYS,
	VV_NAME_COMES, /* the file will be written */
	VV_NAME_GOES   /* the file will be removed */
} vv_name_fate;

/* Set `repo`, which is borrowed, and all else to zero. */
typedef struct vv_left_out {
	vv_repository *repo;
	struct vv_left_name *names;
	size_t count, cap;
	const char *first; /* result: why the first one is left out; NULL: none is */
} vv_left_out;

/* Sets *out to whether the work tree of r may lack names: on Windows, and where core.ignorecase or
 * core.precomposeunicode, which Git sets, say that names are folded. */
vv_status vv_left_out_applies(bool *out, vv_repository *r, vv_error *err);
/* Adds a path. One that is added twice has the greater fate. */
vv_status vv_left_out_add(vv_left_out *l, const char *path, vv_name_fate fate, vv_error *err);
/* Finds the paths that come and must be left out. If two are one file, the one that stays and has
 * the file is kept, or the first of those that come. Names of ASCII are compared; for others, files of
 * these names are made in a temporary folder. */
vv_status vv_left_out_find(vv_left_out *l, vv_error *err);
/* Returns why path must be left out, a sentence without its full stop, borrowed from l; NULL: it can be
 * written. */
const char *vv_left_out_why(const vv_left_out *l, const char *path);
/* Sends a warning for each path that must be left out, but no more than 20. */
void vv_left_out_warn(const vv_left_out *l);
/* Calls fn for each of them; a negative result ends the calls, and is returned. */
vv_status vv_left_out_each(const vv_left_out *l,
			   vv_status (*fn)(void *payload, const char *path, vv_error *err),
			   void *payload, vv_error *err);
void vv_left_out_clear(vv_left_out *l);
VV_AUTO_CLEAR(vv_left_out, vv_left_out_clear)

#endif
