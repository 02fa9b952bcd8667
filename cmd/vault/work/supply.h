/*
 * supply: answers what other programs ask of the vault (lib/sources/supply_message.h), on several lines at once.
 */
#ifndef VV_CMD_VAULT_WORK_SUPPLY_H
#define VV_CMD_VAULT_WORK_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"

typedef struct vv_supplying {
	const char *gitdir; /* of the repository */
	const vv_env *env;  /* borrowed; as for vv_repository_open */
	const int *lines;   /* descriptors of sockets; taken over */
	size_t line_count;
	bool named;            /* as in vv_supply_options */
	uint64_t idle_sec;     /* what the user said; 0: nothing */
	const vv_notes *notes; /* NULL: quiet */
} vv_supplying;

/* Until the other side has closed all lines. What a question fails with is its answer. */
vv_status vv_supplying_run(const vv_supplying *o, vv_error *err);

#endif
