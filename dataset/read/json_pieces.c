/*
 * json_pieces: knows what must be there together for a string to be read on (a character, an escape, a pair
 * of them), and where an object ends whatever is in its strings.
 */
#include "dataset/read/json_pieces.h"

#include <string.h>

#include "base/ascii.h"
#include "base/codec.h"
#include "base/show.h"
#include "base/text.h"
#include "dataset/format/row_write.h"

/* NESTED: any string that is given as it stands and has no name. DONE: at the row's end. */
enum { ROW, NAME, OPENED, STRING, CLOSING, NESTED, DONE };

#define JOINED ((size_t)16 << 10) /* bytes of text that are given at once, about */
#define ALONE 512u                /* so many are given where they stand */

/* A longer name is not looked for among the columns. */
#define NAME_MAX_LEN ((size_t)64 << 10)

void vv_json_pieces_begin(vv_json_pieces *p, const vv_dialect *d)
{
	vv_buf name = p->name, unit = p->unit, spelling = p->spelling, joined = p->joined;

	*p = (vv_json_pieces){
		.dialect = d, .name = name, .unit = unit, .spelling = spelling, .joined = joined};
}

void vv_json_pieces_clear(vv_json_pieces *p)
{
	vv_buf_clear(&p->name);
	vv_buf_clear(&p->unit);
	vv_buf_clear(&p->spelling);
	vv_buf_clear(&p->joined);
}

vv_status vv_json_pieces_ok(const vv_json_pieces *p, vv_error *err)
{
	return p->failed ? vv_fail_nomem(err) : VV_OK;
}

void vv_json_pieces_keep(vv_json_pieces *p)
{
	p->state = NESTED;
}

/* ---- one step in a string ---- */

typedef enum step { STEP_MORE, STEP_TEXT, STEP_QUOTE, STEP_LINE, STEP_FAULT } step;

static step fault(vv_json_pieces *p, size_t len)
{
	p->fault_len = len;
	return STEP_FAULT;
}

static bool is_control(char c)
{
	return (uint8_t)c < 0x20;
}

static bool is_line_end(const vv_json_pieces *p, char c)
{
	return p->dialect->form == VV_FORM_NDJSON && (c == '\n' || c == '\r');
}

/* How many bytes at the end begin a character that has more. */
static size_t open_tail(const char *text, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		uint8_t c = (uint8_t)text[len - back];

		if (c < 0x80 || c >= 0xc0) {
			return (c >= 0xf0   ? 4u
				: c >= 0xe0 ? 3u
				: c >= 0xc0 ? 2u
					    : 1u) > back
				       ? back
				       : 0;
		}
	}
	return 0;
}

static bool is_ascii(const char *s, size_t len)
{
	uint8_t all = 0;

	for (size_t i = 0; i < len; i++) {
		all |= (uint8_t)s[i];
	}
	return all < 0x80;
}

static step plain_run(vv_json_pieces *p, const char *s, size_t len, bool at_end, size_t *n)
{
	size_t end = 0;

	while (end < len && s[end] != '"' && s[end] != '\\' && !is_control(s[end])) {
		end++;
	}
	if (end == len && !at_end) {
		end -= open_tail(s, end);
	}
	if (end == 0) {
		return STEP_MORE;
	}
	if (!vv_utf8_valid(s, end)) {
		size_t good = 0, more;
		uint32_t c;

		while ((more = vv_utf8_decode(&c, s + good, end - good)) > 0) {
			good += more;
		}
		if (good == 0) {
			return fault(p, len < 4 ? len : 4);
		}
		end = good;
	}
	p->odd = p->odd || (p->dialect->ascii && !is_ascii(s, end));
	p->text = s;
	p->text_len = *n = end;
	return STEP_TEXT;
}

static bool is_short_escape(char c)
{
	return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' ||
	       c == 't';
}

/* How much of the escape at s stands there before what is wrong, with that; 0: nothing is. */
static size_t escape_fault(const char *s, size_t len)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	size_t at = 1, end;

	if (len > 1 && s[1] == 'u') {
		for (at = 2; at < 6 && at < len && s[at] != '\0' && strchr(hex, s[at]); at++) {
		}
		if (at == 6 || at == len) {
			return 0;
		}
	} else if (len < 2 || is_short_escape(s[1])) {
		return 0;
	}
	for (end = at + 1; end < len && end < at + 4 && ((uint8_t)s[end] & 0xc0) == 0x80; end++) {
	}
	return end;
}

/* The code unit of the escape at s; -1: it is none of the \u kind. */
static long code_unit(const char *s, size_t len)
{
	uint8_t unit[2];

	return len >= 6 && s[0] == '\\' && s[1] == 'u' && vv_hex_read(unit, 2, s + 2)
		       ? (long)unit[0] << 8 | unit[1]
		       : -1;
}

/* Takes the n bytes at s as the spelling of a character. */
static step give_character(vv_json_pieces *p, const char *s, uint32_t c, size_t n, size_t *taken)
{
	vv_buf_reset(&p->unit);
	vv_utf8_put(&p->unit, c);
	if (!p->odd) {
		vv_buf_reset(&p->spelling);
		vv_cell_write_string(&p->spelling, p->unit.data, p->unit.len, p->dialect);
		p->odd = p->spelling.len != n + 2 || memcmp(p->spelling.data + 1, s, n) != 0;
	}
	p->failed = p->failed || p->unit.failed || p->spelling.failed;
	p->text = p->unit.data;
	p->text_len = p->unit.len;
	*taken = n;
	return STEP_TEXT;
}

static step half_pair(vv_json_pieces *p, size_t *n)
{
	p->lone = true;
	p->text_len = 0;
	*n = 6;
	return STEP_TEXT;
}

static step escape(vv_json_pieces *p, const char *s, size_t len, bool at_end, size_t *n)
{
	static const char characters[] = {
		['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
		['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
	};
	size_t wrong = escape_fault(s, len);
	long unit, low;

	if (wrong > 0) {
		return fault(p, wrong);
	}
	if (len < 2 || (s[1] == 'u' && len < 6)) {
		return at_end ? fault(p, len) : STEP_MORE;
	}
	if (s[1] != 'u') {
		p->odd = p->odd || s[1] == '/';
		p->text = &characters[(uint8_t)s[1]];
		p->text_len = 1;
		*n = 2;
		return STEP_TEXT;
	}
	unit = code_unit(s, len);
	if (unit < 0xd800 || unit > 0xdfff) {
		return give_character(p, s, (uint32_t)unit, 6, n);
	}
	if (unit > 0xdbff) {
		return half_pair(p, n);
	}
	if (len < 12 && !at_end && (len < 7 || s[6] == '\\') && (len < 8 || s[7] == 'u')) {
		return STEP_MORE;
	}
	low = code_unit(s + 6, len - 6);
	if (low < 0xdc00 || low > 0xdfff) {
		return half_pair(p, n);
	}
	return give_character(
		p, s, 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00), 12,
		n);
}

/* What comes next in a string; *n: how many bytes that is. */
static step next_step(vv_json_pieces *p, const char *s, size_t len, bool at_end, size_t *n)
{
	*n = 0;
	if (len == 0) {
		return at_end ? STEP_LINE : STEP_MORE;
	}
	if (*s == '"') {
		*n = 1;
		return STEP_QUOTE;
	}
	if (is_line_end(p, *s)) {
		return STEP_LINE;
	}
	if (is_control(*s)) {
		return fault(p, 1);
	}
	return *s == '\\' ? escape(p, s, len, at_end, n) : plain_run(p, s, len, at_end, n);
}

/* ---- what is given as it stands ---- */

/* Goes on in a member's name. */
static step in_name(vv_json_pieces *p, const char *s, size_t len, bool at_end, size_t *n)
{
	step got = next_step(p, s, len, at_end, n);

	if (got == STEP_TEXT) {
		p->name_fits = p->name_fits && !p->lone && p->name.len < NAME_MAX_LEN;
		if (p->name_fits) {
			vv_buf_put(&p->name, p->text, p->text_len);
			p->name_fits = !p->name.failed;
		}
	} else if (got == STEP_QUOTE) {
		p->state = ROW;
	}
	return got;
}

/* The same in another string: whoever scans it looks at its characters. */
static step in_nested(vv_json_pieces *p, const char *s, size_t len, bool at_end, size_t *n)
{
	size_t i = 0;

	while (i < len && s[i] != '"' && s[i] != '\\' && !is_control(s[i])) {
		i++;
	}
	*n = i;
	if (i > 0) {
		return STEP_TEXT;
	}
	if (len == 0) {
		return at_end ? STEP_LINE : STEP_MORE;
	}
	if (*s == '"') {
		*n = 1;
		p->state = ROW;
		return STEP_QUOTE;
	}
	if (is_line_end(p, *s)) {
		return STEP_LINE;
	}
	if (is_control(*s)) {
		return fault(p, 1);
	}
	if (len < 2) {
		return at_end ? fault(p, 1) : STEP_MORE;
	}
	*n = is_control(s[1]) ? 1 : 2;
	return STEP_TEXT;
}

static void begin_string(vv_json_pieces *p)
{
	const bool own = p->depth == 1;

	p->begin = p->at;
	p->state = own && p->is_value ? OPENED : own ? NAME : NESTED;
	if (p->state == NAME) {
		vv_buf_reset(&p->name);
		p->name_fits = !p->name.failed;
	}
	p->odd = p->lone = false;
}

static step bracket(vv_json_pieces *p, char c)
{
	const bool brace = c == '{' || c == '}';

	if (c == '{' || c == '[') {
		if (p->depth == VV_JSON_PIECES_DEPTH) {
			return fault(p, 1);
		}
		p->begun = true;
		p->objects[p->depth++] = brace;
	} else {
		if (p->depth == 0 || p->objects[p->depth - 1] != brace) {
			return fault(p, 1);
		}
		p->depth--;
		p->state = p->depth == 0 ? DONE : ROW;
	}
	return STEP_TEXT;
}

/* Goes on outside of strings. */
static step in_row(vv_json_pieces *p, const char *s, size_t len, bool at_end, size_t *n)
{
	*n = 0;
	if (len == 0) {
		return at_end ? STEP_LINE : STEP_MORE;
	}
	if (p->begun && is_line_end(p, *s)) {
		return STEP_LINE;
	}
	if ((is_control(*s) && *s != '\t' && *s != '\n' && *s != '\r') ||
	    (!p->begun && *s != '{' && !vv_is_space(*s))) {
		return fault(p, 1);
	}
	*n = 1;
	switch (*s) {
	case '"':
		begin_string(p);
		return STEP_QUOTE;
	case '{':
	case '[':
	case '}':
	case ']':
		return bracket(p, *s);
	case ':':
	case ',':
		p->is_value = p->depth == 1 ? *s == ':' : p->is_value;
		return STEP_TEXT;
	default:
		return STEP_TEXT;
	}
}

static vv_pieces_event rest(vv_json_pieces *p, const char *bytes, size_t len, size_t *used)
{
	p->text = bytes;
	p->text_len = len;
	*used = len;
	return VV_PIECES_REST;
}

/* A run of bytes that are given as they stand, up to an event of another kind. */
static vv_pieces_event next_rest(vv_json_pieces *p, const char *bytes, size_t len, bool at_end,
				 size_t *used)
{
	size_t i = 0, n;
	step got = STEP_TEXT;

	while (got == STEP_TEXT || got == STEP_QUOTE) {
		switch (p->state) {
		case ROW:
			got = in_row(p, bytes + i, len - i, at_end, &n);
			break;
		case NAME:
			got = in_name(p, bytes + i, len - i, at_end, &n);
			break;
		case NESTED:
			got = in_nested(p, bytes + i, len - i, at_end, &n);
			break;
		case CLOSING: /* the quote was seen */
			n = i < len;
			got = n > 0 ? STEP_QUOTE : STEP_MORE;
			p->state = n > 0 ? ROW : CLOSING;
			break;
		default: /* OPENED, DONE */
			return rest(p, bytes, i, used);
		}
		if (got == STEP_TEXT || got == STEP_QUOTE) {
			i += n;
			p->at += n;
		}
	}
	if (i > 0) {
		return rest(p, bytes, i, used);
	}
	if (got == STEP_LINE) {
		p->state = DONE;
		return VV_PIECES_OVER;
	}
	return got == STEP_FAULT ? VV_PIECES_FAULT : VV_PIECES_MORE;
}

/* Goes on in a string that is lent. Runs between escapes are put together, so that they cost no event each. */
static vv_pieces_event next_text(vv_json_pieces *p, const char *bytes, size_t len, bool at_end,
				 size_t *used)
{
	step got;
	size_t n;

	vv_buf_reset(&p->joined);
	while ((got = next_step(p, bytes + *used, len - *used, at_end, &n)) == STEP_TEXT) {
		*used += n;
		p->at += n;
		if (p->joined.len == 0 && p->text_len >= ALONE) {
			return VV_PIECES_TEXT;
		}
		vv_buf_put(&p->joined, p->text, p->text_len);
		p->failed = p->failed || p->joined.failed;
		if (p->joined.len >= JOINED) {
			break;
		}
	}
	if (p->joined.len > 0) {
		p->text = p->joined.data;
		p->text_len = p->joined.len;
		return VV_PIECES_TEXT;
	}
	if (got == STEP_MORE) {
		return VV_PIECES_MORE;
	}
	if (got == STEP_FAULT) {
		return VV_PIECES_FAULT;
	}
	p->state = got == STEP_QUOTE ? CLOSING : DONE;
	return got == STEP_QUOTE ? VV_PIECES_END : VV_PIECES_OVER;
}

vv_pieces_event vv_json_pieces_next(vv_json_pieces *p, const char *bytes, size_t len, bool at_end,
				    size_t *used)
{
	*used = 0;
	if (p->state == DONE) {
		return VV_PIECES_OVER;
	}
	if (p->state == OPENED) {
		p->state = STRING;
		return VV_PIECES_STRING;
	}
	if (p->state != STRING) {
		return next_rest(p, bytes, len, at_end, used);
	}
	return next_text(p, bytes, len, at_end, used);
}
