/*
 * push_hook: installs the pre-push hook that makes git push tables with their blocks.
 *
 * Commands such as 'varve init' and 'varve clone', and the first run of the filter, install the
 * hook. It calls 'varve pre-push', which first runs the previous hook, if there was one, and then
 * sends the blocks.
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

/* Installs the hook in r; does nothing in a bare repository. If another hook or core.hooksPath
 * prevents this, sends one line to notes, unless the hook that git runs calls varve anyway, and
 * succeeds. notes may be NULL. */
vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Sets *out to the pre-push hook that git runs in r. The caller clears *out with
 * vv_hook_found_clear. */
vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err);

/* Appends to `message` why the hook *h does not work, and to `mend` the remedy. The caller calls
 * this only if git does not run the hook, or the hook does not call varve (h->runs, h->calls).
 * words: formulates hints. */
void vv_push_hook_describe(const vv_hook_found *h, vv_hint_words_fn words, vv_buf *message,
			   vv_buf *mend);
/* Calls vv_push_hook_find, and vv_push_hook_describe if the hook does not work. Appends nothing if
 * r is bare or has no remote, or if varve.prePush is false. */
vv_status vv_push_hook_lacks(vv_repository *r, vv_buf *message, vv_buf *mend, vv_error *err);
/* Sends the result of vv_push_hook_lacks as a warning. Ignores failures. */
void vv_push_hook_warn(vv_repository *r, const vv_notes *notes);

/* Sets *out to true if the current hook is identical to the previous hook that varve replaced. The
 * tool that installed the hook has then overwritten varve's hook. */
vv_status vv_push_hook_is_earlier(bool *out, vv_repository *r, vv_error *err);

/* Sets *out to true if git runs no pre-push hook but *h, which is varve's own: no earlier one, none of
 * Git LFS, and none of the settings. */
vv_status vv_push_hook_is_alone(bool *out, vv_repository *r, const vv_hook_found *h, vv_error *err);

/* Returns true if a line before varve's in the hook *h runs Git LFS's hook with the hook's own stdin.
 * It then reads the refs that git pushes, and varve gets none. */
bool vv_push_hook_is_late(const vv_hook_found *h);

/* Removes varve's hook, and restores the previous hook, if any. Sets *removed to true if varve's
 * hook existed, else to false. */
vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err);

#endif
