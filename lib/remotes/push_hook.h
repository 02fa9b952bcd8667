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

/* Suffix for the name of an earlier hook. */
#define VV_PUSH_HOOK_EARLIER ".before-varve"

/* Installs it in a repository with a work tree; if that is not possible, sends one line to notes
 * (may be NULL). */
vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Finds the hook. Clear with vv_hook_found_clear. */
vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err);

/* Describes a hook that git does not run, or that does not call varve, and its remedy. */
void vv_push_hook_describe(const vv_hook_found *h, vv_hint_words_fn words, vv_buf *message,
			   vv_buf *mend);
/* The same of the repository's, if there is a remote to push to and varve.prePush is not false; else both stay
 * empty. */
vv_status vv_push_hook_lacks(vv_repository *r, vv_buf *message, vv_buf *mend, vv_error *err);
/* The same as a warning. Ignores failures. */
void vv_push_hook_warn(vv_repository *r, const vv_notes *notes);

/* Is git's hook identical to the one before varve's? Then its tool has overwritten varve's. */
vv_status vv_push_hook_is_earlier(bool *out, vv_repository *r, vv_error *err);

/* Removes varve's hook; restores an earlier one. */
vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err);

#endif
