/*
 * vault_erased: removes erased data from the repository's vault, and asks which it still has.
 *
 * The program varve-vault compares the items of the vault with the list of erased data of this
 * repository (repo/known/erased.h), and reads the holders' lists of shards. If either has some, it
 * prunes the vault without a grace period, and looks again.
 */
#ifndef VV_LIB_SYNC_VAULT_ERASED_H
#define VV_LIB_SYNC_VAULT_ERASED_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/json/json.h"
#include "repo/git/repository.h"

/* The answer. */
typedef struct vv_vault_erased {
	uint64_t
		items; /* erased blocks and Git objects in runs of the vault, and in a run that waits here */
	uint64_t old;     /* copies at holders that no run needs, and which may have erased data */
	uint64_t away;    /* holders that could not be looked at */
	uint64_t unread;  /* runs whose lists of items could not be read */
	char *away_names; /* "": none */
	uint64_t deleted; /* copies at holders that were removed */
	char *waits; /* why the prune failed, or left data; "": it did not, or nothing was to do */
} vv_vault_erased;
void vv_vault_erased_clear(vv_vault_erased *v);
VV_AUTO_CLEAR(vv_vault_erased, vv_vault_erased_clear)

/* Lets the vault's program prune the vault, and sets *out to the rest. The errors are those of
 * vv_vault_ask (vault_peer.h). The repository must have a vault. */
vv_status vv_vault_erased_prune(vv_vault_erased *out, vv_repository *r, vv_error *err);

/* Writes *v to w as JSON: the answer to the question "erase". */
void vv_vault_erased_put(vv_json_out *w, const vv_vault_erased *v);

#endif
