/*
 * hmac: OpenSSL's words for it.
 */
#include "base/hmac.h"

#include <limits.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

vv_status vv_hmac_sha1(uint8_t out[VV_HMAC_SHA1_LEN], const void *key, size_t key_len,
		       const void *bytes, size_t len, vv_error *err)
{
	unsigned out_len = 0;

	if (key_len > INT_MAX || !HMAC(EVP_sha1(), key, (int)key_len, bytes, len, out, &out_len) ||
	    out_len != VV_HMAC_SHA1_LEN) {
		return vv_fail(err, VV_ENOMEM, "cannot compute an HMAC");
	}
	return VV_OK;
}
