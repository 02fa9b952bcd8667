/*
 * secret: makes salted scrypt hashes of passwords and tokens, and checks secrets against them.
 *
 * A hash is a text such as "scrypt$14$8$1$<salt>$<hash>": log2 of the cost, the block size and the
 * number of lanes, then the salt (16 bytes) and the hash (32 bytes) in lower-case hex. Source: RFC
 * 7914; computed by OpenSSL's EVP_PBE_scrypt. One check takes about 40 ms and 16 MiB of memory, so a
 * public server runs only one check at a time.
 */
#ifndef VV_BASE_SECRET_H
#define VV_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Computes the hash of a secret of len bytes with a new salt, and appends the text of the hash to
 * out. VV_ENOMEM: OpenSSL cannot compute scrypt, or out of memory. */
vv_status vv_secret_hash(vv_buf *out, const void *secret, size_t len, vv_error *err);

/* Returns true if text is a hash in the form above: log2 of the cost is from 10 to 18, the block size
 * is 8, and the number of lanes is 1. */
bool vv_secret_hash_valid(const char *text, size_t len);

/* Checks a secret against a hash, in a time that does not depend on the result. Sets *out to true if
 * hash is the hash of the secret, else to false. VV_EINPUT: hash is not a hash in the form above.
 * VV_ENOMEM: OpenSSL cannot compute scrypt. */
vv_status vv_secret_check(bool *out, const char *hash, size_t hash_len, const void *secret,
			  size_t len, vv_error *err);

/* Appends a new secret of 160 random bits: 32 letters and digits. */
void vv_secret_new(vv_buf *out);

/* Returns true if the len bytes at a and b are equal, in a time that does not depend on the
 * bytes. */
bool vv_secret_equal(const void *a, const void *b, size_t len);

/* Overwrites len bytes at p with zeros. The compiler cannot remove the call. */
void vv_wipe(void *p, size_t len);
/* Overwrites the memory of b as vv_wipe does, and clears b as vv_buf_clear does. */
void vv_buf_wipe(vv_buf *b);
/* A buffer for a secret: vv_auto(vv_secret_buf) wipes it. */
typedef vv_buf vv_secret_buf;
VV_AUTO_CLEAR(vv_secret_buf, vv_buf_wipe)

#endif
