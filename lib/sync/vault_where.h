/*
 * vault_where: finds the holders of the vault that have the shards of a version.
 */
#ifndef VV_LIB_SYNC_VAULT_WHERE_H
#define VV_LIB_SYNC_VAULT_WHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/json/json.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"
#include "transport/line/options.h"

typedef struct vv_where_holder {
	char *name;
	uint64_t shards; /* of the version's, that it is to have by the ledger */
	uint64_t asked;  /* number of these audited now with one leaf each, VV_AUDIT_LEAVES at most
			  * ... ... */
	uint64_t shown;  /* ... and showed it */
	bool whole;      /* it should have every shard of the vault, and passed its audits */
	/* when an audit proved the one of these that was proven longest ago; 0: never */
	uint64_t proven;
	bool away; /* it was not reached; why: */
	vv_error why;
} vv_where_holder;

typedef struct vv_vault_where {
	bool is; /* the repository has a vault; else all is 0 */
	uint64_t blocks,
		kept;    /* of the version, as far as it can be read; of these the vault has */
	bool partly;     /* nodes of the version cannot be read: there are more blocks */
	uint64_t shards; /* in which these begin */
	vv_where_holder *holders;
	size_t count;
} vv_vault_where;

void vv_vault_where_clear(vv_vault_where *w);
VV_AUTO_CLEAR(vv_vault_where, vv_vault_where_clear)

/* Queries the vault's program (vault_peer.h). ask false: only the local ledger. On failure only out->is is set: does a
 * vault exist? */
vv_status vv_vault_where_ask(vv_vault_where *out, vv_repository *r, const vv_connect_options *o,
			     const vv_cid *root, bool ask, vv_error *err);

/* The answer to the question "where". */
void vv_vault_where_put(vv_json_out *w, const vv_vault_where *v);

#endif
