/*
 * schema: making schemas, fitting them to a file's columns, naming columns.
 */
#include "dataset/schema/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dataset/schema/names.h"

void vv_schema_init(vv_schema *s)
{
	memset(s, 0, sizeof(*s));
	vv_arena_init(&s->arena);
}

void vv_schema_clear(vv_schema *s)
{
	vv_arena_clear(&s->arena);
	vv_schema_init(s);
}

long vv_schema_find(const vv_schema *s, const char *name, size_t name_len)
{
	const vv_name *found = s->names ? vv_names_find(s->names, name, name_len) : NULL;

	return found ? (long)found->value : -1;
}

size_t vv_names_first(const char *text, vv_has_column_fn has, const void *payload)
{
	size_t end = strlen(text), first = strcspn(text, ",");

	while (end > first && !has(payload, text, end)) {
		do {
			end--;
		} while (end > first && text[end] != ',');
	}
	return end;
}

static void put_field(vv_buf *out, const vv_new_field *f)
{
	vv_buf_puts(out, "{\"name\":");
	vv_json_put_string(out, f->name, f->name_len);
	vv_buf_printf(out, ",\"type\":\"%s\"", vv_type_name(f->type));
	if (f->format && strcmp(f->format, "default") != 0) {
		vv_buf_puts(out, ",\"format\":");
		vv_json_put_string(out, f->format, strlen(f->format));
	}
	vv_buf_putc(out, '}');
}

vv_status vv_schema_make(vv_buf *out, const vv_new_field *fields, size_t count, vv_error *err)
{
	vv_buf_puts(out, "{\"fields\":[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			vv_buf_putc(out, ',');
		}
		put_field(out, &fields[i]);
	}
	vv_buf_puts(out, "]}");
	return vv_buf_ok(out, err);
}

/* One schema on its way to other columns. */
typedef struct refit {
	const vv_schema *old;
	const vv_new_field *fields;
	size_t count;
	vv_names here; /* the new columns' names */
} refit;

/* Descriptors that are known by name; of several with one name (v1 allows it) the
 * first goes to the first column so called, and so on. */
static void put_fields(vv_buf *out, const refit *r, bool *used)
{
	vv_buf_putc(out, '[');
	for (size_t i = 0; i < r->count; i++) {
		const vv_new_field *f = &r->fields[i];
		long at = vv_schema_find(r->old, f->name, f->name_len);

		if (i > 0) {
			vv_buf_putc(out, ',');
		}
		while (at >= 0 && used[at]) {
			do {
				at++;
			} while ((size_t)at < r->old->count &&
				 (r->old->fields[at].name_len != f->name_len ||
				  memcmp(r->old->fields[at].name, f->name, f->name_len) != 0));
			at = (size_t)at < r->old->count ? at : -1;
		}
		if (at >= 0) {
			used[at] = true;
			vv_json_put_node(out, r->old->fields[at].json);
		} else {
			put_field(out, f);
		}
	}
	vv_buf_putc(out, ']');
}

/* Are all the names (a string, or an array of strings) still columns? */
static bool all_here(const refit *r, const vv_json *names)
{
	const vv_json *n = names->type == VV_JSON_ARRAY ? names->first : names;

	for (; n; n = names->type == VV_JSON_ARRAY ? n->next : NULL) {
		if (!vv_names_find(&r->here, n->text, n->text_len)) {
			return false;
		}
	}
	return true;
}

static bool foreign_key_holds(const refit *r, const vv_json *key)
{
	const vv_json *reference = vv_json_get(key, "reference");
	const char *resource = vv_json_get_string(reference, "resource");

	return all_here(r, vv_json_get(key, "fields")) &&
	       ((resource && resource[0] != '\0') || all_here(r, vv_json_get(reference, "fields")));
}

/* The keys of an array that still hold; nothing at all when none does. */
static bool put_keys(vv_buf *out, const refit *r, const vv_json *keys, bool foreign)
{
	bool any = false;

	for (const vv_json *n = keys->first; n; n = n->next) {
		if (foreign ? !foreign_key_holds(r, n) : !all_here(r, n)) {
			continue;
		}
		vv_buf_putc(out, any ? ',' : '[');
		vv_json_put_node(out, n);
		any = true;
	}
	if (any) {
		vv_buf_putc(out, ']');
	}
	return any;
}

/* A member's value in the new schema; false when it has none there. */
static bool put_member(vv_buf *out, const refit *r, const vv_json *member, bool *used)
{
	if (strcmp(member->name, "fields") == 0) {
		put_fields(out, r, used);
		return true;
	}
	if (strcmp(member->name, "primaryKey") == 0 && !all_here(r, member)) {
		return false;
	}
	if (strcmp(member->name, "uniqueKeys") == 0) {
		return put_keys(out, r, member, false);
	}
	if (strcmp(member->name, "foreignKeys") == 0) {
		return put_keys(out, r, member, true);
	}
	vv_json_put_node(out, member);
	return true;
}

vv_status vv_schema_refit(vv_buf *out, const vv_schema *old, const vv_new_field *fields,
			  size_t count, vv_error *err)
{
	refit r = {old, fields, count, {NULL, 0}};
	vv_arena scratch = VV_ARENA_INIT;
	vv_buf value = VV_BUF_INIT;
	bool *used = vv_arena_calloc(&scratch, old->count + 1, sizeof(*used));
	bool first = true;
	vv_status rc;

	if (!used || !vv_names_init(&r.here, &scratch, count)) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (size_t i = 0; i < count; i++) {
		vv_names_put(&r.here, fields[i].name, fields[i].name_len, i, NULL);
	}
	vv_buf_putc(out, '{');
	for (const vv_json *n = old->json->first; n; n = n->next) {
		vv_buf_reset(&value);
		if (!put_member(&value, &r, n, used)) {
			continue;
		}
		if (!first) {
			vv_buf_putc(out, ',');
		}
		vv_json_put_string(out, n->name, n->name_len);
		vv_buf_putc(out, ':');
		vv_buf_put(out, value.data, value.len);
		out->failed = out->failed || value.failed;
		first = false;
	}
	vv_buf_putc(out, '}');
	rc = vv_buf_ok(out, err);
done:
	vv_buf_clear(&value);
	vv_arena_clear(&scratch);
	return rc;
}

static bool is_blank(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] != ' ' && (s[i] < '\t' || s[i] > '\r')) {
			return false;
		}
	}
	return true;
}

/* The cell as a name, not yet unique. */
static const char *label_text(vv_arena *arena, const char *cell, size_t len, size_t place,
			      size_t *out_len)
{
	vv_buf clean = VV_BUF_INIT;
	char *text = NULL;

	if (is_blank(cell, len)) {
		text = vv_arena_printf(arena, "field%zu", place + 1);
		*out_len = text ? strlen(text) : 0;
		return text;
	}
	if (!memchr(cell, '\0', len) && vv_utf8_valid(cell, len)) {
		*out_len = len;
		return vv_arena_strndup(arena, cell, len);
	}
	while (len > 0) {
		const char *nul = memchr(cell, '\0', len);
		size_t run = nul ? (size_t)(nul - cell) : len;

		vv_utf8_put_clean(&clean, cell, run);
		if (nul) {
			vv_utf8_put(&clean, 0xfffd);
			run++;
		}
		cell += run;
		len -= run;
	}
	*out_len = clean.len;
	text = clean.failed ? NULL : vv_arena_strndup(arena, vv_buf_cstr(&clean), clean.len);
	vv_buf_clear(&clean);
	return text;
}

/* The name with the least number behind it that no column has. */
static const char *numbered(vv_arena *arena, vv_names *taken, vv_name *base, size_t *len)
{
	for (;;) {
		char *text = vv_arena_printf(arena, "%.*s%zu", (int)base->len, base->text,
					     base->value);
		bool added;

		base->value++;
		if (!text) {
			return NULL;
		}
		*len = strlen(text);
		vv_names_put(taken, text, *len, 2, &added);
		if (added) {
			return text;
		}
	}
}

vv_status vv_schema_labels(const char **names_out, size_t *lens_out, vv_arena *arena,
			   const char *const *cells, const size_t *lens, size_t count,
			   vv_error *err)
{
	vv_arena scratch = VV_ARENA_INIT;
	vv_status rc = VV_OK;
	vv_names taken; /* value: the number that a repeat gets next */
	bool *repeats = vv_arena_calloc(&scratch, count + 1, sizeof(*repeats));

	if (!repeats || !vv_names_init(&taken, &scratch, 2 * count)) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (size_t i = 0; i < count; i++) {
		bool added;

		names_out[i] = label_text(arena, cells[i], lens[i], i, &lens_out[i]);
		if (!names_out[i]) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		vv_names_put(&taken, names_out[i], lens_out[i], 2, &added);
		repeats[i] = !added;
	}
	for (size_t i = 0; i < count; i++) {
		if (!repeats[i]) {
			continue;
		}
		names_out[i] = numbered(arena, &taken,
					vv_names_put(&taken, names_out[i], lens_out[i], 2, NULL),
					&lens_out[i]);
		if (!names_out[i]) {
			rc = vv_fail_nomem(err);
			goto done;
		}
	}
done:
	vv_arena_clear(&scratch);
	return rc;
}
