/*
 * unfinished: marks the folder of a clone or recovery that is not complete yet, so that it can be
 * continued after an interruption.
 *
 * A clone first writes a mark, a file with the URL, into the folder, and removes the mark in its
 * last step. It holds a lock on the mark while it runs. So the same clone recognises its folder
 * when it is run again, no matter when it was killed. A folder that contains anything else is never
 * changed.
 *
 * A correct caller calls vv_unfinished_begin, makes the repository and fills it, and calls
 * vv_unfinished_end. After a failure, it calls vv_unfinished_abandon if nothing is worth keeping.
 * It calls vv_unfinished_clear in any case.
 */
#ifndef VV_LIB_CLONE_UNFINISHED_H
#define VV_LIB_CLONE_UNFINISHED_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/file.h"

/* One value = the marked folder of one clone or recovery. */
typedef struct vv_unfinished {
	char *dir,         /* path of the folder */
		*gitdir,   /* path of .git */
		*varvedir, /* path of .git/varve */
		*mark;     /* path of the mark */
	const vv_env *env; /* borrowed */
	vv_fd lock_fd;     /* descriptor of the mark, which is locked */
	bool resumed;      /* an earlier attempt began in this folder */
	bool made;         /* this clone, or the earlier attempt, created the folder */
} vv_unfinished;

/* Reserves the folder `dir` for a clone of `url` with the remote named `remote`. If remote is NULL,
 * reserves it for a recovery, and url is any text that identifies the recovery. bare: the
 * repository will have no work tree. Removes the locks and temporary files of an earlier attempt,
 * and also its repository if that does not have the remote's URL yet or, for a recovery, has no
 * refs. Does not remove blocks. VV_EREFUSED: the folder contains something else. VV_ELOCKED:
 * another clone is running in the folder. */
vv_status vv_unfinished_begin(vv_unfinished *u, const char *dir, const vv_env *env, bool bare,
			      const char *url, const char *remote, vv_error *err);

/* Removes the mark, since the clone is complete. */
vv_status vv_unfinished_end(vv_unfinished *u, vv_error *err);

/* Removes the repository and, last, the mark. Files in the work tree are kept; the folder is
 * removed only if it is empty and was created by the clone. */
void vv_unfinished_abandon(vv_unfinished *u);
/* Releases the lock, and frees memory. u may be all zero. */
void vv_unfinished_clear(vv_unfinished *u);
VV_AUTO_CLEAR(vv_unfinished, vv_unfinished_clear)

#endif
