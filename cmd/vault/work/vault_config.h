/*
 * vault_config: which vault is this repository's, what its policy is, and which holders this machine knows.
 *
 * The policy is the project's, in .varveconfig at the top of the work tree (of a bare repository:
 * in its folder varve):
 *
 *	[vault]
 *		id = bafyrei...
 *		copies = 2
 *		min = 1
 *
 * or, in the place of copies, "code = 4+2".
 *
 * Holders are the machine's, in Git's settings of the repository: holder.<name>.url, .domain, .quota,
 * .dead, and .key of one that signs.
 */
#ifndef VV_CMD_VAULT_WORK_VAULT_CONFIG_H
#define VV_CMD_VAULT_WORK_VAULT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/git/repository.h"
#include "transport/hold/code.h"

#define VV_COPIES_MAX 32u

typedef struct vv_vault_policy {
	vv_cid vault;    /* null: there is none yet */
	unsigned copies; /* 0: nobody said; with a code: of what is in no stripe, parity + 1 */
	unsigned min;
	vv_code code; /* data 0: none */
} vv_vault_policy;

/* "4+2"; VV_EUSAGE says what a code is. */
vv_status vv_vault_code_read(vv_code *out, const char *text, vv_error *err);

/* VV_EINPUT: the file makes no sense. */
vv_status vv_vault_policy_read(vv_vault_policy *out, vv_repository *r, vv_error *err);
vv_status vv_vault_policy_write(const vv_vault_policy *p, vv_repository *r, vv_error *err);

typedef struct vv_holder_config {
	char *name, *url, *domain; /* domain NULL: what the kind knows */
	char *key; /* the DID that it signs with; NULL: it does not, or is not known */
	uint64_t quota;
	bool dead;
} vv_holder_config;
typedef struct vv_holder_configs {
	vv_holder_config *items;
	size_t count, cap;
} vv_holder_configs;

vv_status vv_holder_configs_read(vv_holder_configs *out, vv_repository *r, vv_error *err);
void vv_holder_configs_clear(vv_holder_configs *c);
const vv_holder_config *vv_holder_config_find(const vv_holder_configs *c, const char *name);
/* Says that it was not found. */
vv_status vv_holder_fail_unknown(const char *name, vv_status code, vv_error *err);

/* VV_EUSAGE: no name for a holder (letters, digits, - and _). */
vv_status vv_holder_name_check(const char *name, vv_error *err);
/* Writes one whole, or takes it away (url NULL). */
vv_status vv_holder_config_write(const vv_holder_config *h, vv_repository *r, vv_error *err);

#endif
