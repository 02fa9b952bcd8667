/*
 * patch_make: how the new bytes of a path are made piece by piece and read back as the version
 * that the patch names, and how what does not fit is reported.
 */
#include "diff/merge/patch_make.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/sniff.h"
#include "dataset/read/text_encoder.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"

#define PIECE ((size_t)64 << 10)
#define SHOWN_MAX 200u   /* columns of a cell that does not fit */
#define SHOWN_BEFORE 40u /* bytes before the place where it differs */

/* --- misfits -------------------------------------------------------------------------- */

vv_status patch_misfit_text(patch_job *j, const char *row, const char *column, const char *expected,
			    const char *found, vv_error *err)
{
	const vv_patch_misfit m = {.path = j->done.path,
				   .row = row,
				   .column = column,
				   .expected = expected,
				   .found = found};
	vv_status rc = j->opts->misfit ? j->opts->misfit(j->opts->payload, &m, err) : VV_OK;
	return rc < 0 ? rc
		      : vv_fail(err, VV_ECONFLICT, "the patch does not fit '%s'",
				vv_text_shows(j->done.path));
}

/* Bytes at the beginning of both texts to omit, so that the shown part contains the difference. */
static size_t count_alike(const vv_cell *a, const vv_cell *b)
{
	if (!a || !b || a->state != VV_CELL_TEXT || b->state != VV_CELL_TEXT) return 0;
	const size_t least = a->len < b->len ? a->len : b->len;
	size_t n = vv_find_place(i, least, a->text[i] != b->text[i]);
	if (n + SHOWN_BEFORE < SHOWN_MAX) return 0;
	for (n -= SHOWN_BEFORE; n > 0 && ((unsigned char)a->text[n] & 0xc0) == 0x80; n--) {
		/* to where a character begins */
	}
	return n;
}

static const char *cell_text(vv_buf *storage, const vv_cell *c, size_t skip)
{
	if (!c) return NULL;
	if (c->state == VV_CELL_ABSENT || c->state == VV_CELL_NULL) {
		return c->state == VV_CELL_NULL ? "null" : "no cell";
	}
	vv_buf_puts(storage, c->state == VV_CELL_TEXT ? "'" : "");
	vv_buf_puts(storage, skip > 0 ? VV_ELLIPSIS : "");
	vv_text_put_cut(storage, c->text ? c->text + skip : "", c->len - skip, SHOWN_MAX);
	vv_buf_puts(storage, c->state == VV_CELL_TEXT ? "'" : "");
	return vv_buf_cstr(storage);
}

vv_status patch_misfit_cell(patch_job *j, const char *row, const char *column,
			    const vv_cell *expected, const vv_cell *found, vv_error *err)
{
	vv_auto(vv_buf) a = VV_BUF_INIT, b = VV_BUF_INIT;
	const size_t skip = count_alike(expected, found);
	const char *x = cell_text(&a, expected, skip), *y = cell_text(&b, found, skip);
	vv_status rc = vv_buf_ok(&a, err);
	if (rc == VV_OK && (rc = vv_buf_ok(&b, err)) == VV_OK) {
		rc = patch_misfit_text(j, row, column, x ? x : "no cell", y, err);
	}
	return rc;
}

vv_status patch_give(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const patch_job *j = payload;
	return j->opts->put(j->opts->payload, j->done.path, bytes, len, err);
}

/* --- making a version --------------------------------------------------------------------- */

/* Bytes that are made while they are read. */
typedef struct made {
	patch_job *job;
	patch_maker *maker;
	vv_encoding *encoding; /* of the file; NULL: UTF-8 */
	vv_text_encoder encoder;
	vv_buf buf;
	size_t pos;
	bool end, stopped; /* stopped: the maker failed, with the error in err */
	vv_error err;
} made;

/* The piece at hand, in the file's encoding, to where the file is written. */
static vv_status put_piece(made *m, vv_error *err)
{
	const vv_patch_apply_options *o = m->job->opts;
	const vv_buf *bytes = m->encoding ? &m->encoder.bytes : &m->buf;
	vv_status rc = VV_OK;

	if (m->encoding && (rc = vv_text_encoder_put(&m->encoder, m->encoding, vv_buf_cstr(&m->buf),
						     m->buf.len, m->end, err)) < 0) {
		return vv_prefix(err, "%s", vv_text_shows(m->job->done.path));
	}
	return bytes->len == 0 || o->check || m->job->done.removed || m->job->keep
		       ? VV_OK
		       : o->put(o->payload, m->job->done.path, bytes->data, bytes->len, err);
}

static vv_status make_more(made *m, vv_error *err)
{
	vv_status rc = VV_OK;
	vv_buf_reset(&m->buf);
	m->pos = 0;
	while (!m->end && m->buf.len < PIECE) {
		if ((rc = m->maker->more(m->maker, &m->buf, &m->end, err)) < 0) {
			break;
		}
	}
	return rc < 0 ? rc : put_piece(m, err);
}

static ssize_t made_read(void *payload, void *buf, size_t len, vv_error *err)
{
	made *m = payload;
	while (m->pos == m->buf.len && !m->end) {
		vv_status rc = make_more(m, &m->err);
		if (rc < 0) {
			m->stopped = true;
			return (ssize_t)vv_error_copy(err, &m->err);
		}
	}
	size_t n = m->buf.len - m->pos < len ? m->buf.len - m->pos : len;
	if (n > 0) {
		memcpy(buf, m->buf.data + m->pos, n);
		m->pos += n;
	}
	return (ssize_t)n;
}

static vv_status no_block(void *payload VV_UNUSED, const vv_cid *cid VV_UNUSED,
			  vv_buf *out VV_UNUSED, vv_error *err)
{
	return vv_fail(err, VV_EMISSING, "a patch does not contain stored blocks");
}

/* Reuses unchanged groups of the target if its bytes are known. */
static void take_over(const patch_job *j, vv_import_options *io)
{
	if (!j->target || !j->opts->cache) return;
	vv_import_reuse(io, &j->target->root,
			j->opts->cache(j->opts->payload, &j->target->cid, &io->secret));
}

static vv_status made_open(made *m, const vv_root *as, vv_error *err)
{
	vv_status rc;

	if (!as || !vv_root_is_encoded(as)) return VV_OK;
	if ((rc = vv_text_encoder_init(&m->encoder, err)) < 0) return rc;
	return vv_encoding_open(&m->encoding, as->dialect.encoding, err);
}

static void made_close(made *m)
{
	vv_encoding_close(m->encoding);
	vv_text_encoder_clear(&m->encoder);
	vv_buf_clear(&m->buf);
}
VV_AUTO_CLEAR(made, made_close)

vv_status patch_make(patch_job *j, patch_maker *m, const vv_root *as, vv_cid *cid, uint64_t *rows,
		     vv_error *err)
{
	vv_auto(made) bytes = {.job = j, .maker = m};
	const vv_source source = {.read = made_read, .payload = &bytes, .name = j->done.path};
	vv_sink sink = {.get = no_block};
	vv_import_options io = {
		.hints = VV_SNIFF_HINTS_INIT, .temp_dir = j->opts->temp_dir, .pool = j->opts->pool};
	vv_auto(vv_import_result) r = {0};
	vv_status rc = made_open(&bytes, as, err);
	if (rc < 0 || !as) {
		while (rc == VV_OK && !bytes.end) {
			rc = make_more(&bytes, err);
		}
		return rc;
	}
	if (j->keep) {
		sink = *j->keep;
	} else if (j->target) {
		sink.get = j->target->source.get;
		sink.payload = j->target->source.payload;
	}
	io.kind = as->kind;
	io.is_text = true;
	if (as->kind == VV_KIND_TABLE) {
		io.as = io.parent = as;
		take_over(j, &io);
	}
	rc = vv_import(&r, &source, &sink, &io, err);
	if (rc < 0 && bytes.stopped) {
		rc = vv_error_copy(err, &bytes.err); /* not the import's own error */
	} else if (rc == VV_EINPUT || rc == VV_ECORRUPT) {
		vv_prefix(err, "the patched table is not the one that the patch names");
		rc = vv_recode(err, VV_EINPUT);
	} else if (rc == VV_OK) {
		*cid = r.cid;
		*rows = r.root.rows;
	}
	return rc;
}
