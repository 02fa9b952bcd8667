/*
 * secret: makes salted scrypt hashes of passwords and tokens, and checks secrets against them.
 *
 * A hash is a text such as "scrypt$14$8$1$<salt>$<hash>": log2 of the cost, block size, lanes, then
 * the salt (16 bytes) and the hash (32 bytes) in hex. Source: RFC 7914; computed by OpenSSL's
 * EVP_PBE_scrypt. One check takes about 40 ms and 16 MiB, so a public server runs only one check at
 * a time.
 */
#ifndef VV_BASE_SECRET_H
#define VV_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Computes the hash of a secret of len bytes with a new salt, and appends the hash to out. */
vv_status vv_secret_hash(vv_buf *out, const void *secret, size_t len, vv_error *err);

/* Returns true if text is a hash in the form above and log2 of its cost is from 10 to 18. */
bool vv_secret_hash_valid(const char *text, size_t len);

/* Checks a secret against a hash, in a time that does not depend on the result. Sets *out to true
 * if hash is the hash of the secret. VV_EINPUT: hash is not in the form above. */
vv_status vv_secret_check(bool *out, const char *hash, size_t hash_len, const void *secret,
			  size_t len, vv_error *err);

/* Appends a new secret of 160 random bits: 32 letters and digits. */
void vv_secret_new(vv_buf *out);

/* Returns true if the len bytes at a and b are equal, in a time that does not depend on the
 * bytes. */
bool vv_secret_equal(const void *a, const void *b, size_t len);

/* Overwrites len bytes at p with zeros, in a way that the compiler cannot optimise away. */
void vv_wipe(void *p, size_t len);
/* Overwrites the content of b as vv_wipe does, and empties b. */
void vv_buf_wipe(vv_buf *b);
/* A buffer for a secret: vv_auto(vv_secret_buf) wipes it. */
typedef vv_buf vv_secret_buf;
VV_AUTO_CLEAR(vv_secret_buf, vv_buf_wipe)

#endif
