/*
 * migrate_history: 'varve migrate --everything', and what it prints.
 */
#ifndef VV_CMD_VARVE_SETUP_MIGRATE_HISTORY_H
#define VV_CMD_VARVE_SETUP_MIGRATE_HISTORY_H

#include "cmd/frame/command.h"
#include "lib/clone/everything.h"

/* opts without progress. */
vv_status vv_migrate_history(vv_context *c, const vv_migrate_options *opts, vv_error *err);

#endif
