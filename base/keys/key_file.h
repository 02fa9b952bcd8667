/*
 * key_file: reads and writes files with a key, and texts of recovery keys. A key file:
 *
 * 	varve key 1
 * 	did:key:z6Mk...
 * 	plain <seed, 64 hex digits>
 *
 * If a passphrase protects the key, the last line is instead
 *
 * 	argon2id <passes> <KiB> <salt, 32 digits> <nonce, 48 digits> <seed and tag, 96 digits>
 *
 * The seed is encrypted with XChaCha20-Poly1305. The key of the encryption is computed by Argon2id
 * 1.3 from passphrase and salt; the associated data is the first two lines, with their newlines.
 * vv_key_file_read refuses a file that other users may read. A recovery key is a text to write on
 * paper: "varve-recovery-1-", then in base32, in groups, the seed and the first four bytes of
 * SHA-256("varve recovery 1" and the seed); case and '-' are ignored.
 */
#ifndef VV_BASE_KEYS_KEY_FILE_H
#define VV_BASE_KEYS_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/keys/key.h"

/* Asks for the passphrase of the key whose name is did, and writes the passphrase to out. */
typedef vv_status (*vv_passphrase_fn)(void *payload, const char *did, vv_buf *out, vv_error *err);

/* Writes the key k to the file path with mode 0600, durably; replaces an existing file. If
 * passphrase is NULL, the seed is not encrypted. */
vv_status vv_key_file_write(const char *path, const vv_key *k, const vv_buf *passphrase,
			    vv_error *err);

/* Reads the key from the file path, which may also have the text of a recovery key. Calls
 * ask(payload, ...) if a passphrase protects the key. VV_ENOTFOUND: no such file; VV_EREFUSED:
 * other users may read the file, or the passphrase is wrong; VV_EINPUT: the file is not a key file,
 * or is damaged. */
vv_status vv_key_file_read(vv_key *out, const char *path, vv_passphrase_fn ask, void *payload,
			   vv_error *err);

/* Reads the name of the key in the file path, without the seed. Sets *sealed to true if a
 * passphrase protects the key. The errors are those of vv_key_file_read. VV_EINPUT also: the file
 * has a recovery key. */
vv_status vv_key_file_look(char did[VV_DID_TEXT], bool *sealed, const char *path, vv_error *err);

/* Appends the recovery key of k, as a text. */
vv_status vv_recovery_put(vv_buf *out, const vv_key *k, vv_error *err);

#endif
