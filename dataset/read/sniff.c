/*
 * sniff: recognizes files that are not tables, and the form of others; sniff_csv and sniff_json
 * read the details.
 */
#include "dataset/read/sniff.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/scan_internal.h"
#include "dataset/read/sniff_internal.h"
#include "repo/blocks/decompress.h"

void vv_sniff_result_clear(vv_sniff_result *r)
{
	vv_dialect_clear(&r->dialect);
	vv_array_clear(r->names, r->names ? r->columns : 0, it, vv_free(*it));
	vv_free(r->name_lens);
	vv_buf_clear(&r->warnings);
	memset(r, 0, sizeof *r);
	vv_dialect_init(&r->dialect);
}

void vv_sniff_hints_declare(vv_sniff_hints *h)
{
	unsigned declared = 0;

	declared |= h->header >= 0 ? VV_DECLARED_HEADER : 0u;
	declared |= h->skip >= 0 ? VV_DECLARED_LEAD : 0u;
	declared |= h->comment >= 0 ? VV_DECLARED_COMMENT : 0u;
	declared |= h->spaces >= 0 ? VV_DECLARED_SPACES : 0u;
	declared |= h->header_rows > 0 ? VV_DECLARED_HEADER_ROWS : 0u;
	declared |= h->quote >= 0 || h->escape >= 0 ? VV_DECLARED_QUOTE : 0u;
	h->declared = (uint8_t)declared;
}

void vv_sniff_hints_over(vv_sniff_hints *to, const vv_sniff_hints *from)
{
	if (from->has_form) {
		to->has_form = true;
		to->form = from->form;
	}
	to->delimiter = from->delimiter >= 0 ? from->delimiter : to->delimiter;
	to->quote = from->quote >= 0 ? from->quote : to->quote;
	to->escape = from->escape >= 0 ? from->escape : to->escape;
	to->header = from->header >= 0 ? from->header : to->header;
	to->encoding = from->encoding ? from->encoding : to->encoding;
	to->skip = from->skip >= 0 ? from->skip : to->skip;
	to->skip_below = from->skip_below >= 0 ? from->skip_below : to->skip_below;
	to->comment = from->comment >= 0 ? from->comment : to->comment;
	to->spaces = from->spaces >= 0 ? from->spaces : to->spaces;
	to->header_rows = from->header_rows > 0 ? from->header_rows : to->header_rows;
	to->columns = from->columns > 0 ? from->columns : to->columns;
	to->header_join = from->header_join ? from->header_join : to->header_join;
	to->records = from->records ? from->records : to->records;
	to->declared |= from->declared;
}

/* --- files that are not tables --------------------------------------------------- */

typedef struct magic {
	const char *bytes;
	size_t len;
	const char *what;
	bool packed;     /* a compressed file, of which the inside may be a table */
	vv_hint_id hint; /* what makes a table of the file; or VV_HINT_NONE */
} magic;

static const magic magics[] = {
	{"\x1f\x8b", 2, "compressed with gzip", .packed = true},
	{"\x28\xb5\x2f\xfd", 4, "compressed with zstd", .packed = true},
	{"\xfd"
	 "7zXZ",
	 6, "compressed with xz", .packed = true},
	{"BZh", 3, "compressed with bzip2", .packed = true},
	{"PK\x03\x04", 4, "a ZIP archive (xlsx, ods ...)", true, VV_HINT_UNSEEN_DOCUMENT},
	{"PAR1", 4, "a Parquet file", false, VV_HINT_UNSEEN_DOCUMENT},
	{"SQLite format 3", 16, "an SQLite database", false, VV_HINT_UNSEEN_DOCUMENT},
	{"%PDF-", 5, "a PDF document", .packed = false},
};

/* Not "standard input", and not a version's. */
static bool is_file(const char *path)
{
	return path && *vv_path_ext(path) && !strchr(path, ':');
}

bool vv_sniff_is_workbook(const char *name)
{
	static const char *const workbooks[] = {"xls",  "xlsx", "xlsm", "xlsb", "xltx",
						"xltm", "xlam", "ods",  "ots"};

	return vv_array_find(workbooks, sizeof workbooks / sizeof workbooks[0], it,
			     vv_ascii_equal(vv_path_ext(name), *it)) != NULL;
}

/* path: NULL where there is none. */
static vv_status refuse_magic(const char *sample, size_t len, const char *path, vv_error *err)
{
	const bool skippable = vv_decompress_is_skippable(sample, len);

	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
		const magic *m = &magics[skippable ? 1 : i]; /* zstd */

		/* "BZh" and "PK" might begin a text; what follows never does. */
		if (!skippable &&
		    (len < m->len || memcmp(sample, m->bytes, m->len) != 0 ||
		     (m->bytes[0] == 'B' &&
		      (len < 10 || memcmp(sample + 4, "\x31\x41\x59\x26\x53\x59", 6) != 0)))) {
			continue;
		}
		vv_fail(err, VV_EINPUT, "%s, not a table", m->what);
		if (m->hint != VV_HINT_NONE && is_file(path) &&
		    (!m->packed || vv_sniff_is_workbook(path))) {
			return vv_hint_code(err, m->hint, path);
		}
		return m->packed
			       ? vv_hint(err, "unpack the file first, since versions of compressed "
					      "files share no data; '--as file' keeps it as bytes")
			       : vv_hint(err, "'--as file' keeps it as bytes");
	}
	return VV_OK;
}

static vv_status refuse_wide(const char *sample, size_t len, vv_error *err)
{
	const bool utf32 = len >= 4 && memcmp(sample, "\xff\xfe\0\0", 4) == 0;

	vv_fail(err, VV_EINPUT, "UTF-%s text, not UTF-8", utf32 ? "32" : "16");
	return utf32 ? vv_hint(err,
			       "'iconv -f UTF-32 -t UTF-8 OLD > NEW' converts it; '--as file' keeps it as bytes")
		     : vv_hint_code(err, VV_HINT_CONVERT_UTF8);
}

/* NULs in every second byte are UTF-16; in many other places they are not text. */
static vv_status refuse_nuls(const char *sample, size_t len, vv_error *err)
{
	size_t nuls[2] = {0, 0};

	if (!memchr(sample, '\0', len)) return VV_OK;
	for (size_t i = 0; i < len; i++) {
		nuls[i & 1] += sample[i] == '\0';
	}
	if (len >= 8 &&
	    ((nuls[0] == 0 && nuls[1] * 5 > len) || (nuls[1] == 0 && nuls[0] * 5 > len))) {
		return refuse_wide(sample, len, err);
	}
	if (nuls[0] + nuls[1] >= 4 && (nuls[0] + nuls[1]) * 32 > len) {
		return vv_fail(err, VV_EINPUT,
			       "binary: %zu of the first %zu bytes are NUL\n"
			       "'--as file' keeps it as bytes",
			       nuls[0] + nuls[1], len);
	}
	return VV_OK;
}

static vv_status refuse_binary(const char *sample, size_t len, const char *path, vv_error *err)
{
	if (len >= 2 &&
	    (memcmp(sample, "\xff\xfe", 2) == 0 || memcmp(sample, "\xfe\xff", 2) == 0)) {
		return refuse_wide(sample, len, err);
	}
	vv_status rc = refuse_magic(sample, len, path, err);
	return rc < 0 ? rc : refuse_nuls(sample, len, err);
}

/* --- the form ----------------------------------------------------------- */

static void take_extension(sniff *s, const char *path)
{
	const size_t plain = vv_decompress_name(path), end = plain > 0 ? plain : strlen(path);
	size_t at = end;

	while (at > 0 && path[at - 1] != '.' && path[at - 1] != '/') {
		at--;
	}
	if (at > 0 && path[at - 1] == '.' && end - at < sizeof(s->ext)) {
		memcpy(s->ext, path + at, end - at);
	}
}

static size_t skip_space(const sniff *s, size_t at)
{
	while (at < s->len && memchr(" \t\r\n", s->text[at], 4)) {
		at++;
	}
	return at;
}

static char byte_at(const sniff *s, size_t at)
{
	return at < s->len ? s->text[at] : '\0';
}

/* Is the first line one object (1)? *end is after it. 0, VV_ENOMEM. */
static int starts_with_object(const sniff *s, size_t *end, vv_error *err)
{
	vv_auto(sniff_reader) r = {0};
	vv_dialect d;
	vv_row row;

	vv_dialect_init(&d);
	d.form = VV_FORM_NDJSON;
	int n = sniff_reader_open(&r, s, &d, 0, err);
	if (n == VV_OK) {
		n = sniff_reader_next(&r, &row, err);
		*end = n == 1 ? row.end : 0;
	}
	return n == VV_ENOMEM ? n : n > 0;
}

/* By the user's choice, the parent, the extension, the first bytes, in this order. */
static vv_status choose_form(const sniff *s, vv_form *out, vv_error *err)
{
	const vv_ending *ending = vv_ending_find(s->ext, strlen(s->ext));
	size_t first = skip_space(s, 0), second = skip_space(s, first + 1), end = 0;
	char c = byte_at(s, first), next = byte_at(s, second);
	const vv_dialect *parent = s->hints->parent;
	int object = 0;

	*out = VV_FORM_CSV;
	if (s->hints->has_form) {
		*out = s->hints->form;
	} else if (s->hints->records) {
		*out = VV_FORM_JSON;
	} else if (parent && vv_form_is_typed(parent->form) &&
		   (c == (vv_form_is_document(parent->form) ? '[' : '{') ||
		    (c == '{' && parent->lead > 0))) {
		*out = parent->form;
	} else if (!ending || vv_form_is_document(ending->form)) {
		object = c == '{' ? starts_with_object(s, &end, err) : 0;
		if (ending) {
			/* A lone object is a document, and for the parser of arrays to refuse. */
			*out = object > 0 && byte_at(s, skip_space(s, end)) == '{' ? VV_FORM_NDJSON
										   : VV_FORM_JSON;
		} else if (c == '[' && (next == '{' || next == ']')) {
			*out = VV_FORM_JSON;
		} else if (object > 0) {
			*out = VV_FORM_NDJSON;
		}
	} else {
		*out = ending->form;
	}
	return object < 0 ? (vv_status)object : VV_OK;
}

void sniff_take_declared(vv_sniff_hints *h, const vv_dialect *before)
{
	if (h->header < 0 && (before->declared & VV_DECLARED_HEADER)) {
		h->header = before->header;
	}
	if (h->comment < 0 && (before->declared & VV_DECLARED_COMMENT)) {
		h->comment = before->comment;
	}
	if (h->quote < 0 && h->escape < 0 && (before->declared & VV_DECLARED_QUOTE)) {
		h->quote = before->quote;
		h->escape = before->escape;
	}
	if (h->spaces < 0 && (before->declared & VV_DECLARED_SPACES)) {
		h->spaces = before->spaces != VV_SPACES_KEPT;
	}
}

/* A CSV, and the lines above it. */
static vv_status sniff_csv(sniff *s, vv_error *err)
{
	vv_sniff_result *out = s->out;
	size_t lead = 0;
	vv_status rc;

	sniff_confirm(s);
	out->dialect.comment = s->hints->comment >= 0 ? (uint8_t)s->hints->comment : 0;
	if ((s->len > 0 && s->text[0] == '#' && (rc = sniff_comments(s, err)) < 0) ||
	    (rc = sniff_lead(s, &lead, err)) < 0) {
		return rc;
	}
	s->lead = lead;
	s->text += lead;
	s->len -= lead;
	rc = sniff_csv_columns(s, err);
	s->text -= lead;
	s->len += lead;
	out->body += lead;
	/* without a header, the bytes between them and the first row belong to them */
	out->dialect.lead = lead == 0 || out->dialect.header ? lead : out->body;
	return rc;
}

#define SNIFF(CONSTANT, name, words, typed, document, delimited, functions)                        \
	[VV_FORM_##CONSTANT] = sniff_##functions,

static vv_form_sniff *sniff_of(vv_form form)
{
	static vv_form_sniff *const all[] = {VV_FORM_KINDS(SNIFF)};
	const vv_form_work *own = vv_form_kind_of(form)->work;

	return own ? own->sniff : all[form];
}

vv_status vv_sniff(vv_sniff_result *out, const char *sample, size_t len, bool at_end,
		   const vv_sniff_hints *hints, vv_error *err)
{
	static const vv_sniff_hints none = VV_SNIFF_HINTS_INIT;
	vv_sniff_hints own = hints ? *hints : none;
	sniff s = {.text = sample, .len = len, .at_end = at_end, .hints = &own, .out = out};

	memset(out, 0, sizeof *out);
	vv_dialect_init(&out->dialect);
	if (len < 4 && !at_end) {
		return vv_fail(err, VV_ENOTFOUND,
			       "the first row is not complete in the part of "
			       "the file that was examined");
	}
	vv_status rc = refuse_binary(sample, len, hints ? hints->path : NULL, err);
	if (rc < 0) return rc;
	size_t bom = len >= 3 && memcmp(sample, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	out->dialect.bom = bom > 0;
	s.text = len > 0 ? sample + bom : "";
	s.len -= bom;
	if (s.hints->path) {
		take_extension(&s, s.hints->path);
	}
	rc = choose_form(&s, &out->dialect.form, err);
	if (rc < 0) return rc;
	if (s.hints->parent && s.hints->parent->form == out->dialect.form) {
		s.before = s.parent = s.hints->parent;
	}
	if (!vv_form_is_typed(out->dialect.form)) {
		/* in a description, too, each line that begins so is a comment */
		out->dialect.declared = own.declared | (own.comment > 0 ? VV_DECLARED_COMMENT : 0);
		if (s.before) {
			out->dialect.declared |= s.before->declared;
			sniff_take_declared(&own, s.before);
		}
	}
	rc = sniff_of(out->dialect.form)(&s, err);
	if (rc == VV_OK) {
		rc = vv_bytes_set(&out->dialect.prologue, s.text, out->body, err);
	}
	if (rc == VV_OK && out->body > VV_HEADER_MAX) {
		rc = vv_fail(err, VV_EINPUT,
			     "%zu bytes precede the first row, and the limit is %u KiB\n'--as "
			     "file' keeps the file as bytes",
			     out->body, VV_HEADER_MAX >> 10);
	}
	if (rc == VV_OK) {
		rc = vv_buf_ok(&out->warnings, err);
	}
	out->body += bom;
	if (rc < 0) {
		vv_sniff_result_clear(out);
	}
	return rc;
}

bool vv_sniff_is_table(const char *sample, size_t len, bool at_end)
{
	vv_auto(vv_sniff_result) found = {.names = NULL};
	static const vv_sniff_hints none = VV_SNIFF_HINTS_INIT;
	sniff s = {.text = sample, .len = len, .at_end = at_end, .hints = &none, .out = &found};
	sniff_shape rows;

	if (vv_sniff(&found, sample, len, at_end, NULL, VV_IGNORED) < 0 ||
	    vv_form_is_typed(found.dialect.form) || !found.dialect.header || found.columns < 2 ||
	    sniff_look(&s, found.body, found.dialect.delimiter, SNIFF_ROWS, &rows, VV_IGNORED) <
		    0) {
		return false;
	}
	/* a Makefile's lines begin with tabs */
	return rows.alike && rows.cells == found.columns && rows.rows >= 2 &&
	       (uint8_t)sample[found.body] != found.dialect.delimiter;
}
