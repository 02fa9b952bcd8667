/*
 * hash: the only user of OpenSSL's digests and HMAC, and of xxHash.
 *
 * SHA-256 and SHA-1 are called by the functions that OpenSSL 3 calls deprecated: the others load providers and
 * read openssl.cnf before the first digest, 4.4 million instructions, which were a fifth of all that
 * a small command costs (each hashes its machine's name for its locks). The code behind both is the
 * same.
 */
#include "base/hash.h"

#include <limits.h>
#include <string.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#define XXH_STATIC_LINKING_ONLY /* the size of XXH3_state_t */
#include <xxhash.h>
#if defined(__x86_64__)
/* Chooses the widest vectors of the machine at run time: four times the speed of the
 * library's plain calls. The results are the same everywhere. */
#include <xxh_x86dispatch.h>
#endif

#include "base/sys.h"

vv_status vv_sha256(uint8_t out[VV_SHA256_LEN], const void *bytes, size_t len, vv_error *err)
{
	SHA256_CTX ctx;

	if (SHA256_Init(&ctx) != 1 || SHA256_Update(&ctx, bytes, len) != 1 ||
	    SHA256_Final(out, &ctx) != 1) {
		return vv_fail(err, VV_ENOSUPPORT, "OpenSSL could not compute a SHA-256");
	}
	return VV_OK;
}

static vv_status check_code(int code, vv_error *err)
{
	return code == 1 ? VV_OK : vv_fail(err, VV_ENOSUPPORT, "OpenSSL could not compute a hash");
}

vv_status vv_sha1(uint8_t out[VV_SHA1_LEN], const void *head, size_t head_len, const void *bytes,
		  size_t len, vv_error *err)
{
	SHA_CTX ctx;

	return check_code(SHA1_Init(&ctx) == 1 && SHA1_Update(&ctx, head, head_len) == 1 &&
				  SHA1_Update(&ctx, bytes, len) == 1 && SHA1_Final(out, &ctx) == 1,
			  err);
}

vv_status vv_buf_put_sha1(vv_buf *b, vv_error *err)
{
	uint8_t sum[VV_SHA1_LEN];
	vv_status rc = vv_buf_ok(b, err);

	if (rc < 0 || (rc = vv_sha1(sum, NULL, 0, b->data, b->len, err)) < 0) return rc;
	vv_buf_put(b, sum, sizeof(sum));
	return vv_buf_ok(b, err);
}

struct vv_digest {
	vv_digest_kind kind;
	union {
		MD5_CTX md5;
		SHA_CTX sha1;
		SHA256_CTX sha256;
	} ctx;
};

vv_status vv_digest_new(vv_digest **out, vv_digest_kind kind, vv_error *err)
{
	vv_auto(vv_digest) *d = vv_calloc(1, sizeof *d);

	if (!d) return vv_fail_nomem(err);
	d->kind = kind;
	vv_status rc = check_code(kind == VV_DIGEST_MD5    ? MD5_Init(&d->ctx.md5)
				  : kind == VV_DIGEST_SHA1 ? SHA1_Init(&d->ctx.sha1)
							   : SHA256_Init(&d->ctx.sha256),
				  err);
	if (rc < 0) return rc;
	return vv_hand_over(out, &d);
}

vv_status vv_digest_update(vv_digest *d, const void *bytes, size_t len, vv_error *err)
{
	return check_code(d->kind == VV_DIGEST_MD5    ? MD5_Update(&d->ctx.md5, bytes, len)
			  : d->kind == VV_DIGEST_SHA1 ? SHA1_Update(&d->ctx.sha1, bytes, len)
						      : SHA256_Update(&d->ctx.sha256, bytes, len),
			  err);
}

vv_status vv_digest_end(vv_digest *d, uint8_t *out, vv_error *err)
{
	return check_code(d->kind == VV_DIGEST_MD5    ? MD5_Final(out, &d->ctx.md5)
			  : d->kind == VV_DIGEST_SHA1 ? SHA1_Final(out, &d->ctx.sha1)
						      : SHA256_Final(out, &d->ctx.sha256),
			  err);
}

void vv_digest_free(vv_digest *d)
{
	vv_free(d);
}

uint64_t vv_xxh3(const void *bytes, size_t len, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, len, seed);
}

int vv_hash128_order(const void *a, const void *b)
{
	const vv_hash128 *x = a, *y = b;

	return x->hi != y->hi ? (x->hi > y->hi) - (x->hi < y->hi)
			      : (x->lo > y->lo) - (x->lo < y->lo);
}

void vv_hash128_write(uint8_t out[16], vv_hash128 h)
{
	vv_put_le64(out, h.lo);
	vv_put_le64(out + 8, h.hi);
}

vv_hash128 vv_xxh3_128(const void *bytes, size_t len, uint64_t seed)
{
	XXH128_hash_t h = XXH3_128bits_withSeed(bytes, len, seed);
	return (vv_hash128){h.low64, h.high64};
}

#define STATE_ALIGN 64u /* xxHash works on its state with aligned vectors */

struct vv_xxh3_state {
	XXH3_state_t *state; /* inside room */
	unsigned char room[sizeof(XXH3_state_t) + STATE_ALIGN];
};

vv_xxh3_state *vv_xxh3_new(uint64_t seed)
{
	vv_xxh3_state *s = vv_calloc(1, sizeof *s);
	uintptr_t misfit;

	if (s) {
		misfit = (uintptr_t)s->room % STATE_ALIGN;
		s->state = (void *)(s->room + (misfit > 0 ? STATE_ALIGN - misfit : 0));
		vv_xxh3_reset(s, seed);
	}
	return s;
}

void vv_xxh3_reset(vv_xxh3_state *s, uint64_t seed)
{
	(void)XXH3_64bits_reset_withSeed(s->state, seed);
}

void vv_xxh3_update(vv_xxh3_state *s, const void *bytes, size_t len)
{
	if (len > 0) {
		(void)XXH3_64bits_update(s->state, bytes, len);
	}
}

uint64_t vv_xxh3_digest(const vv_xxh3_state *s)
{
	return XXH3_64bits_digest(s->state);
}

vv_hash128 vv_xxh3_digest128(const vv_xxh3_state *s)
{
	XXH128_hash_t h = XXH3_128bits_digest(s->state);
	return (vv_hash128){h.low64, h.high64};
}

void vv_xxh3_free(vv_xxh3_state *s)
{
	vv_free(s);
}

static vv_status compute_hmac(uint8_t *out, unsigned out_len, const EVP_MD *with, const void *key,
			      size_t key_len, const void *bytes, size_t len, vv_error *err)
{
	unsigned is_len = 0;

	if (key_len > INT_MAX || !HMAC(with, key, (int)key_len, bytes, len, out, &is_len) ||
	    is_len != out_len) {
		return vv_fail(err, VV_ENOMEM, "cannot compute an HMAC");
	}
	return VV_OK;
}

vv_status vv_hmac_sha1(uint8_t out[VV_SHA1_LEN], const void *key, size_t key_len, const void *bytes,
		       size_t len, vv_error *err)
{
	return compute_hmac(out, VV_SHA1_LEN, EVP_sha1(), key, key_len, bytes, len, err);
}

vv_status vv_hmac_sha256(uint8_t out[VV_SHA256_LEN], const void *key, size_t key_len,
			 const void *bytes, size_t len, vv_error *err)
{
	return compute_hmac(out, VV_SHA256_LEN, EVP_sha256(), key, key_len, bytes, len, err);
}
