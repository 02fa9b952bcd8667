/*
 * audit: tests whether holders still have their shards.
 *
 * First the ledger's records, which are small: every one is read. Then the list: every shard that the holder
 * should have, with its size. Then random leaves, one of each of the requested number of shards, checked
 * against the root in the ledger. The results are recorded in the ledger, where failed copies no longer count.
 */
#ifndef VV_CMD_VAULT_WORK_AUDIT_H
#define VV_CMD_VAULT_WORK_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "cmd/vault/work/session.h"

#define VV_AUDIT_LEAVES 460u /* 1 - 0.99^460 = 99.0 %: a loss of one shard in a hundred is seen */

typedef struct vv_audit {
	/* of one holder, at least; fewer if it has fewer shards; 0: VV_AUDIT_LEAVES */
	uint64_t leaves;
	bool all; /* all bytes of all shards */
	/* Afterwards, of one holder: */
	uint64_t shards, bytes;     /* that it is to have */
	uint64_t asked, good;       /* leaves (or shards) */
	uint64_t read;              /* bytes that came */
	uint64_t missing, wrong;    /* shards: not in the list or not of their size; other bytes */
	uint64_t leaving;           /* that it has still: retired, or announced as let go of */
	uint64_t surplus;           /* shards that it has without a place record */
	uint64_t records;           /* of the ledger, that it has */
	uint64_t damaged;           /* of these; the place's meeting has their names */
	char first[VV_MESSAGE_MAX]; /* the first fault; "" */
	vv_cid *bad;                /* owned */
	size_t bad_count, bad_cap;
} vv_audit;

/* The place must be reached. Fails only if the holder cannot be judged; it is then closed. Writes an
 * audit record if the key is a writer's. */
vv_status vv_audit_run(vv_audit *x, vv_vault_session *s, vv_vault_place *p, vv_error *err);
void vv_audit_clear(vv_audit *x);
VV_AUTO_CLEAR(vv_audit, vv_audit_clear)

/* The probability, in tenths of a percent, that an audit of `asked` of all shards finds a lost one, if
 * one in a hundred were lost. */
unsigned vv_audit_chance(uint64_t asked, uint64_t shards);

#endif
