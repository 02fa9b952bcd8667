/*
 * key_file: the file that a key is kept in, and the text of a recovery key.
 *
 *	varve key 1
 *	did:key:z6Mk...
 *	plain <seed, 64 hex digits>
 *
 * or, under a passphrase, in place of the last line
 *
 *	argon2id <passes> <KiB> <salt, 32 digits> <nonce, 48 digits> <seed and tag, 96 digits>
 *
 * which is XChaCha20-Poly1305 under the key that Argon2id 1.3 makes of passphrase and salt, with
 * the first two lines (and their newlines) as associated data. A file that others may read is
 * refused. A recovery key is for paper: "varve-recovery-1-" and the base32 of seed and the first
 * four bytes of SHA-256("varve recovery 1" and the seed), in groups; case and '-' do not count.
 */
#ifndef VV_BASE_KEYS_KEY_FILE_H
#define VV_BASE_KEYS_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/keys/key.h"

/* Puts the passphrase for the key into out. */
typedef vv_status (*vv_passphrase_fn)(void *payload, const char *did, vv_buf *out, vv_error *err);

/* Replaces the file (made with mode 0600), durably. passphrase NULL: the seed is not encrypted. */
vv_status vv_key_file_write(const char *path, const vv_key *k, const vv_buf *passphrase,
			    vv_error *err);

/* `ask` is called if the file has a passphrase. Takes the text of a recovery key, too.
 * VV_ENOTFOUND; VV_EREFUSED: others may read the file, or the passphrase is wrong; VV_EINPUT: it is
 * not a key file, or a damaged one. */
vv_status vv_key_file_read(vv_key *out, const char *path, vv_passphrase_fn ask, void *payload,
			   vv_error *err);

/* Who it is, without opening it; *sealed: under a passphrase. */
vv_status vv_key_file_look(char did[VV_DID_TEXT], bool *sealed, const char *path, vv_error *err);

/* Appends the recovery key's text. */
vv_status vv_recovery_put(vv_buf *out, const vv_key *k, vv_error *err);

#endif
