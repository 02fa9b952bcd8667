/*
 * vault_config: reads and writes the settings of this repository's vault (encrypted copies of its
 * data) and of its holders (the places and servers that store the copies).
 *
 * The vault's settings are in the file .varveconfig at the top of the work tree (in a bare
 * repository, in its folder varve): vault.id, and the policy (cmd/vault/work/session.h).
 *
 * The holders' settings are on this machine: Git's settings of the repository have
 * holder.<name>.url, .domain, .quota and .dead, and also .key if the holder signs.
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

/* Names the repository's vault where a user can give the name or URL of a peer. */
#define VV_VAULT_SOURCE "vault:"
/* Why the vault keeps data that is removed elsewhere. */
#define VV_VAULT_WHY_KEPT                                                                          \
	"sealed copies stay at the vault's holders; pruning the vault removes data of runs of "    \
	"which less than half is needed"

/* Parses `value`, the value of vault.id, into *out. VV_EINPUT: the value is NULL or not a CID. */
vv_status vv_vault_id_parse(vv_cid *out, const char *value, vv_error *err);
/* Sets *out to the vault.id of r, or to null if r has no vault. VV_EINPUT: .varveconfig is
 * invalid. */
vv_status vv_vault_id_read(vv_cid *out, vv_repository *r, vv_error *err);

/* One value = the settings of one holder. */
typedef struct vv_holder_config {
	/* name, url: name and URL of the holder; domain: the failure domain of the holder; NULL:
	 * the default for its kind */
	char *name, *url, *domain;
	/* the DID with which the holder signs; NULL: it does not sign, or the DID is not known */
	char *key;
	uint64_t quota; /* maximum size of the copies at the holder in bytes; 0: not set */
	bool dead;      /* the holder is regarded as lost */
} vv_holder_config;
/* One value = the settings of all holders. */
typedef struct vv_holder_configs {
	vv_holder_config *items;
	size_t count, cap;
} vv_holder_configs;

/* Sets *out to the settings of all holders in r, sorted by name. VV_EINPUT: a holder has no URL,
 * its URL has a password, or its quota is not a number. */
vv_status vv_holder_configs_read(vv_holder_configs *out, vv_repository *r, vv_error *err);
void vv_holder_configs_clear(vv_holder_configs *c);
VV_AUTO_CLEAR(vv_holder_configs, vv_holder_configs_clear)
/* Returns the holder in c with this name, borrowed; NULL if there is none. */
const vv_holder_config *vv_holder_config_find(const vv_holder_configs *c, const char *name);
/* Sets *err to `code`, with the message that the holder `name` is unknown, and returns code. */
vv_status vv_holder_fail_unknown(const char *name, vv_status code, vv_error *err);

/* Returns VV_OK if `name` is a valid name of a holder. VV_EUSAGE: it is empty, longer than 64
 * characters, begins with '-', or has characters other than letters, digits, '-' and '_'. */
vv_status vv_holder_name_check(const char *name, vv_error *err);
/* Writes the settings *h of one holder to r; if h->url is NULL, removes them. */
vv_status vv_holder_config_write(const vv_holder_config *h, vv_repository *r, vv_error *err);

#endif
