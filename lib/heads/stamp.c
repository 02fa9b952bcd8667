/*
 * stamp: the stamped text and the line.
 */
#include "lib/heads/stamp.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/signature/ssh_signature.h"
#include "base/signature/timestamp.h"

#define FIRST "varve stamp 1\n"
#define LINE "stamp rfc3161 "
#define SIGNATURE_MAX 2048u /* in base64 */

void vv_stamp_clear(vv_stamp *s)
{
	vv_buf_clear(&s->token);
}

void vv_stamp_put_text(vv_buf *out, const vv_oid *parents, size_t parent_count, const char *message,
		       size_t message_len)
{
	vv_buf_puts(out, FIRST);
	vv_array_each(parents, parent_count, parent) {
		vv_buf_printf(out, "parent %s\n", vv_oid_shows(parent));
	}
	vv_buf_putc(out, '\n');
	vv_buf_put(out, message, message_len);
}

void vv_stamp_put_signature(vv_buf *text, const char *signature, size_t len)
{
	vv_buf_puts(text, "signature ");
	vv_buf_put(text, signature, len);
	vv_buf_putc(text, '\n');
}

void vv_stamp_put_line(vv_buf *message, const vv_buf *signature, const vv_buf *token)
{
	vv_buf_puts(message, LINE);
	vv_buf_put(message, signature->data, signature->len);
	vv_buf_putc(message, ' ');
	vv_base64_put(message, vv_buf_cstr(token), token->len, true);
	vv_buf_putc(message, '\n');
}

/* Is it the key's signature of the text? *out then has its digest. */
static vv_status check_signature(bool *is, uint8_t out[VV_SHA256_LEN], vv_buf *text,
				 const char *signature, size_t len,
				 const uint8_t key[VV_KEY_PUBLIC], vv_error *err)
{
	vv_auto(vv_buf) armoured = VV_BUF_INIT;
	uint8_t signer[VV_KEY_PUBLIC];
	vv_status rc;

	*is = false;
	vv_ssh_put_armoured(&armoured, signature, len);
	if ((rc = vv_buf_ok(&armoured, err)) < 0 || (rc = vv_buf_ok(text, err)) < 0) return rc;
	rc = vv_ssh_verify(signer, armoured.data, armoured.len, VV_STAMP_PURPOSE, text->data,
			   text->len, err);
	if (rc == VV_ECORRUPT) {
		vv_error_clear(err);
		return VV_OK;
	}
	if (rc < 0) return rc;
	*is = memcmp(signer, key, sizeof(signer)) == 0;
	vv_stamp_put_signature(text, signature, len);
	rc = vv_buf_ok(text, err);
	return rc < 0 ? rc : vv_sha256(out, text->data, text->len, err);
}

vv_status vv_stamp_read(vv_stamp *out, const vv_oid *parents, size_t parent_count,
			const char *message, const uint8_t key[VV_KEY_PUBLIC], vv_error *err)
{
	const char *found = strstr(message, "\n" LINE);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool is;
	vv_status rc;

	*out = (vv_stamp){.there = found != NULL};
	if (!found) return VV_OK;
	const char *line = found + 1, *signature = line + strlen(LINE);
	const size_t len = strcspn(signature, " \n"),
		     token_len = signature[len] == ' ' ? strcspn(signature + len + 1, "\n") : 0;
	if (len > SIGNATURE_MAX || token_len == 0 || token_len > (VV_TIMESTAMP_MAX + 2) / 3 * 4) {
		return VV_OK;
	}
	vv_stamp_put_text(&text, parents, parent_count, message, (size_t)(line - message));
	rc = check_signature(&is, out->sha256, &text, signature, len, key, err);
	if (rc < 0 || !is) return rc;
	(void)vv_base64_read(&out->token, signature + len + 1,
			     token_len); /* damaged: it stays empty */
	return vv_buf_ok(&out->token, err);
}
