/*
 * text: how what a patch says stands in it: cells, the forms of lines, and all of a
 * version's root except its rows. All is JSON that people can read wherever their bytes are
 * text, and exact in any case. A root that is read goes through the root's own strict
 * decoder before anybody uses it.
 */
#include "diff/patch/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"

static vv_status expected(vv_error *err, const char *what)
{
	return vv_fail(err, VV_EINPUT, "expected %s", what);
}

/* An object with just one member: its value when the member has this name. */
static const vv_json *only(const vv_json *v, const char *name)
{
	return v->type == VV_JSON_OBJECT && v->count == 1 ? vv_json_get(v, name) : NULL;
}

/* --- cells ------------------------------------------------------------------- */

/* Does the text stand for itself in JSON, whoever reads and writes it again? */
static bool is_plain_literal(const vv_cell *c)
{
	static const char *const words[] = {"true", "false"};
	for (size_t i = 0; i < 2; i++) {
		if (c->len == strlen(words[i]) && memcmp(c->text, words[i], c->len) == 0) {
			return true;
		}
	}
	size_t i = c->len > 0 && c->text[0] == '-';
	size_t first = i;
	while (i < c->len && c->text[i] >= '0' && c->text[i] <= '9') {
		i++;
	}
	if (i == first || i - first > 300 || (c->text[first] == '0' && i - first > 1)) return false;
	if (i < c->len && c->text[i] == '.' && ++i < c->len) {
		for (first = i; i < c->len && c->text[i] >= '0' && c->text[i] <= '9'; i++) {
		}
		return i == c->len && i - first < 300;
	}
	return i == c->len;
}

void patch_put_cell(vv_buf *out, const vv_cell *c)
{
	switch ((vv_cell_state)c->state) {
	case VV_CELL_TEXT:
		vv_json_put_text(out, c->text, c->len);
		break;
	case VV_CELL_ABSENT:
		vv_buf_puts(out, "[]");
		break;
	case VV_CELL_NULL:
		vv_buf_puts(out, "null");
		break;
	case VV_CELL_LITERAL:
		if (is_plain_literal(c)) {
			vv_buf_put(out, c->text, c->len);
		} else {
			vv_buf_puts(out, "{\"json\":");
			vv_json_put_text(out, c->text, c->len);
			vv_buf_puts(out, "}");
		}
		break;
	}
}

vv_status patch_get_cell(vv_cell *out, const vv_json *v, vv_arena *arena, vv_error *err)
{
	const char *text = NULL;
	size_t len = 0;
	vv_status rc = VV_OK;
	*out = (vv_cell){.state = VV_CELL_TEXT};
	if (v->type == VV_JSON_NULL) {
		out->state = VV_CELL_NULL;
		return VV_OK;
	}
	if (v->type == VV_JSON_ARRAY && v->count == 0) {
		out->state = VV_CELL_ABSENT;
		return VV_OK;
	}
	if (v->type == VV_JSON_STRING || (v->type == VV_JSON_OBJECT && only(v, "base64"))) {
		rc = vv_json_get_text(&text, &len, v, arena, err);
	} else if (v->type == VV_JSON_OBJECT && only(v, "json")) {
		out->state = VV_CELL_LITERAL;
		rc = vv_json_get_text(&text, &len, only(v, "json"), arena, err);
	} else if (v->type == VV_JSON_NUMBER) {
		out->state = VV_CELL_LITERAL;
		text = v->text;
		len = v->text_len;
	} else if (v->type == VV_JSON_TRUE || v->type == VV_JSON_FALSE) {
		out->state = VV_CELL_LITERAL;
		text = v->type == VV_JSON_TRUE ? "true" : "false";
		len = strlen(text);
	} else {
		return expected(
			err,
			"a cell: a string, number, true, false, null, [] (no cell), {\"base64\": ...} or {\"json\": ...}");
	}
	if (rc == VV_OK && out->state == VV_CELL_LITERAL && len == 0) {
		return expected(err, "the text of a JSON value");
	}
	if (rc == VV_OK && len > UINT32_MAX) {
		return vv_fail(err, VV_EREFUSED, "a cell of more than 4 GiB");
	}
	out->text = text;
	out->len = (uint32_t)len;
	return rc;
}

/* --- forms ------------------------------------------------------------------- */

static const char *const end_names[] = {NULL, "LF", "CRLF", "CR"};

bool patch_form_equal(const patch_form *a, const patch_form *b)
{
	if (a->irregular != b->irregular || !a->irregular) return a->irregular == b->irregular;
	return a->kind == b->kind && a->raw_len == b->raw_len &&
	       (a->raw_len == 0 || memcmp(a->raw, b->raw, a->raw_len) == 0);
}

void patch_put_form(vv_buf *out, const patch_form *f)
{
	if (!f->irregular) {
		vv_buf_puts(out, "null");
	} else if (f->kind != VV_QUIRK_RAW) {
		vv_buf_printf(out, "{\"end\":\"%s\"}", end_names[f->kind]);
	} else {
		vv_buf_puts(out, "{\"raw\":");
		vv_json_put_text(out, f->raw, f->raw_len);
		vv_buf_puts(out, "}");
	}
}

vv_status patch_get_form(patch_form *out, const vv_json *v, vv_arena *arena, vv_error *err)
{
	const vv_json *raw = only(v, "raw"), *end = only(v, "end");
	*out = (patch_form){.irregular = v->type != VV_JSON_NULL};
	if (!out->irregular) return VV_OK;
	if (raw) {
		out->kind = VV_QUIRK_RAW;
		return vv_json_get_text(&out->raw, &out->raw_len, raw, arena, err);
	}
	for (int i = VV_QUIRK_LF; end && end->type == VV_JSON_STRING && i <= VV_QUIRK_CR; i++) {
		if (strcmp(end->text, end_names[i]) == 0) {
			out->kind = (vv_quirk_kind)i;
			return VV_OK;
		}
	}
	return expected(
		err,
		"a line's form: null, {\"end\": \"LF\", \"CRLF\" or \"CR\"} or {\"raw\": ...}");
}

/* --- a root ------------------------------------------------------------------ */

static const char *const sources[] = {"none", "inferred", "declared", "package"};
static const char *const forms[] = {"csv", "ndjson", "json"};
static const char *const newlines[] = {"LF", "CRLF", "CR"};
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* --- writing ------------------------------------------------------------------ */

static void put_names(vv_buf *out, char *const *names, size_t count)
{
	vv_buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(out, i > 0 ? "," : "");
		vv_json_put_text(out, names[i], strlen(names[i]));
	}
	vv_buf_putc(out, ']');
}

void patch_put_columns(vv_buf *out, const vv_root *r)
{
	bool plain = vv_utf8_valid(r->schema.data ? r->schema.data : "", r->schema.len) &&
		     r->schema.len > 0;
	for (size_t i = 0; i < r->schema.len && plain; i++) {
		plain = r->schema.data[i] != '\n' && r->schema.data[i] != '\r';
	}
	vv_buf_puts(out, "{\"schema\":");
	if (plain) {
		vv_buf_put(out, r->schema.data, r->schema.len);
	} else {
		vv_json_put_text(out, r->schema.data, r->schema.len);
	}
	vv_buf_puts(out, ",\"key\":");
	put_names(out, r->key, r->key_count);
	vv_buf_printf(out, ",\"keySource\":\"%s\",\"cut\":{\"rows\":%u,\"columns\":",
		      sources[r->key_source], r->cut_rows);
	put_names(out, r->cut_columns, r->cut_column_count);
	vv_buf_putc(out, '}');
	if (vv_root_is_sorted(r)) {
		vv_buf_puts(out, ",\"sortedBy\":");
		put_names(out, r->sorted_by, r->sorted_by_count);
	}
	if (r->file_order_declared) {
		vv_buf_puts(out, ",\"order\":\"file-declared\"");
	}
	vv_buf_putc(out, '}');
}

static void put_member(vv_buf *out, const char *name, const void *bytes, size_t len)
{
	vv_buf_printf(out, ",\"%s\":", name);
	vv_json_put_text(out, bytes, len);
}

static void put_truth(vv_buf *out, const char *name, bool value)
{
	vv_buf_printf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

void patch_put_dialect(vv_buf *out, const vv_dialect *d)
{
	vv_buf_printf(out, "{\"form\":\"%s\"", forms[d->form]);
	if (d->encoding[0]) {
		put_member(out, "encoding", d->encoding, strlen(d->encoding));
	}
	put_truth(out, "bom", d->bom);
	put_truth(out, "header", d->header);
	put_truth(out, "finalNewline", d->final_newline);
	vv_buf_printf(out, ",\"newline\":\"%s\"",
		      newlines[d->newline < VV_NO_NEWLINE ? d->newline : 0]);
	put_member(out, "prologue", d->prologue.data, d->prologue.len);
	if (d->lead > 0) {
		vv_buf_printf(out, ",\"lead\":%zu", d->lead);
	}
	if (d->form == VV_FORM_CSV) {
		if (d->epilogue.len > 0) {
			put_member(out, "epilogue", d->epilogue.data, d->epilogue.len);
		}
		put_member(out, "delimiter", &d->delimiter, 1);
		put_member(out, "quote", &d->quote, d->quote != 0);
		put_member(out, "escape", &d->escape, d->escape != 0);
		if (d->comment != 0) {
			put_member(out, "comment", &d->comment, 1);
		}
		if (d->declared != 0) {
			vv_buf_printf(out, ",\"declared\":%u", d->declared);
		}
		if (d->spaces != VV_SPACES_KEPT) {
			vv_buf_printf(out, ",\"spaces\":%u", (unsigned)d->spaces);
		}
		if (d->header_more > 0) {
			vv_buf_printf(out, ",\"headerRows\":%u", d->header_more + 1u);
			put_member(out, "headerJoin", d->header_join, strlen(d->header_join));
		}
		vv_buf_puts(out, ",\"quoting\":\"");
		for (size_t i = 0; i < d->quoting_count; i++) {
			vv_buf_putc(out, '0' + d->quoting[i]);
		}
		vv_buf_puts(out, "\"}");
		return;
	}
	put_member(out, "open", d->open.data, d->open.len);
	put_member(out, "colon", d->colon.data, d->colon.len);
	put_member(out, "comma", d->comma.data, d->comma.len);
	put_member(out, "close", d->close.data, d->close.len);
	put_member(out, "rowEnd", d->row_end.data, d->row_end.len);
	put_member(out, "epilogue", d->epilogue.data, d->epilogue.len);
	put_truth(out, "ascii", d->ascii);
	vv_buf_putc(out, '}');
}

/* --- reading ------------------------------------------------------------------ */

static vv_status expected_member(vv_error *err, const char *name, const char *what)
{
	return vv_fail(err, VV_EINPUT, "'%s': expected %s", name, what);
}

static vv_status get_word(size_t *out, const vv_json *object, const char *name,
			  const char *const *words, size_t count, vv_error *err)
{
	const char *text = vv_json_get_string(object, name);
	for (size_t i = 0; text && i < count; i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = i;
			return VV_OK;
		}
	}
	vv_fail(err, VV_EINPUT, "'%s': expected '%s'", name, words[0]);
	for (size_t i = 1; i < count; i++) {
		size_t at = strlen(err ? err->message : "");
		if (err && at + strlen(words[i]) + 8 < sizeof(err->message)) {
			memcpy(err->message + at, " or '", 5);
			memcpy(err->message + at + 5, words[i], strlen(words[i]));
			memcpy(err->message + at + 5 + strlen(words[i]), "'", 2);
		}
	}
	return VV_EINPUT;
}

static vv_status get_names(char ***out, size_t *count, const vv_json *object, const char *name,
			   vv_error *err)
{
	const vv_json *v = vv_json_get(object, name);
	if (!v || v->type != VV_JSON_ARRAY || v->count > VV_COLUMNS_MAX) {
		return expected_member(err, name, "an array of column names");
	}
	*out = vv_calloc(v->count + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	for (const vv_json *e = v->first; e; e = e->next) {
		if (e->type != VV_JSON_STRING || memchr(e->text, '\0', e->text_len)) {
			return expected_member(err, name, "an array of column names");
		}
		(*out)[*count] = vv_strndup(e->text, e->text_len);
		if (!(*out)[*count]) return vv_fail_nomem(err);
		(*count)++;
	}
	return VV_OK;
}

static vv_status empty_list(vv_buf *out, vv_list_kind kind, vv_error *err)
{
	static const vv_sink nowhere = {.put = NULL};
	vv_auto(vv_list_builder) *b = NULL;
	vv_auto(vv_list) list = {VV_BUF_INIT};
	vv_status rc = vv_list_builder_new(&b, kind, &nowhere, NULL, err);
	if (rc == VV_OK && (rc = vv_list_builder_finish(b, &list, err)) == VV_OK) {
		vv_buf_clear(out);
		*out = list.top;
		list.top = (vv_buf)VV_BUF_INIT;
	}
	return rc;
}

vv_status patch_get_columns(vv_root *out, const vv_json *v, const char *line, vv_error *err)
{
	const vv_json *schema = v ? vv_json_get(v, "schema") : NULL,
		      *cut = v ? vv_json_get(v, "cut") : NULL,
		      *order = v ? vv_json_get(v, "order") : NULL;
	size_t source;
	uint64_t rows;
	vv_status rc;
	if (!schema || (schema->type != VV_JSON_OBJECT && schema->type != VV_JSON_STRING)) {
		return expected_member(err, "schema", "a Table Schema");
	}
	bool text = schema->type == VV_JSON_STRING;
	if ((rc = vv_bytes_set(&out->schema, text ? schema->text : line + schema->start,
			       text ? schema->text_len : schema->end - schema->start, err)) < 0 ||
	    (rc = get_names(&out->key, &out->key_count, v, "key", err)) < 0 ||
	    (rc = get_word(&source, v, "keySource", sources, COUNT(sources), err)) < 0) {
		return rc;
	}
	out->key_source = (vv_key_source)source;
	if (!cut || cut->type != VV_JSON_OBJECT || !vv_json_get_u64(&rows, cut, "rows") ||
	    rows > UINT32_MAX) {
		return expected_member(err, "cut", "rows and columns");
	}
	out->cut_rows = (uint32_t)rows;
	if (order && (order->type != VV_JSON_STRING || strcmp(order->text, "file-declared") != 0 ||
		      vv_json_get(v, "sortedBy"))) {
		return expected_member(err, "order", "'file-declared', or nothing");
	}
	out->file_order_declared = order != NULL;
	if (v && vv_json_get(v, "sortedBy") &&
	    ((rc = get_names(&out->sorted_by, &out->sorted_by_count, v, "sortedBy", err)) < 0 ||
	     out->sorted_by_count == 0 || out->sorted_by_count > VV_SORTED_BY_MAX)) {
		return rc < 0 ? rc : expected_member(err, "sortedBy", "1 to 16 names");
	}
	if (vv_root_is_sorted(out) && (rc = empty_list(&out->places, VV_LIST_PLACES, err)) < 0) {
		return rc;
	}
	return get_names(&out->cut_columns, &out->cut_column_count, cut, "columns", err);
}

static vv_status get_truth(bool *out, const vv_json *object, const char *name, vv_error *err)
{
	const vv_json *v = vv_json_get(object, name);
	if (!v || (v->type != VV_JSON_TRUE && v->type != VV_JSON_FALSE)) {
		return expected_member(err, name, "true or false");
	}
	*out = v->type == VV_JSON_TRUE;
	return VV_OK;
}

static vv_status get_run(vv_bytes *out, const vv_json *object, const char *name, vv_arena *arena,
			 vv_error *err)
{
	const char *bytes;
	size_t len;
	vv_status rc = vv_json_get_text(&bytes, &len, vv_json_get(object, name), arena, err);
	if (rc == VV_EINPUT) {
		vv_prefix(err, "'%s'", name);
	}
	return rc < 0 ? rc : vv_bytes_set(out, bytes, len, err);
}

static vv_status get_byte(uint8_t *out, const vv_json *object, const char *name, bool may_be_none,
			  vv_arena *arena, vv_error *err)
{
	const char *bytes;
	size_t len;
	vv_status rc = vv_json_get_text(&bytes, &len, vv_json_get(object, name), arena, err);
	if (rc < 0 || len > 1 || (len == 0 && !may_be_none) || (len == 1 && bytes[0] == '\0')) {
		return rc < 0 && rc != VV_EINPUT
			       ? rc
			       : expected_member(err, name,
						 may_be_none ? "one byte or none" : "one byte");
	}
	*out = len == 1 ? (uint8_t)bytes[0] : 0;
	return VV_OK;
}

static vv_status get_quoting(vv_dialect *d, const vv_json *object, vv_error *err)
{
	const vv_json *v = vv_json_get(object, "quoting");
	if (!v || v->type != VV_JSON_STRING || v->text_len > VV_COLUMNS_MAX ||
	    strspn(v->text, "0123") != v->text_len) {
		return expected_member(err, "quoting", "a digit from 0 to 3 for each column");
	}
	d->quoting = vv_malloc(v->text_len);
	if (!d->quoting) return vv_fail_nomem(err);
	for (size_t i = 0; i < v->text_len; i++) {
		d->quoting[i] = (uint8_t)(v->text[i] - '0');
	}
	d->quoting_count = v->text_len;
	return VV_OK;
}

/* Left out: 0. */
static vv_status get_lead(vv_dialect *d, const vv_json *object, vv_error *err)
{
	const vv_json *v = vv_json_get(object, "lead");
	uint64_t lead = 0;

	if (!v) return VV_OK;
	if (v->type != VV_JSON_NUMBER || !vv_parse_u64(&lead, v->text, v->text_len) ||
	    lead > VV_HEADER_MAX) {
		return expected_member(err, "lead", "a number of bytes");
	}
	d->lead = (size_t)lead;
	return vv_dialect_lead_fits(d)
		       ? VV_OK
		       : expected_member(err, "lead", "bytes of the prologue before the table");
}

/* Left out: low - 1. */
static vv_status get_number(uint64_t *out, const vv_json *object, const char *name, uint64_t low,
			    uint64_t high, vv_error *err)
{
	const vv_json *v = vv_json_get(object, name);

	*out = low - 1;
	if (!v) return VV_OK;
	return v->type == VV_JSON_NUMBER && vv_parse_u64(out, v->text, v->text_len) &&
			       *out >= low && *out <= high
		       ? VV_OK
		       : expected_member(err, name, "a number in its range");
}

static vv_status get_passed(vv_dialect *d, const vv_json *v, vv_arena *arena, vv_error *err)
{
	vv_bytes join = {NULL, 0};
	uint64_t spaces, rows, declared;
	vv_status rc;

	if ((vv_json_get(v, "comment") &&
	     (rc = get_byte(&d->comment, v, "comment", false, arena, err)) < 0) ||
	    (rc = get_number(&declared, v, "declared", 1, VV_DECLARED_ALL, err)) < 0 ||
	    (rc = get_number(&spaces, v, "spaces", 1, VV_SPACES_USUAL, err)) < 0 ||
	    (rc = get_number(&rows, v, "headerRows", 2, VV_HEADER_ROWS_MAX, err)) < 0) {
		return rc;
	}
	d->declared = (uint8_t)declared;
	d->spaces = (vv_spaces)spaces;
	d->header_more = (uint8_t)(rows - 1);
	d->header_join[0] = ' ';
	if (rows > 1) {
		if ((rc = get_run(&join, v, "headerJoin", arena, err)) < 0) return rc;
		if (join.len >= sizeof(d->header_join)) {
			rc = expected_member(err, "headerJoin", "at most 15 bytes");
		} else {
			memset(d->header_join, 0, sizeof(d->header_join));
			memcpy(d->header_join, join.data ? join.data : "", join.len);
		}
		vv_free(join.data);
	}
	return rc == VV_OK && !vv_dialect_fits_together(d)
		       ? expected_member(err, "delimiter",
					 "characters that can be told from each other")
		       : rc;
}

static vv_status get_csv(vv_dialect *d, const vv_json *v, vv_arena *arena, vv_error *err)
{
	vv_status rc;
	if ((rc = get_byte(&d->delimiter, v, "delimiter", false, arena, err)) < 0 ||
	    (rc = get_byte(&d->quote, v, "quote", true, arena, err)) < 0 ||
	    (rc = get_byte(&d->escape, v, "escape", true, arena, err)) < 0) {
		return rc;
	}
	if (vv_json_get(v, "epilogue") &&
	    (rc = get_run(&d->epilogue, v, "epilogue", arena, err)) < 0) {
		return rc;
	}
	if (!vv_dialect_tail_fits(d)) {
		return expected_member(err, "epilogue", "lines, below a last row with its end");
	}
	if ((rc = get_passed(d, v, arena, err)) < 0) return rc;
	return get_quoting(d, v, err);
}

static vv_status get_json(vv_dialect *d, const vv_json *v, vv_arena *arena, vv_error *err)
{
	vv_status rc;
	/* what only CSV has, as the root's decoder sets it */
	d->delimiter = ',';
	d->quote = '"';
	if ((rc = get_run(&d->open, v, "open", arena, err)) < 0 ||
	    (rc = get_run(&d->colon, v, "colon", arena, err)) < 0 ||
	    (rc = get_run(&d->comma, v, "comma", arena, err)) < 0 ||
	    (rc = get_run(&d->close, v, "close", arena, err)) < 0 ||
	    (rc = get_run(&d->row_end, v, "rowEnd", arena, err)) < 0 ||
	    (rc = get_run(&d->epilogue, v, "epilogue", arena, err)) < 0) {
		return rc;
	}
	return get_truth(&d->ascii, v, "ascii", err);
}

/* Left out: UTF-8. */
static vv_status get_encoding(vv_dialect *out, const vv_json *v, vv_error *err)
{
	const char *name = vv_json_get_string(v, "encoding");

	if (!vv_json_get(v, "encoding")) return VV_OK;
	if (!name || strlen(name) >= VV_ENCODING_MAX) {
		return expected_member(err, "encoding", "the name of an encoding");
	}
	memcpy(out->encoding, name, strlen(name) + 1);
	return VV_OK;
}

vv_status patch_get_dialect(vv_dialect *out, const vv_json *v, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	size_t form, newline;
	vv_status rc;
	vv_dialect_clear(out);
	if (!v || v->type != VV_JSON_OBJECT) {
		return vv_fail(err, VV_EINPUT, "expected how the rows are written");
	}
	if ((rc = get_word(&form, v, "form", forms, COUNT(forms), err)) < 0 ||
	    (rc = get_encoding(out, v, err)) < 0 ||
	    (rc = get_truth(&out->bom, v, "bom", err)) < 0 ||
	    (rc = get_truth(&out->header, v, "header", err)) < 0 ||
	    (rc = get_truth(&out->final_newline, v, "finalNewline", err)) < 0 ||
	    (rc = get_word(&newline, v, "newline", newlines, COUNT(newlines), err)) < 0 ||
	    (rc = get_run(&out->prologue, v, "prologue", &arena, err)) < 0) {
		return rc;
	}
	out->form = (vv_form)form;
	out->newline = (vv_newline)newline;
	if ((rc = get_lead(out, v, err)) < 0) return rc;
	return out->form == VV_FORM_CSV ? get_csv(out, v, &arena, err)
					: get_json(out, v, &arena, err);
}

vv_status patch_finish_root(vv_root *r, vv_error *err)
{
	bool table = r->kind == VV_KIND_TABLE;
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_status rc;
	r->rows = r->bytes = 0;
	if ((rc = empty_list(&r->data, table ? VV_LIST_DATA : VV_LIST_CHUNKS, err)) < 0 ||
	    (table && ((rc = empty_list(&r->layout, VV_LIST_LAYOUT, err)) < 0 ||
		       (rc = empty_list(&r->facts, VV_LIST_FACTS, err)) < 0))) {
		return rc;
	}
	if ((rc = vv_root_encode(&block, r, err)) == VV_OK) {
		rc = vv_root_decode(r, block.data, block.len, err);
	}
	if (rc == VV_ECORRUPT || rc == VV_EREFUSED) {
		rc = err ? (err->code = VV_EINPUT)
			 : VV_EINPUT; /* it came from the patch, not from the store */
	}
	return rc;
}

/* --- names of columns ----------------------------------------------------------- */

static int label_order(const void *x, const void *y)
{
	const patch_pair *const *a = x, *const *b = y;
	return strcmp((*a)->label, (*b)->label);
}

vv_status patch_pairs_label(patch_pair *pairs, size_t count, const vv_schema *a, const vv_schema *b,
			    vv_error *err)
{
	vv_auto_free patch_pair **sorted = vv_calloc(count + 1, sizeof(patch_pair *));
	if (!sorted) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		patch_pair *p = &pairs[i];
		p->label = p->side[1] >= 0 ? b->fields[p->side[1]].name
					   : a->fields[p->side[0]].name;
		sorted[i] = p;
	}
	qsort(sorted, count, sizeof(patch_pair *), label_order);
	for (size_t i = 0; i < count;) {
		size_t same = i + 1;
		while (same < count && strcmp(sorted[i]->label, sorted[same]->label) == 0) {
			same++;
		}
		for (size_t k = i; same - i > 1 && k < same; k++) {
			sorted[k]->label = NULL;
		}
		i = same;
	}
	return VV_OK;
}

/* --- lines on their way out ---------------------------------------------------- */

/* --- lines ---------------------------------------------------------------------- */

vv_status patch_out_open(patch_out *o, vv_write_fn write, void *payload, vv_error *err)
{
	*o = (patch_out){.write = write, .payload = payload, .hash = vv_xxh3_new(0)};
	return o->hash ? VV_OK : vv_fail_nomem(err);
}

void patch_out_close(patch_out *o)
{
	vv_buf_clear(&o->line);
	vv_xxh3_free(o->hash);
}

vv_status patch_out_line(patch_out *o, vv_error *err)
{
	vv_buf_putc(&o->line, '\n');
	vv_status rc = vv_buf_ok(&o->line, err);
	if (rc == VV_OK && o->line.len > PATCH_LINE_MAX) {
		vv_fail(err, VV_EREFUSED, "a row is too long for a patch (more than %zu MiB)",
			PATCH_LINE_MAX >> 20);
		return vv_hint_code(err, VV_HINT_PUSH_FETCH);
	}
	if (rc == VV_OK) {
		vv_xxh3_update(o->hash, o->line.data, o->line.len);
		rc = o->write(o->payload, o->line.data, o->line.len, err);
	}
	vv_buf_reset(&o->line);
	return rc;
}

vv_status patch_out_end(patch_out *o, vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(o->hash);
	vv_buf_printf(
		&o->line,
		"{\"end\":{\"changed\":%llu,\"removed\":%llu,\"added\":%llu,\"moved\":%llu,\"xxh3\":\"%016llx%016llx\"}}",
		(unsigned long long)o->counts[PATCH_CHANGE],
		(unsigned long long)o->counts[PATCH_REMOVE],
		(unsigned long long)o->counts[PATCH_ADD],
		(unsigned long long)o->counts[PATCH_ARRIVE], (unsigned long long)h.hi,
		(unsigned long long)h.lo);
	return patch_out_line(o, err);
}

/* --- head of a section ---------------------------------------------------------- */
