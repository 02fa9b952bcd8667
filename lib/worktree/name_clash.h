/*
 * name_clash: names that this work tree's file system takes for one, so that writing the
 * second would overwrite the first (T.csv and t.csv, or the two Unicode forms of a name).
 *
 * Git's core.ignoreCase and core.precomposeUnicode, which git init finds out, show whether it is such a file system.
 * Folders need no looking after: a folder's other spelling is the same folder, and a file or link in its place is
 * refused when it is to be entered.
 */
#ifndef VV_LIB_WORKTREE_NAME_CLASH_H
#define VV_LIB_WORKTREE_NAME_CLASH_H

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_clash vv_clash;

/* The names of the index are there; it is borrowed. */
vv_status vv_clash_open(vv_clash **out, vv_repository *r, const vv_index *x, vv_error *err);
void vv_clash_close(vv_clash *c); /* accepts NULL */
VV_AUTO_FREE(vv_clash, vv_clash_close)

/* Before path is written. VV_EREFUSED when another name, which the index still has or
 * which was added here, is the same file. */
vv_status vv_clash_add(vv_clash *c, const char *path, vv_error *err);

#endif
