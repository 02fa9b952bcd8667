/*
 * git_push: refs of a Git host moved by the program git.
 */
#ifndef VV_LIB_REMOTES_GIT_PUSH_H
#define VV_LIB_REMOTES_GIT_PUSH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/history/history.h"
#include "repo/git/run_git.h"

typedef struct vv_git_push {
	const char *to;
	vv_oid id,
		old; /* id null: delete; its blocks are there, those of what its branch became meanwhile are not */
	bool force; /* from where it was seen, and from nowhere else */
	char *why;  /* refused; owned by whoever asked; NULL: it moved */
} vv_git_push;

/* `git push`, with the user's hooks unless no_verify; some refs at a time, of these all or none where the
 * host can do that. to: how git is run, with the URL; word: what git is given for that, a remote's name or the URL. refs[].why gets why one did not move. said: lines of the far side, for people.
 * What git says of a failure as a whole is in err: VV_EREFUSED, VV_ENOTFOUND, VV_EIO. */
vv_status vv_git_push_run(const vv_git_call *to, const char *word, vv_git_push *refs, size_t count,
			  bool no_verify, vv_buf *said, vv_error *err);

#endif
