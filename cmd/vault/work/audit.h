/*
 * audit: checks that a holder (cmd/vault/sealed/holder.h) still has its shards.
 *
 * An audit reads all ledger records of the holder, which are small. Then it checks that the holder's list has
 * every shard that the holder should have, with the right size. Then it reads a random leaf from each of a
 * number of random shards, and checks the leaf against the shard's root in the ledger. The results are written
 * to the ledger as an audit record; copies that failed no longer count.
 */
#ifndef VV_CMD_VAULT_WORK_AUDIT_H
#define VV_CMD_VAULT_WORK_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "cmd/vault/work/session.h"

/* The default number of leaves. If the holder lost one shard in a hundred, the audit finds a loss with a
 * probability of 1 - 0.99^460 = 99.0 %. */
#define VV_AUDIT_LEAVES 460u

/* The arguments of an audit, and its results. */
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
		wrong;    /* shards whose bytes were wrong or missing */
	/* shards in the list that the holder may remove: retired or dropped ones */
	uint64_t leaving;
	uint64_t surplus; /* shards in the list that no record requires the holder to have */
	uint64_t records; /* ledger records that the holder has */
	/* the number of these records that are damaged; the place's meeting.damaged has their names */
	uint64_t damaged;
	char first[VV_MESSAGE_MAX]; /* the message about the first fault; "": no fault */
	vv_cid *bad;                /* the shards that are missing or wrong; owned */
	size_t bad_count, bad_cap;
} vv_audit;

/* Audits the holder of the place p of the session s, which must be connected. Faults of shards are
 * results, not errors. Fails only if the audit cannot be completed; the place is then marked as
 * failed and closed. Writes an audit record if the session's key is a writer's. */
vv_status vv_audit_run(vv_audit *x, vv_vault_session *s, vv_vault_place *p, vv_error *err);
void vv_audit_clear(vv_audit *x);
VV_AUTO_CLEAR(vv_audit, vv_audit_clear)

/* Returns the probability, in tenths of a percent, that an audit of `asked` of all `shards` finds a loss if
 * one shard in a hundred is lost. */
unsigned vv_audit_chance(uint64_t asked, uint64_t shards);

#endif
