/*
 * holding: stores sealed copies for other users in the repositories that this machine serves,
 * according to the options of `varve serve` and the settings.
 *
 * The copies are in the folder "hold" below the repository's varve folder (vv_repository_varvedir).
 * Values that are not given as options of `varve serve` are read from the repository's settings:
 * varve.hold (bytes), varve.holdFor (may be repeated: a DID, or a name of `varve vault key trust`,
 * optionally with "=BYTES" for its space), varve.holdTerm (days) and varve.holdRatio ("1.0").
 * Receipts are signed with this machine's key.
 *
 * An identity is a user's public key. The space of an identity is the size given for it, or all
 * space if no size is given. With a ratio, the space is the larger of this size and the ratio times
 * the bytes that the identity stores for this machine's user (audited.h).
 */
#ifndef VV_CMD_VAULT_HOLD_HOLDING_H
#define VV_CMD_VAULT_HOLD_HOLDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "base/progress.h"
#include "base/text.h"
#include "cmd/vault/hold/audited.h"
#include "cmd/vault/hold/hold_vault.h"
#include "repo/git/repository.h"
#include "transport/line/channel.h"

#define VV_HOLD_TERM_DAYS 90u /* the default term, in days */

/* Options of `varve serve` about stored copies. */
typedef struct vv_holding_options {
	const vv_env *env; /* environment of the user whose key and trusted keys are used */
	uint64_t size;     /* bytes; 0: use the repository's settings */
	/* days; VV_HOLDING_TERM_UNSAID: use the settings, or VV_HOLD_TERM_DAYS if they have no
	 * term */
	uint64_t term;
	vv_strings admitted; /* DIDs or names; empty: use the settings */
	/* "1.0"; NULL: use the settings; if they have no ratio, the space does not depend on
	 * audits */
	const char *ratio;
	/* receives errors of later computations of the space in a server; NULL: such errors are
	 * dropped */
	const vv_notes *notes;
} vv_holding_options;
#define VV_HOLDING_TERM_UNSAID UINT64_MAX /* see vv_holding_options.term */

/* The rules for stored copies, from options and settings. named: the identities for which copies
 * are stored, each with the space given for it. */
typedef struct vv_holding_rules {
	uint64_t size, days; /* size 0: no copies are stored */
	vv_hold_identity *named;
	size_t named_count, named_cap;
	uint64_t ratio; /* thousandths; 0: no ratio */
	/* set by vv_holding_look: this machine's key, which signs receipts */
	uint8_t key[VV_KEY_PUBLIC];
} vv_holding_rules;
/* Sets *out to the rules in the options o and the settings of r. VV_EUSAGE: no identities are
 * given, or a value is invalid; the message has the reason. */
vv_status vv_holding_rules_read(vv_holding_rules *out, const vv_holding_options *o,
				vv_repository *r, vv_error *err);
void vv_holding_rules_clear(vv_holding_rules *x);
VV_AUTO_CLEAR(vv_holding_rules, vv_holding_rules_clear)
/* Returns the space, in bytes, of the identity `named` in the rules x. a: the results of audits
 * (audited.h). */
uint64_t vv_holding_room(const vv_holding_rules *x, const vv_hold_identity *named,
			 const vv_audited *a);
/* Returns the path of the folder with the copies of a repository with this varve folder. The caller
 * frees the path with vv_free. NULL: out of memory. */
char *vv_holding_folder(const char *varvedir);

typedef struct vv_holding vv_holding;

/* Opens the copies of all served repositories, each when it is first needed. o is borrowed until
 * vv_holding_close. */
vv_status vv_holding_open(vv_holding **out, const vv_holding_options *o, vv_error *err);
void vv_holding_close(vv_holding *h); /* accepts NULL */
VV_AUTO_FREE(vv_holding, vv_holding_close)

/* Opens the copies of the repository r at once, so that errors are reported when the server starts,
 * and sets *out to the rules, borrowed until vv_holding_close. VV_EUSAGE: no identities are given.
 * VV_ENOTFOUND: this machine has no key. */
vv_status vv_holding_look(vv_holding *h, vv_repository *r, const vv_holding_rules **out,
			  vv_error *err);

/* Answers a request about stored copies; a vv_hold_fn (transport/protocol/serve.h), whose payload
 * is a vv_holding. Thread-safe. */
vv_status vv_holding_answer(void *holding, vv_repository *r, vv_channel *line, const void *bytes,
			    size_t len, vv_error *err);

#endif
