/*
 * recover: a repository made again from a vault, on a machine that has nothing but a key and one
 * holder's URL.
 *
 * The other holders are in the vault. Blocks and Git's objects are taken as from a peer, every one
 * checked against its name; refs are made last. Interrupted, it keeps the blocks that came.
 */
#ifndef VV_CMD_VAULT_WORK_RECOVER_H
#define VV_CMD_VAULT_WORK_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/text.h"
#include "cmd/vault/work/session.h"

typedef struct vv_recover {
	const char *const *urls;
	size_t url_count;
	const vv_cid *vault;  /* NULL: the only one that the holders have */
	const vv_cid *expect; /* the holders must have this vault record; NULL: any */
	/* Receives a line about missing data. */
	vv_status (*missing)(void *payload, const char *line, vv_error *err);
	void *payload;
	/* Afterwards. */
	vv_cid head; /* the last vault record */
	uint64_t head_time;
	uint8_t head_author[VV_KEY_PUBLIC];
	size_t shown, asked; /* holders that had it, of those that answered */
	uint64_t blocks, objects, refs;
	uint64_t missing_shards, missing_versions, missing_records;
	/* refs of the other head where one key signed two: refs/recovered/KEY-HEAD/... */
	uint64_t beside;
	bool older;   /* not the newest state: `missing` had which, and how old each ref is */
	char *branch; /* that HEAD names; NULL: detached, or none. Owned */
} vv_recover;

/* The session has a key and no vault yet. VV_EMISSING: Git's history cannot be recovered completely;
 * the recovered part is kept for the next attempt. VV_ECONFLICT: --expect. */
vv_status vv_recover_run(vv_recover *x, vv_vault_session *s, vv_error *err);
void vv_recover_clear(vv_recover *x);
VV_AUTO_CLEAR(vv_recover, vv_recover_clear)

#endif
