/*
 * key_ring: this machine's key, and the names of others' keys, in the user's configuration folder.
 *
 * Which one that is comes from the environment that all of this gets; NULL: no environment.
 * $XDG_CONFIG_HOME/varve (or ~/.config/varve): "key" is the key (base/keys/key_file.h), "trusted" has a line
 * "NAME DID" for each key that the user has a name for.
 */
#ifndef VV_CMD_VAULT_HOLD_KEY_RING_H
#define VV_CMD_VAULT_HOLD_KEY_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "base/keys/key.h"

/* Owned by the caller; NULL: out of memory, or no home, see err. */
char *vv_key_ring_path(const vv_env *env, const char *name, vv_error *err);

/* From VARVE_PASSPHRASE_FILE (its first line), else from the terminal; twice for a new one.
 * VV_EREFUSED: no user to ask. A vv_passphrase_fn is the same without `again`. */
vv_status vv_passphrase_get(vv_buf *out, const vv_env *env, const char *prompt, bool again,
			    vv_error *err);

/* The key in this file; NULL: this machine's own. VV_ENOTFOUND with the way to make one. */
vv_status vv_key_ring_open(vv_key *out, const vv_env *env, const char *file, vv_error *err);

/* A DID, or the user's name for one. VV_EUSAGE. */
vv_status vv_key_ring_find(uint8_t out[VV_KEY_PUBLIC], const vv_env *env, const char *word,
			   vv_error *err);

/* The names; text is "NAME DID" lines. */
vv_status vv_key_ring_names(vv_buf *text, const vv_env *env, vv_error *err);
/* Adds a name, or assigns it to another key. VV_EUSAGE: not a name. */
vv_status vv_key_ring_trust(const vv_env *env, const char *name, const uint8_t key[VV_KEY_PUBLIC],
			    vv_error *err);
/* Removes the name. VV_ENOTFOUND: unknown name. */
vv_status vv_key_ring_untrust(const vv_env *env, const char *name, vv_error *err);

/* This machine's public key, which needs no passphrase. VV_ENOTFOUND: it has none. */
vv_status vv_key_ring_own(uint8_t out[VV_KEY_PUBLIC], const vv_env *env, vv_error *err);

#endif
