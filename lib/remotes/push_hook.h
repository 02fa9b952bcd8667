/*
 * push_hook: the pre-push hook that makes git push tables with their blocks.
 *
 * 'varve init', 'varve clone' and the filter's first run set it; it calls 'varve pre-push', and that one whatever hook
 * there was before.
 */
#ifndef VV_LIB_REMOTES_PUSH_HOOK_H
#define VV_LIB_REMOTES_PUSH_HOOK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/git/repository.h"
#include "repo/git/verb/hook.h"

/* What was there before gets this after its name. */
#define VV_PUSH_HOOK_EARLIER ".before-varve"

/* Sets it in a repository with a work tree; where it cannot stand notes (NULL: nobody) get one
 * line. */
vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Who is there. vv_hook_found_clear. */
vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err);

/* A hook that git does not run, or that does not call varve: what that means, and what helps. */
void vv_push_hook_describe(const vv_hook_found *h, vv_hint_words_fn words, vv_buf *message,
			   vv_buf *mend);
/* The same of the repository's, where there is a remote to push to and varve.prePush is not false; else both stay
 * empty. */
vv_status vv_push_hook_lacks(vv_repository *r, vv_buf *message, vv_buf *mend, vv_error *err);
/* The same as a warning. What cannot be found out is not reported. */
void vv_push_hook_warn(vv_repository *r, const vv_notes *notes);

/* Is the hook that git runs the very one that was here before varve's? Its tool put it back, on top of varve's. */
vv_status vv_push_hook_is_earlier(bool *out, vv_repository *r, vv_error *err);

/* The hook that varve wrote goes; one that was here before is back. */
vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err);

#endif
