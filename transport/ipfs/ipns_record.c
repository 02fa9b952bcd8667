/*
 * ipns_record: writes the protobuf, and the signed DAG-CBOR in it.
 */
#include "transport/ipfs/ipns_record.h"

#include <string.h>

#include "base/auto.h"
#include "base/show.h"
#include "base/signature/ssh_signature.h"
#include "repo/blocks/cbor.h"

#define PURPOSE "ipns-signature:"

/* A field of bytes, shorter than 16,384. */
static void put_field(vv_buf *out, unsigned number, const void *bytes, size_t len)
{
	vv_buf_putc(out, (char)(number << 3 | 2));
	if (len > 127) {
		vv_buf_putc(out, (char)(0x80 | (len & 127)));
	}
	vv_buf_putc(out, (char)(len > 127 ? len >> 7 : len));
	vv_buf_put(out, bytes, len);
}

vv_status vv_ipns_record_sign(vv_buf *out, const vv_ipns_record *r, const uint8_t seed[32],
			      vv_error *err)
{
	vv_auto(vv_buf) data = VV_BUF_INIT, text = VV_BUF_INIT;
	uint8_t signature[VV_ED25519_SIGNATURE];
	const char *until = vv_text_utc(r->until);
	vv_status rc;

	vv_cbor_put_map(&data, 5);
	vv_cbor_add_uint(&data, "TTL", r->live * 1000000000u);
	vv_cbor_add_bytes(&data, "Value", r->value, strlen(r->value));
	vv_cbor_add_uint(&data, "Sequence", r->sequence);
	vv_cbor_add_bytes(&data, "Validity", until, strlen(until));
	vv_cbor_add_uint(&data, "ValidityType", 0);
	vv_buf_puts(&text, PURPOSE);
	vv_buf_put(&text, data.data, data.len);
	if ((rc = vv_buf_ok(&data, err)) < 0 || (rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_ed25519_sign(signature, seed, text.data, text.len, err)) < 0) {
		return rc;
	}
	put_field(out, 8, signature, sizeof(signature));
	put_field(out, 9, data.data, data.len);
	return vv_buf_ok(out, err);
}
