/*
 * holding: stores sealed copies for other users in the repositories that this machine serves,
 * according to the options of `varve serve` and the settings.
 *
 * The copies are in the folder "hold" below the repository's varve folder (vv_repository_varvedir).
 * A value that is not given as an option of `varve serve` is read from the repository's settings:
 * varve.hold (bytes), varve.holdFor (a DID, or a name of `varve vault key trust`, which may end with
 * "=BYTES" for its space; may be repeated), varve.holdTerm (days) and varve.holdRatio ("1.0").
 * Receipts are signed with this machine's key.
 *
 * An identity is a user's public key. Without a ratio, the space of an identity is the size given for
 * it, or all space if no size is given. With a ratio, its space is the larger of the given size (0 if
 * none is given) and the ratio times the bytes that the identity provably stores for this machine
 * (audited.h), but at most all space.
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
	uint64_t size;     /* the greatest size of all copies, in bytes; 0: use the settings */
	/* days; VV_HOLDING_TERM_UNSAID: use the settings, or VV_HOLD_TERM_DAYS if they have no
	 * term */
	uint64_t term;
	/* DIDs or names, each optionally with "=BYTES"; empty: use the settings */
	vv_strings admitted;
	/* "1.0"; NULL: use the settings. If they have no ratio, the space does not depend on
	 * audits */
	const char *ratio;
	/* receives a warning if a running server cannot compute the space again; NULL: no warning */
	const vv_notes *notes;
} vv_holding_options;
#define VV_HOLDING_TERM_UNSAID UINT64_MAX /* see vv_holding_options.term */

/* The rules for stored copies, from options and settings. */
typedef struct vv_holding_rules {
	/* size: the greatest size of all copies, in bytes; 0: no copies are stored; days: the term */
	uint64_t size, days;
	/* the identities for which copies are stored, each with the space given for it */
	vv_hold_identity *named;
	size_t named_count, named_cap;
	uint64_t ratio; /* thousandths; 0: no ratio */
	/* only in the rules of vv_holding_look: this machine's public key, which signs receipts */
	uint8_t key[VV_KEY_PUBLIC];
} vv_holding_rules;
/* Sets *out to the rules in the options o and the settings of r. If no size is given, out->size is 0,
 * and nothing else is read. The caller clears *out. VV_EUSAGE: no identities are given, or a value is
 * invalid; the message has the reason. */
vv_status vv_holding_rules_read(vv_holding_rules *out, const vv_holding_options *o,
				vv_repository *r, vv_error *err);
void vv_holding_rules_clear(vv_holding_rules *x);
VV_AUTO_CLEAR(vv_holding_rules, vv_holding_rules_clear)
/* Returns the space, in bytes, of the identity `named` in the rules x. a: the results of audits
 * (audited.h). */
uint64_t vv_holding_room(const vv_holding_rules *x, const vv_hold_identity *named,
			 const vv_audited *a);
/* Returns the path of the folder with copies in the varve folder varvedir of a repository. The caller
 * frees the path with vv_free. Returns NULL if out of memory. */
char *vv_holding_folder(const char *varvedir);

/* The copies of all served repositories. */
typedef struct vv_holding vv_holding;

/* Makes *out, which opens the copies of a repository when they are first needed. o is borrowed until
 * vv_holding_close. */
vv_status vv_holding_open(vv_holding **out, const vv_holding_options *o, vv_error *err);
void vv_holding_close(vv_holding *h); /* accepts NULL */
VV_AUTO_FREE(vv_holding, vv_holding_close)

/* Opens the copies of the repository r now, so that errors are reported when the server starts. Sets
 * *out to the rules, borrowed until vv_holding_close; if (*out)->size is 0, no copies are stored.
 * Fails as vv_holding_rules_read does. VV_ENOTFOUND: this machine has no key. */
vv_status vv_holding_look(vv_holding *h, vv_repository *r, const vv_holding_rules **out,
			  vv_error *err);

/* Answers a request about stored copies. It is a vv_hold_fn (transport/protocol/serve.h), whose
 * payload is a vv_holding. Several threads may call it at the same time. VV_EREFUSED: the request is
 * not about copies, or this repository stores none. */
vv_status vv_holding_answer(void *holding, vv_repository *r, vv_channel *line, const void *bytes,
			    size_t len, vv_error *err);

#endif
