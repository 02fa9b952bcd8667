/*
 * hash: computes SHA-256 for names, SHA-1 and MD5 for formats of other programs, and XXH3 for quick
 * checks.
 *
 * OpenSSL computes SHA-256, SHA-1 and MD5; xxHash computes XXH3. If OpenSSL cannot compute a hash, the
 * functions return VV_ENOSUPPORT.
 */
#ifndef VV_BASE_HASH_H
#define VV_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_SHA256_LEN 32u /* bytes of a SHA-256 */

/* A hash of 128 bits. */
typedef struct vv_hash128 {
	uint64_t lo, hi;
} vv_hash128;

/* Computes the SHA-256 of len bytes. Threads may call this at the same time. */
vv_status vv_sha256(uint8_t out[VV_SHA256_LEN], const void *bytes, size_t len, vv_error *err);

#define VV_SHA1_LEN 20u /* bytes of a SHA-1 */

/* Computes the SHA-1 of head followed by bytes, as in the names of Git's objects. */
vv_status vv_sha1(uint8_t out[VV_SHA1_LEN], const void *head, size_t head_len, const void *bytes,
		  size_t len, vv_error *err);

/* Appends the SHA-1 of the content of b, as at the end of Git's files. VV_ENOMEM: b has failed. */
vv_status vv_buf_put_sha1(vv_buf *b, vv_error *err);

/* ---- digest: computes a digest of bytes that are added piece by piece ---- */
#define VV_MD5_LEN 16u
/* The algorithm of a digest. SHA-1 is used for the checksum at the end of Git's pack files, and MD5
 * for the header Content-MD5 of requests to S3. Neither of them proves that content was not
 * forged. */
typedef enum vv_digest_kind { VV_DIGEST_MD5, VV_DIGEST_SHA1, VV_DIGEST_SHA256 } vv_digest_kind;
typedef struct vv_digest vv_digest;
/* Makes a digest of no bytes. The caller frees *out with vv_digest_free. */
vv_status vv_digest_new(vv_digest **out, vv_digest_kind kind, vv_error *err);
/* Adds len bytes. */
vv_status vv_digest_update(vv_digest *d, const void *bytes, size_t len, vv_error *err);
/* Writes the digest to out: 16 bytes for MD5, 20 for SHA-1, 32 for SHA-256. Call only once. */
vv_status vv_digest_end(vv_digest *d, uint8_t *out, vv_error *err);
void vv_digest_free(vv_digest *d); /* accepts NULL */
VV_AUTO_FREE(vv_digest, vv_digest_free)

/* Computes HMAC-SHA-1 (RFC 2104) of len bytes with a key, as ssh does to hide host names in
 * known_hosts. VV_ENOMEM: memory ran out, or OpenSSL does not provide HMAC-SHA-1. */
vv_status vv_hmac_sha1(uint8_t out[VV_SHA1_LEN], const void *key, size_t key_len, const void *bytes,
		       size_t len, vv_error *err);

/* Computes HMAC-SHA-256 of len bytes with a key, as in signatures of requests to S3. VV_ENOMEM: memory
 * ran out, or OpenSSL does not provide HMAC-SHA-256. */
vv_status vv_hmac_sha256(uint8_t out[VV_SHA256_LEN], const void *key, size_t key_len,
			 const void *bytes, size_t len, vv_error *err);

/* Computes the 64-bit XXH3 of len bytes. Seed 0 means unseeded XXH3. */
uint64_t vv_xxh3(const void *bytes, size_t len, uint64_t seed);

static inline bool vv_hash128_equal(vv_hash128 a, vv_hash128 b)
{
	return a.lo == b.lo && a.hi == b.hi;
}

/* Comparison function for qsort of arrays of vv_hash128. */
int vv_hash128_order(const void *a, const void *b);

/* Writes the bytes of h as formats have them: lo before hi, both little-endian. */
void vv_hash128_write(uint8_t out[16], vv_hash128 h);

/* Computes the 128-bit XXH3 of len bytes, with the seed as in vv_xxh3. */
vv_hash128 vv_xxh3_128(const void *bytes, size_t len, uint64_t seed);

/* The state of an XXH3 that is computed from bytes added piece by piece. Both the 64-bit and the
 * 128-bit digest can be computed from the same state. vv_xxh3_reset removes all bytes, and sets the
 * seed, as if the state were new. */
typedef struct vv_xxh3_state vv_xxh3_state;
vv_xxh3_state *vv_xxh3_new(uint64_t seed); /* no bytes yet; NULL: out of memory */
void vv_xxh3_reset(vv_xxh3_state *s, uint64_t seed);
/* Adds len bytes. */
void vv_xxh3_update(vv_xxh3_state *s, const void *bytes, size_t len);
/* Returns the 64-bit digest of the bytes added so far. */
uint64_t vv_xxh3_digest(const vv_xxh3_state *s);
/* Returns the 128-bit digest of the bytes added so far. */
vv_hash128 vv_xxh3_digest128(const vv_xxh3_state *s);
void vv_xxh3_free(vv_xxh3_state *s);
VV_AUTO_FREE(vv_xxh3_state, vv_xxh3_free)

#endif
