/*
 * unfinished: the folder of a clone or recovery that has not ended, whatever ends it.
 *
 * The first thing in the folder is a mark with the URL, locked as long as the clone runs, and the
 * last step of a clone is to take it away: so the same clone again knows the folder for its own,
 * after a kill at any moment. A folder with anything else in it is never touched.
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
	bool made;    /* it or this one has made the folder: nobody else's */
} vv_unfinished;

/* Takes the folder for a clone of the URL; remote NULL: for a recovery, which this text stands for. What an earlier attempt left half made (locks,
 * temporary files, a repository in which `remote` has no URL, or a recovery no refs, yet) is
 * removed, but not the blocks that came. VV_EREFUSED: something else is there; VV_ELOCKED: another clone is at work there. */
vv_status vv_unfinished_begin(vv_unfinished *u, const char *dir, const vv_env *env, bool bare,
			      const char *url, const char *remote, vv_error *err);

/* The clone is whole: from now on this is a repository as any other. */
vv_status vv_unfinished_end(vv_unfinished *u, vv_error *err);

/* Removes what the clone has made, the mark last; files in the work tree stay, and the folder
 * with them. */
void vv_unfinished_abandon(vv_unfinished *u);
void vv_unfinished_clear(vv_unfinished *u); /* lets go of the lock; u may be all zero */
VV_AUTO_CLEAR(vv_unfinished, vv_unfinished_clear)

#endif
