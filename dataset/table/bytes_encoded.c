/*
 * bytes_encoded: how the text of a version becomes its file, and that the file is the one that was added before
 * anyone may believe it.
 */
#include "dataset/table/bytes_encoded.h"

#include <string.h>

#include "base/auto.h"
#include "base/hint.h"
#include "dataset/read/text_encoder.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

/* Text, in pieces, to fn in the encoding of the table's file. */
typedef struct file_encoder {
	vv_encoding *encoding;
	vv_bytes_fn fn;
	void *payload;
	vv_text_encoder text;
} file_encoder;

static void file_encoder_close(file_encoder *e)
{
	vv_encoding_close(e->encoding);
	vv_text_encoder_clear(&e->text);
}
VV_AUTO_CLEAR(file_encoder, file_encoder_close)

static vv_status give_text(file_encoder *e, const char *text, size_t len, bool last, vv_error *err)
{
	vv_status rc = vv_text_encoder_put(&e->text, e->encoding, text, len, last, err);

	return rc < 0 || e->text.bytes.len == 0
		       ? rc
		       : e->fn(e->payload, e->text.bytes.data, e->text.bytes.len, err);
}

static vv_status file_encoder_put(void *encoder, const void *text, size_t len, vv_error *err)
{
	return give_text(encoder, text, len, false, err);
}

static vv_status compare_file(const file_encoder *e, const vv_root *r, vv_error *err)
{
	if (vv_text_encoder_made(&e->text, r->file_bytes, r->file_hash)) return VV_OK;
	vv_fail(err, VV_ECORRUPT,
		"the file restored from its text in %s differs from the added file (hash or length)",
		r->dialect.encoding);
	return vv_hint_code(err, VV_HINT_CAT, r->dialect.encoding);
}

vv_status vv_table_file(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			vv_error *err)
{
	vv_auto(file_encoder) e = {.fn = fn, .payload = payload};
	vv_bytes_options o = *opts;
	vv_status rc;

	if (!vv_root_is_encoded(&t->root)) return vv_table_bytes_with(t, fn, payload, opts, err);
	o.old_fd = -1; /* its bytes are another encoding's */
	if ((rc = vv_text_encoder_init(&e.text, err)) < 0 ||
	    (rc = vv_encoding_open(&e.encoding, t->root.dialect.encoding, err)) < 0 ||
	    (rc = vv_table_bytes_with(t, file_encoder_put, &e, &o, err)) < 0 ||
	    (rc = give_text(&e, "", 0, true, err)) < 0) {
		return rc;
	}
	return compare_file(&e, &t->root, err);
}
