/*
 * A time-stamp token, from a stranger: it passes for the sample's authority only with the sample's time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/signature/timestamp.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/base/timestamp_sample.h"

static vv_authorities *root;
static uint8_t digest[VV_SHA256_LEN];
static int64_t when;

static void read_sample(void)
{
	vv_auto(vv_buf) token = VV_BUF_INIT;
	vv_timestamp says;

	if (root) return;
	if (vv_authorities_read(&root, sample_root, strlen(sample_root), VV_IGNORED) < 0 ||
	    vv_sha256(digest, "varve", 5, VV_IGNORED) < 0 ||
	    !vv_base64_read(&token, sample_token, strlen(sample_token)) ||
	    vv_timestamp_check(&says, token.data, token.len, digest, root, VV_IGNORED) < 0) {
		abort();
	}
	when = says.time;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_auto(vv_buf) request = VV_BUF_INIT, token = VV_BUF_INIT, answer = VV_BUF_INIT;
	vv_timestamp says;

	read_sample();
	(void)vv_timestamp_check(&says, data, size, digest, NULL, VV_IGNORED);
	if (vv_timestamp_check(&says, data, size, digest, root, VV_IGNORED) == VV_OK &&
	    says.time != when) {
		abort();
	}
	vv_buf_put(&answer, data, size);
	/* the request's nonce is new */
	if (vv_timestamp_ask(&request, digest, VV_IGNORED) < 0 ||
	    vv_timestamp_take(&token, &says, &request, &answer, root, VV_IGNORED) == VV_OK) {
		abort();
	}
	return 0;
}
