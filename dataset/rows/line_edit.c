/*
 * line_edit: finds the cells of a line, and chooses the quotes of a new one.
 */
#include "dataset/rows/line_edit.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/schema/header.h"

/* ---- lines ---- */

static bool is_newline(char c)
{
	return c == '\n' || c == '\r';
}

size_t vv_line_lead(const vv_dialect *d, size_t columns, const char *line, size_t len)
{
	size_t at = 0, next = 0;

	while (!vv_form_is_typed(d->form) && next < len &&
	       (is_newline(line[next]) ||
		vv_dialect_is_comment(d, columns, line + next, line + len))) {
		while (next < len && !is_newline(line[next])) {
			next++;
		}
		next += next < len;
		at = next;
	}
	while (vv_form_is_typed(d->form) && !vv_form_is_document(d->form) && next < len &&
	       line[next] != '{') {
		at = is_newline(line[next++]) ? next : at;
	}
	return at;
}

size_t vv_line_end(const vv_dialect *d, const char *line, size_t len)
{
	size_t n = 0;

	if (vv_form_is_document(d->form)) {
		while (n < len && line[len - n - 1] != '}') {
			n++;
		}
		return n < len ? n : 0;
	}
	n = len > 0 && line[len - 1] == '\n';
	return n + (len > n && line[len - n - 1] == '\r');
}

/* ---- parts ---- */

static vv_status add_part(vv_line_parts *p, const vv_line_part *part, vv_error *err)
{
	if (!vv_array_add(p->items, p->count, p->cap, *part)) return vv_fail_nomem(err);
	p->end = part->to;
	return VV_OK;
}

static void close_scan(vv_line_parts *p)
{
	vv_scan_free(p->scan);
	vv_free_all(p->places, p->cells);
	p->scan = NULL;
	p->places = NULL;
	p->cells = NULL;
}

/* The scanner of earlier lines, if it is for lines of this form, or a new one. */
static vv_status open_scan(vv_line_parts *p, const vv_dialect *d, size_t columns, vv_error *err)
{
	if (p->scan && p->columns == columns && vv_dialect_same_cells(&p->dialect, d)) return VV_OK;
	close_scan(p);
	p->dialect = *d;
	p->columns = columns;
	p->places = vv_calloc(columns + 1, sizeof(*p->places));
	p->cells = vv_calloc(columns + 1, sizeof(*p->cells));
	if (!p->places || !p->cells) return vv_fail_nomem(err);
	return vv_scan_new(&p->scan, d, columns, NULL, NULL, err);
}

/* Finds the cells of a line of a form without types. */
static vv_status read_csv(vv_line_parts *out, const vv_dialect *d, const vv_schema *schema,
			  const char *line, size_t len, vv_error *err)
{
	const size_t columns = schema->count;
	vv_row row;
	vv_status rc;
	int more;

	if ((rc = open_scan(out, d, columns, err)) < 0) return rc;
	vv_scan_window(out->scan, line, len, true, 0);
	if ((more = vv_scan_places(out->scan, out->places, out->cells, &row, err)) < 0) {
		return (vv_status)more;
	}
	if (more == 0) { /* no cell: the place of the first one */
		const size_t at = vv_line_lead(d, columns, line, len);
		const vv_line_part part = {.start = at, .from = at, .to = at};

		return add_part(out, &part, err);
	}
	for (size_t i = 0; i < row.cells; i++) {
		const vv_scan_place *at = &out->places[i];
		const vv_line_part part = {
			.start = at->start, .from = at->from, .to = at->to, .column = i};

		if ((rc = add_part(out, &part, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Which column is called by the string from p to end. */
static vv_status column_of(size_t *out, const vv_schema *s, const char *p, const char *end,
			   vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *name = p + 1;
	size_t len = end - p >= 2 ? (size_t)(end - p) - 2 : 0;
	vv_json *node;

	if (memchr(p, '\\', (size_t)(end - p))) {
		vv_status rc = vv_json_read(&node, &arena, p, (size_t)(end - p), "name", err);

		if (rc < 0) return rc;
		name = node->text;
		len = node->text_len;
	}
	long at = vv_schema_find(s, name, len);
	*out = at < 0 ? VV_LINE_NONE : (size_t)at;
	return VV_OK;
}

/* Finds the members of an object. */
static vv_status read_json(vv_line_parts *out, const vv_dialect *d VV_UNUSED, const vv_schema *s,
			   const char *line, size_t len, vv_error *err)
{
	const char *p = line, *end = line + len;
	vv_status rc;

	while (p < end && *p != '{') {
		p++;
	}
	p = vv_json_skip_space(p < end ? p + 1 : p, end);
	out->end = (size_t)(p - line);
	while (p < end && *p == '"') {
		vv_line_part part = {.start = (size_t)(p - line)};
		const char *name = p;

		p = vv_json_skip_string(p, end);
		part.name_end = (size_t)(p - line);
		if ((rc = column_of(&part.column, s, name, p, err)) < 0) return rc;
		p = vv_json_skip_space(p, end);
		p = vv_json_skip_space(p < end ? p + 1 : p, end);
		part.from = (size_t)(p - line);
		p = vv_json_skip_value(p, end);
		part.to = (size_t)(p - line);
		if ((rc = add_part(out, &part, err)) < 0) return rc;
		p = vv_json_skip_space(p, end);
		p = vv_json_skip_space(p < end && *p == ',' ? p + 1 : p, end);
	}
	return VV_OK;
}

#define PARTS(CONSTANT, name, words, typed, document, delimited, functions)                        \
	[VV_FORM_##CONSTANT] = read_##functions,
static vv_form_parts *const parts[] = {VV_FORM_KINDS(PARTS)};

vv_status vv_line_parts_read(vv_line_parts *out, const vv_dialect *d, const vv_schema *schema,
			     const char *line, size_t len, vv_error *err)
{
	out->count = out->end = 0;
	const vv_form_work *own = vv_form_kind_of(d->form)->work;

	return (own ? own->parts : parts[d->form])(out, d, schema, line, len, err);
}

void vv_line_parts_clear(vv_line_parts *p)
{
	close_scan(p);
	vv_free(p->items);
	*p = (vv_line_parts){0};
}

const vv_line_part *vv_line_part_of(const vv_line_parts *p, size_t column)
{
	if (column < p->count && p->items[column].column == column) return &p->items[column];
	return column != VV_LINE_NONE ? vv_array_find(p->items, p->count, it, it->column == column)
				      : NULL;
}

/* ---- cells ---- */

vv_status vv_line_takes(vv_line_editor *e, const vv_cell *cell, size_t column, vv_error *err)
{
	size_t used;

	if (e->encoding && !e->is->ascii) {
		vv_buf_reset(&e->scratch);
		vv_status rc = vv_encoding_encode(e->encoding, &e->scratch, cell->text, cell->len,
						  true, &used, err);
		if (rc < 0) return rc;
	}
	if (!vv_form_fits(e->is, cell, column)) {
		return vv_fail(err, VV_EINPUT,
			       "'%s' does not fit into the column: a file of the form '%s' cannot "
			       "represent it\nshorten the text, or remove line ends and the "
			       "characters between cells from it",
			       vv_text_show(cell->text, cell->len),
			       vv_form_kind_of(e->is->form)->name);
	}
	if (vv_form_is_typed(e->is->form) || e->is->quote != 0 ||
	    !vv_cell_breaks_row(cell, e->is, column == 0)) {
		return VV_OK;
	}
	return vv_fail(
		err, VV_EINPUT,
		"'%s' cannot be written without quotes, and the file is read without "
		"quotes\nremove delimiters and line ends from the text, and a comment character "
		"from its start",
		vv_text_show(cell->text, cell->len));
}

static void cell_put(vv_buf *out, const vv_dialect *d, const vv_cell *cell, size_t column,
		     size_t columns)
{
	if (!vv_form_is_typed(d->form)) {
		vv_cell_write_csv(out, cell, d, vv_dialect_quoting(d, column),
				  vv_cell_place_of(column, columns));
	} else {
		vv_cell_write_json(out, cell, d);
	}
}

/* The column's habit if the old cell followed it; otherwise quoting like the old cell's. */
static vv_quoting quoting_of(vv_line_editor *e, size_t column, const char *line,
			     const vv_line_part *part, const vv_cell *old, const vv_cell *cell)
{
	if (cell->len == 0 && cell->flags & VV_CELL_QUOTED) return VV_QUOTE_ALWAYS;
	if (!part && e->header && e->parts.count > 0) {
		part = e->parts.items; /* new names are quoted like the first one */
	}
	if (!part) return vv_dialect_quoting(e->is, column);
	vv_buf_reset(&e->scratch);
	if (old) {
		cell_put(&e->scratch, e->was, old, part->column, e->schema->count);
	}
	if (old && !e->header && e->scratch.len == part->to - part->from &&
	    memcmp(vv_buf_cstr(&e->scratch), line + part->from, e->scratch.len) == 0) {
		return vv_dialect_quoting(e->is, column);
	}
	return part->from < part->to && e->was->quote && line[part->from] == (char)e->was->quote
		       ? VV_QUOTE_NONEMPTY
		       : VV_QUOTE_MINIMAL;
}

static size_t old_column(const vv_line_editor *e, size_t column)
{
	return e->from ? e->from[column] : column;
}

/* Does the cell, spelled as it is in the line, mean the same in the new one? */
static bool cell_stays(const vv_line_editor *e, const char *line, const vv_line_part *part,
		       const vv_cell *cell, bool first)
{
	const vv_dialect *a = e->was, *b = e->is;
	const char *text = line + part->from;
	const size_t len = part->to - part->from;

	if (len > 0 && a->quote && *text == (char)a->quote) {
		return a->quote == b->quote && a->escape == b->escape;
	}
	if (e->columns == 1 && len == 0) return e->schema->count == 1;
	if (first && part->column > 0 && vv_dialect_begins_wrong(b, text, len, true)) return false;
	return (a->delimiter == b->delimiter && a->quote == b->quote && a->spaces == b->spaces &&
		a->comment == b->comment) ||
	       !vv_cell_needs_quotes(cell, b, first);
}

static const char *spelled_cell(const vv_bytes *spelled, size_t i, size_t *len)
{
	*len = spelled && spelled[i].data ? spelled[i].len : 0;
	return spelled ? spelled[i].data : NULL;
}

/* Puts the delimiter and blanks before the cell. */
static void put_csv_gap(vv_line_editor *e, vv_buf *out, const char *line, size_t i,
			const vv_line_part *part)
{
	const char delimiter = (char)e->is->delimiter;

	vv_buf_put(out, &delimiter, i > 0);
	if (part && (part->column == 0) == (i == 0)) {
		vv_buf_put(out, line + part->start, part->from - part->start);
	} else if (i > 0 && e->is->spaces == VV_SPACES_USUAL) {
		vv_buf_putc(out, ' ');
	}
}

static void edit_csv(vv_line_editor *e, vv_buf *out, const char *line, size_t len,
		     const vv_cell *old_cells, const vv_cell *cells, const bool *changed,
		     const vv_bytes *spelled)
{
	const vv_line_parts *p = &e->parts;
	size_t n = e->columns, text_len;

	while (n > 0 && cells[n - 1].state == VV_CELL_ABSENT) {
		n--;
	}
	vv_buf_put(out, line, p->items[0].start);
	for (size_t i = 0; i < n; i++) {
		const size_t was = old_column(e, i);
		const vv_line_part *part = was < p->count ? &p->items[was] : NULL;
		const char *text = spelled_cell(spelled, i, &text_len);

		put_csv_gap(e, out, line, i, part);
		if (text) {
			vv_buf_put(out, text, text_len);
		} else if (part && !changed[i] && cell_stays(e, line, part, &cells[i], i == 0)) {
			vv_buf_put(out, line + part->from, part->to - part->from);
		} else {
			vv_cell_write_csv(out, &cells[i], e->is,
					  quoting_of(e, i, line, part,
						     part ? &old_cells[was] : NULL, &cells[i]),
					  vv_cell_place_of(i, e->columns));
		}
	}
	vv_buf_put(out, line + p->end, len - p->end);
}

static void put_name(const vv_line_editor *e, vv_buf *out, size_t column)
{
	const char *name = e->names[column];
	const vv_cell cell = {.text = name, .len = (uint32_t)strlen(name)};

	vv_cell_write_json(out, &cell, e->is);
}

/* Which of the new columns the line's column is. */
static size_t new_column(const vv_line_editor *e, size_t was)
{
	if (!e->from || was == VV_LINE_NONE) return was;
	const size_t at = vv_find_place(i, e->columns, e->from[i] == was);
	return at < e->columns ? at : VV_LINE_NONE;
}

static void put_value(const vv_line_editor *e, vv_buf *out, size_t i, const vv_cell *cell,
		      const vv_bytes *spelled)
{
	size_t len;
	const char *text = spelled_cell(spelled, i, &len);

	if (text) {
		vv_buf_put(out, text, len);
	} else {
		vv_cell_write_json(out, cell, e->is);
	}
}

/* A member that the line has. */
static void edit_member(const vv_line_editor *e, vv_buf *out, const char *line,
			const vv_line_part *m, const vv_cell *cells, const bool *changed,
			const vv_bytes *spelled)
{
	const size_t i = new_column(e, m->column);
	const char *was = e->schema->fields[m->column].name;

	if (strcmp(was, e->names[i]) == 0) {
		vv_buf_put(out, line + m->start, m->name_end - m->start);
	} else {
		put_name(e, out, i);
	}
	vv_buf_put(out, line + m->name_end, m->from - m->name_end);
	if (changed[i] || (spelled && spelled[i].data)) {
		put_value(e, out, i, &cells[i], spelled);
	} else {
		vv_buf_put(out, line + m->from, m->to - m->from);
	}
}

static void edit_json(vv_line_editor *e, vv_buf *out, const char *line, size_t len,
		      const vv_cell *old_cells VV_UNUSED, const vv_cell *cells, const bool *changed,
		      const vv_bytes *spelled)
{
	const vv_line_parts *p = &e->parts;
	bool any = false;

	vv_buf_put(out, line, p->count > 0 ? p->items[0].start : p->end);
	vv_array_each(p->items, p->count, m) {
		const size_t i = new_column(e, m->column);

		if (m->column != VV_LINE_NONE &&
		    (i == VV_LINE_NONE || cells[i].state == VV_CELL_ABSENT)) {
			continue;
		}
		if (any) {
			vv_buf_put(out, line + m[-1].to, m->start - m[-1].to);
		}
		any = true;
		if (m->column == VV_LINE_NONE) {
			vv_buf_put(out, line + m->start, m->to - m->start);
		} else {
			edit_member(e, out, line, m, cells, changed, spelled);
		}
	}
	for (size_t i = 0; i < e->columns; i++) {
		if (cells[i].state == VV_CELL_ABSENT || vv_line_part_of(p, old_column(e, i))) {
			continue;
		}
		vv_buf_put(out, e->is->comma.data, any ? e->is->comma.len : 0);
		any = true;
		put_name(e, out, i);
		vv_buf_put(out, e->is->colon.data, e->is->colon.len);
		put_value(e, out, i, &cells[i], spelled);
	}
	vv_buf_put(out, line + p->end, len - p->end);
}

#define EDIT(CONSTANT, name, words, typed, document, delimited, functions)                         \
	[VV_FORM_##CONSTANT] = edit_##functions,
static vv_form_edit *const edits[] = {VV_FORM_KINDS(EDIT)};

vv_status vv_line_edit(vv_line_editor *e, vv_buf *out, const char *line, size_t len,
		       const vv_cell *old_cells, const vv_cell *cells, const bool *changed,
		       const vv_bytes *spelled, vv_error *err)
{
	const vv_form_work *own = vv_form_kind_of(e->was->form)->work;
	vv_form_edit *edit = own ? own->edit : edits[e->was->form];
	vv_status rc = vv_line_parts_read(&e->parts, e->was, e->schema, line, len, err);

	if (rc < 0) return rc;
	edit(e, out, line, len, old_cells, cells, changed, spelled);
	out->failed = out->failed || e->scratch.failed;
	return vv_buf_ok(out, err);
}

void vv_line_new(vv_line_editor *e, vv_buf *out, const vv_cell *cells)
{
	const char delimiter = (char)e->is->delimiter;
	size_t len;
	const char *end = vv_dialect_row_end(e->is, &len);
	const bool quoted = vv_form_is_delimited(e->is->form) &&
			    vv_array_find(cells, e->columns, it,
					  it->len == 0 && it->flags & VV_CELL_QUOTED);

	if (!quoted) {
		vv_row_write(e->writer, out, cells, e->columns);
	}
	for (size_t i = 0; quoted && i < e->columns; i++) {
		vv_buf_put(out, &delimiter, i > 0);
		vv_buf_put(out, " ", i > 0 && e->is->spaces == VV_SPACES_USUAL);
		vv_cell_write_csv(out, &cells[i], e->is,
				  quoting_of(e, i, NULL, NULL, NULL, &cells[i]),
				  vv_cell_place_of(i, e->columns));
	}
	vv_buf_put(out, end, len);
}

/* ---- the header ---- */

vv_status vv_header_edit(vv_buf *out, const vv_dialect *was, const vv_schema *schema,
			 const vv_line_editor *e, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_line_editor) header = {.was = was,
					  .schema = schema,
					  .is = e->is,
					  .names = e->names,
					  .from = e->from,
					  .columns = e->columns,
					  .header = true};
	vv_auto_free vv_cell *cells = vv_calloc(e->columns + 1, sizeof(*cells));
	vv_auto_free bool *changed = vv_calloc(e->columns + 1, sizeof(*changed));
	const vv_cell *labels = NULL;
	const char *line = NULL;
	size_t len = 0;
	vv_status rc;

	if (!cells || !changed) return vv_fail_nomem(err);
	if (was && was->header_more > 0) {
		return vv_fail(err, VV_EREFUSED,
			       "the header has %u lines, so names cannot be written into it",
			       was->header_more + 1u);
	}
	if ((was && (rc = vv_header_labels(&labels, &arena, was, schema, err)) < 0) ||
	    (rc = vv_line_editor_open(&header, err)) < 0) {
		return rc;
	}
	if (was) {
		line = vv_dialect_header(was, &len);
		if ((rc = vv_line_parts_read(&header.parts, was, schema, line, len, err)) < 0) {
			return rc;
		}
	}
	for (size_t i = 0; i < e->columns; i++) {
		const size_t from = was ? old_column(e, i) : VV_LINE_NONE;

		cells[i] = (vv_cell){.text = e->names[i], .len = (uint32_t)strlen(e->names[i])};
		changed[i] = from == VV_LINE_NONE ||
			     strcmp(schema->fields[from].name, e->names[i]) != 0;
		if (from != VV_LINE_NONE &&
		    from >= header.parts.count) { /* rows are longer than it */
			if (changed[i]) {
				return vv_fail(err, VV_EINPUT, "the header line has no column %zu",
					       from + 1);
			}
			cells[i] = (vv_cell){.state = VV_CELL_ABSENT};
		} else if (!changed[i]) {
			cells[i] = labels[from];
		}
		if (changed[i] && (rc = vv_line_takes(&header, &cells[i], i, err)) < 0) {
			return rc == VV_EINPUT ? vv_prefix(err, "a column's name") : rc;
		}
	}
	if (!was) {
		vv_line_new(&header, out, cells);
		return vv_buf_ok(out, err);
	}
	return vv_line_edit(&header, out, line, len, labels, cells, changed, NULL, err);
}

vv_status vv_header_rename(vv_dialect *d, const vv_schema *schema, size_t column, const char *name,
			   vv_error *err)
{
	vv_auto_free const char **names = vv_calloc(schema->count + 1, sizeof(*names));
	const vv_line_editor to = {.is = d, .names = names, .columns = schema->count};
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_status rc;

	if (!names) return vv_fail_nomem(err);
	for (size_t i = 0; i < schema->count; i++) {
		names[i] = i == column ? name : schema->fields[i].name;
	}
	if ((rc = vv_header_edit(&line, d, schema, &to, err)) < 0) return rc;
	return vv_dialect_set_header(d, line.data, line.len, err);
}

/* ---- the editor ---- */

vv_status vv_line_editor_open(vv_line_editor *e, vv_error *err)
{
	vv_auto_free size_t *lens = NULL;
	vv_status rc = VV_OK;

	if (!e->names) {
		e->columns = e->schema->count;
		e->all_names = vv_calloc(e->columns + 1, sizeof(*e->all_names));
		for (size_t i = 0; e->all_names && i < e->columns; i++) {
			e->all_names[i] = e->schema->fields[i].name;
		}
		e->names = e->all_names;
	}
	lens = vv_calloc(e->columns + 1, sizeof(*lens));
	if (!e->names || !lens) return vv_fail_nomem(err);
	for (size_t i = 0; i < e->columns; i++) {
		lens[i] = strlen(e->names[i]);
	}
	if (e->is->encoding[0]) {
		rc = vv_encoding_open(&e->encoding, e->is->encoding, err);
	}
	return rc < 0 ? rc : vv_row_writer_new(&e->writer, e->is, e->columns, e->names, lens, err);
}

void vv_line_editor_close(vv_line_editor *e)
{
	vv_row_writer_free(e->writer);
	vv_encoding_close(e->encoding);
	vv_free(e->all_names);
	vv_line_parts_clear(&e->parts);
	vv_buf_clear(&e->scratch);
}
