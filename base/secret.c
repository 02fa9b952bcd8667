/*
 * secret: the text form of a scrypt hash, and the calls of OpenSSL that make one.
 */
#include "base/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"

enum { SALT = 16, HASH = 32, COST = 14, COST_MIN = 10, COST_MAX = 18, BLOCK = 8, LANES = 1 };

typedef struct parts {
	unsigned cost; /* log2 */
	uint8_t salt[SALT], hash[HASH];
} parts;

static vv_status compute_hash(uint8_t out[HASH], const parts *p, const void *secret, size_t len,
			      vv_error *err)
{
	uint64_t n = (uint64_t)1 << p->cost;
	uint64_t memory = 128u * n * BLOCK + ((uint64_t)1 << 20);

	if (EVP_PBE_scrypt(secret, len, p->salt, SALT, n, BLOCK, LANES, memory, out, HASH) != 1) {
		return vv_fail(err, VV_ENOMEM, "cannot compute scrypt");
	}
	return VV_OK;
}

vv_status vv_secret_hash(vv_buf *out, const void *secret, size_t len, vv_error *err)
{
	parts p = {.cost = COST};
	vv_status rc;

	vv_random(p.salt, SALT);
	if ((rc = compute_hash(p.hash, &p, secret, len, err)) < 0) return rc;
	vv_buf_printf(out, "scrypt$%d$%d$%d$", COST, BLOCK, LANES);
	vv_hex_put(out, p.salt, SALT);
	vv_buf_putc(out, '$');
	vv_hex_put(out, p.hash, HASH);
	return vv_buf_ok(out, err);
}

static bool get_hex(uint8_t *out, size_t count, const char **p, const char *end)
{
	if ((size_t)(end - *p) < 2 * count || !vv_hex_is_lower(*p, 2 * count)) return false;
	*p += 2 * count;
	return vv_hex_read(out, count, *p - 2 * count);
}

static bool read_parts(parts *p, const char *text, size_t len)
{
	static const char start[] = "scrypt$", middle[] = "$8$1$" /* BLOCK, LANES */;
	const char *end = text + len, *at = text + sizeof(start) - 1, *dollar;
	uint64_t cost;

	if (len < sizeof(start) || memcmp(text, start, sizeof(start) - 1) != 0 ||
	    !(dollar = memchr(at, '$', (size_t)(end - at))) ||
	    !vv_parse_u64(&cost, at, (size_t)(dollar - at)) || cost < COST_MIN || cost > COST_MAX) {
		return false;
	}
	at = dollar + sizeof(middle) - 1;
	if ((size_t)(end - dollar) < sizeof(middle) ||
	    memcmp(dollar, middle, sizeof(middle) - 1) != 0) {
		return false;
	}
	p->cost = (unsigned)cost;
	return get_hex(p->salt, SALT, &at, end) && at < end && *at++ == '$' &&
	       get_hex(p->hash, HASH, &at, end) && at == end;
}

bool vv_secret_hash_valid(const char *text, size_t len)
{
	parts p;

	return read_parts(&p, text, len);
}

vv_status vv_secret_check(bool *out, const char *hash, size_t hash_len, const void *secret,
			  size_t len, vv_error *err)
{
	uint8_t made[HASH];
	parts p;
	vv_status rc;

	*out = false;
	if (!read_parts(&p, hash, hash_len)) {
		return vv_fail(err, VV_EINPUT, "expected a hash of a secret");
	}
	if ((rc = compute_hash(made, &p, secret, len, err)) == VV_OK) {
		*out = vv_secret_equal(made, p.hash, HASH);
	}
	vv_wipe(made, sizeof(made));
	return rc;
}

void vv_secret_new(vv_buf *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t bytes[32];

	vv_random(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		vv_buf_putc(out, letters[bytes[i] & 31]);
	}
	vv_wipe(bytes, sizeof(bytes));
}

bool vv_secret_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void vv_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

void vv_buf_wipe(vv_buf *b)
{
	if (b->data) {
		OPENSSL_cleanse(b->data, b->cap);
	}
	vv_buf_clear(b);
}
