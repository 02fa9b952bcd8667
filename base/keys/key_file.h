/*
 * key_file: reads and writes key files, and the texts of recovery keys. A key file has three lines:
 *
 * 	varve key 1
 * 	did:key:z6Mk...
 * 	plain <seed, 64 hex digits>
 *
 * If a passphrase protects the key, the last line is instead
 *
 * 	argon2id <passes> <KiB> <salt, 32 digits> <nonce, 48 digits> <seed and tag, 96 digits>
 *
 * XChaCha20-Poly1305 encrypts the seed. Argon2id 1.3 computes the key of the encryption from the
 * passphrase and the salt. The associated data is the first two lines, with their newlines.
 *
 * A recovery key is a text to write on paper: "varve-recovery-1-" and 58 characters in groups of six,
 * separated by '-'. The characters are the base32 of the seed and of the first four bytes of
 * SHA-256("varve recovery 1", seed). A reader ignores case, and any '-' and white space in the 58
 * characters.
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

/* Writes the key k durably to the file path, with mode 0600. Replaces an existing file, and creates
 * missing folders. If passphrase is NULL, the seed is not encrypted. */
vv_status vv_key_file_write(const char *path, const vv_key *k, const vv_buf *passphrase,
			    vv_error *err);

/* Reads the key from the file path. The file may also have the text of a recovery key. If a passphrase
 * protects the key, calls ask(payload, ...). VV_ENOTFOUND: no such file. VV_EREFUSED: the file's mode
 * gives its group or other users access, the passphrase is wrong, or ask is NULL and the key is
 * protected. VV_EINPUT: the file is not a key file, or is damaged. VV_ENOSUPPORT: a newer varve wrote
 * the file. VV_ENOMEM: also if Argon2id needs more memory than there is. */
vv_status vv_key_file_read(vv_key *out, const char *path, vv_passphrase_fn ask, void *payload,
			   vv_error *err);

/* Reads the name of the key in the file path, without the seed. Sets *sealed to true if a passphrase
 * protects the key, else to false. The errors are those of vv_key_file_read. A file with a recovery
 * key has no name: VV_EINPUT. */
vv_status vv_key_file_look(char did[VV_DID_TEXT], bool *sealed, const char *path, vv_error *err);

/* Appends the text of the recovery key of k, without a newline. */
vv_status vv_recovery_put(vv_buf *out, const vv_key *k, vv_error *err);

#endif
