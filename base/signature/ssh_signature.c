/*
 * ssh_signature: the blobs, and the armour around them.
 */
#include "base/signature/ssh_signature.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/codec.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END "-----END SSH SIGNATURE-----\n"
#define MAGIC "SSHSIG"
#define TYPE "ssh-ed25519"
#define ARMOUR_MAX 4096u
#define LINE 70u

VV_AUTO_FREE(EVP_PKEY, EVP_PKEY_free)
VV_AUTO_FREE(EVP_MD_CTX, EVP_MD_CTX_free)

static vv_status unusable_keys(vv_error *err)
{
	return vv_fail(err, VV_ENOSUPPORT, "OpenSSL cannot use Ed25519 keys");
}

static vv_status bad_signature(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "not an SSH signature of an Ed25519 key");
}

/* --- strings with lengths ------------------------------------------------------------------------ */

static void put_string(vv_buf *b, const void *bytes, size_t len)
{
	vv_buf_put_be32(b, (uint32_t)len);
	vv_buf_put(b, bytes, len);
}

typedef struct reader {
	const uint8_t *at, *end;
	bool failed;
} reader;

/* NULL where it fails. */
static const uint8_t *read_bytes(reader *r, size_t len)
{
	const uint8_t *at = r->at;

	r->failed = r->failed || (size_t)(r->end - r->at) < len;
	if (r->failed) return NULL;
	r->at += len;
	return at;
}

static reader take_string(reader *r)
{
	const uint8_t *head = read_bytes(r, 4);
	const size_t len = head ? vv_get_be32(head) : 0;
	const uint8_t *at = read_bytes(r, len);

	return (reader){.at = at, .end = at ? at + len : NULL, .failed = r->failed};
}

static bool is_text(const reader *r, const char *text)
{
	const size_t len = (size_t)(r->end - r->at);
	return !r->failed && len == strlen(text) && memcmp(r->at, text, len) == 0;
}

/* The 32 or 64 bytes after the type. */
static const uint8_t *take_typed(reader *r, size_t len)
{
	reader blob = take_string(r), type = take_string(&blob), bytes = take_string(&blob);

	r->failed = r->failed || blob.failed || !is_text(&type, TYPE) || bytes.failed ||
		    (size_t)(bytes.end - bytes.at) != len || blob.at != blob.end;
	return r->failed ? NULL : bytes.at;
}

static void put_typed(vv_buf *b, const uint8_t *bytes, size_t len)
{
	vv_auto(vv_buf) blob = VV_BUF_FOR(b);

	put_string(&blob, TYPE, strlen(TYPE));
	put_string(&blob, bytes, len);
	put_string(b, blob.data, blob.failed ? 0 : blob.len);
}

/* The bytes that are signed in place of the message. */
static vv_status put_signed(vv_buf *b, const char *purpose, bool long_hash, const void *bytes,
			    size_t len, vv_error *err)
{
	uint8_t digest[SHA512_DIGEST_LENGTH];

	if (!(long_hash ? SHA512(bytes, len, digest) : SHA256(bytes, len, digest))) {
		return unusable_keys(err);
	}
	vv_buf_puts(b, MAGIC);
	put_string(b, purpose, strlen(purpose));
	put_string(b, "", 0);
	put_string(b, long_hash ? "sha512" : "sha256", 6);
	put_string(b, digest, long_hash ? SHA512_DIGEST_LENGTH : SHA256_DIGEST_LENGTH);
	return vv_buf_ok(b, err);
}

/* --- keys ------------------------------------------------------------------------------------------ */

vv_status vv_ssh_public_key(uint8_t out[VV_KEY_PUBLIC], const uint8_t seed[32], vv_error *err)
{
	vv_auto(EVP_PKEY) *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	size_t len = VV_KEY_PUBLIC;

	return key && EVP_PKEY_get_raw_public_key(key, out, &len) == 1 ? VV_OK : unusable_keys(err);
}

vv_status vv_ssh_key_read(uint8_t key[VV_KEY_PUBLIC], const char *line, vv_error *err)
{
	vv_auto(vv_buf) whole = VV_BUF_INIT, blob = VV_BUF_INIT;
	const size_t type = strlen(TYPE);
	const char *text = strncmp(line, TYPE " ", type + 1) == 0 ? line + type + 1 : NULL;

	if (text && vv_base64_read(&blob, text, strcspn(text, " \t\r\n"))) {
		put_string(&whole, vv_buf_cstr(&blob), blob.len);
		const vv_status rc = vv_buf_ok(&whole, err);
		if (rc < 0) return rc;
		reader r = {(const uint8_t *)whole.data, (const uint8_t *)whole.data + whole.len,
			    false};
		const uint8_t *bytes = take_typed(&r, VV_KEY_PUBLIC);
		if (bytes) {
			memcpy(key, bytes, VV_KEY_PUBLIC);
			return VV_OK;
		}
	}
	return vv_fail(err, VV_EUSAGE, "not the public half of an ssh-ed25519 key");
}

/* --- signing -------------------------------------------------------------------------------------- */

void vv_ssh_put_armoured(vv_buf *out, const char *base64, size_t len)
{
	vv_buf_puts(out, BEGIN);
	for (size_t i = 0; i < len; i += LINE) {
		vv_buf_put(out, base64 + i, len - i < LINE ? len - i : LINE);
		vv_buf_putc(out, '\n');
	}
	vv_buf_puts(out, END);
}

vv_status vv_ed25519_sign(uint8_t out[VV_ED25519_SIGNATURE], const uint8_t seed[32],
			  const void *bytes, size_t len, vv_error *err)
{
	vv_auto(EVP_PKEY) *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	vv_auto(EVP_MD_CTX) *ctx = EVP_MD_CTX_new();
	size_t n = VV_ED25519_SIGNATURE;

	return key && ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
			       EVP_DigestSign(ctx, out, &n, bytes, len) == 1
		       ? VV_OK
		       : unusable_keys(err);
}

vv_status vv_ssh_sign(vv_buf *out, const uint8_t seed[32], const char *purpose, const void *bytes,
		      size_t len, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, blob = VV_BUF_INIT, base64 = VV_BUF_INIT;
	uint8_t public_key[VV_KEY_PUBLIC], signature[VV_ED25519_SIGNATURE];
	vv_status rc = put_signed(&text, purpose, true, bytes, len, err);

	if (rc < 0 || (rc = vv_ssh_public_key(public_key, seed, err)) < 0 ||
	    (rc = vv_ed25519_sign(signature, seed, text.data, text.len, err)) < 0) {
		return rc;
	}
	vv_buf_puts(&blob, MAGIC);
	vv_buf_put(&blob, "\0\0\0\1", 4);
	put_typed(&blob, public_key, sizeof(public_key));
	put_string(&blob, purpose, strlen(purpose));
	put_string(&blob, "", 0);
	put_string(&blob, "sha512", 6);
	put_typed(&blob, signature, sizeof(signature));
	vv_base64_put(&base64, vv_buf_cstr(&blob), blob.len, true);
	if ((rc = vv_buf_ok(&blob, err)) < 0 || (rc = vv_buf_ok(&base64, err)) < 0) return rc;
	vv_ssh_put_armoured(out, vv_buf_cstr(&base64), base64.len);
	return vv_buf_ok(out, err);
}

static bool is_signature(const uint8_t *key, const uint8_t *signature, const vv_buf *text)
{
	vv_auto(EVP_PKEY) *k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key,
							   VV_KEY_PUBLIC);
	vv_auto(EVP_MD_CTX) *ctx = EVP_MD_CTX_new();

	return k && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k) == 1 &&
	       EVP_DigestVerify(ctx, signature, VV_ED25519_SIGNATURE, (const uint8_t *)text->data,
				text->len) == 1;
}

vv_status vv_ssh_unarmour(vv_buf *out, const char *armoured, size_t len, vv_error *err)
{
	const size_t begin = sizeof(BEGIN) - 1, end = sizeof(END) - 1;

	if (len > ARMOUR_MAX || len < begin + end || memcmp(armoured, BEGIN, begin) != 0 ||
	    memcmp(armoured + len - end, END, end) != 0) {
		return bad_signature(err);
	}
	for (size_t i = begin; i < len - end; i++) {
		if (armoured[i] != '\n') {
			vv_buf_putc(out, armoured[i]);
		}
	}
	return vv_buf_ok(out, err);
}

vv_status vv_ssh_verify(uint8_t key[VV_KEY_PUBLIC], const char *armoured, size_t armoured_len,
			const char *purpose, const void *bytes, size_t len, vv_error *err)
{
	vv_auto(vv_buf) base64 = VV_BUF_INIT, blob = VV_BUF_INIT, text = VV_BUF_INIT;
	vv_status rc = vv_ssh_unarmour(&base64, armoured, armoured_len, err);

	if (rc < 0) return rc;
	if (!vv_base64_read(&blob, vv_buf_cstr(&base64), base64.len)) return bad_signature(err);
	if ((rc = vv_buf_ok(&blob, err)) < 0) return rc;
	reader r = {(const uint8_t *)vv_buf_cstr(&blob),
		    (const uint8_t *)vv_buf_cstr(&blob) + blob.len, false};
	const uint8_t *magic = read_bytes(&r, sizeof(MAGIC) - 1), *version = read_bytes(&r, 4),
		      *public_key = take_typed(&r, VV_KEY_PUBLIC);
	const reader of = take_string(&r), reserved = take_string(&r), hash = take_string(&r);
	const uint8_t *signature = take_typed(&r, VV_ED25519_SIGNATURE);
	if (r.failed || r.at != r.end || memcmp(magic, MAGIC, sizeof(MAGIC) - 1) != 0 ||
	    memcmp(version, "\0\0\0\1", 4) != 0 || reserved.at != reserved.end ||
	    (!is_text(&hash, "sha512") && !is_text(&hash, "sha256"))) {
		return bad_signature(err);
	}
	if (!is_text(&of, purpose)) {
		return vv_fail(err, VV_ECORRUPT,
			       "the signature was made for another purpose (its "
			       "namespace differs)");
	}
	rc = put_signed(&text, purpose, is_text(&hash, "sha512"), bytes, len, err);
	if (rc < 0) return rc;
	if (!is_signature(public_key, signature, &text)) {
		return vv_fail(err, VV_ECORRUPT, "the signature does not match the signed bytes");
	}
	memcpy(key, public_key, VV_KEY_PUBLIC);
	return VV_OK;
}
