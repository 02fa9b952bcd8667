/*
 * push_hook: installs the pre-push hook that makes git push tables with their blocks.
 *
 * 'varve init', 'varve clone' and the first run of the filter install the hook. It calls 'varve
 * pre-push', which then calls the previous hook, if there was one.
 */
#ifndef VV_LIB_REMOTES_PUSH_HOOK_H
#define VV_LIB_REMOTES_PUSH_HOOK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/git/repository.h"
#include "repo/git/verb/hook.h"

/* Suffix of the file name of a previous hook. */
#define VV_PUSH_HOOK_EARLIER ".before-varve"

/* Installs the hook in a repository with a work tree. If this is not possible, sends one line to
 * notes. notes may be NULL. */
vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Finds the hook that git runs. Clear *out with vv_hook_found_clear. */
vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err);

/* If git does not run the hook, or if the hook does not call varve, appends a message to `message`
 * and the remedy to `mend`. */
void vv_push_hook_describe(const vv_hook_found *h, vv_hint_words_fn words, vv_buf *message,
			   vv_buf *mend);
/* Calls vv_push_hook_find and vv_push_hook_describe, but only if there is a remote to push to and
 * varve.prePush is not false; otherwise message and mend stay empty. */
vv_status vv_push_hook_lacks(vv_repository *r, vv_buf *message, vv_buf *mend, vv_error *err);
/* Sends the result of vv_push_hook_lacks as a warning. Ignores failures. */
void vv_push_hook_warn(vv_repository *r, const vv_notes *notes);

/* Sets *out to true if the current hook is identical to the previous hook that varve replaced. The
 * tool that installed the hook has then overwritten varve's hook. */
vv_status vv_push_hook_is_earlier(bool *out, vv_repository *r, vv_error *err);

/* Removes varve's hook, and restores the previous hook, if any. *removed: varve's hook existed. */
vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err);

#endif
