/*
 * push_hook: the pre-push hook that makes git push tables with their blocks.
 *
 * 'varve init', 'varve clone' and the filter's first run set it; it calls 'varve pre-push', and that one whatever hook
 * there was before.
 */
#ifndef VV_CMD_WORK_PEERS_PUSH_HOOK_H
#define VV_CMD_WORK_PEERS_PUSH_HOOK_H

#include <stdbool.h>

#include "base/error.h"
#include "base/progress.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"

/* What was there before gets this after its name. */
#define VV_PUSH_HOOK_EARLIER ".before-varve"

/* Sets it in a repository with a work tree; where it cannot stand notes (NULL: nobody) get one
 * line. */
vv_status vv_push_hook_set(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Who stands there. vv_hook_found_clear. */
vv_status vv_push_hook_find(vv_hook_found *out, vv_repository *r, vv_error *err);

/* The hook that varve wrote goes; one that was here before is back. */
vv_status vv_push_hook_remove(vv_repository *r, bool *removed, vv_error *err);

#endif
