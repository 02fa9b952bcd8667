/*
 * csv_pieces: knows what must be remembered of a row where a piece of it ends: whether a quote just
 * seen closes the cell or is the first of two, and that the next byte is an escaped one.
 */
#include "dataset/read/csv_pieces.h"

#include "base/text.h"

/* What a byte is, in stops. */
enum { ENDS_PLAIN = 1, ENDS_QUOTED = 2, IS_QUOTE = 4 };

enum {
	AT_CELL,     /* a cell begins */
	IN_PLAIN,    /* in a cell without quotes around it */
	IN_QUOTED,   /* in one with */
	ESCAPED,     /* likewise, and the next byte is text whatever it is */
	AFTER_QUOTE, /* a quote was seen there: the closing one, or the first of two */
	AT_ROW_END
};

void vv_csv_pieces_begin(vv_csv_pieces *p, const vv_dialect *d)
{
	*p = (vv_csv_pieces){.quote = d->quote, .delimiter = d->delimiter};
	p->stops['\n'] |= ENDS_PLAIN;
	p->stops['\r'] |= ENDS_PLAIN;
	p->stops[d->delimiter] |= ENDS_PLAIN;
	if (d->quote != 0) {
		p->stops[d->quote] |= ENDS_QUOTED | IS_QUOTE;
	}
	if (d->quote != 0 && d->escape != 0 && d->escape != d->quote) {
		p->escape = d->escape;
		p->stops[d->escape] |= ENDS_QUOTED | IS_QUOTE;
	}
}

static void begin_cell(vv_csv_pieces *p)
{
	p->begin = p->at;
	p->quoted = p->has_quote = p->odd_escape = false;
}

/* Text up to the first byte that ends it, from `from` on. */
static size_t find_stop(vv_csv_pieces *p, const char *bytes, size_t from, size_t len, uint8_t stop)
{
	uint8_t seen = 0;
	size_t i = from;

	while (i < len && !(p->stops[(uint8_t)bytes[i]] & stop)) {
		seen |= p->stops[(uint8_t)bytes[i++]];
	}
	p->has_quote = p->has_quote || (stop == ENDS_PLAIN && (seen & IS_QUOTE));
	return i;
}

/* Takes n bytes as text. */
static int give_text(vv_csv_pieces *p, const char *bytes, size_t n, size_t *used)
{
	p->text = bytes;
	p->text_len = n;
	p->at += n;
	*used += n;
	return VV_CSV_TEXT;
}

static int refuse_quote(vv_csv_pieces *p, vv_error *err)
{
	p->fault = p->begin;
	(void)vv_fail(err, VV_EINPUT, "the quote that opens here is never closed");
	return vv_hint(err,
		       "a cell that begins with a quote ends with one; quotes inside are doubled");
}

static int refuse_text(vv_csv_pieces *p, const char *where, vv_error *err)
{
	p->fault = p->at;
	return vv_fail(err, VV_EINPUT,
		       "text after a closing quote: expected a delimiter or a line end, found '%s'",
		       vv_text_show(where, 1));
}

/* Passes one byte of form. */
static void pass(vv_csv_pieces *p, int state, size_t *used)
{
	p->state = state;
	p->at++;
	++*used;
}

/* The cell is over: at a delimiter, a line end, or (len 0) the input's end. */
static int end_cell(vv_csv_pieces *p, const char *bytes, size_t len, size_t *used)
{
	if (len > 0 && (uint8_t)bytes[0] == p->delimiter) {
		pass(p, AT_CELL, used);
	} else {
		p->state = AT_ROW_END;
	}
	return VV_CSV_CELL;
}

int vv_csv_pieces_next(vv_csv_pieces *p, const char *bytes, size_t len, bool at_end, size_t *used,
		       vv_error *err)
{
	for (*used = 0;;) {
		const char *here = bytes + *used;
		const size_t left = len - *used;
		const bool escaped = p->state == ESCAPED;
		size_t n;

		if (p->state == AT_ROW_END) {
			return VV_CSV_ROW;
		}
		if (left == 0 && !at_end) {
			return VV_CSV_MORE;
		}
		switch (p->state) {
		case AT_CELL:
			begin_cell(p);
			p->quoted = left > 0 && p->quote != 0 && (uint8_t)*here == p->quote;
			if (p->quoted) {
				pass(p, IN_QUOTED, used);
			} else {
				p->state = IN_PLAIN;
			}
			continue;
		case IN_PLAIN:
			n = find_stop(p, here, 0, left, ENDS_PLAIN);
			return n > 0 ? give_text(p, here, n, used) : end_cell(p, here, left, used);
		case AFTER_QUOTE:
			if (left > 0 && (uint8_t)*here == p->quote) {
				p->odd_escape = p->odd_escape || p->escape != 0;
				p->state = ESCAPED;
				continue;
			}
			if (left > 0 && !(p->stops[(uint8_t)*here] & ENDS_PLAIN)) {
				return refuse_text(p, here, err);
			}
			return end_cell(p, here, left, used);
		default:
			break;
		}
		if (left == 0) {
			return refuse_quote(p, err);
		}
		n = find_stop(p, here, escaped, left, ENDS_QUOTED);
		if (n == 0) {
			pass(p, (uint8_t)*here == p->quote ? AFTER_QUOTE : ESCAPED, used);
			continue;
		}
		/* as written, an escape stands before what needs one, and before nothing else */
		p->odd_escape = p->odd_escape ||
				(escaped && !(p->stops[(uint8_t)*here] & IS_QUOTE));
		p->state = IN_QUOTED;
		return give_text(p, here, n, used);
	}
}
