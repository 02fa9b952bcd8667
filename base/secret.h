/*
 * secret: passwords and tokens kept as salted scrypt hashes.
 *
 * A hash is text: "scrypt$14$8$1$<salt>$<hash>": log2 of the cost, block size, lanes, then 16 and
 * 32 bytes in hex. Source: RFC 7914; OpenSSL's EVP_PBE_scrypt does the work. One check takes some
 * 40 ms and 16 MiB, so a server that is open to strangers runs one at a time.
 */
#ifndef VV_BASE_SECRET_H
#define VV_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends the hash of a secret, with a new salt. */
vv_status vv_secret_hash(vv_buf *out, const void *secret, size_t len, vv_error *err);

/* Returns true if text is a hash in this form with an acceptable cost (log2 from 10 to 18). */
bool vv_secret_hash_valid(const char *text, size_t len);

/* Sets *out to whether hash is the hash of the secret, in a time that does not depend on the
 * result. VV_EINPUT: hash is not in the form above. */
vv_status vv_secret_check(bool *out, const char *hash, size_t hash_len, const void *secret,
			  size_t len, vv_error *err);

/* Appends a new secret of 160 random bits: 32 letters and digits. */
void vv_secret_new(vv_buf *out);

/* Returns true if both are equal, in a time that does not depend on their content. */
bool vv_secret_equal(const void *a, const void *b, size_t len);

/* Overwrite memory in a way that the compiler cannot optimise away. vv_buf_wipe also empties b. */
void vv_wipe(void *p, size_t len);
void vv_buf_wipe(vv_buf *b);

#endif
