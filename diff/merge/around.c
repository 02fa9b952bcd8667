/*
 * around: line ends and white space around the rows are form, and all else there is content.
 */
#include "diff/merge/around.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/header_rows.h"
#include "repo/git/merge/text.h"

#define DEPTH_MAX 64 /* of objects in each other: deeper ones are compared as a whole */

/* Bytes of one version; NULL: it is not there. */
typedef struct piece {
	const char *text;
	size_t len;
} piece;

static bool same_piece(piece a, piece b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.text, b.text, a.len) == 0);
}

static int pick_piece(const merge *m, const piece p[3])
{
	return merge_pick(same_piece(p[0], p[1]), merge_base(m) && same_piece(p[0], p[2]),
			  merge_base(m) && same_piece(p[1], p[2]));
}

static vv_status report_conflict(merge *m, vv_conflict_kind kind, const char *what, vv_error *err)
{
	merge_report r = {.kind = kind, .row = MERGE_NONE, .detail = what};

	return merge_conflict(m, &r, err);
}

/* --- lines ------------------------------------------------------------------------- */

/* Each line end becomes `end`. */
static void put_lines(vv_buf *out, piece p, const char *end, size_t end_len)
{
	for (size_t i = 0; i < p.len; i++) {
		if (p.text[i] != '\n' && p.text[i] != '\r') {
			vv_buf_putc(out, p.text[i]);
			continue;
		}
		i += p.text[i] == '\r' && i + 1 < p.len && p.text[i + 1] == '\n';
		vv_buf_put(out, end, end_len);
	}
}

static const vv_dialect *csv_of(const merge *m, int version)
{
	const vv_table *t = m->side[version].table;

	return t && !vv_form_is_typed(t->root.dialect.form) ? &t->root.dialect : NULL;
}

void merge_put_lines(const merge *m, int version, const char *text, size_t len, vv_buf *out)
{
	size_t own_len, end_len;
	const char *own = vv_dialect_row_end(&m->side[version].table->root.dialect, &own_len);
	const char *end = vv_dialect_row_end(&m->as.dialect, &end_len);
	const bool other = own_len != end_len || memcmp(own, end, end_len) != 0;

	for (size_t i = 0; i < len; i++) {
		if (!other || len - i < own_len || memcmp(text + i, own, own_len) != 0 ||
		    (own_len == 1 && *own == '\n' && i > 0 && text[i - 1] == '\r')) {
			vv_buf_putc(out, text[i]);
			continue;
		}
		vv_buf_put(out, end, end_len);
		i += own_len - 1;
	}
}

void merge_put_header(const merge *m, int version, const vv_bytes *header, vv_buf *out)
{
	const vv_dialect *e = &m->side[version].table->root.dialect;
	size_t end_len, within = header->len;

	(void)vv_dialect_row_end(e, &end_len);
	if (e->quote && within > 0 && memchr(header->data, (char)e->quote, within)) {
		within -= within < end_len ? within : end_len;
		vv_buf_put(out, header->data, within);
		merge_put_lines(m, version, header->data + within, header->len - within, out);
	} else {
		merge_put_lines(m, version, header->data, within, out);
	}
}

static vv_status merge_lines(merge *m, vv_conflict_kind kind, const char *what, const piece p[3],
			     vv_buf *out, vv_error *err)
{
	vv_auto(vv_buf) x = VV_BUF_INIT;
	vv_auto(vv_buf) y = VV_BUF_INIT;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_auto(vv_buf) merged = VV_BUF_INIT;
	const int decided = merge_decided(m, kind, NULL, 0), side = pick_piece(m, p);
	bool conflict = false;
	size_t end_len;
	const char *end = vv_dialect_row_end(&m->as.dialect, &end_len);
	vv_status rc;

	if (side >= 0) {
		if (csv_of(m, side)) {
			merge_put_lines(m, side, p[side].text, p[side].len, out);
		}
		return vv_buf_ok(out, err);
	}
	put_lines(&x, p[0], "\n", 1);
	put_lines(&y, p[1], "\n", 1);
	put_lines(&b, p[2], "\n", 1);
	if ((rc = vv_buf_ok(&x, err)) < 0 || (rc = vv_buf_ok(&y, err)) < 0 ||
	    (rc = vv_buf_ok(&b, err)) < 0) {
		return rc;
	}
	const vv_merge_lines base = {vv_buf_cstr(&b), b.len},
			     sides[2] = {{vv_buf_cstr(&x), x.len}, {vv_buf_cstr(&y), y.len}};
	rc = vv_merge_text(&merged, &conflict, merge_base(m) ? &base : NULL, sides,
			   decided == 0 || decided == 1 ? decided : (int)m->ours, err);
	if (rc == VV_OK && conflict && decided < 0) {
		rc = report_conflict(m, kind, what, err);
	}
	if (rc < 0) return rc;
	const piece taken = conflict && decided == 2 ? (piece){base.text, base.len}
						     : (piece){vv_buf_cstr(&merged), merged.len};
	put_lines(out, taken, end, end_len);
	return vv_buf_ok(out, err);
}

static bool is_blank(const vv_buf *lines)
{
	return !vv_array_find(lines->data, lines->len, it, *it != '\n' && *it != '\r');
}

/* The header gets the lines around it, and a line end where it was the whole file: rows may follow now. */
static vv_status end_header(vv_dialect *d, const vv_buf *above, const vv_buf *rest, vv_error *err)
{
	vv_auto(vv_buf) all = VV_BUF_INIT;
	size_t end_len, len;
	const char *end = vv_dialect_row_end(d, &end_len), *header = vv_dialect_header(d, &len);

	vv_buf_put(&all, above->data, above->len);
	vv_buf_put(&all, header, len);
	for (int part = 0; part < 2; part++) {
		const char last = all.len > 0 && !all.failed ? all.data[all.len - 1] : '\n';

		vv_buf_put(&all, end, last == '\n' || last == '\r' ? 0 : end_len);
		vv_buf_put(&all, rest->data, part == 0 ? rest->len : 0);
	}
	vv_status rc = vv_buf_ok(&all, err);
	return rc < 0 ? rc : vv_dialect_set_header(d, all.data, all.len, err);
}

/* The lines above the header, and blank ones next to it, whatever header comes below them; those between it and the first
 * row; those below the table, where a last row above has its end. */
static vv_status merge_csv(merge *m, vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	vv_auto(vv_buf) above = VV_BUF_INIT;
	vv_auto(vv_buf) blank = VV_BUF_INIT;
	vv_auto(vv_buf) between = VV_BUF_INIT;
	vv_auto(vv_buf) below = VV_BUF_INIT;
	piece lead[3] = {{NULL, 0}}, next[3] = {{NULL, 0}}, rest[3] = {{NULL, 0}},
	      tail[3] = {{NULL, 0}};
	vv_header_parts parts;
	vv_status rc;

	for (int v = 0; v < 3; v++) {
		const vv_dialect *e = csv_of(m, v);

		if (!e) {
			continue;
		}
		if ((rc = vv_header_rows_split(&parts, e, err)) < 0) return rc;
		lead[v] = (piece){e->prologue.data, e->header ? e->lead : e->prologue.len};
		next[v] = (piece){parts.above.data, parts.above.len};
		rest[v] = (piece){parts.below.data, parts.below.len};
		tail[v] = (piece){e->epilogue.data, e->epilogue.len};
	}
	if ((rc = merge_lines(m, VV_CONFLICT_ABOVE, "both sides changed the lines above the table",
			      lead, &above, err)) < 0 ||
	    (rc = merge_lines(m, VV_CONFLICT_ABOVE, "both sides changed the lines above the table",
			      next, &blank, err)) < 0 ||
	    (rc = merge_lines(m, VV_CONFLICT_ABOVE, "both sides changed the lines below the header",
			      rest, &between, err)) < 0 ||
	    (rc = merge_lines(m, VV_CONFLICT_BELOW, "both sides changed the lines below the table",
			      tail, &below, err)) < 0 ||
	    (d->header && (rc = end_header(d, &blank, &between, err)) < 0) ||
	    (rc = vv_dialect_set_lead(d, vv_buf_cstr(&above), above.len, err)) < 0) {
		return rc;
	}
	if (!d->header && is_blank(&above)) {
		d->lead = 0; /* as blank lines above the first row are kept */
	}
	d->final_newline |= below.len > 0;
	return vv_bytes_set(&d->epilogue, vv_buf_cstr(&below), below.len, err);
}

/* --- members beside the rows of a JSON document ---------------------------------------- */

/* Placeholder for the rows. */
static const char rows_here[] = "\"\001varve rows\001\"";

/* One member of an object: white space, name, colon, value. */
typedef struct member {
	piece before, name, colon, value;
} member;

typedef struct members {
	member *items;
	size_t count, cap;
	piece rest; /* white space after the last one */
} members;

static void members_clear(members *m)
{
	vv_free(m->items);
}

static piece piece_of(const char *from, const char *to)
{
	return (piece){from, (size_t)(to - from)};
}

static vv_status read_members(members *out, piece object, vv_error *err)
{
	const char *p = object.text + 1, *end = object.text + object.len - 1;

	for (;;) {
		const char *name = vv_json_skip_space(p, end);

		if (name == end) {
			out->rest = out->count == 0 ? piece_of(p, name) : out->rest;
			return VV_OK;
		}
		if (!vv_array_room(out->items, out->count, out->cap)) return vv_fail_nomem(err);
		member *m = &out->items[out->count++];
		const char *after = vv_json_skip_string(name, end);
		const char *colon = vv_json_skip_space(after, end);
		const char *value = vv_json_skip_space(colon + (colon < end), end);

		const char *past = vv_json_skip_value(value, end);
		const char *next = vv_json_skip_space(past, end);

		*m = (member){.before = piece_of(p, name),
			      .name = piece_of(name, after),
			      .colon = piece_of(after, value),
			      .value = piece_of(value, past)};
		out->rest = piece_of(past, next);
		p = next + (next < end);
	}
}

static const member *find_member(const members *m, piece name)
{
	return vv_array_find(m->items, m->count, it, same_piece(it->name, name));
}

/* The same but for white space between its parts? */
static bool same_value(piece a, piece b)
{
	const char *p = a.text, *p_end = p + a.len, *q = b.text, *q_end = q + b.len;

	if (!a.text || !b.text) return a.text == b.text;
	for (;;) {
		p = vv_json_skip_space(p, p_end);
		q = vv_json_skip_space(q, q_end);
		if (p == p_end || q == q_end) return p == p_end && q == q_end;
		const char *p_next = *p == '"' ? vv_json_skip_string(p, p_end) : p + 1;
		const char *q_next = *q == '"' ? vv_json_skip_string(q, q_end) : q + 1;

		if (!same_piece(piece_of(p, p_next), piece_of(q, q_next))) return false;
		p = p_next;
		q = q_next;
	}
}

/* A document under way. */
typedef struct document {
	merge *m;
	vv_buf out, names; /* names: of the members that both changed */
	int decided;       /* a version for these; -1: ours, and a conflict */
} document;

static vv_status put_value(document *d, const piece v[3], piece name, int depth, vv_error *err);

/* The text for a member that both changed; a piece without text: nothing. */
static piece contested_piece(document *d, const piece v[3], piece name)
{
	if (d->decided < 0) {
		vv_buf_puts(&d->names, d->names.len > 0 ? ", " : "");
		vv_buf_put(&d->names, name.text, name.len);
	}
	return v[d->decided < 0 ? (int)d->m->ours : d->decided];
}

static bool is_object(piece v)
{
	return v.text && v.len >= 2 && v.text[0] == '{';
}

/* Is the member in the result at all? v: its values in the versions. */
static bool member_stays(document *d, const piece v[3], piece name)
{
	const bool gone = !v[0].text || !v[1].text;
	const piece left = v[0].text ? v[0] : v[1];

	if (!gone) return true;
	if (!merge_base(d->m) || !v[2].text) return true; /* one added it */
	return same_value(left, v[2]) ? false : contested_piece(d, v, name).text != NULL;
}

static vv_status put_member(document *d, const members all[3], const member *one, bool *any,
			    int depth, vv_error *err)
{
	piece v[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};

	for (int i = 0; i < 3; i++) {
		const member *m = find_member(&all[i], one->name);

		v[i] = m ? m->value : v[i];
	}
	if (!member_stays(d, v, one->name)) return VV_OK;
	vv_buf_puts(&d->out, *any ? "," : "");
	*any = true;
	vv_buf_put(&d->out, one->before.text, one->before.len);
	vv_buf_put(&d->out, one->name.text, one->name.len);
	vv_buf_put(&d->out, one->colon.text, one->colon.len);
	if (v[0].text && v[1].text) return put_value(d, v, one->name, depth + 1, err);
	vv_buf_put(&d->out, one->value.text, one->value.len);
	return VV_OK;
}

/* Those of the first side in its order; each that only the other has after the one that it follows there. */
static vv_status put_members(document *d, const piece v[3], int depth, vv_error *err)
{
	members all[3] = {{NULL, 0, 0, {NULL, 0}}};
	bool any = false;
	vv_status rc = VV_OK;

	for (int i = 0; i < 3 && rc == VV_OK; i++) {
		rc = is_object(v[i]) ? read_members(&all[i], v[i], err) : VV_OK;
	}
	vv_buf_putc(&d->out, '{');
	for (size_t at = 0; rc == VV_OK && at <= all[0].count; at++) {
		const member *before = at > 0 ? &all[0].items[at - 1] : NULL;
		size_t k = 0;

		if (before && (rc = put_member(d, all, before, &any, depth, err)) < 0) {
			break;
		}
		while (before && k < all[1].count &&
		       !same_piece(all[1].items[k].name, before->name)) {
			k++;
		}
		for (k += before != NULL;
		     rc == VV_OK && k < all[1].count && !find_member(&all[0], all[1].items[k].name);
		     k++) {
			rc = put_member(d, all, &all[1].items[k], &any, depth, err);
		}
	}
	vv_buf_put(&d->out, all[0].rest.text, all[0].rest.len);
	vv_buf_putc(&d->out, '}');
	for (int i = 0; i < 3; i++) {
		members_clear(&all[i]);
	}
	return rc;
}

static vv_status put_value(document *d, const piece v[3], piece name, int depth, vv_error *err)
{
	int side = merge_pick(same_value(v[0], v[1]), merge_base(d->m) && same_value(v[0], v[2]),
			      merge_base(d->m) && same_value(v[1], v[2]));

	if (side < 0 && is_object(v[0]) && is_object(v[1]) && depth < DEPTH_MAX) {
		return put_members(d, v, depth, err);
	}
	const piece taken = side >= 0 ? v[side] : contested_piece(d, v, name);
	vv_buf_put(&d->out, taken.text ? taken.text : v[0].text, taken.text ? taken.len : v[0].len);
	return VV_OK;
}

/* The document with a string instead of its rows; *open, *close: the bytes inside their brackets. */
static void put_document(vv_buf *out, const vv_dialect *d, piece *open, piece *close)
{
	const char *e = d->epilogue.data ? d->epilogue.data : "";
	const char *bracket = memchr(e, ']', d->epilogue.len);

	*open = (piece){d->prologue.data + d->lead + 1, d->prologue.len - d->lead - 1};
	*close = (piece){e, bracket ? (size_t)(bracket - e) : 0};
	vv_buf_put(out, d->prologue.data, d->lead);
	vv_buf_puts(out, rows_here);
	if (bracket) {
		vv_buf_put(out, bracket + 1, d->epilogue.len - close->len - 1);
	}
}

/* White space around the value is that of one side. */
static vv_status put_whole(document *d, const vv_buf text[3], vv_error *err)
{
	piece v[3], around[2] = {{NULL, 0}, {NULL, 0}};

	for (int i = 0; i < 3; i++) {
		const char *from = vv_buf_cstr(&text[i]), *end = from + text[i].len;
		const char *value = vv_json_skip_space(from, end);
		const char *after = vv_json_skip_value(value, end);

		v[i] = text[i].len > 0 ? piece_of(value, after) : (piece){NULL, 0};
		if (i == 0) {
			around[0] = piece_of(from, value);
			around[1] = piece_of(after, end);
		}
	}
	vv_buf_put(&d->out, around[0].text, around[0].len);
	vv_status rc = put_value(d, v, (piece){"the document", 12}, 0, err);
	vv_buf_put(&d->out, around[1].text, around[1].len);
	return rc < 0 ? rc : vv_buf_ok(&d->out, err);
}

/* Into the dialect: the merged document, whose rows are between the brackets of one side. */
static vv_status take_document(merge *m, const vv_buf *merged, piece open, piece close,
			       vv_error *err)
{
	vv_dialect *d = &m->as.dialect;
	const char *text = vv_buf_cstr(merged), *at = strstr(text, rows_here);
	vv_auto(vv_buf) part = VV_BUF_INIT;
	vv_status rc;

	if (!at || strstr(at + 1, rows_here)) {
		return vv_fail(
			err, VV_EREFUSED,
			"the rows are under different members of the JSON document on "
			"the two sides\nmove them to the same member on one side, commit, and "
			"merge again");
	}
	vv_buf_put(&part, text, (size_t)(at - text));
	vv_buf_putc(&part, '[');
	vv_buf_put(&part, open.text, open.len);
	if ((rc = vv_buf_ok(&part, err)) < 0 ||
	    (rc = vv_bytes_set(&d->prologue, part.data, part.len, err)) < 0) {
		return rc;
	}
	d->lead = (size_t)(at - text);
	at += strlen(rows_here);
	vv_buf_set(&part, close.text, close.len);
	vv_buf_putc(&part, ']');
	vv_buf_put(&part, at, merged->len - (size_t)(at - text));
	rc = vv_buf_ok(&part, err);
	return rc < 0 ? rc : vv_bytes_set(&d->epilogue, part.data, part.len, err);
}

static vv_status merge_json(merge *m, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;
	document d = {.m = m,
		      .out = VV_BUF_INIT,
		      .names = VV_BUF_INIT,
		      .decided = merge_decided(m, VV_CONFLICT_AROUND, NULL, 0)};
	vv_buf text[3] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	piece open[3] = {{NULL, 0}}, close[3] = {{NULL, 0}};
	vv_status rc = VV_OK;

	for (int v = 0; v < 3; v++) {
		const vv_table *t = m->side[v].table;

		if (t && vv_form_is_document(t->root.dialect.form)) {
			put_document(&text[v], &t->root.dialect, &open[v], &close[v]);
			rc = rc < 0 ? rc : vv_buf_ok(&text[v], err);
		}
	}
	if (rc == VV_OK && text[0].len > 0 && text[1].len > 0 &&
	    (rc = put_whole(&d, text, err)) == VV_OK) {
		rc = take_document(m, &d.out, open[0], close[0], err);
	} else if (rc == VV_OK) { /* one side alone is JSON */
		const int v = text[0].len > 0 ? 0 : 1;

		rc = take_document(m, &text[v], open[v], close[v], err);
	}
	if (rc == VV_OK && d.names.len > 0) {
		vv_buf_printf(&names, "both sides changed members outside the rows: %s",
			      vv_text_show(vv_buf_cstr(&d.names), d.names.len));
		if ((rc = vv_buf_ok(&names, err)) == VV_OK) {
			rc = report_conflict(m, VV_CONFLICT_AROUND, vv_buf_cstr(&names), err);
		}
	}
	for (int v = 0; v < 3; v++) {
		vv_buf_clear(&text[v]);
	}
	vv_buf_clear_all(&d.out, &d.names);
	return rc;
}

vv_status merge_around(merge *m, vv_error *err)
{
	const vv_dialect *x = &m->side[0].table->root.dialect, *y = &m->side[1].table->root.dialect;

	if (!vv_form_is_typed(m->as.dialect.form)) return merge_csv(m, err);
	return vv_form_is_document(m->as.dialect.form) && (x->lead > 0 || y->lead > 0)
		       ? merge_json(m, err)
		       : VV_OK;
}
