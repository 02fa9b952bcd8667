/*
 * splice: knows where the cells of a line begin and end.
 */
#include "lib/rewrite/splice.h"

#include <string.h>

#include "base/arena.h"
#include "base/json/json.h"
#include "base/json/json_skip.h"
#include "dataset/format/row_write.h"

/* ---- CSV ---- */

/* The end of a cell that begins at p. */
static const char *cell_end(const char *p, const char *end, const vv_dialect *d)
{
	const char quote = (char)d->quote, escape = (char)(d->escape ? d->escape : d->quote);

	if (p < end && d->quote && *p == quote) {
		for (p++; p < end; p++) {
			if (*p == escape && p + 1 < end && (escape != quote || p[1] == quote)) {
				p++;
			} else if (*p == quote) {
				break;
			}
		}
	}
	while (p < end && *p != (char)d->delimiter) {
		p++;
	}
	return p;
}

/* Blank lines and comments above. */
static const char *skip_no_rows(const char *p, const char *end, const vv_dialect *d)
{
	while (p < end && (*p == '\n' || *p == '\r' || (d->comment && (uint8_t)*p == d->comment))) {
		while (p < end && *p != '\n' && *p != '\r') {
			p++;
		}
		p += p < end;
	}
	return p;
}

static bool splice_csv(vv_buf *out, const vv_dialect *d, const char *line, size_t len,
		       const vv_cell *cells, const bool *changed, size_t columns)
{
	const char *p = line, *end = line + len, *from = line;

	p = skip_no_rows(p, end, d);
	for (size_t i = 0; i < columns; i++) {
		while (d->spaces != VV_SPACES_KEPT && p < end && *p == ' ') {
			p++;
		}
		const char *stop = cell_end(p, end, d);
		const bool quoted = p < end && d->quote && *p == (char)d->quote;

		if (changed[i]) {
			vv_buf_put(out, from, (size_t)(p - from));
			vv_cell_write_csv(out, &cells[i], d,
					  cells[i].flags & VV_CELL_QUOTED ? VV_QUOTE_ALWAYS
					  : quoted                        ? VV_QUOTE_NONEMPTY
									  : VV_QUOTE_MINIMAL,
					  vv_cell_place_of(i, columns));
			from = stop;
		}
		if (stop == end && i + 1 < columns) {
			for (size_t k = i + 1; k < columns; k++) {
				if (changed[k]) return false;
			}
			break;
		}
		p = stop + 1;
	}
	vv_buf_put(out, from, (size_t)(end - from));
	return true;
}

/* ---- JSON ---- */

/* Which column is called by the string from p to end; columns: none. */
static size_t column_of(const char *p, const char *end, const char *const *names, size_t columns)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_error ignored; /* of each member: VV_IGNORED would be cleared for each */
	vv_json *node;
	size_t i = columns;

	if (vv_json_read(&node, &arena, p, (size_t)(end - p), "", &ignored) == VV_OK &&
	    node->type == VV_JSON_STRING) {
		for (i = 0; i < columns && (strlen(names[i]) != node->text_len ||
					    memcmp(names[i], node->text, node->text_len) != 0);
		     i++) {
		}
	}
	return i;
}

static bool splice_json(vv_buf *out, const vv_dialect *d, const char *line, size_t len,
			const vv_cell *cells, const bool *changed, const char *const *names,
			size_t columns)
{
	const char *p = line, *end = line + len, *from = line, *name;
	size_t left = 0, i;

	for (i = 0; i < columns; i++) {
		if (changed[i] && cells[i].state == VV_CELL_ABSENT) return false;
		left += changed[i];
	}
	while (p < end && *p != '{') {
		p++;
	}
	for (p = vv_json_skip_space(p + 1, end); p < end && *p == '"';
	     p = vv_json_skip_space(p, end)) {
		name = p;
		p = vv_json_skip_string(p, end);
		i = column_of(name, p, names, columns);
		p = vv_json_skip_space(p, end);
		if (p == end || *p != ':') return false;
		p = vv_json_skip_space(p + 1, end);
		if (i < columns && changed[i]) {
			vv_buf_put(out, from, (size_t)(p - from));
			vv_cell_write_json(out, &cells[i], d);
			left--;
			from = vv_json_skip_value(p, end);
		}
		p = vv_json_skip_space(vv_json_skip_value(p, end), end);
		p += p < end && *p == ',';
	}
	vv_buf_put(out, from, (size_t)(end - from));
	return left == 0;
}

bool line_splice(vv_buf *out, const vv_dialect *d, const char *line, size_t len,
		 const vv_cell *cells, const bool *changed, const char *const *names,
		 size_t columns)
{
	const size_t before = out->len;
	bool done = d->form == VV_FORM_CSV
			    ? splice_csv(out, d, line, len, cells, changed, columns)
			    : splice_json(out, d, line, len, cells, changed, names, columns);

	if (!done && !out->failed) {
		out->len = before;
	}
	return done;
}
