/*
 * dialect: the forms' properties and defaults, and a dialect's place in the root.
 */
#include "dataset/format/dialect.h"

#include <stddef.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/json/json_skip.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/format/form.h"

#define KIND(CONSTANT, name_, words_, typed_, document_, delimited_, functions)                    \
	[VV_FORM_##CONSTANT] = {.name = (name_),                                                   \
				.words = (words_),                                                 \
				.typed = (typed_),                                                 \
				.document = (document_),                                           \
				.delimited = (delimited_)},
static const vv_form_kind kinds[] = {VV_FORM_KINDS(KIND)};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == VV_FORM_COUNT, "each form has its row");

#define PLACE(CONSTANT, ...) &kinds[VV_FORM_##CONSTANT],
const vv_form_kind *vv_form_kinds[VV_FORM_COUNT + 1] = {VV_FORM_KINDS(PLACE) NULL};

/* The form that uses the same members of a dialect. */
static vv_form members_of(vv_form form)
{
	return form == VV_FORM_OF_TEST ? VV_FORM_CSV : form;
}

const vv_ending vv_endings[] = {
	{"*.csv", VV_FORM_CSV, -1},          {"*.tsv", VV_FORM_CSV, '\t'},
	{"*.tab", VV_FORM_CSV, '\t'},        {"*.psv", VV_FORM_CSV, '|'},
	{"*.ndjson", VV_FORM_NDJSON, -1},    {"*.jsonl", VV_FORM_NDJSON, -1},
	{"*.jsonlines", VV_FORM_NDJSON, -1}, {"*.json", VV_FORM_JSON, -1},
	{"*.geojson", VV_FORM_JSON, -1},     {NULL, VV_FORM_CSV, -1}};

const vv_ending *vv_ending_of_rows(const vv_ending *e)
{
	while (e->pattern && vv_form_is_document(e->form)) {
		e++;
	}
	return e->pattern ? e : NULL;
}

const vv_ending *vv_ending_find(const char *ext, size_t len)
{
	static const vv_ending of_test = {NULL, VV_FORM_OF_TEST, -1};
	const vv_form_kind *test = vv_form_kind_of(VV_FORM_OF_TEST);
	const vv_ending *e = vv_endings;

	while (e->pattern &&
	       (strlen(e->pattern) != len + 2 || vv_ascii_compare(e->pattern + 2, ext, len) != 0)) {
		e++;
	}
	if (e->pattern) return e;
	return test && strlen(test->ext) == len && vv_ascii_compare(test->ext, ext, len) == 0
		       ? &of_test
		       : NULL;
}

const vv_ending *vv_ending_of(const char *path)
{
	const char *ext = vv_path_ext(path);

	return vv_ending_find(ext, strlen(ext));
}

typedef enum member_type {
	FLAG,
	BYTE,
	CHOICE, /* an enum: a name of `names`, or a number */
	FORM,   /* the name of a form */
	LENGTH,
	RUN,    /* vv_bytes; if the root has none, usual_run */
	TEXT,   /* an array of max chars with their NUL, which is usual[0] */
	QUOTING /* of each column */
} member_type;

/* A member of the map in the root: its forms, its offset, and its default. */
typedef struct member {
	const char *key;
	member_type type;
	unsigned forms;
	size_t at;
	uint64_t number;                  /* the usual one */
	uint64_t max;                     /* of numbers the largest one, of texts their room */
	const char *usual[VV_FORM_COUNT]; /* of runs by form, NULL: empty; of texts the first */
	const char *const *names;
} member;

enum {
	CSV = 1 << VV_FORM_CSV,
	LINES = 1 << VV_FORM_NDJSON,
	ARRAY = 1 << VV_FORM_JSON,
	ALL = (1 << VV_FORM_COUNT) - 1
};
static const char *const newlines[] = {"lf", "crlf", "cr"};

#define AT(name) offsetof(vv_dialect, name)
/* In DAG-CBOR's order of keys: shorter first, then bytewise. */
static const member members[] = {
	{"bom", FLAG, ALL, AT(bom), .number = false},
	{"form", FORM, ALL, AT(form), .number = 0},
	{"lead", LENGTH, CSV | ARRAY, AT(lead), .max = VV_HEADER_MAX},
	{"open", RUN, LINES | ARRAY, AT(open),
	 .usual = {[VV_FORM_NDJSON] = "{", [VV_FORM_JSON] = "{"}},
	{"ascii", FLAG, LINES | ARRAY, AT(ascii), .number = false},
	{"close", RUN, LINES | ARRAY, AT(close),
	 .usual = {[VV_FORM_NDJSON] = "}", [VV_FORM_JSON] = "}"}},
	{"colon", RUN, LINES | ARRAY, AT(colon),
	 .usual = {[VV_FORM_NDJSON] = ":", [VV_FORM_JSON] = ":"}},
	{"comma", RUN, LINES | ARRAY, AT(comma),
	 .usual = {[VV_FORM_NDJSON] = ",", [VV_FORM_JSON] = ","}},
	{"quote", BYTE, CSV, AT(quote), .number = '"', .max = UINT8_MAX},
	{"escape", BYTE, CSV, AT(escape), .number = 0, .max = UINT8_MAX},
	{"header", FLAG, CSV, AT(header), .number = true},
	{"rowEnd", RUN, ARRAY, AT(row_end), .usual = {[VV_FORM_JSON] = ","}},
	{"spaces", CHOICE, CSV, AT(spaces), .number = VV_SPACES_KEPT, .max = VV_SPACES_USUAL},
	{"comment", BYTE, CSV, AT(comment), .number = 0, .max = UINT8_MAX},
	{"newline", CHOICE, CSV | LINES, AT(newline), .number = VV_LF, .max = VV_CR,
	 .names = newlines},
	{"quoting", QUOTING, CSV, AT(quoting), .number = 0},
	{"declared", BYTE, CSV, AT(declared), .number = 0, .max = VV_DECLARED_ALL},
	{"encoding", TEXT, ALL, AT(encoding), .max = VV_ENCODING_MAX, .usual = {""}},
	{"epilogue", RUN, CSV | ARRAY, AT(epilogue), .usual = {[VV_FORM_JSON] = "]"}},
	{"prologue", RUN, ALL, AT(prologue), .usual = {[VV_FORM_JSON] = "["}},
	{"delimiter", BYTE, CSV, AT(delimiter), .number = ',', .max = UINT8_MAX},
	{"headerRows", BYTE, CSV, AT(header_more), .number = 0, .max = VV_HEADER_ROWS_MAX - 1},
	{"finalNewline", FLAG, CSV | LINES, AT(final_newline), .number = true},
	{"headerRowsJoin", TEXT, CSV, AT(header_join), .max = VV_HEADER_JOIN_MAX, .usual = {" "}},
};
enum { MEMBERS = sizeof(members) / sizeof(members[0]) };
_Static_assert(sizeof(vv_form) == sizeof(unsigned) && sizeof(vv_newline) == sizeof(unsigned) &&
		       sizeof(vv_spaces) == sizeof(unsigned),
	       "a choice is an unsigned");

/* The bytes of a run in this form if the root has none. */
static const char *usual_run(const member *m, vv_form form)
{
	const char *usual = m->usual[members_of(form)];

	return usual ? usual : "";
}

static void *place_of(const vv_dialect *d, const member *m)
{
	return (char *)(uintptr_t)d + m->at; /* of a const one only looked at */
}

/* The run of bytes of a member; NULL: it is none. */
static vv_bytes *bytes_of(const vv_dialect *d, const member *m)
{
	return m->type == RUN ? place_of(d, m) : NULL;
}

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

void vv_dialect_clear(vv_dialect *d)
{
	for (const member *m = members; m < members + MEMBERS; m++) {
		vv_free(m->type == RUN ? bytes_of(d, m)->data : NULL);
	}
	vv_free(d->quoting);
	memset(d, 0, sizeof(*d));
	vv_dialect_init(d);
}

vv_status vv_bytes_set(vv_bytes *b, const void *data, size_t len, vv_error *err)
{
	char *copy = NULL;

	if (len > 0) {
		if (!(copy = vv_malloc(len + 1))) return vv_fail_nomem(err);
		memcpy(copy, data, len);
		copy[len] = '\0';
	}
	vv_free(b->data);
	b->data = copy;
	b->len = len;
	return VV_OK;
}

static vv_status set_quoting(vv_dialect *d, const uint8_t *habits, size_t count, vv_error *err)
{
	if (!(d->quoting = vv_malloc(count))) return vv_fail_nomem(err);
	memcpy(d->quoting, habits, count);
	d->quoting_count = count;
	return VV_OK;
}

vv_status vv_dialect_dup(vv_dialect *out, const vv_dialect *d, vv_error *err)
{
	vv_status rc = VV_OK;

	*out = *d;
	out->quoting = NULL;
	out->quoting_count = 0;
	for (const member *m = members; m < members + MEMBERS; m++) {
		if (m->type == RUN) {
			*bytes_of(out, m) = (vv_bytes){NULL, 0};
		}
	}
	for (const member *m = members; m < members + MEMBERS && rc == VV_OK; m++) {
		const vv_bytes *from = bytes_of(d, m);
		rc = from ? vv_bytes_set(bytes_of(out, m), from->data, from->len, err) : VV_OK;
	}
	if (rc == VV_OK && d->quoting_count > 0) {
		rc = set_quoting(out, d->quoting, d->quoting_count, err);
	}
	if (rc < 0) {
		vv_dialect_clear(out);
	}
	return rc;
}

bool vv_bytes_equal(const vv_bytes *a, const vv_bytes *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Columns up to the last whose habit is not minimal. */
static size_t count_habits(const vv_dialect *d)
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

	return vv_find_place(i, n, vv_dialect_quoting(a, i) != vv_dialect_quoting(b, i)) == n;
}

bool vv_dialect_same_cells(const vv_dialect *a, const vv_dialect *b)
{
	if (a->form != b->form) return false;
	if (vv_form_is_typed(a->form)) return true;
	return (!vv_form_kind_of(a->form)->header_cuts ||
		vv_bytes_equal(&a->prologue, &b->prologue)) &&
	       a->header == b->header && a->header_more == b->header_more &&
	       a->delimiter == b->delimiter && a->quote == b->quote && a->escape == b->escape &&
	       a->comment == b->comment &&
	       vv_dialect_full_are_rows(a) == vv_dialect_full_are_rows(b) && a->spaces == b->spaces;
}

bool vv_dialect_same_rows(const vv_dialect *a, const vv_dialect *b)
{
	return vv_dialect_same_cells(a, b) && a->newline == b->newline && same_habits(a, b) &&
	       a->ascii == b->ascii && vv_bytes_equal(&a->open, &b->open) &&
	       vv_bytes_equal(&a->colon, &b->colon) && vv_bytes_equal(&a->comma, &b->comma) &&
	       vv_bytes_equal(&a->close, &b->close) && vv_bytes_equal(&a->row_end, &b->row_end);
}

void vv_dialect_borrow_usual(vv_dialect *to, const vv_dialect *from)
{
	to->newline = from->newline;
	to->quoting = from->quoting;
	to->quoting_count = from->quoting_count;
	to->ascii = from->ascii;
	to->open = from->open;
	to->colon = from->colon;
	to->comma = from->comma;
	to->close = from->close;
	to->row_end = from->row_end;
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
	return vv_form_is_typed(d->form) ? 0 : count_lines(d->epilogue.data, d->epilogue.len);
}

const char *vv_dialect_row_end(const vv_dialect *d, size_t *len)
{
	static const char *const newline_texts[] = {
		[VV_LF] = "\n", [VV_CRLF] = "\r\n", [VV_CR] = "\r", [VV_NO_NEWLINE] = ""};

	if (vv_form_is_document(d->form)) {
		*len = d->row_end.len;
		return d->row_end.len ? d->row_end.data : "";
	}
	*len = strlen(newline_texts[d->newline]);
	return newline_texts[d->newline];
}

/* ---- in the root ---- */

static uint64_t number_of(const vv_dialect *d, const member *m)
{
	const void *p = place_of(d, m);

	switch (m->type) {
	case FLAG:
		return *(const bool *)p;
	case BYTE:
		return *(const uint8_t *)p;
	case CHOICE:
	case FORM:
		return *(const unsigned *)p;
	default:
		return *(const size_t *)p;
	}
}

/* A number of header lines is written with the first of them. */
static uint64_t more_of(const member *m)
{
	return m->at == AT(header_more);
}

/* header_join has no meaning without further header lines. */
static bool has_member(const vv_dialect *d, const member *m)
{
	return (m->forms & 1u << members_of(d->form)) &&
	       (m->at != AT(header_join) || d->header_more > 0);
}

/* Is the member other than the form's default? */
static bool is_said(const vv_dialect *d, const member *m)
{
	const char *usual = m->type == RUN ? usual_run(m, d->form) : m->usual[0];

	if (!has_member(d, m)) return false;
	switch (m->type) {
	case RUN: {
		const vv_bytes text = {(char *)(uintptr_t)usual, strlen(usual)};
		return !vv_bytes_equal(bytes_of(d, m), &text);
	}
	case TEXT:
		return strcmp(place_of(d, m), usual) != 0;
	case QUOTING:
		return count_habits(d) > 0;
	case FORM:
		return true;
	default:
		return (number_of(d, m) != m->number &&
			(m->type != CHOICE || number_of(d, m) <= m->max));
	}
}

static bool same_member(const vv_dialect *a, const vv_dialect *b, const member *m)
{
	switch (m->type) {
	case RUN:
		return vv_bytes_equal(bytes_of(a, m), bytes_of(b, m));
	case TEXT:
		return strcmp(place_of(a, m), place_of(b, m)) == 0;
	case QUOTING:
		return same_habits(a, b);
	default:
		return number_of(a, m) == number_of(b, m);
	}
}

bool vv_dialect_equal(const vv_dialect *a, const vv_dialect *b)
{
	bool same = a->form == b->form;

	for (const member *m = members; m < members + MEMBERS && same; m++) {
		same = has_member(a, m) ? has_member(b, m) && same_member(a, b, m)
					: !has_member(b, m);
	}
	return same;
}

static void put_member(vv_buf *b, const vv_dialect *d, const member *m)
{
	const vv_bytes *bytes = bytes_of(d, m);
	const char *text = NULL;

	if (m->type == TEXT) {
		text = place_of(d, m);
	} else if (m->type == FORM) {
		text = vv_form_kind_of(d->form)->name;
	} else if (m->names) {
		text = m->names[number_of(d, m)];
	}

	vv_cbor_put_key(b, m->key);
	if (text) {
		vv_cbor_put_text(b, text, strlen(text));
	} else if (bytes) {
		vv_cbor_put_bytes(b, bytes->data, bytes->len);
	} else if (m->type == QUOTING) {
		vv_cbor_put_bytes(b, d->quoting, count_habits(d));
	} else if (m->type == FLAG) {
		vv_cbor_put_bool(b, number_of(d, m) != 0);
	} else {
		vv_cbor_put_uint(b, number_of(d, m) + more_of(m));
	}
}

void vv_dialect_put(vv_buf *b, const vv_dialect *d)
{
	size_t pairs = 0;

	vv_array_each(members, MEMBERS, it) {
		pairs += is_said(d, it);
	}
	vv_cbor_put_map(b, pairs);
	for (size_t i = 0; i < MEMBERS; i++) {
		if (is_said(d, &members[i])) {
			put_member(b, d, &members[i]);
		}
	}
}

static vv_status bad_dialect(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "dialect: %s", what);
}

static vv_status get_name(vv_cbor *c, const member *m, unsigned *out, vv_error *err)
{
	size_t at;
	const vv_status rc = vv_cbor_get_word_of(c, m->names, m->max + 1, sizeof(*m->names), &at,
						 err);

	*out = (unsigned)at;
	return rc == VV_ENOSUPPORT ? vv_fail(err, VV_ECORRUPT, "dialect: an unknown %s", m->key)
				   : rc;
}

static vv_status get_form(vv_cbor *c, vv_form *out, vv_error *err)
{
	const char *names[VV_FORM_COUNT + 1];
	size_t count = 0, at;

	for (; count <= VV_FORM_COUNT && vv_form_kinds[count]; count++) {
		names[count] = vv_form_kinds[count]->name;
	}
	const vv_status rc = vv_cbor_get_word_of(c, names, count, sizeof(*names), &at, err);
	*out = (vv_form)at;
	return rc == VV_ENOSUPPORT ? vv_fail(err, VV_ECORRUPT, "dialect: an unknown form") : rc;
}

static vv_status get_habits(vv_dialect *d, vv_cbor *c, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);

	if (rc < 0) return rc;
	if (len == 0 || len > VV_COLUMNS_MAX || p[len - 1] == VV_QUOTE_MINIMAL) {
		return bad_dialect("the list of quoting rules is incomplete", err);
	}
	for (size_t i = 0; i < len; i++) {
		if (p[i] > VV_QUOTE_NONNUMERIC) return bad_dialect("an unknown quoting rule", err);
	}
	return set_quoting(d, p, len, err);
}

/* That an encoding is one that this system can read is for those to find out who need the file. */
static vv_status get_text(char *out, vv_cbor *c, const member *m, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc = vv_cbor_get_text(c, &text, &len, err);
	bool fits = rc == VV_OK && len < m->max && !memchr(text, '\0', len);

	for (size_t i = 0; fits && i < len && m->at == AT(encoding); i++) {
		fits = vv_is_alnum(text[i]) || memchr("-_.:+()", text[i], 7);
	}
	if (!fits) {
		return rc < 0 ? rc
			      : vv_fail(err, VV_ECORRUPT,
					"dialect: '%s' is too long or has an invalid character",
					m->key);
	}
	memcpy(out, text, len);
	out[len] = '\0';
	return VV_OK;
}

static vv_status get_number(vv_dialect *d, vv_cbor *c, const member *m, vv_error *err)
{
	void *p = place_of(d, m);
	uint64_t v;
	vv_status rc = vv_cbor_get_uint(c, &v, err);

	if (rc < 0) return rc;
	if (v < more_of(m) || v - more_of(m) > m->max) {
		return vv_fail(err, VV_ECORRUPT, "dialect: the number '%s' is out of range",
			       m->key);
	}
	v -= more_of(m);
	if (m->type == BYTE) {
		*(uint8_t *)p = (uint8_t)v;
	} else if (m->type == CHOICE) {
		*(unsigned *)p = (unsigned)v;
	} else {
		*(size_t *)p = (size_t)v;
	}
	return VV_OK;
}

static vv_status get_run(vv_bytes *out, vv_cbor *c, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);

	if (rc < 0) return rc;
	return len > VV_HEADER_MAX ? bad_dialect("a text is too long", err)
				   : vv_bytes_set(out, p, len, err);
}

static vv_status get_member(vv_dialect *d, vv_cbor *c, const member *m, vv_error *err)
{
	void *p = place_of(d, m);

	switch (m->type) {
	case FORM:
		return get_form(c, p, err);
	case RUN:
		return get_run(p, c, err);
	case TEXT:
		return get_text(p, c, m, err);
	case QUOTING:
		return get_habits(d, c, err);
	case FLAG:
		return vv_cbor_get_bool(c, p, err);
	default:
		return m->names ? get_name(c, m, p, err) : get_number(d, c, m, err);
	}
}

/* Sets a form's usual values. */
static vv_status set_usual(vv_dialect *d, vv_error *err)
{
	vv_status rc = VV_OK;

	for (const member *m = members; m < members + MEMBERS && rc == VV_OK; m++) {
		const char *text = usual_run(m, d->form);
		rc = m->type == RUN ? vv_bytes_set(bytes_of(d, m), text, strlen(text), err) : VV_OK;
	}
	return rc;
}

/* The characters of a CSV must be tellable from each other and from line ends. */
bool vv_dialect_fits_together(const vv_dialect *d)
{
	const uint8_t own[3] = {d->delimiter, d->quote, d->escape};

	if (vv_form_is_typed(d->form)) return true;
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

/* Are the lines below the table allowed? */
static bool tail_fits(const vv_dialect *d)
{
	return vv_form_is_typed(d->form) || d->epilogue.len == 0 || d->final_newline;
}

bool vv_dialect_lead_fits(const vv_dialect *d)
{
	const char *s = d->prologue.data;

	if (d->lead == 0) return true;
	if (d->lead > d->prologue.len) return false;
	if (vv_form_is_document(d->form)) {
		return d->lead < d->prologue.len && s[d->lead] == '[' &&
		       vv_json_skip_space(s + d->lead + 1, s + d->prologue.len) ==
			       s + d->prologue.len;
	}
	return !vv_form_is_typed(d->form) && (d->header || d->lead == d->prologue.len) &&
	       (!d->header || s[d->lead - 1] == '\n' || s[d->lead - 1] == '\r');
}

vv_status vv_dialect_get(vv_dialect *out, vv_cbor *c, vv_error *err)
{
	const member *bom = &members[0], *form = &members[1];
	vv_auto(vv_dialect) d = {0};
	vv_cbor ahead = *c;
	size_t pairs, seen = 0;
	vv_status rc;

	vv_dialect_init(&d);
	vv_dialect_init(out);
	/* The form comes second when there is a BOM; the defaults of the rest hang on it. */
	if ((rc = vv_cbor_get_map(c, &pairs, err)) < 0 ||
	    (rc = vv_cbor_get_map(&ahead, &pairs, err)) < 0 ||
	    (vv_cbor_try_key(&ahead, bom->key) && (rc = get_member(&d, &ahead, bom, err)) < 0) ||
	    (rc = vv_cbor_get_key(&ahead, form->key, err)) < 0 ||
	    (rc = get_member(&d, &ahead, form, err)) < 0 || (rc = set_usual(&d, err)) < 0) {
		return rc;
	}
	for (const member *m = members; m < members + MEMBERS; m++) {
		if (seen == pairs || !vv_cbor_try_key(c, m->key)) {
			continue;
		}
		seen++;
		if ((rc = get_member(&d, c, m, err)) < 0) return rc;
		if (!is_said(&d, m)) {
			return bad_dialect("a member has its default value, and must be left "
					   "out",
					   err);
		}
	}
	if (seen != pairs) return bad_dialect("an unknown member", err);
	if (!vv_dialect_fits_together(&d)) {
		return bad_dialect(
			"the delimiter, quote, escape and comment characters must differ", err);
	}
	if (!vv_dialect_lead_fits(&d)) {
		return bad_dialect("the text above the table does not end with a line end", err);
	}
	if (!tail_fits(&d)) {
		return bad_dialect("the last row has no line end, but lines follow it", err);
	}
	*out = d;
	memset(&d, 0, sizeof(d));
	return VV_OK;
}
