/*
 * audit: checks that a holder (cmd/vault/sealed/holder.h) still has its shards.
 *
 * An audit has three steps. It reads all ledger records of the holder. It checks that the holder's
 * list has every shard that the holder should have, with the right size. It reads a random leaf
 * from each of a number of random shards, and checks the leaf against the shard's root in the
 * ledger.
 *
 * If this machine's key is a writer's, the results are written to the ledger as an audit record.
 * Copies that this record reports as bad no longer count.
 */
#ifndef VV_CMD_VAULT_WORK_AUDIT_H
#define VV_CMD_VAULT_WORK_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "cmd/vault/work/session.h"

/* The default number of leaves. If the holder lost one shard in a hundred, the audit finds a loss
 * with a probability of 1 - 0.99^460 = 99.0 %. */
#define VV_AUDIT_LEAVES 460u

/* The arguments of an audit, and its results. The caller zeroes the results. */
typedef struct vv_audit {
	/* the number of leaves to read, each from a different shard; 0: VV_AUDIT_LEAVES */
	uint64_t leaves;
	bool all; /* read all bytes of all shards instead */
	/* The members below are results. */
	uint64_t shards,  /* the number of shards that the holder should have */
		bytes;    /* the bytes of these shards */
	uint64_t asked,   /* leaves that were requested; with all: shards */
		good;     /* requested leaves or shards that were right */
	uint64_t read;    /* bytes that were received */
	uint64_t missing, /* shards that are not in the list, or have a wrong size there */
		wrong;    /* shards in the list whose bytes were wrong or missing */
	/* shards in the list that the holder may remove: retired or dropped ones */
	uint64_t leaving;
	uint64_t surplus; /* other shards in the list that the holder need not have */
	uint64_t records; /* ledger records that the holder has */
	/* the number of these records that are damaged; the place's meeting.damaged has their names */
	uint64_t damaged;
	char first[VV_MESSAGE_MAX]; /* the message about the first bad shard; "": no bad shard */
	vv_cid *bad;                /* the shards that are missing or wrong; owned */
	size_t bad_count, bad_cap;
} vv_audit;

/* Audits the holder of the place p of the session s. The holder must be open. Bad shards are
 * results, not errors. If the audit cannot be completed, it fails, and closes the holder
 * (vv_vault_place_fail). Writes an audit record if the session's key is a writer's, and
 * vv_vault_session_check_key succeeds. */
vv_status vv_audit_run(vv_audit *x, vv_vault_session *s, vv_vault_place *p, vv_error *err);
void vv_audit_clear(vv_audit *x);
VV_AUTO_CLEAR(vv_audit, vv_audit_clear)

/* Returns the probability, in tenths of a percent, that an audit finds a loss if one shard in a
 * hundred is lost. The audit checks `asked` of `shards` shards. */
unsigned vv_audit_chance(uint64_t asked, uint64_t shards);

#endif
