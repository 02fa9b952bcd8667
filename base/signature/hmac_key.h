/*
 * hmac_key: HMAC-SHA-256 (RFC 2104) of many short texts under one key.
 *
 * 	vv_hmac_key_new(&k, secret, 32, err);
 * 	vv_hmac_key_sum(mac, k, text, len, err);
 * 	vv_hmac_key_free(k);
 *
 * For a short text this takes a tenth of the time of vv_hmac_sha256 (hash.h). Thread-safe.
 */
#ifndef VV_BASE_SIGNATURE_HMAC_KEY_H
#define VV_BASE_SIGNATURE_HMAC_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"

typedef struct vv_hmac_key vv_hmac_key;
/* Prepares the key, of at most 64 bytes. */
vv_status vv_hmac_key_new(vv_hmac_key **out, const void *key, size_t key_len, vv_error *err);
/* Computes what vv_hmac_sha256 computes. VV_ENOSUPPORT: OpenSSL provides no SHA-256. */
vv_status vv_hmac_key_sum(uint8_t out[VV_SHA256_LEN], const vv_hmac_key *k, const void *bytes,
			  size_t len, vv_error *err);
void vv_hmac_key_free(vv_hmac_key *k); /* accepts NULL; wipes the key */
VV_AUTO_FREE(vv_hmac_key, vv_hmac_key_free)

#endif
