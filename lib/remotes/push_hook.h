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

/* Installs the hook in r, a repository with a work tree. If this is not possible, sends one line to
 * notes. notes may be NULL. */
vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Sets *out to the pre-push hook that git runs in r. Clear *out with vv_hook_found_clear. */
vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err);

/* Appends a message to `message` and the remedy to `mend` if git does not run the hook *h, or if
 * the hook does not call varve; else appends nothing. words: formulates hints. */
void vv_push_hook_describe(const vv_hook_found *h, vv_hint_words_fn words, vv_buf *message,
			   vv_buf *mend);
/* Calls vv_push_hook_find and vv_push_hook_describe, but only if there is a remote to which varve
 * can push, and varve.prePush is not false; otherwise appends nothing. */
vv_status vv_push_hook_lacks(vv_repository *r, vv_buf *message, vv_buf *mend, vv_error *err);
/* Sends the result of vv_push_hook_lacks as a warning. Ignores failures. */
void vv_push_hook_warn(vv_repository *r, const vv_notes *notes);

/* Sets *out to true if the current hook is identical to the previous hook that varve replaced. The
 * tool that installed the hook has then overwritten varve's hook. */
vv_status vv_push_hook_is_earlier(bool *out, vv_repository *r, vv_error *err);

/* Removes varve's hook, and restores the previous hook, if any. Sets *removed to true if varve's
 * hook existed, else to false. */
vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err);

#endif
