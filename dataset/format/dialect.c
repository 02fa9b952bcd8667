/*
 * dialect: the defaults of each form, and a dialect's place in the root.
 */
#include "dataset/format/dialect.h"

#include <string.h>

#include "base/ascii.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"

/* What the members of a form are when nothing is said. */
typedef struct defaults {
	const char *prologue, *open, *colon, *comma, *close, *row_end, *epilogue;
	bool ascii;
} defaults;

static const defaults usual[3] = {{"", "", "", "", "", "", "", false},
				  {"", "{", ":", ",", "}", "", "", false},
				  {"[", "{", ":", ",", "}", ",", "]", false}};

void vv_dialect_init(vv_dialect *d)
{
	*d = (vv_dialect){.form = VV_FORM_CSV,
			  .header = true,
			  .final_newline = true,
			  .newline = VV_LF,
			  .delimiter = ',',
			  .quote = '"'};
	d->header_join[0] = ' ';
}

static void clear_bytes(vv_bytes *b)
{
	vv_free(b->data);
	b->data = NULL;
	b->len = 0;
}

void vv_dialect_clear(vv_dialect *d)
{
	clear_bytes(&d->prologue);
	clear_bytes(&d->open);
	clear_bytes(&d->colon);
	clear_bytes(&d->comma);
	clear_bytes(&d->close);
	clear_bytes(&d->row_end);
	clear_bytes(&d->epilogue);
	vv_free(d->quoting);
	vv_dialect_init(d);
}

vv_status vv_bytes_set(vv_bytes *b, const void *data, size_t len, vv_error *err)
{
	char *copy = NULL;

	if (len > 0) {
		copy = vv_malloc(len + 1);
		if (!copy) return vv_fail_nomem(err);
		memcpy(copy, data, len);
		copy[len] = '\0';
	}
	vv_free(b->data);
	b->data = copy;
	b->len = len;
	return VV_OK;
}

static vv_status dup_bytes(vv_bytes *out, const vv_bytes *b, vv_error *err)
{
	return vv_bytes_set(out, b->data, b->len, err);
}

vv_status vv_dialect_dup(vv_dialect *out, const vv_dialect *d, vv_error *err)
{
	vv_dialect copy = *d;
	vv_status rc;

	memset(&copy.prologue, 0, sizeof copy.prologue);
	copy.open = copy.colon = copy.comma = copy.close = copy.row_end = copy.epilogue =
		copy.prologue;
	copy.quoting = NULL;
	copy.quoting_count = 0;
	if ((rc = dup_bytes(&copy.prologue, &d->prologue, err)) < 0 ||
	    (rc = dup_bytes(&copy.open, &d->open, err)) < 0 ||
	    (rc = dup_bytes(&copy.colon, &d->colon, err)) < 0 ||
	    (rc = dup_bytes(&copy.comma, &d->comma, err)) < 0 ||
	    (rc = dup_bytes(&copy.close, &d->close, err)) < 0 ||
	    (rc = dup_bytes(&copy.row_end, &d->row_end, err)) < 0 ||
	    (rc = dup_bytes(&copy.epilogue, &d->epilogue, err)) < 0) {
		goto done;
	}
	if (d->quoting_count > 0) {
		copy.quoting = vv_malloc(d->quoting_count);
		if (!copy.quoting) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		memcpy(copy.quoting, d->quoting, d->quoting_count);
		copy.quoting_count = d->quoting_count;
	}
done:
	if (rc < 0) {
		vv_dialect_clear(&copy);
	}
	*out = copy;
	return rc;
}

bool vv_bytes_equal(const vv_bytes *a, const vv_bytes *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Columns up to the last whose habit is not minimal. */
static size_t habits(const vv_dialect *d)
{
	size_t n = d->quoting_count;

	while (n > 0 && d->quoting[n - 1] == VV_QUOTE_MINIMAL) {
		n--;
	}
	return n;
}

static bool same_habits(const vv_dialect *a, const vv_dialect *b)
{
	size_t n = a->quoting_count > b->quoting_count ? a->quoting_count : b->quoting_count;

	for (size_t i = 0; i < n; i++) {
		if (vv_dialect_quoting(a, i) != vv_dialect_quoting(b, i)) return false;
	}
	return true;
}

bool vv_dialect_same_cells(const vv_dialect *a, const vv_dialect *b)
{
	if (a->form != b->form) return false;
	if (a->form != VV_FORM_CSV) return true;
	return a->header == b->header && a->header_more == b->header_more &&
	       a->delimiter == b->delimiter && a->quote == b->quote && a->escape == b->escape &&
	       a->comment == b->comment &&
	       vv_dialect_full_are_rows(a) == vv_dialect_full_are_rows(b) && a->spaces == b->spaces;
}

const char *vv_dialect_header(const vv_dialect *d, size_t *len)
{
	*len = d->prologue.len - d->lead;
	return d->prologue.data ? d->prologue.data + d->lead : "";
}

static vv_status set_prologue(vv_dialect *d, const void *lead, size_t lead_len, const void *header,
			      size_t header_len, vv_error *err)
{
	vv_auto(vv_buf) all = VV_BUF_INIT;
	vv_status rc;

	vv_buf_put(&all, lead, lead_len);
	vv_buf_put(&all, header, header_len);
	if ((rc = vv_buf_ok(&all, err)) == VV_OK &&
	    (rc = vv_bytes_set(&d->prologue, all.data, all.len, err)) == VV_OK) {
		d->lead = lead_len;
	}
	return rc;
}

vv_status vv_dialect_set_header(vv_dialect *d, const void *line, size_t len, vv_error *err)
{
	return set_prologue(d, d->prologue.data, d->lead, line, len, err);
}

vv_status vv_dialect_set_lead(vv_dialect *d, const void *lines, size_t len, vv_error *err)
{
	size_t header_len;
	const char *header = vv_dialect_header(d, &header_len);

	return set_prologue(d, lines, len, header, header_len, err);
}

vv_json_around vv_dialect_around(const vv_dialect *d)
{
	return (vv_json_around){d->prologue.data, d->epilogue.data, d->prologue.len,
				d->epilogue.len};
}

/* The last one may have no end. */
static size_t count_lines(const char *s, size_t len)
{
	size_t lines = 0;

	for (size_t i = 0; i < len; i++) {
		lines += s[i] == '\n' ||
			 (s[i] == '\r' ? i + 1 == len || s[i + 1] != '\n' : i + 1 == len);
	}
	return lines;
}

static bool is_line_end(const char *p, const char *end)
{
	return p == end || *p == '\n' || *p == '\r';
}

/* From a quote that opens: behind the one that closes it in this line, else the line's end. */
static const char *pass_quotes(const vv_dialect *d, const char *p, const char *end)
{
	const uint8_t escape = d->escape != 0 ? d->escape : d->quote;

	for (p++; !is_line_end(p, end); p++) {
		if ((uint8_t)*p == escape && !is_line_end(p + 1, end) &&
		    (escape != d->quote || (uint8_t)p[1] == d->quote)) {
			p++;
		} else if ((uint8_t)*p == d->quote) {
			return p + 1;
		}
	}
	return p;
}

/* How many cells has the line? */
static size_t count_cells(const vv_dialect *d, const char *p, const char *end)
{
	size_t cells = 1;

	for (bool begins = true; !is_line_end(p, end); p++) {
		if (begins && d->quote != 0 && (uint8_t)*p == d->quote) {
			p = pass_quotes(d, p, end);
			if (is_line_end(p, end)) {
				break;
			}
		}
		begins = (uint8_t)*p == d->delimiter ||
			 (begins && d->spaces != VV_SPACES_KEPT && *p == ' ');
		cells += (uint8_t)*p == d->delimiter;
	}
	return cells;
}

bool vv_dialect_is_comment(const vv_dialect *d, size_t columns, const char *p, const char *end)
{
	return d->comment != 0 && p < end && (uint8_t)*p == d->comment &&
	       (columns == 0 || !vv_dialect_full_are_rows(d) || count_cells(d, p, end) != columns);
}

size_t vv_dialect_lead_lines(const vv_dialect *d)
{
	return count_lines(d->prologue.data, d->lead);
}

size_t vv_dialect_prologue_rows(const vv_dialect *d)
{
	size_t rows = 0;
	bool quoted = false;

	for (size_t i = 0; i < d->prologue.len; i++) {
		quoted ^= (uint8_t)d->prologue.data[i] == d->quote;
		rows += !quoted && d->prologue.data[i] == '\n';
	}
	return rows;
}

size_t vv_dialect_tail_lines(const vv_dialect *d)
{
	return d->form == VV_FORM_CSV ? count_lines(d->epilogue.data, d->epilogue.len) : 0;
}

const char *vv_dialect_row_end(const vv_dialect *d, size_t *len)
{
	if (d->form == VV_FORM_JSON) {
		*len = d->row_end.len;
		return d->row_end.len ? d->row_end.data : "";
	}
	*len = d->newline == VV_CRLF ? 2 : d->newline == VV_NO_NEWLINE ? 0 : 1;
	return d->newline == VV_CRLF ? "\r\n"
	       : d->newline == VV_CR ? "\r"
	       : d->newline == VV_LF ? "\n"
				     : "";
}

/* ---- in the root ---- */

static bool is_usual(const vv_bytes *b, const char *text)
{
	size_t len = strlen(text);

	return b->len == len && (len == 0 || memcmp(b->data, text, len) == 0);
}

/* The members in DAG-CBOR's order of keys: shorter first, then bytewise. */
enum {
	KEY_BOM,
	KEY_FORM,
	KEY_LEAD,
	KEY_OPEN,
	KEY_ASCII,
	KEY_CLOSE,
	KEY_COLON,
	KEY_COMMA,
	KEY_QUOTE,
	KEY_ESCAPE,
	KEY_HEADER,
	KEY_ROW_END,
	KEY_SPACES,
	KEY_COMMENT,
	KEY_NEWLINE,
	KEY_QUOTING,
	KEY_DECLARED,
	KEY_ENCODING,
	KEY_EPILOGUE,
	KEY_PROLOGUE,
	KEY_DELIMITER,
	KEY_HEADER_ROWS,
	KEY_FINAL_NEWLINE,
	KEY_HEADER_JOIN, /* of no meaning before the number of rows */
	KEYS
};
static const char *const keys[KEYS] = {
	"bom",      "form",     "lead",      "open",       "ascii",        "close",
	"colon",    "comma",    "quote",     "escape",     "header",       "rowEnd",
	"spaces",   "comment",  "newline",   "quoting",    "declared",     "encoding",
	"epilogue", "prologue", "delimiter", "headerRows", "finalNewline", "headerRowsJoin"};
static const char *const forms[3] = {"csv", "ndjson", "json"};
static const char *const newlines[3] = {"lf", "crlf", "cr"};

/* The run of bytes that a key names, and what it usually is; NULL for others. */
static vv_bytes *bytes_of(vv_dialect *d, int key, const char **text)
{
	const defaults *u = &usual[d->form];

	switch (key) {
	case KEY_OPEN:
		*text = u->open;
		return &d->open;
	case KEY_CLOSE:
		*text = u->close;
		return &d->close;
	case KEY_COLON:
		*text = u->colon;
		return &d->colon;
	case KEY_COMMA:
		*text = u->comma;
		return &d->comma;
	case KEY_ROW_END:
		*text = u->row_end;
		return &d->row_end;
	case KEY_EPILOGUE:
		*text = u->epilogue;
		return &d->epilogue;
	case KEY_PROLOGUE:
		*text = u->prologue;
		return &d->prologue;
	default:
		return NULL;
	}
}

/* Does the form have the member at all? */
static bool has_key(const vv_dialect *d, int key)
{
	bool csv = d->form == VV_FORM_CSV, json = d->form == VV_FORM_JSON;

	switch (key) {
	case KEY_BOM:
	case KEY_FORM:
	case KEY_ENCODING:
	case KEY_PROLOGUE:
		return true;
	case KEY_NEWLINE:
	case KEY_FINAL_NEWLINE:
		return !json;
	case KEY_ROW_END:
		return json;
	case KEY_EPILOGUE:
		return json || csv;
	case KEY_LEAD:
		return csv || json;
	case KEY_QUOTE:
	case KEY_ESCAPE:
	case KEY_HEADER:
	case KEY_SPACES:
	case KEY_COMMENT:
	case KEY_QUOTING:
	case KEY_DECLARED:
	case KEY_DELIMITER:
	case KEY_HEADER_JOIN:
	case KEY_HEADER_ROWS:
		return csv;
	default:
		return !csv;
	}
}

/* Is the member other than the form's default? */
static bool is_said(const vv_dialect *d, int key)
{
	vv_dialect *view = (vv_dialect *)(uintptr_t)d; /* only looked at */
	const char *text;
	const vv_bytes *bytes = bytes_of(view, key, &text);

	if (!has_key(d, key)) return false;
	if (bytes) return !is_usual(bytes, text);
	switch (key) {
	case KEY_FORM:
		return true;
	case KEY_BOM:
		return d->bom;
	case KEY_LEAD:
		return d->lead > 0;
	case KEY_ENCODING:
		return d->encoding[0] != '\0';
	case KEY_ASCII:
		return d->ascii;
	case KEY_QUOTE:
		return d->quote != '"';
	case KEY_ESCAPE:
		return d->escape != 0;
	case KEY_HEADER:
		return !d->header;
	case KEY_SPACES:
		return d->spaces != VV_SPACES_KEPT;
	case KEY_COMMENT:
		return d->comment != 0;
	case KEY_DECLARED:
		return d->declared != 0;
	case KEY_HEADER_JOIN:
		return d->header_more > 0 && strcmp(d->header_join, " ") != 0;
	case KEY_HEADER_ROWS:
		return d->header_more > 0;
	case KEY_NEWLINE:
		return d->newline == VV_CRLF || d->newline == VV_CR;
	case KEY_QUOTING:
		return habits(d) > 0;
	case KEY_DELIMITER:
		return d->delimiter != ',';
	default:
		return !d->final_newline;
	}
}

/* Of members that the form has. */
static bool same_member(const vv_dialect *a, const vv_dialect *b, int key)
{
	const char *text;
	const vv_bytes *x = bytes_of((vv_dialect *)(uintptr_t)a, key, &text);
	const vv_bytes *y = bytes_of((vv_dialect *)(uintptr_t)b, key, &text);

	if (x) return vv_bytes_equal(x, y);
	switch (key) {
	case KEY_BOM:
		return a->bom == b->bom;
	case KEY_LEAD:
		return a->lead == b->lead;
	case KEY_ENCODING:
		return strcmp(a->encoding, b->encoding) == 0;
	case KEY_ASCII:
		return a->ascii == b->ascii;
	case KEY_QUOTE:
		return a->quote == b->quote;
	case KEY_ESCAPE:
		return a->escape == b->escape;
	case KEY_HEADER:
		return a->header == b->header;
	case KEY_SPACES:
		return a->spaces == b->spaces;
	case KEY_COMMENT:
		return a->comment == b->comment;
	case KEY_DECLARED:
		return a->declared == b->declared;
	case KEY_HEADER_JOIN:
		return a->header_more == 0 || strcmp(a->header_join, b->header_join) == 0;
	case KEY_HEADER_ROWS:
		return a->header_more == b->header_more;
	case KEY_NEWLINE:
		return a->newline == b->newline;
	case KEY_QUOTING:
		return same_habits(a, b);
	case KEY_DELIMITER:
		return a->delimiter == b->delimiter;
	case KEY_FINAL_NEWLINE:
		return a->final_newline == b->final_newline;
	default:
		return true;
	}
}

bool vv_dialect_equal(const vv_dialect *a, const vv_dialect *b)
{
	if (a->form != b->form) return false;
	for (int key = 0; key < KEYS; key++) {
		if (has_key(a, key) && !same_member(a, b, key)) return false;
	}
	return true;
}

static void put_member(vv_buf *b, const vv_dialect *d, int key)
{
	vv_dialect *view = (vv_dialect *)(uintptr_t)d;
	const char *text;
	const vv_bytes *bytes = bytes_of(view, key, &text);

	vv_cbor_put_key(b, keys[key]);
	if (bytes) {
		vv_cbor_put_bytes(b, bytes->data, bytes->len);
		return;
	}
	switch (key) {
	case KEY_FORM:
		vv_cbor_put_text(b, forms[d->form], strlen(forms[d->form]));
		break;
	case KEY_NEWLINE:
		vv_cbor_put_text(b, newlines[d->newline], strlen(newlines[d->newline]));
		break;
	case KEY_ENCODING:
		vv_cbor_put_text(b, d->encoding, strlen(d->encoding));
		break;
	case KEY_QUOTING:
		vv_cbor_put_bytes(b, d->quoting, habits(d));
		break;
	case KEY_LEAD:
		vv_cbor_put_uint(b, d->lead);
		break;
	case KEY_QUOTE:
		vv_cbor_put_uint(b, d->quote);
		break;
	case KEY_ESCAPE:
		vv_cbor_put_uint(b, d->escape);
		break;
	case KEY_DELIMITER:
		vv_cbor_put_uint(b, d->delimiter);
		break;
	case KEY_SPACES:
		vv_cbor_put_uint(b, d->spaces);
		break;
	case KEY_COMMENT:
		vv_cbor_put_uint(b, d->comment);
		break;
	case KEY_DECLARED:
		vv_cbor_put_uint(b, d->declared);
		break;
	case KEY_HEADER_JOIN:
		vv_cbor_put_text(b, d->header_join, strlen(d->header_join));
		break;
	case KEY_HEADER_ROWS:
		vv_cbor_put_uint(b, d->header_more + 1u);
		break;
	default: /* a flag that is not what it usually is */
		vv_cbor_put_bool(b, key == KEY_BOM || key == KEY_ASCII);
		break;
	}
}

void vv_dialect_put(vv_buf *b, const vv_dialect *d)
{
	size_t pairs = 0;

	for (int key = 0; key < KEYS; key++) {
		pairs += is_said(d, key);
	}
	vv_cbor_put_map(b, pairs);
	for (int key = 0; key < KEYS; key++) {
		if (is_said(d, key)) {
			put_member(b, d, key);
		}
	}
}

static vv_status bad(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "dialect: %s", what);
}

static vv_status get_name(vv_cbor *c, const char *const *names, int count, int *out,
			  const char *what, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc = vv_cbor_get_text(c, &text, &len, err);

	if (rc < 0) return rc;
	for (int i = 0; i < count; i++) {
		if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0) {
			*out = i;
			return VV_OK;
		}
	}
	return bad(what, err);
}

static vv_status get_byte(vv_cbor *c, uint8_t *out, vv_error *err)
{
	uint64_t v;
	vv_status rc = vv_cbor_get_uint(c, &v, err);

	if (rc < 0) return rc;
	if (v > 255) return bad("a character is not a single byte", err);
	*out = (uint8_t)v;
	return VV_OK;
}

/* Compared with the prologue when that is there. */
static vv_status get_lead(vv_dialect *d, vv_cbor *c, vv_error *err)
{
	uint64_t v;
	vv_status rc = vv_cbor_get_uint(c, &v, err);

	if (rc < 0) return rc;
	if (v > VV_HEADER_MAX) return bad("the lines above the header are too long", err);
	d->lead = (size_t)v;
	return VV_OK;
}

static vv_status get_habits(vv_dialect *d, vv_cbor *c, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);

	if (rc < 0) return rc;
	if (len == 0 || len > VV_COLUMNS_MAX || p[len - 1] == VV_QUOTE_MINIMAL) {
		return bad("the quoting habits end wrongly", err);
	}
	for (size_t i = 0; i < len; i++) {
		if (p[i] > VV_QUOTE_NONNUMERIC) return bad("an unknown quoting habit", err);
	}
	d->quoting = vv_malloc(len);
	if (!d->quoting) return vv_fail_nomem(err);
	memcpy(d->quoting, p, len);
	d->quoting_count = len;
	return VV_OK;
}

/* That it is one that this system can read is for those to find out who need the file. */
static vv_status get_encoding(vv_dialect *d, vv_cbor *c, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc = vv_cbor_get_text(c, &text, &len, err);

	if (rc < 0) return rc;
	if (len >= VV_ENCODING_MAX) return bad("the name of the encoding is too long", err);
	for (size_t i = 0; i < len; i++) {
		if (!vv_is_alnum(text[i]) && !memchr("-_.:+()", text[i], 7)) {
			return bad("the name of the encoding has a wrong character", err);
		}
	}
	memcpy(d->encoding, text, len);
	d->encoding[len] = '\0';
	return VV_OK;
}

static vv_status get_header_join(vv_dialect *d, vv_cbor *c, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc = vv_cbor_get_text(c, &text, &len, err);

	if (rc < 0) return rc;
	if (len >= sizeof(d->header_join) || memchr(text, '\0', len)) {
		return bad("what joins header lines is too long", err);
	}
	memcpy(d->header_join, text, len);
	d->header_join[len] = '\0';
	return VV_OK;
}

static vv_status get_spaces(vv_dialect *d, vv_cbor *c, vv_error *err)
{
	uint8_t spaces = 0;
	vv_status rc = get_byte(c, &spaces, err);

	if (rc == VV_OK && spaces > VV_SPACES_USUAL) return bad("unknown spaces", err);
	d->spaces = (vv_spaces)spaces;
	return rc;
}

static vv_status get_header_rows(vv_dialect *d, vv_cbor *c, vv_error *err)
{
	uint8_t rows = 0;
	vv_status rc = get_byte(c, &rows, err);

	if (rc == VV_OK && (rows < 2 || rows > VV_HEADER_ROWS_MAX)) {
		return bad("a wrong number of header lines", err);
	}
	d->header_more = (uint8_t)(rows - 1);
	return rc;
}

static vv_status get_declared(vv_dialect *d, vv_cbor *c, vv_error *err)
{
	vv_status rc = get_byte(c, &d->declared, err);

	return rc == VV_OK && (d->declared & ~VV_DECLARED_ALL) != 0
		       ? bad("something unknown is declared", err)
		       : rc;
}

static vv_status get_member(vv_dialect *d, vv_cbor *c, int key, vv_error *err)
{
	const char *text;
	const uint8_t *p;
	size_t len;
	bool flag;
	int which = 0;
	vv_status rc;
	vv_bytes *bytes = bytes_of(d, key, &text);

	if (bytes) {
		if ((rc = vv_cbor_get_bytes(c, &p, &len, err)) < 0) return rc;
		if (len > VV_HEADER_MAX) return bad("a run of bytes is too long", err);
		return vv_bytes_set(bytes, p, len, err);
	}
	switch (key) {
	case KEY_NEWLINE:
		rc = get_name(c, newlines, 3, &which, "an unknown newline", err);
		d->newline = (vv_newline)which;
		return rc;
	case KEY_QUOTING:
		return get_habits(d, c, err);
	case KEY_ENCODING:
		return get_encoding(d, c, err);
	case KEY_LEAD:
		return get_lead(d, c, err);
	case KEY_QUOTE:
		return get_byte(c, &d->quote, err);
	case KEY_ESCAPE:
		return get_byte(c, &d->escape, err);
	case KEY_DELIMITER:
		return get_byte(c, &d->delimiter, err);
	case KEY_SPACES:
		return get_spaces(d, c, err);
	case KEY_COMMENT:
		return get_byte(c, &d->comment, err);
	case KEY_DECLARED:
		return get_declared(d, c, err);
	case KEY_HEADER_JOIN:
		return get_header_join(d, c, err);
	case KEY_HEADER_ROWS:
		return get_header_rows(d, c, err);
	default:
		if ((rc = vv_cbor_get_bool(c, &flag, err)) < 0) return rc;
		*(key == KEY_BOM      ? &d->bom
		  : key == KEY_ASCII  ? &d->ascii
		  : key == KEY_HEADER ? &d->header
				      : &d->final_newline) = flag;
		return VV_OK;
	}
}

/* Sets what a form usually has. */
static vv_status set_usual(vv_dialect *d, vv_error *err)
{
	vv_status rc;

	for (int key = 0; key < KEYS; key++) {
		const char *text;
		vv_bytes *bytes = bytes_of(d, key, &text);

		if (bytes && (rc = vv_bytes_set(bytes, text, strlen(text), err)) < 0) return rc;
	}
	return VV_OK;
}

/* The characters of a CSV must be tellable from each other and from line ends. */
bool vv_dialect_fits_together(const vv_dialect *d)
{
	const uint8_t own[3] = {d->delimiter, d->quote, d->escape};

	if (d->form != VV_FORM_CSV) return true;
	for (int i = 0; i < 3; i++) {
		if (own[i] == '\n' || own[i] == '\r' ||
		    (i > 0 && own[i] != 0 && own[i] == d->delimiter)) {
			return false;
		}
	}
	if (d->comment != 0 && (d->comment == '\n' || d->comment == '\r' || d->comment == ' ' ||
				memchr(own, d->comment, sizeof(own)))) {
		return false;
	}
	if (d->spaces != VV_SPACES_KEPT && memchr(own, ' ', sizeof(own))) return false;
	return d->delimiter != 0 && (d->escape == 0 || d->escape != d->quote) &&
	       (d->header || d->header_more == 0);
}

/* Are the lines below the table what they may be? */
static bool tail_fits(const vv_dialect *d)
{
	return d->form != VV_FORM_CSV || d->epilogue.len == 0 || d->final_newline;
}

bool vv_dialect_lead_fits(const vv_dialect *d)
{
	const char *s = d->prologue.data;

	if (d->lead == 0) return true;
	if (d->lead > d->prologue.len) return false;
	if (d->form == VV_FORM_JSON) {
		return d->lead < d->prologue.len && s[d->lead] == '[' &&
		       vv_json_skip_space(s + d->lead + 1, s + d->prologue.len) ==
			       s + d->prologue.len;
	}
	return d->form == VV_FORM_CSV && (d->header || d->lead == d->prologue.len) &&
	       (!d->header || s[d->lead - 1] == '\n' || s[d->lead - 1] == '\r');
}

vv_status vv_dialect_get(vv_dialect *out, vv_cbor *c, vv_error *err)
{
	vv_cbor form = *c;
	size_t pairs, seen = 0;
	int which = 0;
	bool bom;
	vv_status rc;

	vv_dialect_init(out);
	/* The form comes second when there is a BOM; the defaults of the rest hang on it. */
	if ((rc = vv_cbor_get_map(c, &pairs, err)) < 0 ||
	    (rc = vv_cbor_get_map(&form, &pairs, err)) < 0) {
		return rc;
	}
	if (vv_cbor_try_key(&form, keys[KEY_BOM]) &&
	    (rc = vv_cbor_get_bool(&form, &bom, err)) < 0) {
		return rc;
	}
	if ((rc = vv_cbor_get_key(&form, keys[KEY_FORM], err)) < 0 ||
	    (rc = get_name(&form, forms, 3, &which, "an unknown form", err)) < 0) {
		return rc;
	}
	out->form = (vv_form)which;
	if ((rc = set_usual(out, err)) < 0) {
		goto done;
	}
	for (int key = 0; key < KEYS; key++) {
		if (seen == pairs || !vv_cbor_try_key(c, keys[key])) {
			continue;
		}
		seen++;
		rc = key == KEY_FORM ? vv_cbor_skip(c, err) : get_member(out, c, key, err);
		if (rc < 0) {
			goto done;
		}
		if (!is_said(out, key)) {
			rc = bad("a member states its default", err);
			goto done;
		}
	}
	if (seen != pairs) {
		rc = bad("an unknown member", err);
	} else if (!vv_dialect_fits_together(out)) {
		rc = bad("delimiter, quote, escape and comment are not distinct", err);
	} else if (!vv_dialect_lead_fits(out)) {
		rc = bad("the bytes above the table do not end where it begins", err);
	} else if (!tail_fits(out)) {
		rc = bad("lines follow a last row that has no line end", err);
	}
done:
	if (rc < 0) {
		vv_dialect_clear(out);
	}
	return rc;
}
