/*
 * hmac: HMAC-SHA-1 (RFC 2104), as known_hosts has hosts' names hashed with it.
 */
#ifndef VV_BASE_HMAC_H
#define VV_BASE_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VV_HMAC_SHA1_LEN 20u

/* Fails only when OpenSSL has none, or no memory. */
vv_status vv_hmac_sha1(uint8_t out[VV_HMAC_SHA1_LEN], const void *key, size_t key_len,
		       const void *bytes, size_t len, vv_error *err);

#endif
