/*
 * holding: sealed copies that repositories of this machine, which are served, keep for others.
 *
 * They lie below the repository's varve folder, in "hold". What `varve serve` does not say, the repository's
 * settings do: varve.hold (bytes), varve.holdFor (a DID, or a name that `varve key trust` knows; several),
 * varve.holdTerm (days). The key that signs receipts is this machine's.
 */
#ifndef VV_CMD_WORK_VAULT_HOLDING_H
#define VV_CMD_WORK_VAULT_HOLDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/keys/key.h"
#include "repo/git/repository.h"
#include "transport/line/channel.h"

#define VV_HOLD_TERM_DAYS 90u

typedef struct vv_holding_options {
	uint64_t size; /* bytes; 0: as the repository's settings say */
	uint64_t term; /* days; VV_HOLDING_TERM_UNSAID: the settings, else VV_HOLD_TERM_DAYS */
	const char *const *admitted; /* DIDs or names; none: the settings */
	size_t admitted_count;
} vv_holding_options;
#define VV_HOLDING_TERM_UNSAID UINT64_MAX

/* What one repository keeps; size 0: nothing. */
typedef struct vv_holding_facts {
	uint64_t size, term; /* bytes, days */
	size_t admitted_count;
	uint8_t key[VV_KEY_PUBLIC];
} vv_holding_facts;

typedef struct vv_holding vv_holding;

/* o is borrowed until close. */
vv_status vv_holding_open(vv_holding **out, const vv_holding_options *o, vv_error *err);
void vv_holding_close(vv_holding *h); /* accepts NULL */

/* Opens the repository's copies now, so that what is wrong shows at once. VV_EUSAGE: for nobody;
 * VV_ENOTFOUND: this machine has no key. */
vv_status vv_holding_look(vv_holding *h, vv_repository *r, vv_holding_facts *out, vv_error *err);

/* A vv_hold_fn. May be called by several threads. */
vv_status vv_holding_answer(void *holding, vv_repository *r, vv_channel *line, const void *bytes,
			    size_t len, vv_error *err);

#endif
