/*
 * vault_config: this repository's vault, and the holders listed on this machine.
 *
  * The settings of the vault belong to the project: .varveconfig at the top of the work tree (in a bare repository: in its
 * folder varve) has vault.id and the policy (cmd/vault/work/session.h).
 *
  * The settings of holders belong to the machine: Git's settings of the repository have holder.<name>.url, .domain, .quota,
 * .dead, and, for a holder that signs, .key.
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

#define VV_VAULT_SOURCE "vault:" /* names the repository's vault in place of a peer */

/* Parses the value of vault.id. VV_EINPUT: it is not a CID. */
vv_status vv_vault_id_parse(vv_cid *out, const char *value, vv_error *err);
/* Reads vault.id. *out is null if the repository has no vault yet. VV_EINPUT: .varveconfig is
 * invalid. */
vv_status vv_vault_id_read(vv_cid *out, vv_repository *r, vv_error *err);

typedef struct vv_holder_config {
	char *name, *url, *domain; /* domain NULL: depends on the kind of holder */
	/* the DID that the holder signs with; NULL: it does not sign, or its DID is not known */
	char *key;
	uint64_t quota;
	bool dead;
} vv_holder_config;
typedef struct vv_holder_configs {
	vv_holder_config *items;
	size_t count, cap;
} vv_holder_configs;

vv_status vv_holder_configs_read(vv_holder_configs *out, vv_repository *r, vv_error *err);
void vv_holder_configs_clear(vv_holder_configs *c);
VV_AUTO_CLEAR(vv_holder_configs, vv_holder_configs_clear)
const vv_holder_config *vv_holder_config_find(const vv_holder_configs *c, const char *name);
/* Sets err to "unknown holder", and returns code. */
vv_status vv_holder_fail_unknown(const char *name, vv_status code, vv_error *err);

/* Checks the name of a holder: letters, digits, - and _. VV_EUSAGE: invalid. */
vv_status vv_holder_name_check(const char *name, vv_error *err);
/* Writes all settings of a holder, or, if h->url is NULL, removes them. */
vv_status vv_holder_config_write(const vv_holder_config *h, vv_repository *r, vv_error *err);

#endif
