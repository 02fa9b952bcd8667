/*
 * standing_report: for each identity what it keeps for this machine, what is kept for it, and
 * the room that it has here, with all figures that this is made of.
 */
#ifndef VV_CMD_VAULT_KEEP_STANDING_REPORT_H
#define VV_CMD_VAULT_KEEP_STANDING_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "cmd/vault/keep/audited.h"
#include "cmd/vault/keep/holding.h"
#include "repo/git/repository.h"

typedef struct vv_standing_entry {
	uint8_t key[VV_KEY_PUBLIC];
	const char *name; /* NULL: it is not trusted */
	uint64_t bytes, byte_days;
	uint64_t proven; /* 0: never */
	/* Here: */
	uint64_t shards, records; /* bytes that are kept for it */
	bool admitted;            /* the rest is about its room, which it has only then */
	bool fixed;               /* its room is a share, and does not follow standing */
	uint64_t room;
} vv_standing_entry;

typedef struct vv_standing_report {
	vv_audited audited;
	/* size 0: neither settings nor options say that anything is kept for others */
	vv_holding_rules rules;
	bool held; /* something is, all the same */
	vv_standing_entry *entries;
	size_t count, cap;
} vv_standing_report;

/* Of these keys; none: of all that are trusted, admitted, or have been audited. */
vv_status vv_standing_report_open(vv_standing_report *out, const vv_holding_options *o,
				  vv_repository *r, const char *const *words, size_t word_count,
				  vv_error *err);
void vv_standing_report_clear(vv_standing_report *x);
VV_AUTO_CLEAR(vv_standing_report, vv_standing_report_clear)

#endif
