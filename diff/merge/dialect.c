/*
 * dialect: knows how three dialects become one, habit by habit: what one side changed is taken;
 * where both did, the greater bytes stand, so that the result is the same whoever merges. And
 * the header: a version's own where it names the result's columns, else written anew.
 */
#include <string.h>

#include "base/sys.h"
#include "dataset/format/row_write.h"
#include "diff/merge/merge_internal.h"

static const vv_dialect *dialect_of(const merge *m, int version)
{
	return &merge_version(m, version)->root.dialect;
}

static void put_run(vv_buf *out, const vv_bytes *b)
{
	vv_buf_put_varint(out, b->len);
	vv_buf_put(out, b->data, b->len);
}

/* What decides how bytes become cells: all of it comes from one version. */
static void put_characters(vv_buf *out, const vv_dialect *d)
{
	vv_buf_printf(out, "%u %u %u %u %u %u ", (unsigned)d->form, d->delimiter, d->quote,
		      d->escape, (unsigned)d->header, (unsigned)d->ascii);
	put_run(out, &d->open);
	put_run(out, &d->colon);
	put_run(out, &d->comma);
	put_run(out, &d->close);
	put_run(out, &d->row_end);
	put_run(out, &d->epilogue);
	if (d->form != VV_FORM_CSV) {
		put_run(out, &d->prologue);
	}
}

static bool same_text(const vv_buf *a, const vv_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static int text_order(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int c = n > 0 ? memcmp(a, b, n) : 0;
	return c != 0 ? c : (a_len > b_len) - (a_len < b_len);
}

static vv_status choose_characters(merge *m, int *version, vv_error *err)
{
	vv_buf text[3] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	vv_status rc = VV_OK;
	for (int v = 0; v < (m->base ? 3 : 2) && rc == VV_OK; v++) {
		put_characters(&text[v], dialect_of(m, v));
		rc = vv_buf_ok(&text[v], err);
	}
	*version = merge_pick(same_text(&text[0], &text[1]),
			      m->base && same_text(&text[0], &text[2]),
			      m->base && same_text(&text[1], &text[2]));
	if (*version < 0) {
		*version = text_order(vv_buf_cstr(&text[0]), text[0].len, vv_buf_cstr(&text[1]),
				      text[1].len) > 0
				   ? 0
				   : 1;
	}
	for (int v = 0; v < 3; v++) {
		vv_buf_clear(&text[v]);
	}
	return rc;
}

/* A habit as a number: taken from who changed it, else the greater one. */
static unsigned choose_number(const merge *m, unsigned x, unsigned y, unsigned b)
{
	int side = merge_pick(x == y, m->base && x == b, m->base && y == b);
	return side == 0 ? x : side == 1 ? y : x > y ? x : y;
}

static unsigned habit(const merge *m, int version, long column)
{
	const vv_dialect *d = dialect_of(m, version);
	return column >= 0 && (size_t)column < d->quoting_count ? d->quoting[column]
								: VV_QUOTE_MINIMAL;
}

static vv_status choose_quoting(merge *m, vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	d->quoting_count = 0;
	vv_free(d->quoting);
	d->quoting = NULL;
	if (d->form != VV_FORM_CSV || m->column_count == 0) {
		return VV_OK;
	}
	d->quoting = vv_calloc(m->column_count, 1);
	if (!d->quoting) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		long x = c->side[0], y = c->side[1];
		unsigned q = x < 0 ? habit(m, 1, y) : habit(m, 0, x);
		if (x >= 0 && y >= 0) {
			q = choose_number(m, habit(m, 0, x), habit(m, 1, y),
					  m->base ? habit(m, 2, c->b) : 0);
		}
		d->quoting[i] = (uint8_t)q;
		if (q != VV_QUOTE_MINIMAL) {
			d->quoting_count = i + 1;
		}
	}
	return VV_OK;
}

/* Are the result's columns exactly the version's, in its order? */
static bool has_columns(const merge *m, int version, bool names)
{
	const vv_table *t = merge_version(m, version);
	bool all = t && t->columns == m->column_count;
	for (size_t i = 0; all && i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		const vv_field *f = &t->schema.fields[i];
		all = (version == 2 ? c->b : c->side[version]) == (long)i;
		if (names) {
			all = all && f->name_len == c->name_len &&
			      memcmp(f->name, c->name, c->name_len) == 0;
		}
	}
	return all;
}

static bool same_bytes(const vv_bytes *a, const vv_bytes *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Do rows of the version mean and look the same in the result? */
static bool rows_fit(const merge *m, int version)
{
	const vv_table *t = merge_version(m, version);
	const vv_dialect *d = &m->as.dialect, *e = t ? &t->root.dialect : NULL;
	if (!t || !has_columns(m, version, d->form != VV_FORM_CSV) ||
	    !vv_dialect_same_cells(d, e) || d->newline != e->newline || d->ascii != e->ascii ||
	    !same_bytes(&d->open, &e->open) || !same_bytes(&d->colon, &e->colon) ||
	    !same_bytes(&d->comma, &e->comma) || !same_bytes(&d->close, &e->close) ||
	    !same_bytes(&d->row_end, &e->row_end)) {
		return false;
	}
	for (size_t i = 0; i < m->column_count; i++) {
		unsigned q = i < d->quoting_count ? d->quoting[i] : VV_QUOTE_MINIMAL;
		if (q != habit(m, version, (long)i)) {
			return false;
		}
	}
	return true;
}

/* Does the version's header name the result's columns under its characters? */
static bool header_fits(const merge *m, int version)
{
	return merge_version(m, version) && has_columns(m, version, m->as.dialect.header) &&
	       vv_dialect_same_cells(&m->as.dialect, dialect_of(m, version));
}

static vv_status write_header(merge *m, vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	vv_row_writer *w = NULL;
	vv_buf line = VV_BUF_INIT;
	vv_cell *cells = vv_calloc(m->column_count + 1, sizeof(*cells));
	vv_status rc = cells ? vv_row_writer_new(&w, d, m->column_count, NULL, NULL, err)
			     : vv_fail_nomem(err);
	if (rc < 0) {
		goto done;
	}
	for (size_t i = 0; i < m->column_count; i++) {
		cells[i] = (vv_cell){.text = m->columns[i].name,
				     .len = (uint32_t)m->columns[i].name_len};
	}
	if (m->column_count > 0) {
		vv_row_write(w, &line, cells, m->column_count);
		size_t len;
		const char *end = vv_dialect_row_end(d, &len);
		vv_buf_put(&line, end, len);
	}
	if ((rc = vv_buf_ok(&line, err)) == VV_OK) {
		rc = vv_bytes_set(&d->prologue, line.data, line.len, err);
	}
done:
	vv_row_writer_free(w);
	vv_free(cells);
	vv_buf_clear(&line);
	return rc;
}

/* A header that was the whole file may have no line end; rows may now follow it. */
static vv_status end_header(merge *m, vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	size_t len;
	const char *end = vv_dialect_row_end(d, &len);
	char last = d->prologue.len > 0 ? d->prologue.data[d->prologue.len - 1] : '\n';
	if (last == '\n' || last == '\r') {
		return VV_OK;
	}
	vv_buf_reset(&m->text);
	vv_buf_put(&m->text, d->prologue.data, d->prologue.len);
	vv_buf_put(&m->text, end, len);
	vv_status rc = vv_buf_ok(&m->text, err);
	return rc < 0 ? rc : vv_bytes_set(&d->prologue, m->text.data, m->text.len, err);
}

static vv_status choose_header(merge *m, vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	bool fits[3] = {header_fits(m, 0), header_fits(m, 1), header_fits(m, 2)};
	if (d->form != VV_FORM_CSV) {
		return VV_OK; /* came with the characters */
	}
	if (!fits[0] && !fits[1]) {
		return d->header ? write_header(m, err) : vv_bytes_set(&d->prologue, NULL, 0, err);
	}
	int side = fits[0] ? 0 : 1;
	if (fits[0] && fits[1]) {
		const vv_bytes *x = &dialect_of(m, 0)->prologue, *y = &dialect_of(m, 1)->prologue;
		const vv_bytes *b = fits[2] ? &dialect_of(m, 2)->prologue : NULL;
		side = merge_pick(same_bytes(x, y), b && same_bytes(x, b), b && same_bytes(y, b));
		if (side < 0) {
			side = text_order(x->data, x->len, y->data, y->len) > 0 ? 0 : 1;
		}
	}
	const vv_bytes *taken = &dialect_of(m, side)->prologue;
	vv_status rc = vv_bytes_set(&d->prologue, taken->data, taken->len, err);
	return rc < 0 || !d->header ? rc : end_header(m, err);
}

vv_status merge_form(merge *m, vv_error *err)
{
	const vv_dialect *x = dialect_of(m, 0), *y = dialect_of(m, 1),
			 *b = m->base ? dialect_of(m, 2) : x;
	vv_dialect *d = &m->as.dialect;
	int version = 0;
	vv_status rc = choose_characters(m, &version, err);
	if (rc < 0) {
		return rc;
	}
	vv_dialect_clear(d);
	if ((rc = vv_dialect_dup(d, dialect_of(m, version), err)) < 0) {
		vv_dialect_init(d);
		return rc;
	}
	d->bom = choose_number(m, x->bom, y->bom, b->bom) != 0;
	if (d->form != VV_FORM_JSON) {
		d->newline = (vv_newline)choose_number(m, (unsigned)x->newline,
						       (unsigned)y->newline, (unsigned)b->newline);
		d->final_newline = choose_number(m, x->final_newline, y->final_newline,
						 b->final_newline) != 0;
	}
	if ((rc = choose_quoting(m, err)) < 0 || (rc = choose_header(m, err)) < 0) {
		return rc;
	}
	m->mixed = (x->form == VV_FORM_CSV) != (y->form == VV_FORM_CSV) ||
		   (x->form == VV_FORM_CSV) != (b->form == VV_FORM_CSV);
	m->base_copies = m->base && rows_fit(m, 2);
	m->side[0].copies = rows_fit(m, 0);
	m->side[1].copies = rows_fit(m, 1);
	return VV_OK;
}
