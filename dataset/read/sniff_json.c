/*
 * sniff_json: finds the spacing and escapes of a JSON writer in its objects.
 *
 * Reads only objects that the scanner accepted, which are well formed.
 */
#include <string.h>

#include "base/hint.h"
#include "base/json/json_records.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/sniff.h"
#include "dataset/read/sniff_internal.h"

#define SPELLINGS 8u

/* Runs of bytes that were met in one place, and how often; the first few kinds. */
typedef struct tally {
	const char *at[SPELLINGS];
	size_t len[SPELLINGS], count[SPELLINGS];
	size_t kinds;
} tally;

typedef struct style {
	tally open, colon, comma, close, row_end;
	size_t escaped, raw; /* code points above 127, as \u and raw */
} style;

static void count_run(tally *t, const char *from, const char *to)
{
	size_t len = (size_t)(to - from), i;

	for (i = 0; i < t->kinds; i++) {
		if (t->len[i] == len && memcmp(t->at[i], from, len) == 0) {
			t->count[i]++;
			return;
		}
	}
	if (i < SPELLINGS) {
		t->at[i] = from;
		t->len[i] = len;
		t->count[i] = 1;
		t->kinds++;
	}
}

/* The most frequent run, the first of equals; -1 when none was met. */
static int most_frequent(const tally *t)
{
	int best = -1;

	for (size_t i = 0; i < t->kinds; i++) {
		if (best < 0 || t->count[i] > t->count[best]) {
			best = (int)i;
		}
	}
	return best;
}

/* --- walking over an object --------------------------------------------- */

static void count_object(style *st, const char *p, const char *end)
{
	const char *name = vv_json_skip_space(p + 1, end), *next;

	if (name >= end || *name != '"') {
		return; /* no members: nothing to learn */
	}
	count_run(&st->open, p, name);
	for (;;) {
		p = vv_json_skip_string(name, end);
		next = vv_json_skip_space(vv_json_skip_space(p, end) + 1, end);
		count_run(&st->colon, p, next);
		p = vv_json_skip_value(next, end);
		next = vv_json_skip_space(p, end);
		if (next >= end || *next != ',') {
			count_run(&st->close, p, next < end ? next + 1 : end);
			return;
		}
		name = vv_json_skip_space(next + 1, end);
		count_run(&st->comma, p, name);
	}
}

static unsigned hex_value(const char *p)
{
	unsigned v = 0;

	for (unsigned i = 0; i < 4; i++) {
		char c = p[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
						      : (unsigned)((c | 0x20) - 'a' + 10);

		v = v * 16 + digit;
	}
	return v;
}

static void count_escapes(style *st, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '\\' && end - p > 5 && p[1] == 'u') {
			st->escaped += hex_value(p + 2) > 127;
			p += 5;
		} else if (*p == '\\') {
			p++;
		} else {
			st->raw += (unsigned char)*p >= 0xc0;
		}
	}
}

/* --- the dialect -------------------------------------------------------- */

static vv_status set_run(vv_bytes *out, const tally *t, const char *fallback, size_t fallback_len,
			 vv_error *err)
{
	int i = most_frequent(t);

	return i < 0 ? vv_bytes_set(out, fallback, fallback_len, err)
		     : vv_bytes_set(out, t->at[i], t->len[i], err);
}

/* A run that the sample lacks: the parent's, otherwise the usual one. */
static vv_status set_run_or(vv_bytes *out, const tally *t, const vv_bytes *parent,
			    const char *usual, vv_error *err)
{
	return parent ? set_run(out, t, parent->data, parent->len, err)
		      : set_run(out, t, usual, strlen(usual), err);
}

/* A run that the sample lacks: the parent's, otherwise ',' and the bytes of like after its first
 * (",\n " for "{\n "). */
static vv_status set_run_like(vv_bytes *out, const tally *t, const vv_bytes *parent,
			      const char *like, size_t like_len, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (parent) return set_run(out, t, parent->data, parent->len, err);
	vv_buf_putc(&b, ',');
	if (like_len > 0) {
		vv_buf_put(&b, like + 1, like_len - 1);
	}
	vv_status rc = vv_buf_ok(&b, err);
	return rc < 0 ? rc : set_run(out, t, b.data, b.len, err);
}

static vv_status set_style(sniff *s, const style *st, vv_error *err)
{
	vv_dialect *d = &s->out->dialect;
	const vv_dialect *p = s->parent;
	vv_status rc;

	if ((rc = set_run_or(&d->open, &st->open, p ? &p->open : NULL, "{", err)) < 0) return rc;
	if ((rc = set_run_or(&d->colon, &st->colon, p ? &p->colon : NULL, ":", err)) < 0) return rc;
	if ((rc = set_run_or(&d->close, &st->close, p ? &p->close : NULL, "}", err)) < 0) {
		return rc;
	}
	if (d->open.len == 1 && d->colon.len == 2 && d->colon.data[1] == ' ') {
		rc = set_run_like(&d->comma, &st->comma, p ? &p->comma : NULL, d->colon.data,
				  d->colon.len, err);
	} else {
		rc = set_run_like(&d->comma, &st->comma, p ? &p->comma : NULL, d->open.data,
				  d->open.len, err);
	}
	d->ascii = st->escaped != st->raw ? st->escaped > st->raw : p && p->ascii;
	return rc;
}

/* Sets an array's bytes between and after rows. bracket: the place of '['. */
static vv_status set_array(sniff *s, const style *st, size_t bracket, vv_error *err)
{
	vv_dialect *d = &s->out->dialect;
	const vv_dialect *p = s->parent;
	vv_status rc = set_run_like(&d->row_end, &st->row_end, p ? &p->row_end : NULL,
				    s->text + bracket, s->out->body - bracket, err);

	if (rc < 0) return rc;
	return p ? vv_bytes_set(&d->epilogue, p->epilogue.data, p->epilogue.len, err)
		 : vv_bytes_set(&d->epilogue, "]", 1, err);
}

/* --- rows --------------------------------------------------------------- */

/* No array with rows in the sample. */
static vv_status refuse_records(const sniff *s, const vv_json_records *r, const char *path,
				vv_error *err)
{
	bool more = !s->at_end && s->len <= VV_HEADER_MAX;

	if (more) {
		return vv_fail(err, VV_ENOTFOUND,
			       "no row begins in the part of the file that "
			       "was examined");
	}
	if (!path) {
		vv_fail(err, VV_EINPUT,
			"expected an array of objects, or an object with such an "
			"array");
	} else {
		vv_fail(err, VV_EINPUT, "the document has no array at '%s'", vv_text_shows(path));
	}
	if (!s->at_end && !r->found) {
		(void)vv_prefix(err, "the first %u KiB", VV_HEADER_MAX >> 10);
	}
	return vv_hint(err, "'--records PATH' selects the array whose objects are the rows, as in "
			    "'--records /data/items'");
}

vv_status vv_sniff_refuse_two(const char *file, const char *first, const char *second,
			      vv_error *err)
{
	vv_fail(err, VV_EINPUT, "the document has two arrays of objects, '%s' and '%s'",
		vv_text_shows(first), vv_text_shows(second));
	return vv_hint_code(err, VV_HINT_ADD_RECORDS, first, file ? file : "FILE");
}

/* The array with the rows, which is not the document itself. */
static vv_status find_records(sniff *s, size_t *bracket, vv_error *err)
{
	vv_auto(vv_json_records) r = {0};
	vv_auto(vv_buf) old = VV_BUF_INIT;
	const char *path = s->hints->records;
	vv_status rc = VV_OK;

	if (!path && s->parent && s->parent->lead > 0 &&
	    vv_json_records_path(&old, s->parent->prologue.data, s->parent->lead)) {
		path = vv_buf_cstr(&old);
		rc = vv_json_records_find(&r, s->text, s->len, path, err);
	}
	if (rc == VV_OK && !r.found) {
		path = s->hints->records;
		rc = vv_json_records_find(&r, s->text, s->len, path, err);
	}
	if (rc == VV_EINPUT) {
		rc = sniff_place(s, r.fault, err);
	} else if (rc == VV_OK && r.second.len > 0) {
		rc = vv_sniff_refuse_two(s->hints->path, vv_buf_cstr(&r.path),
					 vv_buf_cstr(&r.second), err);
	} else if (rc == VV_OK && !r.found) {
		rc = refuse_records(s, &r, path, err);
	}
	*bracket = r.bracket;
	return rc;
}

/* Is the array with the rows to be looked for inside of the value that begins with this byte? */
static bool is_inside(const sniff *s, char first)
{
	vv_auto(vv_buf) path = VV_BUF_INIT;
	vv_auto(vv_json_records) r = {0};

	if (s->hints->records) return s->hints->records[0] != '\0';
	if (first == '[' && s->parent && s->parent->lead > 0 &&
	    vv_json_records_path(&path, s->parent->prologue.data, s->parent->lead)) {
		(void)vv_json_records_find(&r, s->text, s->len, vv_buf_cstr(&path), VV_IGNORED);
	}
	return first == '{' || r.found;
}

/* Where the first row begins: at '{', at the array's ']', or at the end. */
static vv_status find_body(sniff *s, size_t *bracket, vv_error *err)
{
	const char *end = s->text + s->len, *p = vv_json_skip_space(s->text, end);
	bool array = vv_form_is_document(s->out->dialect.form);

	*bracket = (size_t)(p - s->text);
	if (array && p < end && is_inside(s, *p)) {
		vv_status rc = find_records(s, bracket, err);

		if (rc < 0) return rc;
		s->out->dialect.lead = *bracket;
		p = vv_json_skip_space(s->text + *bracket + 1, end);
	} else if (array && p < end && *p == '[') {
		p = vv_json_skip_space(p + 1, end);
	} else if (array && p < end) {
		vv_fail(err, VV_EINPUT, "not an array of objects: expected '[', found '%s'",
			vv_text_show(p, 1));
		return sniff_place(s, (size_t)(p - s->text), err);
	}
	s->out->body = (size_t)(p - s->text);
	if (p < end || (s->at_end && !array)) return VV_OK;
	if (s->at_end) {
		vv_fail(err, VV_EINPUT, "expected an array of objects, but the file ends");
		return sniff_place(s, s->len, err);
	}
	return vv_fail(err, VV_ENOTFOUND,
		       "the first row is not complete in the part of the file "
		       "that was examined");
}

/* Reads rows, counts their style, and takes their members for columns. */
static vv_status read_rows(sniff *s, style *st, vv_error *err)
{
	vv_sniff_result *out = s->out;
	vv_auto(sniff_reader) r = {0};
	vv_error fault;
	vv_auto_free vv_cell *names = NULL;
	vv_row row;
	size_t rows, i, body_end;
	int n = 1;
	vv_status rc = sniff_reader_open(&r, s, &out->dialect, out->body, err);

	if (rc < 0) return rc;
	for (rows = 0; rows < SNIFF_ROWS; rows++) {
		n = sniff_reader_next(&r, &row, &fault);
		if (n != 1) {
			break;
		}
		count_object(st, s->text + row.text_start, s->text + row.text_end);
		count_escapes(st, s->text + row.text_start, s->text + row.text_end);
		if (vv_form_is_document(out->dialect.form) && row.end > row.text_end) {
			count_run(&st->row_end, s->text + row.text_end, s->text + row.end);
		}
	}
	if (n < 0 && (rows == 0 || n != VV_EINPUT)) {
		if (err) {
			*err = fault;
		}
		return n == VV_EINPUT ? sniff_place(s, r.fault, err) : (vv_status)n;
	}
	if (rows == 0 && !s->at_end && !vv_scan_body_end(r.scan, &body_end)) {
		return sniff_too_short(s, err);
	}
	names = vv_calloc(vv_scan_columns(r.scan), sizeof *names);
	if (!names) return vv_fail_nomem(err);
	for (i = 0; i < vv_scan_columns(r.scan); i++) {
		size_t len;

		names[i].text = vv_scan_column_name(r.scan, i, &len);
		names[i].len = (uint32_t)len;
	}
	return sniff_set_names(s, names, i, err);
}

vv_status sniff_json(sniff *s, vv_error *err)
{
	style st = {0};
	size_t bracket;
	vv_status rc;

	if ((rc = find_body(s, &bracket, err)) < 0 || (rc = read_rows(s, &st, err)) < 0 ||
	    (rc = set_style(s, &st, err)) < 0) {
		return rc;
	}
	if (vv_form_is_document(s->out->dialect.form)) return set_array(s, &st, bracket, err);
	return sniff_habits(s, VV_NO_NEWLINE, err);
}
