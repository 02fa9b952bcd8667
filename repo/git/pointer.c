/*
 * pointer: writes a pointer in its unique form, and reads it: the parsed pointer is written again
 * and must have the same bytes.
 */
#include "repo/git/pointer.h"

#include <string.h>

#include "base/hint.h"
#include "base/json/json.h"
#include "base/text.h"

/* For people without varve, and for pages that display it as a table: without quotes, and characters
 * that separate cells. Without a remote, which would cause two pointers of one root. */
static const char start_text[] = "varve pointer: ";
static const char rest_of_start[] =
	"this is not the data but the text that stands for it in Git\n"
	"The data is kept by varve (git for tables). To write it here: varve init && varve restore FILE\n";
static const char json_start[] = "{\"varve\": ";

#define START_LEN (sizeof(start_text) - 1)
#define JSON_START_LEN (sizeof(json_start) - 1)

bool vv_pointer_looks_like(const void *bytes, size_t len)
{
	return len >= START_LEN && memcmp(bytes, start_text, START_LEN) == 0;
}

/* How many bytes c are at the beginning of the line. */
static size_t run_of(const char *line, size_t len, char c)
{
	size_t n = 0;

	while (n < len && line[n] == c) {
		n++;
	}
	return n;
}

/* Does the line begin with a conflict marker of this byte, and a space? */
static bool is_mark(const char *line, size_t len, char c)
{
	const size_t n = run_of(line, len, c);

	return n > 0 && n < len && line[n] == ' ';
}

bool vv_pointer_may_begin(const void *bytes, size_t len)
{
	return memcmp(bytes, start_text, len < START_LEN ? len : START_LEN) == 0 ||
	       run_of(bytes, len, VV_POINTER_TORN_START) == len ||
	       is_mark(bytes, len, VV_POINTER_TORN_START);
}

void vv_pointer_tidy(vv_buf *text)
{
	size_t to = 0;

	if (!vv_pointer_looks_like(text->data, text->len)) return;
	for (size_t from = 0; from < text->len; from++) {
		if (text->data[from] != '\r' || from + 1 == text->len ||
		    text->data[from + 1] != '\n') {
			text->data[to++] = text->data[from];
		}
	}
	while (text->data[to - 1] == '\n') { /* ends in the first line */
		to--;
	}
	text->len = to;
	vv_buf_putc(text, '\n');
}

bool vv_pointer_is_text(const vv_buf *pointer, const void *text, size_t len)
{
	vv_auto(vv_buf) tidy = VV_BUF_INIT;

	if (pointer->len == len && memcmp(pointer->data, text, len) == 0) return true;
	vv_buf_put(&tidy, text, len);
	vv_pointer_tidy(&tidy);
	return pointer->len == tidy.len && memcmp(pointer->data, tidy.data, tidy.len) == 0;
}

/* --- writing -------------------------------------------------------------------- */

static bool is_table(const vv_pointer *p)
{
	return strcmp(p->kind, "table") == 0;
}

static void put_columns(vv_buf *b, const vv_pointer *p)
{
	vv_buf_puts(b, ", \"key\": [");
	for (size_t i = 0; i < p->key_count; i++) {
		vv_buf_puts(b, i > 0 ? ", " : "");
		vv_json_put_string(b, p->key[i], strlen(p->key[i]));
	}
	vv_buf_puts(b, "],\n \"columns\": [");
	for (size_t i = 0; i < p->column_count; i++) {
		const vv_pointer_column *c = &p->columns[i];

		vv_buf_puts(b, i > 0 ? ",\n  {\"name\": " : "\n  {\"name\": ");
		vv_json_put_string(b, c->name, c->name_len);
		vv_buf_puts(b, ", \"type\": ");
		vv_json_put_string(b, c->type, strlen(c->type));
		vv_buf_puts(b, "}");
	}
	vv_buf_puts(b, "]}\n");
}

void vv_pointer_put(vv_buf *b, const vv_pointer *p)
{
	vv_buf_printf(b, "%s%s%s1, \"kind\": \"%s\", \"root\": \"%s\",\n ", start_text,
		      rest_of_start, json_start, p->kind, vv_cid_shows(&p->root));
	if (is_table(p)) {
		vv_buf_printf(b, "\"rows\": %llu, \"bytes\": %llu", (unsigned long long)p->rows,
			      (unsigned long long)p->bytes);
		put_columns(b, p);
	} else {
		vv_buf_printf(b, "\"bytes\": %llu}\n", (unsigned long long)p->bytes);
	}
}

/* --- reading ----------------------------------------------------------------------- */

static const char *string_of(const vv_json *object, const char *name)
{
	const vv_json *m = vv_json_get(object, name);

	return m && m->type == VV_JSON_STRING && !memchr(m->text, '\0', m->text_len) ? m->text
										     : NULL;
}

/* git leaves these when it merged the pointer as text. */
static bool has_conflict_marks(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		if (is_mark(p, (size_t)(end - p), '<') || is_mark(p, (size_t)(end - p), '>')) {
			return true;
		}
		p = eol ? eol + 1 : end;
	}
	return false;
}

/* The lines that name a root, one from each side: *next is where to look on. */
static const char *next_root_line(const char **next, const char *end)
{
	const char *p = *next;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p)), *line = p;

		p = eol ? eol + 1 : end;
		if ((size_t)(p - line) >= JSON_START_LEN &&
		    memcmp(line, json_start, JSON_START_LEN) == 0) {
			*next = p;
			return line;
		}
	}
	*next = end;
	return NULL;
}

bool vv_pointer_is_torn(const char *text, size_t len)
{
	const char *next = text;

	return len <= VV_POINTER_MAX &&
	       (vv_pointer_looks_like(text, len) || is_mark(text, len, VV_POINTER_TORN_START)) &&
	       next_root_line(&next, text + len) && has_conflict_marks(text, len);
}

bool vv_pointer_next_root(vv_cid *out, const char **at, const char *end)
{
	static const char member[] = "\"root\": \"";
	const size_t len = sizeof(member) - 1;
	const char *p = *at, *stop;
	bool found = false;

	while (!found && (size_t)(end - p) > len && (p = memchr(p, '"', (size_t)(end - p)))) {
		if ((size_t)(end - p) <= len || memcmp(p, member, len) != 0) {
			p++;
			continue;
		}
		p += len;
		stop = memchr(p, '"', (size_t)(end - p));
		found = stop && vv_cid_parse(out, p, (size_t)(stop - p), NULL) == VV_OK;
	}
	*at = p ? p : end;
	return found;
}

/* The side of the lines after this mark: 0 base, 1 ours, 2 theirs, 3 all; -1: not a mark. */
static int mark_of(const char *line, size_t len)
{
	static const char marks[] = "|<=>";
	const char *c = len > 0 && *line ? strchr(marks, *line) : NULL;
	const size_t n = c ? run_of(line, len, *c) : 0;

	if (!c) return -1;
	if (*c != '=') return is_mark(line, len, *c) ? (int)(c - marks) : -1;
	if (n == len || line[n] == '\n' || line[n] == '\r') return 2;
	return -1;
}

bool vv_pointer_torn_roots(vv_cid out[3], bool has[3], const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	bool marked = false;
	int whose = 3;

	has[0] = has[1] = has[2] = false;
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p)), *line = p;
		vv_cid root;

		p = eol ? eol + 1 : end;
		int mark = mark_of(line, (size_t)(p - line));
		whose = mark >= 0 ? mark : whose;
		marked |= mark >= 0;
		if (mark >= 0 || !vv_pointer_next_root(&root, &line, p)) {
			continue;
		}
		for (int i = 0; i < 3; i++) {
			if ((whose == 3 || whose == i) && !has[i]) {
				out[i] = root;
				has[i] = true;
			}
		}
	}
	return marked && has[1] && has[2];
}

vv_status vv_pointer_refuse_torn(const char *text, size_t len, const char *path, vv_error *err)
{
	vv_cid roots[3];
	bool has[3];

	vv_fail(err, VV_EINPUT,
		"%s%sgit merged this pointer as text, and left conflict markers in it",
		path ? vv_text_shows(path) : "", path ? ": " : "");
	if (vv_pointer_is_torn(text, len) && vv_pointer_torn_roots(roots, has, text, len)) {
		vv_hint_code(err, VV_HINT_FIX, path ? path : "PATH");
	} else {
		vv_hint_code(err, VV_HINT_RESTORE_WHOLE_REV, path ? path : "PATH");
	}
	return err ? err->code : VV_EINPUT;
}

static vv_status read_key(vv_pointer *out, vv_arena *arena, const vv_json *json, vv_error *err)
{
	const vv_json *key = vv_json_get(json, "key");
	size_t n = 0;

	if (!key || key->type != VV_JSON_ARRAY) {
		return vv_fail(err, VV_EINPUT,
			       "a pointer's \"key\" must be a list of column names");
	}
	if (!(out->key = vv_arena_calloc(arena, key->count + 1, sizeof(*out->key)))) {
		return vv_fail_nomem(err);
	}
	for (const vv_json *m = key->first; m; m = m->next) {
		if (m->type != VV_JSON_STRING) {
			return vv_fail(err, VV_EINPUT,
				       "a pointer's \"key\" must be a list of column names");
		}
		out->key[n++] = m->text;
	}
	out->key_count = n;
	return VV_OK;
}

static vv_status read_columns(vv_pointer *out, vv_arena *arena, const vv_json *json, vv_error *err)
{
	const vv_json *columns = vv_json_get(json, "columns");
	size_t n = 0;

	if (!columns || columns->type != VV_JSON_ARRAY) {
		return vv_fail(err, VV_EINPUT, "a pointer's \"columns\" must be a list");
	}
	if (!(out->columns = vv_arena_calloc(arena, columns->count + 1, sizeof(*out->columns)))) {
		return vv_fail_nomem(err);
	}
	for (const vv_json *m = columns->first; m; m = m->next) {
		const vv_json *name = m->type == VV_JSON_OBJECT ? vv_json_get(m, "name") : NULL;
		const char *type = name ? string_of(m, "type") : NULL;

		if (!type || name->type != VV_JSON_STRING) {
			return vv_fail(
				err, VV_EINPUT,
				"column %zu of the pointer must have a \"name\" and a \"type\"",
				n + 1);
		}
		out->columns[n].name = name->text;
		out->columns[n].name_len = name->text_len;
		out->columns[n++].type = type;
	}
	out->column_count = n;
	return VV_OK;
}

static vv_status read_members(vv_pointer *out, vv_arena *arena, const vv_json *json, vv_error *err)
{
	const char *root = string_of(json, "root");
	uint64_t version;
	vv_status rc;

	if (!vv_json_get_u64(&version, json, "varve") || version == 0) {
		return vv_fail(err, VV_EINPUT,
			       "line 3 of the pointer must begin with {\"varve\": 1");
	}
	if (version != 1) {
		return vv_fail(err, VV_ENOSUPPORT,
			       VV_POINTER_LATER "%llu; this varve reads version 1\n"
						"upgrade varve to read it",
			       (unsigned long long)version);
	}
	out->kind = string_of(json, "kind");
	if (!out->kind || (strcmp(out->kind, "table") != 0 && strcmp(out->kind, "file") != 0)) {
		return vv_fail(err, VV_EINPUT,
			       "line 3 of the pointer must have the \"kind\" table or file");
	}
	if (!root || vv_cid_parse(&out->root, root, strlen(root), NULL) < 0) {
		return vv_fail(err, VV_EINPUT,
			       "line 3 of the pointer must have a CID as its \"root\"");
	}
	if (!vv_json_get_u64(&out->bytes, json, "bytes")) {
		return vv_fail(err, VV_EINPUT, "the pointer must have a number of \"bytes\"");
	}
	if (!is_table(out)) return VV_OK;
	if (!vv_json_get_u64(&out->rows, json, "rows")) {
		return vv_fail(err, VV_EINPUT, "the pointer must have a number of \"rows\"");
	}
	if ((rc = read_key(out, arena, json, err)) < 0) return rc;
	return read_columns(out, arena, json, err);
}

/* Names the first line that is not as it would be written. */
static vv_status compare_text(const vv_pointer *p, const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_buf) again = VV_BUF_INIT;
	size_t line = 1, start = 0;
	vv_status rc;

	vv_pointer_put(&again, p);
	if ((rc = vv_buf_ok(&again, err)) < 0 || vv_pointer_is_text(&again, text, len)) return rc;
	for (size_t i = 0; i < len && i < again.len && text[i] == again.data[i]; i++) {
		if (text[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	return vv_fail(err, VV_EINPUT, "line %zu of the pointer was changed, expected '%s'", line,
		       vv_text_show(again.data + start, strcspn(again.data + start, "\n")));
}

/* body: where the JSON begins in the text. A message names the line of the text. */
static vv_status read_json(vv_json **out, vv_arena *arena, const char *text, const char *body,
			   const char *end, vv_error *err)
{
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_status rc = vv_json_read(out, arena, body, (size_t)(end - body), "pointer", err);

	if (rc != VV_EINPUT) return rc;
	for (const char *p = text; p < body; p++) {
		vv_buf_puts(&lines, *p == '\n' ? "\n" : "");
	}
	vv_buf_put(&lines, body, (size_t)(end - body));
	rc = vv_buf_ok(&lines, err);
	return rc < 0 ? rc : vv_json_read(out, arena, lines.data, lines.len, "pointer", err);
}

vv_status vv_pointer_read(vv_pointer *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err)
{
	const char *next = bytes, *end = next + len, *body;
	vv_json *json;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (len > VV_POINTER_MAX) {
		return vv_fail(err, VV_EINPUT,
			       "a pointer has at most %u bytes, but this file has "
			       "%zu",
			       VV_POINTER_MAX, len);
	}
	if (has_conflict_marks(bytes, len)) return vv_pointer_refuse_torn(bytes, len, NULL, err);
	if (!vv_pointer_looks_like(bytes, len) || !(body = next_root_line(&next, end))) {
		return vv_fail(
			err, VV_EINPUT,
			"not a pointer: line 1 must begin with '%s', line 3 with {\"varve\": 1",
			start_text);
	}
	if ((rc = read_json(&json, arena, bytes, body, end, err)) < 0) return rc;
	if (json->type != VV_JSON_OBJECT) {
		return vv_fail(err, VV_EINPUT, "not a pointer: expected a JSON object");
	}
	if ((rc = read_members(out, arena, json, err)) < 0) return rc;
	return compare_text(out, bytes, len, err);
}

vv_status vv_pointer_find(vv_pointer *out, vv_arena *arena, const void *bytes, size_t len,
			  vv_error *err)
{
	return vv_pointer_looks_like(bytes, len) || vv_pointer_is_torn(bytes, len)
		       ? vv_pointer_read(out, arena, bytes, len, err)
		       : VV_ENOTFOUND;
}
