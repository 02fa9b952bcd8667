/*
 * scan_json: rows that are JSON objects: which column a member is, what its value becomes
 * as a cell, and what may be between two objects (NDJSON, array).
 */
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/json/json.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/scan_internal.h"

typedef struct column {
	const char *name; /* in the arena */
	size_t len;
} column;

struct vv_scan_json {
	vv_json_rows *parser;
	bool ended;  /* the closing bracket was seen in this window */
	bool inside; /* the array is inside of another value, whose end follows it */

	/* Columns by name. */
	vv_arena arena;
	column *columns;
	size_t cap;
	vv_hash_index index; /* of the first columns of their names */

	/* The row under way. */
	vv_cell *cells;
	size_t stride;
	size_t next;    /* the column that comes next when this row is like the others */
	size_t highest; /* 1 + the highest column met */
	uint64_t bytes;
	bool too_narrow; /* a column beyond stride was met */
};

/* --- columns ------------------------------------------------------------ */

static uint64_t hash_of(const char *name, size_t len)
{
	return vv_xxh3(name, len, vv_hash_seed());
}

static bool look_up(const struct vv_scan_json *j, const char *name, size_t len, uint64_t hash,
		    size_t *at)
{
	vv_hash_probe p = vv_hash_probe_begin(&j->index, hash);

	while (vv_hash_probe_next(&p, at)) {
		if (j->columns[*at].len == len && memcmp(j->columns[*at].name, name, len) == 0) {
			return true;
		}
	}
	return false;
}

/* The name becomes column number at; of equal names the first one is found. */
static vv_status add_column(struct vv_scan_json *j, size_t at, const char *name, size_t len,
			    vv_error *err)
{
	uint64_t hash = hash_of(name, len);
	size_t known;

	if (at >= VV_COLUMNS_MAX) {
		return vv_fail(err, VV_EINPUT, "the objects have more than %u different members",
			       VV_COLUMNS_MAX);
	}
	char *copy = vv_arena_strndup(&j->arena, name, len);
	if (!copy || !vv_array_room(j->columns, at, j->cap) ||
	    (!look_up(j, name, len, hash, &known) && !vv_hash_index_add(&j->index, hash, at))) {
		return vv_fail_nomem(err);
	}
	j->columns[at] = (column){copy, len};
	return VV_OK;
}

static vv_status find_column(vv_scan *s, const vv_json_member *m, size_t *out, vv_error *err)
{
	struct vv_scan_json *j = s->json;
	size_t i = j->next;
	vv_status rc;

	if (i >= s->columns || j->columns[i].len != m->name_len ||
	    memcmp(j->columns[i].name, m->name, m->name_len) != 0) {
		if (!look_up(j, m->name, m->name_len, hash_of(m->name, m->name_len), &i)) {
			i = s->columns;
			rc = add_column(j, i, m->name, m->name_len, err);
			if (rc < 0) return rc;
			s->columns++;
		}
	}
	j->next = i + 1;
	*out = i;
	return VV_OK;
}

/* --- setting up --------------------------------------------------------- */

vv_status vv_scan_json_init(vv_scan *s, const vv_dialect *d, size_t columns,
			    const char *const *names, const size_t *name_lens, vv_error *err)
{
	struct vv_scan_json *j = vv_calloc(1, sizeof *j);
	vv_status rc = VV_OK;

	if (!j) return vv_fail_nomem(err);
	s->json = j;
	j->inside = vv_form_is_document(d->form) && d->lead > 0;
	if (vv_form_is_typed(d->form)) {
		j->parser = vv_json_rows_new();
		if (!j->parser) return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < columns; i++) {
		if ((rc = add_column(j, i, names[i], name_lens[i], err)) < 0) return rc;
	}
	return rc;
}

void vv_scan_json_clear(vv_scan *s)
{
	struct vv_scan_json *j = s->json;

	if (!j) return;
	vv_json_rows_free(j->parser);
	vv_arena_clear(&j->arena);
	vv_free(j->columns);
	vv_hash_index_clear(&j->index);
	vv_free(j);
	s->json = NULL;
}

void vv_scan_json_window(vv_scan *s)
{
	s->json->ended = false;
}

const char *vv_scan_json_name(const vv_scan *s, size_t i, size_t *len)
{
	*len = s->json->columns[i].len;
	return s->json->columns[i].name;
}

bool vv_scan_json_ended(const vv_scan *s)
{
	return s->json->ended;
}

/* --- objects ------------------------------------------------------------ */

/* A string: unchanged in the window, or decoded in the arena. */
static vv_status put_string(vv_scan *s, vv_cell *c, const vv_json_member *m, vv_error *err)
{
	c->state = VV_CELL_TEXT;
	c->len = (uint32_t)m->text_len;
	/* Every escape is longer than its character. */
	if (m->text_len + 2 == m->raw_len) {
		c->text = m->raw + 1;
		return VV_OK;
	}
	if (m->text_len > 0) {
		char *room = vv_scan_room(s, m->text_len);

		if (!room) return vv_fail_nomem(err);
		memcpy(room, m->text, m->text_len);
		c->text = room;
	}
	return VV_OK;
}

static vv_status on_member(void *payload, const vv_json_member *m, vv_error *err)
{
	vv_scan *s = payload;
	struct vv_scan_json *j = s->json;
	size_t i;
	vv_status rc = find_column(s, m, &i, err);

	if (rc < 0) return rc;
	j->highest = i + 1 > j->highest ? i + 1 : j->highest;
	if (i >= j->stride) {
		j->too_narrow = true;
		return VV_OK;
	}
	vv_cell *c = &j->cells[i];
	if (m->type == VV_JSON_NULL) {
		c->state = VV_CELL_NULL;
		return VV_OK;
	}
	if (m->type == VV_JSON_STRING && m->text) {
		rc = put_string(s, c, m, err);
	} else {
		c->state = VV_CELL_LITERAL;
		c->text = m->raw;
		c->len = (uint32_t)m->raw_len;
	}
	j->bytes += c->len;
	return rc;
}

/* Parses the object at text into cells. 1, 0 (it continues after end), 2 or negative;
 * *after is after the object. */
static int read_object(vv_scan *s, const char *text, const char *end, bool more, vv_cell *cells,
		       size_t stride, const char **after, vv_error *err)
{
	struct vv_scan_json *j = s->json;
	size_t used = 0;

	if (*text != '{') {
		return vv_scan_refuse(s, text, err,
				      "expected an object, which begins with '{', found '%s'",
				      vv_text_show(text, 1));
	}
	vv_array_each(cells, stride, cell) {
		vv_cell_set_absent(cell);
	}
	j->cells = cells;
	j->stride = stride;
	j->next = 0;
	j->highest = 0;
	j->bytes = 0;
	j->too_narrow = false;
	vv_status rc = vv_json_rows_object(j->parser, &used, text, (size_t)(end - text), more,
					   on_member, s, err);
	if (rc == VV_ENOTFOUND) return 0;
	if (rc < 0) {
		s->fault = (size_t)(text - s->bytes) + used;
		return rc;
	}
	*after = text + used;
	return j->too_narrow ? 2 : 1;
}

static void finish_row(vv_scan *s, vv_row *row, const char *text, const char *text_end,
		       const char *end, vv_newline newline)
{
	*row = (vv_row){.start = s->offset,
			.end = (size_t)(end - s->bytes),
			.cell_bytes = s->json->bytes + s->json->highest,
			.cells = s->json->highest,
			.newline = newline,
			.text_start = (size_t)(text - s->bytes),
			.text_end = (size_t)(text_end - s->bytes)};
	s->offset = row->end;
}

/* --- NDJSON ------------------------------------------------------------- */

/* The first CR or LF, or end. */
static const char *line_end(const char *p, const char *end)
{
	const vv_mark_set set = {.delimiter = '\n'};

	for (; end - p >= 64; p += 64) {
		uint64_t found = vv_marks(p, &set).all;

		if (found != 0) return p + __builtin_ctzll(found);
	}
	while (p < end && *p != '\n' && *p != '\r') {
		p++;
	}
	return p;
}

/* The byte after the line end at p (CRLF is one); p itself at the input's end. */
static const char *behind_line_end(const vv_scan *s, const char *p, vv_newline *newline)
{
	if (p == s->end) {
		*newline = VV_NO_NEWLINE;
		return p;
	}
	if (*p == '\n') {
		*newline = VV_LF;
		return p + 1;
	}
	*newline = p + 1 < s->end && p[1] == '\n' ? VV_CRLF : VV_CR;
	return p + (*newline == VV_CRLF ? 2 : 1);
}

static int line_row(vv_scan *s, vv_cell *cells, size_t stride, vv_row *row, vv_error *err)
{
	const char *text = vv_json_skip_space(s->bytes + s->offset, s->end);
	const char *line = line_end(text, s->end);
	const char *after = NULL;
	vv_newline newline;

	if (text == s->end || (line == s->end && !s->at_end)) return 0;
	const char *end = behind_line_end(s, line, &newline);
	if (vv_json_skip_space(end, s->end) == s->end) {
		if (!s->at_end) return 0;
		end = s->end;
	}
	int rc = read_object(s, text, line, false, cells, stride, &after, err);
	if (rc < 0 && rc != VV_ENOMEM && (*text != '{' || s->bytes + s->fault == line)) {
		(void)vv_hint(err, "write each object on one line");
	}
	if (rc != 1) return rc;
	after = vv_json_skip_space(after, line);
	if (after != line) {
		rc = vv_scan_refuse(s, after, err,
				    "text after the object: expected the line's end, found '%s'",
				    vv_text_show(after, 1));
		(void)vv_hint(err, "write each object on one line");
		return rc;
	}
	finish_row(s, row, text, line, end, newline);
	return 1;
}

/* --- arrays ------------------------------------------------------------- */

static int refuse_open_array(vv_scan *s, const char *where, vv_error *err)
{
	return vv_scan_refuse(s, where, err, "the array is never closed: expected ']'");
}

/* All that is left is the epilogue, whose bracket is at p. */
static int check_epilogue(vv_scan *s, const char *p, vv_error *err)
{
	s->json->ended = true;
	p = vv_json_skip_space(p + 1, s->end);
	if (p < s->end && !s->json->inside) {
		return vv_scan_refuse(s, p, err,
				      "text after the array: expected the file's end, found '%s'",
				      vv_text_show(p, 1));
	}
	if ((size_t)(s->end - s->bytes) - s->offset > VV_HEADER_MAX) {
		return vv_scan_refuse(s, p, err, "more than %u bytes after the array's last row",
				      VV_HEADER_MAX);
	}
	return 0;
}

/* Where the row that ends at after ends with its separator; NULL: error in *rc. */
static const char *separator_end(vv_scan *s, const char *after, int *rc, vv_error *err)
{
	const char *p = vv_json_skip_space(after, s->end);

	*rc = 0;
	if (p < s->end && *p == ']') return after;
	if (p < s->end && *p != ',') {
		*rc = vv_scan_refuse(s, p, err, "expected ',' or ']' after the object, found '%s'",
				     vv_text_show(p, 1));
		return NULL;
	}
	const char *next = p < s->end ? vv_json_skip_space(p + 1, s->end) : p;
	if (next == s->end) {
		*rc = s->at_end ? refuse_open_array(s, p, err) : 0;
		return NULL;
	}
	if (*next != '{') {
		*rc = vv_scan_refuse(s, next, err, "expected an object after the comma, found '%s'",
				     vv_text_show(next, 1));
		return NULL;
	}
	return next;
}

static int array_row(vv_scan *s, vv_cell *cells, size_t stride, vv_row *row, vv_error *err)
{
	const char *text = vv_json_skip_space(s->bytes + s->offset, s->end);
	const char *after = NULL;

	if (text == s->end) return s->at_end ? refuse_open_array(s, text, err) : 0;
	if (*text == ']') return check_epilogue(s, text, err);
	int rc = read_object(s, text, s->end, !s->at_end, cells, stride, &after, err);
	if (rc != 1) return rc;
	const char *end = separator_end(s, after, &rc, err);
	if (!end) return rc;
	finish_row(s, row, text, after, end, VV_NO_NEWLINE);
	s->json->ended = end == after;
	return 1;
}

int vv_scan_json_row(vv_scan *s, vv_cell *cells, size_t stride,
		     const vv_scan_where *where VV_UNUSED, vv_row *row, vv_error *err)
{
	return vv_form_is_document(s->form) ? array_row(s, cells, stride, row, err)
					    : line_row(s, cells, stride, row, err);
}
