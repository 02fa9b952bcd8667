/*
 * holding: sealed copies that served repositories of this machine store for others.
 *
 * They are below the repository's varve folder, in "hold". Values without an option of `varve serve` are in the
 * repository's settings: varve.hold (bytes), varve.holdFor (a DID, or a name of `varve vault key trust`, each with
 * "=BYTES" for its space; several), varve.holdTerm (days) and varve.holdRatio ("1.0"). The key that signs receipts is
 * this machine's.
 *
 * An identity's space is its size, or all space. With a ratio it is that size or, if more, the ratio times the bytes
 * that its key stores for this machine's user (audited.h).
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

#define VV_HOLD_TERM_DAYS 90u

typedef struct vv_holding_options {
	const vv_env *env; /* the user's, whose key and trusted keys these are */
	uint64_t size;     /* bytes; 0: from the repository's settings */
	uint64_t term;     /* days; VV_HOLDING_TERM_UNSAID: the settings, else VV_HOLD_TERM_DAYS */
	vv_strings admitted; /* DIDs or names; empty: the settings */
	const char *ratio;   /* "1.0"; NULL: the settings, else room does not follow standing */
	/* for errors of a server that computes room again; NULL: they are dropped */
	const vv_notes *notes;
} vv_holding_options;
#define VV_HOLDING_TERM_UNSAID UINT64_MAX

/* The holding of one repository; size 0: it keeps no copies. */
typedef struct vv_holding_facts {
	uint64_t size, term; /* bytes, days */
	size_t admitted_count;
	uint64_t ratio; /* thousandths; 0: room follows nothing */
	uint8_t key[VV_KEY_PUBLIC];
} vv_holding_facts;

/* The rules from options and settings. */
typedef struct vv_holding_rules {
	uint64_t size, days; /* size 0: nothing is kept */
	vv_hold_identity *named;
	size_t named_count, named_cap;
	uint64_t ratio; /* thousandths; 0: no ratio */
} vv_holding_rules;
/* VV_EUSAGE: no identities, or an invalid value, see err. */
vv_status vv_holding_rules_read(vv_holding_rules *out, const vv_holding_options *o,
				vv_repository *r, vv_error *err);
void vv_holding_rules_clear(vv_holding_rules *x);
VV_AUTO_CLEAR(vv_holding_rules, vv_holding_rules_clear)
/* The space of an identity that the rules name. */
uint64_t vv_holding_room(const vv_holding_rules *x, const vv_hold_identity *named,
			 const vv_audited *a);
/* The folder of a repository that keeps copies; the caller's. NULL: out of memory. */
char *vv_holding_folder(const char *varvedir);

typedef struct vv_holding vv_holding;

/* o is borrowed until close. */
vv_status vv_holding_open(vv_holding **out, const vv_holding_options *o, vv_error *err);
void vv_holding_close(vv_holding *h); /* accepts NULL */
VV_AUTO_FREE(vv_holding, vv_holding_close)

/* Opens the repository's copies now, so that errors appear at once. VV_EUSAGE: no identities;
 * VV_ENOTFOUND: this machine has no key. */
vv_status vv_holding_look(vv_holding *h, vv_repository *r, vv_holding_facts *out, vv_error *err);

/* A vv_hold_fn. May be called by several threads. */
vv_status vv_holding_answer(void *holding, vv_repository *r, vv_channel *line, const void *bytes,
			    size_t len, vv_error *err);

#endif
