/*
 * key_ring: reads and writes this machine's key, and the user's names for other keys.
 *
 * Both are in the user's configuration folder, $XDG_CONFIG_HOME/varve or ~/.config/varve: the file
 * "key" has this machine's key (base/keys/key_file.h), and the file "trusted" has a line "NAME DID"
 * for each key to which the user gave a name. env is the environment with XDG_CONFIG_HOME and HOME;
 * NULL: an empty environment.
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

/* Returns the path of the file `name` in the configuration folder; the caller frees the path with
 * vv_free. NULL: memory ran out, or the environment has no home folder (VV_EUSAGE); err is set. */
char *vv_key_ring_path(const vv_env *env, const char *name, vv_error *err);

/* Sets *out to the passphrase of a key: the first line of the file that VARVE_PASSPHRASE_FILE names, else
 * the user's answer to prompt on the terminal. again: the user must enter the passphrase twice, as for a new
 * key. VV_EREFUSED: no terminal is available; VV_EUSAGE: the passphrase is empty, or the two answers differ. */
vv_status vv_passphrase_get(vv_buf *out, const vv_env *env, const char *prompt, bool again,
			    vv_error *err);

/* Reads the key in a file into *out, and gets the passphrase (vv_passphrase_get) if necessary. file
 * NULL: reads this machine's key. VV_ENOTFOUND: this machine has no key; the hint has the command
 * that makes a key. Other errors are as for vv_key_file_read. */
vv_status vv_key_ring_open(vv_key *out, const vv_env *env, const char *file, vv_error *err);

/* Writes the public key named by word, a DID or the user's name for a key, to out. VV_EUSAGE: word
 * is neither. */
vv_status vv_key_ring_find(uint8_t out[VV_KEY_PUBLIC], const vv_env *env, const char *word,
			   vv_error *err);

/* Sets text to the content of the file `name` in the configuration folder. A missing file counts as
 * an empty file. The file "trusted" has the user's names for keys, as lines "NAME DID". */
vv_status vv_key_ring_read(vv_buf *text, const vv_env *env, const char *name, vv_error *err);
/* Adds the name for a key. If another key has the name, removes the name from that key. VV_EUSAGE:
 * the name is not valid. */
vv_status vv_key_ring_trust(const vv_env *env, const char *name, const uint8_t key[VV_KEY_PUBLIC],
			    vv_error *err);
/* Removes a name. VV_ENOTFOUND: no key has this name. */
vv_status vv_key_ring_untrust(const vv_env *env, const char *name, vv_error *err);

/* Writes this machine's public key to out, without the need for a passphrase. VV_ENOTFOUND: this
 * machine has no key. */
vv_status vv_key_ring_own(uint8_t out[VV_KEY_PUBLIC], const vv_env *env, vv_error *err);

#endif
