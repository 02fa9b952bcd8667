/*
 * vault_config: the settings of this repository's vault and of its holders.
 *
 * Settings of the vault are in the project: .varveconfig at the top of the work tree (in a bare
 * repository, in its folder varve) has vault.id and the policy (cmd/vault/work/session.h).
 *
 * Settings of holders are on this machine: Git's settings of the repository have holder.<name>.url,
 * .domain, .quota and .dead, and also .key if the holder signs.
 */
#ifndef VV_LIB_REMOTES_VAULT_CONFIG_H
#define VV_LIB_REMOTES_VAULT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

#define VV_VAULT_SOURCE "vault:" /* stands for the repository's vault where a peer can be named */

/* Parses the value of vault.id. VV_EINPUT: the value is not a CID. */
vv_status vv_vault_id_parse(vv_cid *out, const char *value, vv_error *err);
/* Reads vault.id. *out is null if the repository has no vault. VV_EINPUT: .varveconfig is
 * invalid. */
vv_status vv_vault_id_read(vv_cid *out, vv_repository *r, vv_error *err);

typedef struct vv_holder_config {
	char *name, *url, *domain; /* domain NULL: the default domain for the kind of holder */
	/* the DID with which the holder signs; NULL: it does not sign, or the DID is not known */
	char *key;
	uint64_t quota;
	bool dead;
} vv_holder_config;
typedef struct vv_holder_configs {
	vv_holder_config *items;
	size_t count, cap;
} vv_holder_configs;

/* Reads the settings of all holders. */
vv_status vv_holder_configs_read(vv_holder_configs *out, vv_repository *r, vv_error *err);
void vv_holder_configs_clear(vv_holder_configs *c);
VV_AUTO_CLEAR(vv_holder_configs, vv_holder_configs_clear)
/* Returns the holder with this name, borrowed. NULL: there is none. */
const vv_holder_config *vv_holder_config_find(const vv_holder_configs *c, const char *name);
/* Sets err to the message that the holder is unknown, with this code, and returns the code. */
vv_status vv_holder_fail_unknown(const char *name, vv_status code, vv_error *err);

/* Checks the name of a holder. VV_EUSAGE: the name has characters other than letters, digits, - and
 * _. */
vv_status vv_holder_name_check(const char *name, vv_error *err);
/* Writes all settings of a holder. If h->url is NULL, removes them. */
vv_status vv_holder_config_write(const vv_holder_config *h, vv_repository *r, vv_error *err);

#endif
