/*
 * vault_where: finds the vault's holders that have the shards of a version.
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

/* One value = one holder. */
typedef struct vv_where_holder {
	char *name;
	uint64_t shards; /* number of the version's shards that the ledger assigns to this holder */
	/* number of shards that were audited for this answer, by reading one leaf (4096 bytes) of
	 * each; at most VV_AUDIT_LEAVES (cmd/vault/work/audit.h) */
	uint64_t asked;
	uint64_t shown; /* number of shards that passed this audit */
	bool whole;     /* the holder is assigned every shard of the vault, and passed its audits */
	/* the oldest of the times at which the holder's shards of the version last passed an audit,
	 * in seconds since 1970; 0: one of them never passed an audit */
	uint64_t proven;
	bool away; /* the holder was not reached because of the error `why` */
	vv_error why;
} vv_where_holder;

/* One value = the answer for one version. */
typedef struct vv_vault_where {
	bool is;         /* the repository has a vault; if false, all else is zero */
	uint64_t blocks, /* number of blocks of the version that were found */
		kept;    /* number of these blocks that the vault has */
	bool partly; /* blocks could not be read, so the version has more blocks than were found */
	uint64_t shards; /* number of shards that have these blocks */
	vv_where_holder *holders;
	size_t count;
} vv_vault_where;

void vv_vault_where_clear(vv_vault_where *w);
VV_AUTO_CLEAR(vv_vault_where, vv_vault_where_clear)

/* Asks the vault's program (vault_peer.h) which holders have the shards of the version *root, and
 * sets *out to its answer. If the repository has no vault, returns VV_OK, and out->is is false. o
 * NULL: default options. ask: contact the holders; false: only use the local ledger. On failure,
 * all members of *out are zero except out->is. */
vv_status vv_vault_where_ask(vv_vault_where *out, vv_repository *r, const vv_connect_options *o,
			     const vv_cid *root, bool ask, vv_error *err);

/* Writes *v, except `is`, to w as JSON: the answer to the question "where". */
void vv_vault_where_put(vv_json_out *w, const vv_vault_where *v);

#endif
