/*
 * row_write: how a row is put into words again: when a CSV cell is in quotes, how a
 * JSON string is escaped.
 */
#include "dataset/format/row_write.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"

/* Long cells that are compared are written in pieces of this many bytes. */
#define PIECE ((size_t)64 << 10)

struct vv_row_writer {
	vv_dialect dialect;
	/* CSV */
	vv_mark_set set; /* what puts a cell in quotes */
	/* JSON: "name" and colon for each column, name i at ends[i] .. ends[i + 1] */
	vv_buf names;
	size_t *ends;
	size_t columns;

	vv_form_spell *spell;
	vv_buf line; /* scratch of vv_row_matches */
	bool failed;
};

void vv_expected_take(vv_expected *e, vv_buf *out)
{
	if (!e || out->len == 0) return;
	const char *next = e->bytes + e->taken;
	const size_t left = e->len - e->taken;
	size_t same = e->differs ? 0 : out->len;
	if (same > left || memcmp(out->data, next, same) != 0) {
		e->differs = true;
		for (same = 0; same < left && out->data[same] == next[same];) {
			same++;
		}
	}
	e->taken += same;
	out->len = 0;
}

bool vv_expected_met(const vv_expected *e)
{
	return !e->differs && e->taken == e->len;
}

static uint8_t escape_of(const vv_dialect *d)
{
	return d->escape != 0 ? d->escape : d->quote;
}

vv_mark_set vv_row_marks(const vv_dialect *d)
{
	return (vv_mark_set){d->delimiter, d->quote, escape_of(d),
			     d->quote != 0 ? ~UINT64_C(0) : 0};
}

bool vv_cell_any_marked(const char *p, size_t len, const vv_mark_set *set)
{
	size_t i = 0;

	assert(set->quotes_on != 0);
	for (; i + 64 <= len; i += 64) {
		if (vv_marks(p + i, set).all != 0) return true;
	}
	for (; i < len; i++) {
		uint8_t c = (uint8_t)p[i];
		if (c == set->delimiter || c == '\n' || c == '\r' || c == set->quote ||
		    c == set->escape) {
			return true;
		}
	}
	return false;
}

/* --- JSON --------------------------------------------------------------- */

static void put_u16(vv_buf *b, uint32_t unit)
{
	vv_buf_printf(b, "\\u%04x", (unsigned)unit);
}

/* A string with everything above 127 escaped. */
static void put_ascii_string(vv_buf *b, const char *s, size_t len)
{
	size_t i = 0, run;

	static const char escaped[] = "\b\f\n\r\t", letters[] = "bfnrt";

	vv_buf_putc(b, '"');
	while (i < len) {
		uint32_t cp = 0;

		for (run = i; run < len && (uint8_t)s[run] >= 0x20 && (uint8_t)s[run] < 0x80 &&
			      s[run] != '"' && s[run] != '\\';) {
			run++;
		}
		vv_buf_put(b, s + i, run - i);
		i = run;
		if (i == len) {
			break;
		}
		size_t n = vv_utf8_decode(&cp, s + i, len - i);
		if (n == 0) {
			n = 1;
			cp = 0xfffd;
		}
		if (cp == '"' || cp == '\\') {
			vv_buf_putc(b, '\\');
			vv_buf_putc(b, (int)cp);
		} else if (cp < 0x20 && strchr(escaped, (int)cp) && cp != 0) {
			vv_buf_putc(b, '\\');
			vv_buf_putc(b, letters[strchr(escaped, (int)cp) - escaped]);
		} else if (cp < 0x10000) {
			put_u16(b, cp);
		} else {
			put_u16(b, 0xd800 + ((cp - 0x10000) >> 10));
			put_u16(b, 0xdc00 + ((cp - 0x10000) & 0x3ff));
		}
		i += n;
	}
	vv_buf_putc(b, '"');
}

/* Appends a JSON string in its quotes, escaped as the dialect has it. */
static void put_string(vv_buf *out, const char *text, size_t len, const vv_dialect *d)
{
	if (d->ascii) {
		put_ascii_string(out, text, len);
	} else {
		vv_json_put_string(out, text, len);
	}
}

static void put_bytes(vv_buf *b, const vv_bytes *bytes)
{
	vv_buf_put(b, bytes->data, bytes->len);
}

void vv_cell_write_json(vv_buf *out, const vv_cell *cell, const vv_dialect *d)
{
	if (cell->state == VV_CELL_NULL) {
		vv_buf_puts(out, "null");
	} else if (cell->state == VV_CELL_LITERAL && !vv_form_is_document(d->form)) {
		vv_json_put_line(out, cell->text, cell->len);
	} else if (cell->state == VV_CELL_LITERAL) {
		vv_buf_put(out, cell->text, cell->len);
	} else {
		put_string(out, cell->text, cell->len, d);
	}
}

void vv_cell_add_json(vv_json_out *w, const char *name, const vv_cell *cell)
{
	if (cell->state == VV_CELL_ABSENT) return;
	vv_json_name(w, name);
	if (cell->state == VV_CELL_NULL) {
		vv_json_null(w);
	} else if (cell->state == VV_CELL_LITERAL) {
		vv_json_raw(w, cell->text, cell->len);
		/* line ends occur only between tokens */
		for (size_t i = w->buf->len - cell->len; i < w->buf->len && !w->buf->failed; i++) {
			char *c = &w->buf->data[i];
			*c = *c == '\n' || *c == '\r' ? ' ' : *c;
		}
	} else {
		vv_json_string_len(w, cell->text ? cell->text : "", cell->len);
	}
}

static void write_json(const vv_row_writer *w, const vv_dialect *d, vv_buf *out, vv_expected *e,
		       const vv_cell *cells, size_t columns)
{
	bool first = true;

	assert(columns <= w->columns);
	put_bytes(out, &d->open);
	for (size_t i = 0; i < columns; i++) {
		if (cells[i].state == VV_CELL_ABSENT) {
			continue;
		}
		if (!first) {
			put_bytes(out, &d->comma);
		}
		first = false;
		vv_buf_put(out, w->names.data + w->ends[i], w->ends[i + 1] - w->ends[i]);
		vv_cell_write_json(out, &cells[i], d);
		if (out->len > PIECE) {
			vv_expected_take(e, out);
		}
	}
	put_bytes(out, &d->close);
}

/* --- CSV ---------------------------------------------------------------- */

bool vv_quoting_quotes(vv_quoting habit, const vv_cell *cell)
{
	if (habit == VV_QUOTE_MINIMAL || cell->state == VV_CELL_ABSENT ||
	    cell->state == VV_CELL_NULL) {
		return false;
	}
	if (habit == VV_QUOTE_ALWAYS) return true;
	if (cell->len == 0 || habit == VV_QUOTE_NONEMPTY) return cell->len > 0;
	/* Most texts show by their first byte that they are not numbers. */
	return (cell->text[0] != '-' && (cell->text[0] < '0' || cell->text[0] > '9')) ||
	       !vv_json_is_number(cell->text, cell->len);
}

bool vv_cell_needs_quotes(const vv_cell *cell, const vv_dialect *d, bool first)
{
	const vv_mark_set set = vv_row_marks(d);

	return d->quote != 0 && (vv_dialect_begins_wrong(d, cell->text, cell->len, first) ||
				 vv_cell_any_marked(cell->text, cell->len, &set));
}

bool vv_cell_breaks_row(const vv_cell *cell, const vv_dialect *d, bool first)
{
	return cell->len > 0 &&
	       (memchr(cell->text, d->delimiter, cell->len) ||
		memchr(cell->text, '\n', cell->len) || memchr(cell->text, '\r', cell->len) ||
		vv_dialect_begins_wrong(d, cell->text, cell->len, first));
}

/* Writes the text escaped; to has room for all bytes escaped. */
static char *write_escaped(char *to, const char *text, size_t len, const vv_dialect *d)
{
	const char quote = (char)d->quote, escape = (char)escape_of(d);

	if (!memchr(text, quote, len) && (escape == quote || !memchr(text, escape, len))) {
		memcpy(to, text, len);
		return to + len;
	}
	for (size_t i = 0; i < len; i++) {
		if (text[i] == quote || text[i] == escape) {
			*to++ = escape;
		}
		*to++ = text[i];
	}
	return to;
}

char *vv_cell_write_quoted(char *to, const char *text, size_t len, const vv_dialect *d)
{
	*to++ = (char)d->quote;
	to = write_escaped(to, text, len, d);
	*to++ = (char)d->quote;
	return to;
}

static void put_cell(vv_buf *out, vv_expected *e, const vv_cell *cell, const vv_dialect *d,
		     vv_quoting habit, vv_cell_place place)
{
	const bool quoted = d->quote != 0 &&
			    ((place == VV_CELL_ALONE && cell->len == 0) ||
			     vv_quoting_quotes(habit, cell) ||
			     vv_cell_needs_quotes(cell, d, place != VV_CELL_LATER));

	if (quoted) {
		vv_buf_putc(out, d->quote);
	}
	for (size_t at = 0; at < cell->len; at += PIECE) {
		const size_t n = cell->len - at < PIECE ? cell->len - at : PIECE;

		if (!quoted) {
			vv_buf_put(out, cell->text + at, n);
		} else if (vv_buf_reserve(out, 2 * n)) {
			char *to = out->data + out->len;
			out->len += (size_t)(write_escaped(to, cell->text + at, n, d) - to);
		}
		vv_expected_take(e, out);
	}
	if (quoted) {
		vv_buf_putc(out, d->quote);
	}
}

void vv_cell_write_csv(vv_buf *out, const vv_cell *cell, const vv_dialect *d, vv_quoting habit,
		       vv_cell_place place)
{
	put_cell(out, NULL, cell, d, habit, place);
}

/* Without the absent cells at the row's end. */
static size_t count_present(const vv_cell *cells, size_t columns)
{
	while (columns > 0 && cells[columns - 1].state == VV_CELL_ABSENT) {
		columns--;
	}
	return columns;
}

/* Writes a cell at to, which has room for it with every byte escaped. */
static inline char *write_cell(char *to, const vv_cell *c, bool quoted, const vv_dialect *d,
			       const vv_mark_set *set)
{
	if (vv_copy_marked(to + quoted, c->text, c->len, set) && set->quotes_on) {
		return vv_cell_write_quoted(to, c->text, c->len, d);
	}
	if (!quoted) return to + c->len;
	to[0] = (char)set->quote;
	to[c->len + 1] = (char)set->quote;
	return to + c->len + 2;
}

/* A row with long cells. */
static void write_pieces(const vv_dialect *d, vv_buf *out, vv_expected *e, const vv_cell *cells,
			 size_t columns)
{
	for (size_t i = 0; i < columns; i++) {
		if (i > 0) {
			vv_buf_putc(out, d->delimiter);
			vv_buf_put_spaces(out, d->spaces == VV_SPACES_USUAL);
		}
		put_cell(out, e, &cells[i], d, vv_dialect_quoting(d, i),
			 vv_cell_place_of(i, columns));
	}
}

static void write_csv(const vv_row_writer *w, const vv_dialect *d, vv_buf *out, vv_expected *e,
		      const vv_cell *cells, size_t columns)
{
	const vv_mark_set set = w->set; /* a copy, which no byte that is written can change */
	const uint8_t *habits = set.quotes_on ? d->quoting : NULL;
	const size_t habit_count = habits ? d->quoting_count : 0;
	const bool bare = vv_dialect_is_bare(d);
	size_t bytes = 0;

	columns = count_present(cells, columns);
	if (columns == 0) return;
	vv_array_each(cells, columns, cell) {
		bytes += cell->len;
	}
	if (e && bytes > PIECE) {
		write_pieces(d, out, e, cells, columns);
		return;
	}
	if (!vv_buf_reserve(out, bytes * 2 + columns * 4)) return;
	char *to = out->data + out->len;
	for (size_t i = 0; i < columns; i++) {
		bool quoted = i < habit_count &&
			      vv_quoting_quotes((vv_quoting)habits[i], &cells[i]);

		if (!bare) {
			quoted = quoted ||
				 (set.quotes_on &&
				  vv_dialect_begins_wrong(d, cells[i].text, cells[i].len, i == 0));
			*to = ' ';
			to += i > 0 && d->spaces == VV_SPACES_USUAL;
		}

		to = write_cell(to, &cells[i], quoted, d, &set);
		*to++ = (char)set.delimiter;
	}
	if (columns == 1 && cells[0].len == 0 && set.quotes_on) {
		to = vv_cell_write_quoted(out->data + out->len, "", 0, d) + 1;
	}
	*--to = '\0';
	out->len = (size_t)(to - out->data);
}

#define SPELL(CONSTANT, name, words, typed, document, delimited, functions)                        \
	[VV_FORM_##CONSTANT] = write_##functions,
static vv_form_spell *const spellings[] = {VV_FORM_KINDS(SPELL)};

/* --- the writer --------------------------------------------------------- */

static vv_status prepare_names(vv_row_writer *w, const char *const *names, const size_t *name_lens,
			       vv_error *err)
{
	if (!(w->ends = vv_calloc(w->columns + 1, sizeof *w->ends))) return vv_fail_nomem(err);
	for (size_t i = 0; i < w->columns; i++) {
		put_string(&w->names, names[i], name_lens[i], &w->dialect);
		put_bytes(&w->names, &w->dialect.colon);
		w->ends[i + 1] = w->names.len;
	}
	return vv_buf_ok(&w->names, err);
}

vv_status vv_row_writer_new(vv_row_writer **out, const vv_dialect *d, size_t columns,
			    const char *const *names, const size_t *name_lens, vv_error *err)
{
	*out = NULL;
	vv_auto(vv_row_writer) *w = vv_calloc(1, sizeof *w);
	if (!w) return vv_fail_nomem(err);
	const vv_form_work *own = vv_form_kind_of(d->form)->work;
	*w = (vv_row_writer){.columns = columns,
			     .set = vv_row_marks(d),
			     .spell = own ? own->spell : spellings[d->form]};
	vv_status rc = vv_dialect_dup(&w->dialect, d, err);
	if (rc < 0 ||
	    (vv_form_is_typed(d->form) && (rc = prepare_names(w, names, name_lens, err)) < 0)) {
		return rc;
	}
	return vv_hand_over(out, &w);
}

void vv_row_writer_free(vv_row_writer *w)
{
	if (!w) return;
	vv_dialect_clear(&w->dialect);
	vv_buf_clear_all(&w->names, &w->line);
	vv_free_all(w->ends, w);
}

void vv_row_write_expected(vv_row_writer *w, vv_buf *out, vv_expected *e, const vv_cell *cells,
			   size_t columns)
{
	w->spell(w, &w->dialect, out, e, cells, columns);
}

void vv_row_write(vv_row_writer *w, vv_buf *out, const vv_cell *cells, size_t columns)
{
	vv_row_write_expected(w, out, NULL, cells, columns);
}

bool vv_row_matches(vv_row_writer *w, const vv_cell *cells, size_t columns, const char *raw,
		    size_t len)
{
	vv_expected e = {.bytes = raw, .len = len};

	vv_buf_reset(&w->line);
	vv_row_write_expected(w, &w->line, &e, cells, columns);
	vv_expected_take(&e, &w->line);
	w->failed |= w->line.failed;
	if (w->line.cap > 4 * PIECE) {
		vv_buf_clear(&w->line);
	}
	return !w->failed && vv_expected_met(&e);
}

bool vv_row_quotes_tell(const vv_row_writer *w)
{
	const vv_dialect *d = &w->dialect;

	return vv_form_is_delimited(d->form) && escape_of(d) == d->quote &&
	       d->spaces == VV_SPACES_KEPT;
}

bool vv_row_quoted_as_written(const vv_row_writer *w, const vv_cell *cells, size_t count)
{
	const vv_dialect *d = &w->dialect;

	if (d->quote == 0) return true;
	for (size_t i = 0; i < count; i++) {
		bool stood = (cells[i].flags & VV_CELL_QUOTED) != 0;

		if (vv_quoting_quotes(vv_dialect_quoting(d, i), &cells[i])) {
			if (!stood) return false;
		} else if (!stood) {
			/* No delimiter and no line end: else it would not be this cell. */
			if (cells[i].flags & VV_CELL_HAS_QUOTE ||
			    vv_dialect_begins_wrong(d, cells[i].text, cells[i].len, i == 0)) {
				return false;
			}
		} else if (!vv_cell_needs_quotes(&cells[i], d, i == 0)) {
			return count == 1 && cells[i].len == 0;
		}
	}
	return count != 1 || cells[0].len > 0 || (cells[0].flags & VV_CELL_QUOTED) != 0;
}

vv_status vv_row_writer_ok(const vv_row_writer *w, vv_error *err)
{
	return w->failed ? vv_fail_nomem(err) : VV_OK;
}
