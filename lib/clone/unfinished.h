/*
 * unfinished: the folder of an unfinished clone or recovery, in case it is interrupted.
 *
 * The first thing in the folder is a mark with the URL, locked while the clone runs, and the last
 * step of a clone removes it: so the same clone again recognises its folder, after a kill at any
 * moment. A folder with anything else in it is never touched.
 *
 * A correct caller: begin; make the repository and fill it; end. After a failure: abandon when
 * nothing is worth keeping. clear in any case.
 */
#ifndef VV_LIB_CLONE_UNFINISHED_H
#define VV_LIB_CLONE_UNFINISHED_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"

typedef struct vv_unfinished {
	char *dir, *gitdir, *varvedir, *mark;
	const vv_env *env; /* borrowed */
	int lock_fd;
	bool resumed; /* an earlier attempt has begun here */
	bool made;    /* this clone, or its earlier attempt, made the folder */
} vv_unfinished;

/* Reserves the folder for a clone of the URL; remote NULL: for a recovery, identified by this text. Removes incomplete
 * leftovers of an earlier attempt (locks, temporary files, a repository in which `remote` has no URL yet, or a recovery without
 * refs), but not its blocks. VV_EREFUSED: the folder has other content; VV_ELOCKED: another clone is running in it. */
vv_status vv_unfinished_begin(vv_unfinished *u, const char *dir, const vv_env *env, bool bare,
			      const char *url, const char *remote, vv_error *err);

/* Ends it: the clone is complete, and an ordinary repository. */
vv_status vv_unfinished_end(vv_unfinished *u, vv_error *err);

/* Removes the clone's repository, the mark last; files in the work tree stay, and the folder with
 * them. */
void vv_unfinished_abandon(vv_unfinished *u);
void vv_unfinished_clear(vv_unfinished *u); /* lets go of the lock; u may be all zero */
VV_AUTO_CLEAR(vv_unfinished, vv_unfinished_clear)

#endif
