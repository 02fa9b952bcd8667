/*
 * push_hook: installs the pre-push hook that makes git push tables with their blocks.
 *
 * 'varve init', 'varve clone' and the filter's first run install the hook. It calls 'varve
 * pre-push', which then calls the earlier hook, if there was one.
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

/* Installs the hook in a repository with a work tree; if that is not possible, sends one line to
 * notes (may be NULL). */
vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Finds the hook that git runs. Clear *out with vv_hook_found_clear. */
vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err);

/* If git does not run the hook, or it does not call varve, appends a message and the remedy. */
void vv_push_hook_describe(const vv_hook_found *h, vv_hint_words_fn words, vv_buf *message,
			   vv_buf *mend);
/* Finds and describes the repository's hook (vv_push_hook_describe), if there is a remote to
 * push to and varve.prePush is not false; else message and mend stay empty. */
vv_status vv_push_hook_lacks(vv_repository *r, vv_buf *message, vv_buf *mend, vv_error *err);
/* Sends the result of vv_push_hook_lacks as a warning. Ignores failures. */
void vv_push_hook_warn(vv_repository *r, const vv_notes *notes);

/* Is the current hook identical to the one before varve's? If so, the tool that installed it has
 * overwritten varve's hook. */
vv_status vv_push_hook_is_earlier(bool *out, vv_repository *r, vv_error *err);

/* Removes varve's hook, and restores an earlier one. *removed: varve's hook existed. */
vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err);

#endif
