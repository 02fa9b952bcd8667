/*
 * column_rename: knows where names stand.
 */
#include "lib/work/add/column_rename.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json/json.h"
#include "base/text.h"
#include "dataset/format/row_write.h"

static bool is_newline(char c)
{
	return c == '\n' || c == '\r';
}

/* The end of the header cell at `at`. */
static size_t cell_end(const vv_dialect *d, const char *s, size_t len, size_t at, bool *quoted)
{
	*quoted = d->quote && at < len && (uint8_t)s[at] == d->quote;
	if (*quoted) {
		for (at++; at < len; at++) {
			if (d->escape && (uint8_t)s[at] == d->escape && at + 1 < len) {
				at++;
			} else if ((uint8_t)s[at] == d->quote) {
				if (d->escape || at + 1 >= len || (uint8_t)s[at + 1] != d->quote) {
					return at + 1;
				}
				at++; /* a doubled quote stands for itself */
			}
		}
		return at;
	}
	while (at < len && (uint8_t)s[at] != d->delimiter && !is_newline(s[at])) {
		at += d->escape && (uint8_t)s[at] == d->escape && at + 1 < len ? 2 : 1;
	}
	return at < len ? at : len;
}

vv_status vv_rename_header(vv_buf *out, const vv_dialect *d, size_t place, const char *name,
			   size_t len, vv_error *err)
{
	const char *s = d->prologue.data ? d->prologue.data : "";
	size_t n = d->prologue.len, at = d->lead;
	vv_cell cell = {name, (uint32_t)len, VV_CELL_TEXT, 0, 0};
	bool quoted;

	if (d->header_more > 0) {
		return vv_fail(err, VV_EREFUSED,
			       "the header has %u lines, from which the names are joined",
			       d->header_more + 1u);
	}
	while (at < n && (is_newline(s[at]) || (d->comment && (uint8_t)s[at] == d->comment))) {
		while (at < n && !is_newline(s[at])) {
			at++; /* comments before the header, and blank lines */
		}
		at += at < n;
	}
	while (d->spaces != VV_SPACES_KEPT && at < n && s[at] == ' ') {
		at++;
	}
	size_t end = cell_end(d, s, n, at, &quoted);
	bool only = end >= n || is_newline(s[end]);
	for (size_t i = 0; i < place; i++) {
		if (end >= n || (uint8_t)s[end] != d->delimiter) {
			return vv_fail(err, VV_EINPUT, "the header line has no column %zu",
				       place + 1);
		}
		at = end + 1;
		while (d->spaces != VV_SPACES_KEPT && at < n && s[at] == ' ') {
			at++;
		}
		end = cell_end(d, s, n, at, &quoted);
	}
	vv_buf_put(out, s, at);
	vv_cell_write_csv(out, &cell, d, quoted ? VV_QUOTE_ALWAYS : VV_QUOTE_MINIMAL,
			  only         ? VV_CELL_ALONE
			  : place == 0 ? VV_CELL_FIRST
				       : VV_CELL_LATER);
	vv_buf_put(out, s + end, n - end);
	return vv_buf_ok(out, err);
}

/* A JSON string with all beyond ASCII as \uXXXX, as some writers do. */
static void put_ascii_string(vv_buf *out, const char *s, size_t len)
{
	vv_auto(vv_buf) plain = VV_BUF_INIT;
	uint32_t cp;
	size_t n;

	vv_json_put_string(&plain, s, len);
	for (size_t i = 0; i < plain.len; i += n) {
		n = vv_utf8_decode(&cp, plain.data + i, plain.len - i);
		n = n ? n : 1;
		if (n == 1) {
			vv_buf_putc(out, plain.data[i]);
		} else if (cp < 0x10000) {
			vv_buf_printf(out, "\\u%04x", (unsigned)cp);
		} else {
			cp -= 0x10000;
			vv_buf_printf(out, "\\u%04x\\u%04x", 0xd800u + (unsigned)(cp >> 10),
				      0xdc00u + (unsigned)(cp & 0x3ff));
		}
	}
	if (plain.failed) {
		out->failed = true;
	}
}

vv_status vv_rename_members_init(vv_rename_members *m, const vv_dialect *d, const char *from,
				 size_t from_len, const char *to, size_t to_len, vv_error *err)
{
	*m = (vv_rename_members){
		.from = from, .from_len = from_len, .target = d->form == VV_FORM_JSON ? 2 : 1};
	if (d->ascii) {
		put_ascii_string(&m->to, to, to_len);
	} else {
		vv_json_put_string(&m->to, to, to_len);
	}
	return vv_buf_ok(&m->to, err);
}

void vv_rename_members_clear(vv_rename_members *m)
{
	vv_buf_clear(&m->to);
	vv_buf_clear(&m->key);
}

/* Is the member's name, as it stands, the one looked for? */
static vv_status key_matches(const vv_rename_members *m, bool *out, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *node;

	*out = false;
	if (!memchr(m->key.data, '\\', m->key.len)) {
		*out = m->key.len == m->from_len + 2 &&
		       memcmp(m->key.data + 1, m->from, m->from_len) == 0;
		return VV_OK;
	}
	vv_status rc = vv_json_read(&node, &arena, m->key.data, m->key.len, "name", err);
	if (rc == VV_OK) {
		*out = node->text_len == m->from_len &&
		       memcmp(node->text, m->from, m->from_len) == 0;
	}
	return rc;
}

static vv_status end_key(vv_rename_members *m, vv_buf *out, vv_error *err)
{
	bool matches;
	vv_status rc;

	m->in_key = m->key_next = false;
	if ((rc = vv_buf_ok(&m->key, err)) < 0 || (rc = key_matches(m, &matches, err)) < 0) {
		return rc;
	}
	if (matches) {
		vv_buf_put(out, m->to.data, m->to.len);
	} else {
		vv_buf_put(out, m->key.data, m->key.len);
	}
	vv_buf_reset(&m->key);
	return VV_OK;
}

/* One byte inside a string. True when the string ends with it. */
static bool in_string(vv_rename_members *m, char c)
{
	if (m->escaped) {
		m->escaped = false;
	} else if (c == '\\') {
		m->escaped = true;
	} else if (c == '"') {
		m->in_string = false;
		return true;
	}
	return false;
}

static void outside_string(vv_rename_members *m, char c)
{
	switch (c) {
	case '{':
	case '[':
		m->depth++;
		m->key_next = c == '{' && m->depth == m->target;
		break;
	case '}':
	case ']':
		m->depth -= m->depth > 0;
		m->key_next = false;
		break;
	case ',':
		m->key_next = m->depth == m->target;
		break;
	case '"':
		m->in_string = true;
		m->in_key = m->key_next;
		break;
	default:
		break;
	}
}

vv_status vv_rename_members_put(vv_rename_members *m, vv_buf *out, const char *bytes, size_t len,
				vv_error *err)
{
	vv_status rc = VV_OK;
	bool ended;

	for (size_t i = 0; rc == VV_OK && i < len; i++) {
		ended = m->in_string && in_string(m, bytes[i]);
		if (!m->in_string && !ended) {
			outside_string(m, bytes[i]);
		}
		vv_buf_putc(m->in_key ? &m->key : out, bytes[i]);
		if (ended && m->in_key) {
			rc = end_key(m, out, err);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

/* The text with some strings replaced: places in ascending order. */
typedef struct splice {
	vv_buf *out;
	const char *json;
	size_t done; /* copied so far */
	const char *from, *to;
} splice;

static void replace(splice *s, const vv_json *node)
{
	vv_buf_put(s->out, s->json + s->done, node->start - s->done);
	vv_json_put_string(s->out, s->to, strlen(s->to));
	s->done = node->end;
}

static bool is_name(const splice *s, const vv_json *node)
{
	return node->type == VV_JSON_STRING && strcmp(node->text, s->from) == 0 &&
	       strlen(s->from) == node->text_len;
}

/* A string, an array of strings, or an array of these: every one that is the name. */
static void replace_names(splice *s, const vv_json *node)
{
	if (is_name(s, node)) {
		replace(s, node);
	}
	for (const vv_json *a = node->type == VV_JSON_ARRAY ? node->first : NULL; a; a = a->next) {
		if (is_name(s, a)) {
			replace(s, a);
		}
		for (const vv_json *b = a->type == VV_JSON_ARRAY ? a->first : NULL; b;
		     b = b->next) {
			if (is_name(s, b)) {
				replace(s, b);
			}
		}
	}
}

static void replace_field(splice *s, const vv_json *fields, size_t place)
{
	const vv_json *field = fields->first;

	for (size_t i = 0; field && i < place; i++) {
		field = field->next;
	}
	const vv_json *name = field ? vv_json_get(field, "name") : NULL;
	if (name && is_name(s, name)) {
		replace(s, name);
	}
}

vv_status vv_rename_in_schema(vv_buf *out, const char *json, size_t json_len, size_t place,
			      const char *from, const char *to, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	splice s = {out, json, 0, from, to};
	vv_json *root;
	vv_status rc;

	if ((rc = vv_json_read(&root, &arena, json, json_len, "schema", err)) < 0) return rc;
	for (const vv_json *member = root->first; member; member = member->next) {
		if (strcmp(member->name, "fields") == 0) {
			replace_field(&s, member, place);
		} else if (strcmp(member->name, "primaryKey") == 0 ||
			   strcmp(member->name, "uniqueKeys") == 0) {
			replace_names(&s, member);
		} else if (strcmp(member->name, "foreignKeys") == 0) {
			for (const vv_json *key = member->first; key; key = key->next) {
				const vv_json *fields = vv_json_get(key, "fields");

				if (fields) {
					replace_names(&s, fields);
				}
			}
		}
	}
	vv_buf_put(out, json + s.done, json_len - s.done);
	return vv_buf_ok(out, err);
}
