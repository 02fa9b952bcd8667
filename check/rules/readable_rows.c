/*
 * readable_rows: how a row with faults is written down so that it can be read, and which lines
 * of the file that leaves out.
 */
#include "check/rules/readable_rows.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/ragged.h"

#define PIECE ((size_t)64 << 10)
#define SHIFTS_MAX ((size_t)1 << 20)

/* From this line of the output on, the file's line is higher by this number. */
typedef struct shift {
	uint64_t from, by;
} shift;

struct vv_mend {
	vv_ragged r;
	vv_json_rows *parser;
	vv_buf out; /* from `given` on still to be given */
	size_t given;
	uint64_t line; /* of the next output; the file's line before the last shift */
	shift *shifts;
	size_t shift_count, shift_cap;
	bool shifts_full;
	uint64_t unknown; /* with shifts_full: lines from here on are not known */
	bool lost;        /* rows were left out */
	bool over;
};

static vv_status add_shift(vv_mend *m, uint64_t by, vv_error *err)
{
	uint64_t before = m->shift_count > 0 ? m->shifts[m->shift_count - 1].by : 0;

	if (m->shifts_full) return VV_OK;
	if (m->shift_count > 0 && m->shifts[m->shift_count - 1].from == m->line) {
		m->shifts[m->shift_count - 1].by += by;
		return VV_OK;
	}
	if (m->shift_count == SHIFTS_MAX) {
		m->shifts_full = true;
		m->unknown = m->line;
		return VV_OK;
	}
	return vv_array_add(m->shifts, m->shift_count, m->shift_cap, (shift){m->line, before + by})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

uint64_t vv_mend_line(const vv_mend *m, uint64_t line)
{
	/* the first shift that begins after the line */
	size_t low = vv_first_place(i, m->shift_count, m->shifts[i].from <= line);

	if (m->shifts_full && line >= m->unknown) return 0;
	return low > 0 ? line + m->shifts[low - 1].by : line;
}

bool vv_mend_lost_rows(const vv_mend *m)
{
	return m->lost;
}

void vv_mend_hints(const vv_mend *m, vv_sniff_hints *out)
{
	vv_ragged_hints(&m->r, out);
}

/* --- CSV ------------------------------------------------------------------------------------ */

/* Puts cell i of the row unchanged, or in quotes if it begins with a quote that is data. */
static void put_cell(vv_mend *m, size_t i)
{
	const vv_dialect *d = &m->r.sniffed.dialect;
	size_t len;
	const char *text = vv_ragged_cell(&m->r, i, &len);

	if (d->quote == 0 || len == 0 || (uint8_t)*text != d->quote ||
	    vv_ragged_is_quoted(&m->r, i)) {
		vv_buf_put(&m->out, text, len);
	} else if (vv_buf_reserve(&m->out, 2 + 2 * len)) {
		char *to = m->out.data + m->out.len;

		m->out.len += (size_t)(vv_cell_write_quoted(to, text, len, d) - to);
	}
}

static vv_status put_row(vv_mend *m, const vv_ragged_row *row, vv_error *err)
{
	const vv_ragged *r = &m->r;
	const char *p = r->window.data;
	size_t from = m->out.len, columns = r->sniffed.columns;
	uint64_t lines = vv_ragged_count_lines(p + r->at, row->end - r->at);

	if (row->too_long) {
		m->lost = true;
		return add_shift(m, lines, err);
	}
	if (r->count <= columns && row->stray == SIZE_MAX && row->unclosed == SIZE_MAX) {
		vv_buf_put(&m->out, p + r->at, row->end - r->at);
		m->line += lines;
		return vv_buf_ok(&m->out, err);
	}
	for (size_t i = 0; i < r->count && i < columns; i++) {
		if (i > 0) {
			vv_buf_putc(&m->out, (char)r->sniffed.dialect.delimiter);
		}
		put_cell(m, i);
	}
	vv_buf_put(&m->out, p + row->text_end, row->end - row->text_end);
	if (m->out.failed) return vv_fail_nomem(err);
	uint64_t kept = vv_ragged_count_lines(m->out.data + from, m->out.len - from);
	m->line += kept;
	return lines > kept ? add_shift(m, lines - kept, err) : VV_OK;
}

/* --- JSON ----------------------------------------------------------------------------------- */

static vv_status no_member(void *payload VV_UNUSED, const vv_json_member *m VV_UNUSED,
			   vv_error *err VV_UNUSED)
{
	return VV_OK;
}

vv_status vv_mend_object(vv_json_rows *parser, const char *line, size_t len, bool *blank,
			 vv_error *err)
{
	size_t from = 0, used = 0;

	while (from < len && vv_is_space(line[from])) {
		from++;
	}
	*blank = from == len;
	if (*blank) return VV_OK;
	vv_status rc = line[from] != '{'
			       ? vv_fail(err, VV_EINPUT, "the line does not begin with an object")
			       : vv_json_rows_object(parser, &used, line + from, len - from, false,
						     no_member, NULL, err);
	for (used += from; rc == VV_OK && used < len && vv_is_space(line[used]); used++) {
	}
	return rc == VV_OK && used < len
		       ? vv_fail(err, VV_EINPUT, "expected the end of the line after the object")
		       : rc;
}

/* A line of NDJSON stays if it is blank or one object. */
static vv_status put_line(vv_mend *m, const vv_ragged_row *row, vv_error *err)
{
	const char *p = m->r.window.data + m->r.at;
	size_t len = row->text_end - m->r.at;
	bool blank;
	vv_status rc = row->too_long || !vv_utf8_valid(p, len)
			       ? VV_EINPUT
			       : vv_mend_object(m->parser, p, len, &blank, VV_IGNORED);

	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) {
		m->lost = true;
		return add_shift(m, 1, err);
	}
	vv_buf_put(&m->out, p, row->end - m->r.at);
	m->line++;
	return vv_buf_ok(&m->out, err);
}

/* The next byte of the array that is not blank, from *i on; 0 at the end of the input, and where it is too far. */
static int skip_blank(vv_mend *m, size_t *i, vv_error *err)
{
	for (;;) {
		while (*i < m->r.window.len && vv_is_space(m->r.window.data[*i])) {
			++*i;
		}
		if (*i < m->r.window.len) return 1;
		size_t behind = *i - m->r.at;

		m->lost = m->lost || behind > VV_ROW_MAX;
		if (m->r.at_end || behind > VV_ROW_MAX) return 0;
		vv_status rc = vv_ragged_fill(&m->r, err);

		if (rc < 0) return (int)rc;
		*i = m->r.at + behind;
	}
}

/* The length of the object at *i: >0; 0: there is none. */
static vv_status measure_object(vv_mend *m, size_t *i, size_t *used, vv_error *err)
{
	for (;;) {
		const char *p = m->r.window.data + *i;
		size_t len = m->r.window.len - *i, behind = *i - m->r.at;
		vv_status rc = *p != '{'
				       ? VV_EINPUT
				       : vv_json_rows_object(m->parser, used, p, len, !m->r.at_end,
							     no_member, NULL, VV_IGNORED);

		if (rc == VV_ENOTFOUND && len > VV_ROW_MAX) return VV_EINPUT;
		if (rc != VV_ENOTFOUND) {
			if (rc == VV_OK && !vv_utf8_valid(p, *used)) {
				rc = VV_EINPUT;
			}
			return rc == VV_ENOMEM ? vv_fail_nomem(err) : rc;
		}
		if ((rc = vv_ragged_fill(&m->r, err)) < 0) return rc;
		*i = m->r.at + behind;
	}
}

/* One object of the array and the bytes before it; `at` is after the one before. The array ends
 * where none can be read. */
static vv_status put_element(vv_mend *m, vv_error *err)
{
	size_t i = m->r.at, used = 0;
	bool first = m->line == 0;
	int more = skip_blank(m, &i, err);

	if (more > 0 && !first && m->r.window.data[i] == ',') {
		i++;
		more = skip_blank(m, &i, err);
	} else if (more > 0 && !first) {
		m->lost = m->lost || m->r.window.data[i] != ']';
		more = 0;
	}
	if (more < 0) return (vv_status)more;
	vv_status rc = more > 0 ? measure_object(m, &i, &used, err) : VV_EINPUT;
	if (rc == VV_EINPUT) {
		m->lost = m->lost || more > 0;
		m->over = true;
		vv_buf_puts(&m->out, "]");
		return vv_buf_ok(&m->out, err);
	}
	if (rc < 0) return rc;
	vv_buf_put(&m->out, m->r.window.data + m->r.at, i + used - m->r.at);
	m->r.at = i + used;
	m->line = 1;
	return vv_buf_ok(&m->out, err);
}

/* --- the bytes ------------------------------------------------------------------------------ */

static vv_status put_more(vv_mend *m, vv_error *err)
{
	vv_form form = m->r.sniffed.dialect.form;
	vv_ragged_row row;

	if (vv_form_is_document(form)) return put_element(m, err);
	int more = vv_form_is_delimited(form) ? vv_ragged_next(&m->r, &row, err)
					      : vv_ragged_line(&m->r, &row, err);
	if (more <= 0) {
		m->over = true;
		return (vv_status)more;
	}
	vv_status rc = vv_form_is_delimited(form) ? put_row(m, &row, err) : put_line(m, &row, err);
	vv_ragged_pass(&m->r, &row);
	return rc;
}

static ssize_t read_mended(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_mend *m = payload;

	if (m->given == m->out.len) {
		m->given = 0;
		vv_buf_reset(&m->out);
	}
	while (!m->over && m->out.len - m->given < (len < PIECE ? len : PIECE)) {
		vv_status rc = put_more(m, err);

		if (rc < 0) return rc;
	}
	size_t n = m->out.len - m->given < len ? m->out.len - m->given : len;
	if (n > 0) {
		memcpy(buf, m->out.data + m->given, n);
		m->given += n;
	}
	return (ssize_t)n;
}

vv_status vv_mend_open(vv_mend **out, const vv_source *source, const vv_sniff_hints *hints,
		       vv_error *err)
{
	vv_auto(vv_mend) *m = vv_calloc(1, sizeof(*m));
	vv_status rc;

	*out = NULL;
	if (!m) return vv_fail_nomem(err);
	if (!(m->parser = vv_json_rows_new())) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_ragged_open(&m->r, source, hints, err)) == VV_OK) {
		bool array = vv_form_is_document(m->r.sniffed.dialect.form);

		vv_buf_put(&m->out, vv_buf_cstr(&m->r.window), m->r.at);
		m->line = array ? 0 : 1 + vv_ragged_count_lines(m->r.window.data, m->r.at);
		rc = m->r.sniffed.columns > 0
			     ? vv_buf_ok(&m->out, err)
			     : vv_fail(err, VV_EINPUT, "the file has nothing to read");
	}
	return rc < 0 ? rc : vv_hand_over(out, &m);
}

void vv_mend_close(vv_mend *m)
{
	if (m) {
		vv_ragged_close(&m->r);
		vv_json_rows_free(m->parser);
		vv_buf_clear(&m->out);
		vv_free_all(m->shifts, m);
	}
}

void vv_mend_source(vv_mend *m, vv_source *out)
{
	*out = *m->r.source;
	out->read = read_mended;
	out->line = NULL;
	out->again = NULL;
	out->payload = m;
}
