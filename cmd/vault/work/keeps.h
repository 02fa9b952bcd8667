/*
 * keeps: which versions the vault proves to keep, now, before they are dropped.
 *
 * A version counts whose every block the vault lists, and a copy of the vault counts that shows a random leaf of each of
 * its shards.
 */
#ifndef VV_CMD_VAULT_WORK_KEEPS_H
#define VV_CMD_VAULT_WORK_KEEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cmd/vault/work/session.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* keeps[i]: the vault lists all of roots[i], which is whole here. *copies: how often everything in it was shown; a stripe
 * counts as spread.h says. What audits found is recorded. */
vv_status vv_vault_keeps(bool *keeps, unsigned *copies, vv_repository *r,
			 const vv_session_options *o, const vv_cid *roots, size_t count,
			 vv_error *err);

#endif
