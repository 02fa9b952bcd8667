/*
 * key_ring: reads and writes this machine's key, and the user's names for other keys.
 *
 * Both are in the user's configuration folder, $XDG_CONFIG_HOME/varve or ~/.config/varve. The file
 * "key" has this machine's key (base/keys/key_file.h). The file "trusted" has a line "NAME DID" for
 * each name that the user gave to a key. env is the environment with XDG_CONFIG_HOME and HOME; NULL:
 * an empty environment. A function that needs the folder fails with VV_EUSAGE if neither variable is
 * an absolute path.
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

/* Returns the path of the file `name` in the configuration folder; the caller frees it with vv_free.
 * On failure, returns NULL and sets err. */
char *vv_key_ring_path(const vv_env *env, const char *name, vv_error *err);

/* Puts the passphrase of a key into *out, which is empty before the call. The passphrase is the first
 * line of the file that VARVE_PASSPHRASE_FILE names; without this variable, it is the user's answer
 * to prompt on the terminal. again: the user must enter the passphrase twice, as for a new key.
 * VV_EREFUSED: no terminal is available. VV_EUSAGE: the passphrase is empty, or the two answers
 * differ. */
vv_status vv_passphrase_get(vv_buf *out, const vv_env *env, const char *prompt, bool again,
			    vv_error *err);

/* Reads the key in a file into *out, and gets the passphrase (vv_passphrase_get) if necessary. file
 * NULL: this machine's key. VV_ENOTFOUND with file NULL: this machine has no key; the hint has the
 * command that makes a key. Otherwise fails as vv_key_file_read does. */
vv_status vv_key_ring_open(vv_key *out, const vv_env *env, const char *file, vv_error *err);

/* Writes a public key to out. word: the key's DID, or the user's name for the key. VV_EUSAGE: word is
 * neither, or the line of this name in the file "trusted" is invalid. */
vv_status vv_key_ring_find(uint8_t out[VV_KEY_PUBLIC], const vv_env *env, const char *word,
			   vv_error *err);

/* Appends the content of the file `name` in the configuration folder to text. Appends nothing if the
 * file does not exist. */
vv_status vv_key_ring_read(vv_buf *text, const vv_env *env, const char *name, vv_error *err);
/* Gives a key the name. If another key has the name, it loses it. VV_EUSAGE: the name is not valid:
 * it has 1 to 64 letters, digits, '-', '_', '.' and '@', and does not begin with '-'. */
vv_status vv_key_ring_trust(const vv_env *env, const char *name, const uint8_t key[VV_KEY_PUBLIC],
			    vv_error *err);
/* Removes a name. VV_ENOTFOUND: no key has this name. */
vv_status vv_key_ring_untrust(const vv_env *env, const char *name, vv_error *err);

/* Writes this machine's public key to out. Needs no passphrase. VV_ENOTFOUND: this machine has no
 * key. */
vv_status vv_key_ring_own(uint8_t out[VV_KEY_PUBLIC], const vv_env *env, vv_error *err);

#endif
