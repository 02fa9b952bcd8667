/*
 * holding: sealed copies that repositories of this machine, which are served, keep for others.
 *
 * They lie below the repository's varve folder, in "hold". What the options of `varve serve` leave open is in the
 * repository's settings: varve.hold (bytes), varve.holdFor (a DID, or a name that `varve vault key trust` knows, each
 * with "=BYTES" where that is all of its room; several), varve.holdTerm (days) and varve.holdRatio ("1.0").
 * The key that signs receipts is this machine's.
 *
 * With a ratio those are admitted whom this machine's user trusts, and room follows standing (audited.h): who
 * that is, and how much it is, is worked out again each hour, when the trusted keys change, and before
 * somebody is refused, at most each minute. Where that fails (a damaged line in the file of trusted keys) a server
 * that runs goes on with what it knew, and reports it once; one that starts does not start.
 */
#ifndef VV_CMD_VAULT_KEEP_HOLDING_H
#define VV_CMD_VAULT_KEEP_HOLDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/keys/key.h"
#include "base/progress.h"
#include "base/text.h"
#include "cmd/vault/hold/hold_vault.h"
#include "cmd/vault/keep/audited.h"
#include "repo/git/repository.h"
#include "transport/line/channel.h"

#define VV_HOLD_TERM_DAYS 90u

typedef struct vv_holding_options {
	const vv_env *env; /* the user's, whose key and trusted keys these are */
	uint64_t size;     /* bytes; 0: as the repository's settings say */
	uint64_t term;     /* days; VV_HOLDING_TERM_UNSAID: the settings, else VV_HOLD_TERM_DAYS */
	vv_strings admitted; /* DIDs or names; none: the settings */
	const char *ratio;   /* "1.0"; NULL: the settings, else room does not follow standing */
	uint64_t allowance;  /* bytes; 0: the settings, else a twentieth of size */
	/* where a server says what it could not work out anew; NULL: nowhere */
	const vv_notes *notes;
} vv_holding_options;
#define VV_HOLDING_TERM_UNSAID UINT64_MAX

/* What one repository keeps; size 0: nothing. */
typedef struct vv_holding_facts {
	uint64_t size, term; /* bytes, days */
	size_t admitted_count;
	vv_reward reward; /* ratio 0: none */
	uint8_t key[VV_KEY_PUBLIC];
} vv_holding_facts;

/* What options and settings say. */
typedef struct vv_holding_rules {
	uint64_t size, days; /* size 0: nothing is kept */
	vv_hold_identity *named;
	size_t named_count, named_cap;
	vv_reward reward;
} vv_holding_rules;
/* VV_EUSAGE: for nobody, or what is said makes no sense. */
vv_status vv_holding_rules_read(vv_holding_rules *out, const vv_holding_options *o,
				vv_repository *r, vv_error *err);
void vv_holding_rules_clear(vv_holding_rules *x);
VV_AUTO_CLEAR(vv_holding_rules, vv_holding_rules_clear)
/* Who has room by these rules, and how much; of a ratio with what was audited. The caller's. */
vv_status vv_holding_identities(vv_hold_identity **out, size_t *count, const vv_holding_rules *x,
				const vv_audited *a, vv_error *err);
const vv_hold_identity *vv_holding_named(const vv_holding_rules *x,
					 const uint8_t key[VV_KEY_PUBLIC]); /* NULL: no */
/* The folder of a repository that keeps copies; the caller's. NULL: out of memory. */
char *vv_holding_folder(const char *varvedir);

typedef struct vv_holding vv_holding;

/* o is borrowed until close. */
vv_status vv_holding_open(vv_holding **out, const vv_holding_options *o, vv_error *err);
void vv_holding_close(vv_holding *h); /* accepts NULL */
VV_AUTO_FREE(vv_holding, vv_holding_close)

/* Opens the repository's copies now, so that what is wrong shows at once. VV_EUSAGE: for nobody;
 * VV_ENOTFOUND: this machine has no key. */
vv_status vv_holding_look(vv_holding *h, vv_repository *r, vv_holding_facts *out, vv_error *err);

/* A vv_hold_fn. May be called by several threads. */
vv_status vv_holding_answer(void *holding, vv_repository *r, vv_channel *line, const void *bytes,
			    size_t len, vv_error *err);

#endif
