/*
 * cell_pieces: knows what of a text must be remembered from one piece to the next: whether anything
 * in it needs quotes, whether it can still be a number, and a character that two pieces share.
 */
#include "dataset/format/cell_pieces.h"

#include <string.h>

#include "dataset/format/row_write.h"

void vv_cell_pieces_begin(vv_cell_pieces *p, const vv_dialect *d, vv_quoting habit, vv_cell_how how)
{
	vv_buf joined = p->joined, out = p->out;

	*p = (vv_cell_pieces){.dialect = d, .habit = habit, .how = how};
	p->joined = joined;
	p->out = out;
}

void vv_cell_pieces_clear(vv_cell_pieces *p)
{
	vv_buf_clear(&p->joined);
	vv_buf_clear(&p->out);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number stays one, and anything else no number, when its longer runs of digits are cut to two. */
static void note_number(vv_cell_pieces *p, const char *text, size_t len)
{
	for (size_t i = 0; i < len && p->number_len < sizeof(p->number); i++) {
		size_t n = p->number_len;

		if (n < 2 || !is_digit(text[i]) || !is_digit(p->number[n - 1]) ||
		    !is_digit(p->number[n - 2])) {
			p->number[p->number_len++] = text[i];
		}
	}
}

void vv_cell_pieces_look(vv_cell_pieces *p, const char *text, size_t len)
{
	const vv_cell piece = {.state = VV_CELL_TEXT, .text = text, .len = (uint32_t)len};

	if (p->dialect->form != VV_FORM_CSV) {
		return;
	}
	note_number(p, text, len);
	p->special = p->special || vv_cell_needs_quotes(&piece, p->dialect);
}

vv_cell_how vv_cell_pieces_how(const vv_cell_pieces *p)
{
	const vv_cell like = {
		.state = VV_CELL_TEXT, .text = p->number, .len = (uint32_t)p->number_len};

	if (p->dialect->form != VV_FORM_CSV) {
		return p->how;
	}
	return p->dialect->quote != 0 && (p->special || vv_quoting_quotes(p->habit, &like))
		       ? VV_CELL_IN_QUOTES
		       : VV_CELL_AS_IT_IS;
}

static void put_in_quotes(vv_cell_pieces *p, const char *text, size_t len, bool last)
{
	const char quote = (char)p->dialect->quote;
	const char escape = p->dialect->escape != 0 ? (char)p->dialect->escape : quote;
	size_t from = 0;

	vv_buf_reset(&p->out);
	if (!p->begun) {
		vv_buf_putc(&p->out, quote);
	}
	for (size_t i = 0; i < len; i++) {
		if (text[i] == quote || text[i] == escape) {
			vv_buf_put(&p->out, text + from, i - from);
			vv_buf_putc(&p->out, escape);
			from = i;
		}
	}
	vv_buf_put(&p->out, text + from, len - from);
	if (last) {
		vv_buf_putc(&p->out, quote);
	}
}

/* How many bytes at the end begin a character of UTF-8 that the next piece may complete. */
static size_t open_tail(const char *text, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		uint8_t c = (uint8_t)text[len - back];
		size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;

		if (need > 0) {
			return need > back ? back : 0;
		}
		if (c < 0x80) {
			return 0;
		}
	}
	return 0;
}

/* Puts what is left of the piece before in front of text; keeps what the next one may complete. */
static vv_status whole_characters(vv_cell_pieces *p, const char **text, size_t *len, bool last,
				  vv_error *err)
{
	size_t tail;

	if (p->tail_len > 0) {
		vv_buf_reset(&p->joined);
		vv_buf_put(&p->joined, p->tail, p->tail_len);
		vv_buf_put(&p->joined, *text, *len);
		if (vv_buf_ok(&p->joined, err) < 0) {
			return VV_ENOMEM;
		}
		*text = p->joined.data;
		*len = p->joined.len;
	}
	tail = last ? 0 : open_tail(*text, *len);
	*len -= tail;
	if (tail > 0) {
		memcpy(p->tail, *text + *len, tail);
	}
	p->tail_len = tail;
	return VV_OK;
}

vv_status vv_cell_pieces_next(vv_cell_pieces *p, const char *text, size_t len, bool last,
			      const char **out, size_t *out_len, vv_error *err)
{
	bool begun = p->begun;
	vv_status rc;

	if (p->how == VV_CELL_JSON_STRING) {
		if ((rc = whole_characters(p, &text, &len, last, err)) < 0) {
			return rc;
		}
		vv_buf_reset(&p->out);
		vv_cell_write_string(&p->out, text, len, p->dialect);
		p->begun = true;
		if ((rc = vv_buf_ok(&p->out, err)) < 0) {
			return rc;
		}
		/* of its two quotes only the first piece has the first, and the last the last */
		*out = p->out.data + begun;
		*out_len = p->out.len - begun - !last;
		return VV_OK;
	}
	vv_cell_pieces_look(p, text, len);
	if (p->how == VV_CELL_AS_IT_IS) {
		*out = text;
		*out_len = len;
		return VV_OK;
	}
	put_in_quotes(p, text, len, last);
	p->begun = true;
	if ((rc = vv_buf_ok(&p->out, err)) < 0) {
		return rc;
	}
	*out = p->out.data;
	*out_len = p->out.len;
	return VV_OK;
}
