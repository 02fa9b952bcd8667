/*
 * Reads the input as a text from a stranger: the first byte chooses its kind. Nothing is read past
 * the end, ranges are inside, and decoded text can be encoded again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "tests/fuzz/fuzz.h"
#include "transport/protocol/cid_text.h"
#include "transport/server/requested_form.h"
#include "transport/server/words.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void try_range(const char *text, size_t len)
{
	vv_http_range r;
	uint64_t size = len * 7919u % 100003u;

	vv_http_range_read(&r, text, size);
	require(r.kind != VV_HTTP_PART || (r.len > 0 && r.from < size && r.len <= size - r.from));
}

static void try_path(const char *text, size_t len)
{
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT, c = VV_BUF_INIT;

	if (vv_http_decode(&a, text, len)) {
		vv_http_encode(&b, vv_buf_cstr(&a), a.len);
		require(vv_http_decode(&c, vv_buf_cstr(&b), b.len));
		require(a.len == c.len && memcmp(vv_buf_cstr(&a), vv_buf_cstr(&c), a.len) == 0);
	}
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	vv_buf_clear(&c);
}

static void try_asked(const char *text, bool accept)
{
	vv_form_params p = {.format = "car", .bytes = text, .scope = NULL};
	vv_requested_form asked;
	unsigned status;
	vv_error err;

	if (accept) {
		p = (vv_form_params){.accept = text};
	}
	status = vv_requested_form_read(&asked, &p, &err);
	require(status == 200 || ((status == 400 || status == 406) && err.message[0] != '\0'));
}

static void try_credentials(const char *text)
{
	vv_buf name = VV_BUF_INIT, secret = VV_BUF_INIT;

	if (vv_http_credentials(text, &name, &secret)) {
		require(name.len > 0 && strlen(name.data) == name.len);
	}
	vv_buf_clear(&name);
	vv_buf_clear(&secret);
}

/* What is read as one of ours reads the same from the form that varve writes. */
static void try_cid(const char *text, size_t len)
{
	char written[VV_CID_TEXT + 1];
	vv_foreign_cid c;
	vv_cid own, again;

	if (vv_cid_text_read(&c, text, len) && vv_cid_text_own(&own, &c)) {
		vv_cid_text(written, &own);
		require(vv_cid_text_read(&c, written, VV_CID_TEXT) && vv_cid_text_own(&again, &c));
		require(vv_cid_equal(&own, &again));
	}
	require(c.digest_len <= VV_CID_DIGEST_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	size_t len;

	if (size == 0) return 0;
	len = size - 1;
	text = vv_strndup((const char *)data + 1, len);
	require(text != NULL);
	switch (data[0] % 7) {
	case 0:
		try_range(text, len);
		break;
	case 1:
		try_path(text, len);
		break;
	case 2:
		(void)vv_http_tag_named(text, "\"tag\"");
		break;
	case 3:
		try_asked(text, true);
		break;
	case 4:
		try_asked(text, false);
		break;
	case 5:
		try_credentials(text);
		break;
	default:
		try_cid(text, len);
	}
	vv_free(text);
	return 0;
}
