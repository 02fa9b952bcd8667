/*
 * text_encoder: a piece of text may end within a character.
 */
#include "dataset/read/text_encoder.h"

#include <assert.h>
#include <string.h>

vv_status vv_text_encoder_init(vv_text_encoder *e, vv_error *err)
{
	*e = (vv_text_encoder){.hash = vv_xxh3_new(0)};
	return e->hash ? VV_OK : vv_fail_nomem(err);
}

void vv_text_encoder_clear(vv_text_encoder *e)
{
	vv_xxh3_free(e->hash);
	vv_buf_clear_all(&e->bytes, &e->rest);
	memset(e, 0, sizeof(*e));
}

void vv_text_encoder_reset(vv_text_encoder *e)
{
	vv_xxh3_reset(e->hash, 0);
	vv_buf_reset(&e->bytes);
	vv_buf_reset(&e->rest);
	e->count = 0;
}

vv_status vv_text_encoder_put(vv_text_encoder *e, vv_encoding *encoding, const char *text,
			      size_t len, bool last, vv_error *err)
{
	char rest[4];
	size_t used;
	vv_status rc;

	if (e->rest.len > 0) {
		vv_buf_put(&e->rest, text, len);
		text = vv_buf_cstr(&e->rest);
		len = e->rest.len;
	}
	vv_buf_reset(&e->bytes);
	if ((rc = vv_buf_ok(&e->rest, err)) < 0 ||
	    (rc = vv_encoding_encode(encoding, &e->bytes, text, len, last, &used, err)) < 0) {
		return rc;
	}
	vv_xxh3_update(e->hash, vv_buf_cstr(&e->bytes), e->bytes.len);
	e->count += e->bytes.len;
	size_t left = len - used;
	assert(left < sizeof(rest));
	memcpy(rest, text + used, left); /* text may be in the buffer */
	vv_buf_set(&e->rest, rest, left);
	return vv_buf_ok(&e->rest, err);
}

bool vv_text_encoder_put_known(vv_text_encoder *e, const char *bytes, size_t len)
{
	if (e->rest.len > 0) return false;
	vv_xxh3_update(e->hash, bytes, len);
	e->count += len;
	return true;
}

bool vv_text_encoder_made(const vv_text_encoder *e, uint64_t count, vv_hash128 hash)
{
	vv_hash128 made = vv_xxh3_digest128(e->hash);

	return e->count == count && vv_hash128_equal(made, hash);
}
