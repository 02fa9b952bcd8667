/*
 * sniff_rare: finds delimiters that few writers use.
 *
 * Only a file that is refused under the usual delimiters is read with a rare one. So each file that any version of varve
 * read as a table stays the same table, with the same blocks.
 */
#include <string.h>

#include "base/array.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/read/scan_internal.h"
#include "dataset/read/sniff.h"
#include "dataset/read/sniff_internal.h"

/* Not ':', which is in times and addresses. */
static const uint8_t rare_delimiters[] = {'^', '~', 0x01};

/* A table with a rare delimiter has at least this many columns, and this many rows, counting the header. */
#define RARE_COLUMNS 3u
#define RARE_ROWS 3u

/* Would the scanner refuse a row of the sample? Lines that begin with '#' may not be rows. */
static vv_status has_refused_row(const sniff *s, bool *out, vv_error *err)
{
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &s->out->dialect, s->out->body, err);
	vv_row row;

	*out = false;
	while (!*out && sniff_reader_row(&r, &row)) {
		*out = row.cells > s->out->columns && s->text[row.text_start] != '#';
	}
	*out = *out || r.faulty;
	return r.rc;
}

/* The rare delimiter that cuts the sample into the most columns; 0: none does. */
static vv_status find_rare(const sniff *s, uint8_t *out, size_t *columns, vv_error *err)
{
	sniff_shape shape;
	vv_status rc;

	*out = 0;
	*columns = 0;
	vv_array_each(rare_delimiters, sizeof(rare_delimiters), d) {
		if (!memchr(s->text, *d, s->len)) {
			continue;
		}
		if ((rc = sniff_look(s, 0, *d, SNIFF_ROWS, &shape, err)) < 0) return rc;
		if (shape.alike && shape.rows >= RARE_ROWS && shape.cells >= RARE_COLUMNS &&
		    shape.cells > *columns) {
			*out = *d;
			*columns = shape.cells;
		}
	}
	return VV_OK;
}

/* Varve 1.0 read such a file as one column. */
static void warn_uncut(sniff *s, uint8_t rare, size_t columns)
{
	const char shown[] = {'\'', (char)rare, '\'', 0};

	if (s->out->columns == 1) {
		vv_buf_printf(&s->out->warnings,
			      "read as one column; with --delimiter %s it has %zu columns\n",
			      rare < ' ' ? "$'\\x01'" : shown, columns);
	}
}

vv_status sniff_rare(sniff *s, uint8_t *out, vv_error *err)
{
	const vv_sniff_hints *h = s->hints;
	const vv_ending *e = vv_ending_find(s->ext, strlen(s->ext));
	bool refused = false;
	size_t columns;
	uint8_t rare;
	vv_status rc;

	*out = 0;
	if (s->before || h->delimiter >= 0 || h->quote >= 0 || h->escape > 0 || !e ||
	    !vv_form_is_delimited(e->form)) {
		return VV_OK;
	}
	if ((rc = find_rare(s, &rare, &columns, err)) < 0 || rare == 0 ||
	    (rc = has_refused_row(s, &refused, err)) < 0) {
		return rc;
	}
	if (refused) {
		*out = rare;
	} else {
		warn_uncut(s, rare, columns);
	}
	return VV_OK;
}
