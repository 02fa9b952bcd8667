/*
 * schema: Table Schema descriptors, v1 and v2, checked in full. Every descriptor accepted here can
 * be honoured.
 */
#include "dataset/schema/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"
#include "dataset/schema/descriptor.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/names.h"
#include "dataset/schema/type_time.h"

/*
 * Making schemas, fitting them to a file's columns, naming columns.
 */

void vv_schema_clear(vv_schema *s)
{
	vv_arena_clear(&s->arena);
	*s = (vv_schema){0};
}

long vv_schema_find(const vv_schema *s, const char *name, size_t name_len)
{
	const vv_name *found = s->names ? vv_names_find(s->names, name, name_len) : NULL;

	return found ? (long)found->value : -1;
}

bool vv_schema_places(size_t *out, const vv_schema *s, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const long at = vv_schema_find(s, names[i], strlen(names[i]));

		if (at < 0) return false;
		if (out) {
			out[i] = (size_t)at;
		}
	}
	return true;
}

const char *vv_schema_nearest(const vv_schema *s, const char *name, size_t len)
{
	vv_auto(char) *word = vv_strndup(name, len);
	vv_nearest near;

	vv_nearest_init(&near, word ? word : "");
	for (size_t i = 0; word && i < s->count && i < 4096; i++) {
		(void)vv_nearest_try(&near, s->fields[i].name);
	}
	return near.best && near.distance < len ? near.best : NULL;
}

vv_status vv_schema_hint(const vv_schema *s, const char *name, size_t len, vv_error *err)
{
	vv_auto(vv_buf) list = VV_BUF_INIT;
	const char *nearest = vv_schema_nearest(s, name, len);
	size_t i;

	if (nearest) return vv_hint(err, "did you mean '%s'?", vv_text_shows(nearest));
	if (s->count == 0) return err->code;
	for (i = 0; i < s->count && list.len < 160; i++) {
		vv_buf_puts(&list, i ? ", " : "");
		vv_text_put_words(&list, s->fields[i].name, s->fields[i].name_len, 0);
	}
	vv_buf_puts(&list, i < s->count ? ", ..." : "");
	return vv_hint(err, "the columns are %s", vv_buf_cstr(&list));
}

vv_status vv_schema_check_key(const vv_schema *s, const char *const *key, vv_error *err)
{
	for (; key && *key; key++) {
		if (vv_schema_find(s, *key, strlen(*key)) < 0) {
			vv_fail(err, VV_ENOTFOUND, "no column named '%s' for the key",
				vv_text_shows(*key));
			return vv_schema_hint(s, *key, strlen(*key), err);
		}
	}
	return VV_OK;
}

/* Those of VV_INFER_MISSING that the field itself declares. */
static uint16_t own_missing(const vv_field *f)
{
	uint16_t found = 0;

	for (size_t k = 0; vv_json_get(f->json, "missingValues") && f->missing[k]; k++) {
		for (size_t i = 0; i < VV_INFER_MISSING_COUNT; i++) {
			if (strcmp(f->missing[k], VV_INFER_MISSING[i]) == 0) {
				found = (uint16_t)(found | 1u << i);
			}
		}
	}
	return found;
}

bool vv_field_is_found(const vv_field *f)
{
	static const char *const members[] = {"name",        "type",      "format",
					      "decimalChar", "groupChar", "missingValues"};
	bool found = true;

	for (const vv_json *n = f->json->first; n && found; n = n->next) {
		found = vv_text_is_among(n->name, members, sizeof(members) / sizeof(members[0]));
	}
	return found;
}

bool vv_field_is_code(const vv_field *f, const char *s, size_t len)
{
	const bool minus = len > 0 && *s == '-';

	return (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) && len > 1u + minus &&
	       s[minus] == '0' && vv_is_digit(s[minus + 1]) && vv_field_is_found(f);
}

vv_new_field vv_new_field_like(const vv_field *f)
{
	return (vv_new_field){.name = f->name,
			      .name_len = f->name_len,
			      .type = f->type,
			      .format = strcmp(f->format, "default") == 0 ? NULL : f->format,
			      .decimal = strcmp(f->decimal, ".") == 0 ? NULL : f->decimal,
			      .group = f->group[0] ? f->group : NULL,
			      .missing = own_missing(f)};
}

static void put_text(vv_buf *out, const char *member, const char *text)
{
	if (!text) return;
	vv_buf_printf(out, ",\"%s\":", member);
	vv_json_put_string(out, text, strlen(text));
}

static void put_field(vv_buf *out, const vv_new_field *f)
{
	vv_buf_puts(out, "{\"name\":");
	vv_json_put_string(out, f->name, f->name_len);
	vv_buf_printf(out, ",\"type\":\"%s\"", vv_type_name(f->type));
	if (f->format && strcmp(f->format, "default") != 0) {
		put_text(out, "format", f->format);
	}
	put_text(out, "decimalChar", f->decimal);
	put_text(out, "groupChar", f->group);
	if (f->missing) {
		vv_buf_puts(out, ",\"missingValues\":[\"\"");
		for (size_t i = 0; i < VV_INFER_MISSING_COUNT; i++) {
			if (f->missing >> i & 1) {
				vv_buf_putc(out, ',');
				vv_json_put_string(out, VV_INFER_MISSING[i],
						   strlen(VV_INFER_MISSING[i]));
			}
		}
		vv_buf_putc(out, ']');
	}
	if (f->u64) {
		vv_buf_puts(out,
			    ",\"constraints\":{\"minimum\":0,\"maximum\":18446744073709551615}");
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

/* Finds descriptors by name; of several with one name (v1 allows it) the first goes to the first
 * column of that name, and so on. */
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
		}
		if (at >= 0 && !f->again) {
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
		if (!vv_names_find(&r->here, n->text, n->text_len)) return false;
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
	if (strcmp(member->name, "primaryKey") == 0 && !all_here(r, member)) return false;
	if (strcmp(member->name, "uniqueKeys") == 0) return put_keys(out, r, member, false);
	if (strcmp(member->name, "foreignKeys") == 0) return put_keys(out, r, member, true);
	vv_json_put_node(out, member);
	return true;
}

vv_status vv_schema_refit(vv_buf *out, const vv_schema *old, const vv_new_field *fields,
			  size_t count, vv_error *err)
{
	refit r = {old, fields, count, {NULL, 0}};
	vv_auto(vv_arena) scratch = VV_ARENA_INIT;
	vv_auto(vv_buf) value = VV_BUF_FOR(out);
	bool *used = vv_arena_calloc(&scratch, old->count + 1, sizeof(*used));
	bool first = true;

	if (!used || !vv_names_init(&r.here, &scratch, count)) return vv_fail_nomem(err);
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
		first = false;
	}
	vv_buf_putc(out, '}');
	return vv_buf_ok(out, err);
}

/* The cell as a name, not yet unique. Names of different bytes are different: a column is found by its name
 * in other versions of the table. */
static const char *label_text(vv_arena *arena, const char *cell, size_t len, size_t place,
			      size_t *out_len)
{
	vv_auto(vv_buf) clean = VV_BUF_INIT;
	char *text = NULL;
	size_t step;

	if (vv_is_blank(cell, len)) {
		text = vv_arena_printf(arena, "field%zu", place + 1);
		*out_len = text ? strlen(text) : 0;
		return text;
	}
	if (!memchr(cell, '\0', len) && vv_utf8_valid(cell, len)) {
		*out_len = len;
		return vv_arena_strndup(arena, cell, len);
	}
	for (size_t at = 0; at < len; at += step) {
		uint32_t cp = 0;

		step = vv_utf8_decode(&cp, cell + at, len - at);
		if (step > 0 && cp != 0) {
			vv_buf_put(&clean, cell + at, step);
			continue;
		}
		step = 1;
		vv_buf_printf(&clean, "\\x%02X", (unsigned)(unsigned char)cell[at]);
	}
	*out_len = clean.len;
	return clean.failed ? NULL : vv_arena_strndup(arena, vv_buf_cstr(&clean), clean.len);
}

/* The name with the least number after it that no column has. */
static const char *numbered(vv_arena *arena, vv_names *taken, vv_name *base, size_t *len)
{
	for (;;) {
		char *text = vv_arena_printf(arena, "%.*s%zu", (int)base->len, base->text,
					     base->value);
		bool added;

		base->value++;
		if (!text) return NULL;
		*len = strlen(text);
		vv_names_put(taken, text, *len, 2, &added);
		if (added) return text;
	}
}

vv_status vv_schema_labels(const char **names_out, size_t *lens_out, vv_arena *arena,
			   const char *const *cells, const size_t *lens, size_t count,
			   vv_error *err)
{
	vv_auto(vv_arena) scratch = VV_ARENA_INIT;
	vv_names taken; /* value: the number that a repeat gets next */
	bool *repeats = vv_arena_calloc(&scratch, count + 1, sizeof(*repeats));

	if (!repeats || !vv_names_init(&taken, &scratch, 2 * count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		bool added;

		names_out[i] = label_text(arena, cells[i], lens[i], i, &lens_out[i]);
		if (!names_out[i]) return vv_fail_nomem(err);
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
		if (!names_out[i]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

typedef struct reader {
	vv_schema *s;
	const char *file;
	vv_error *err;
	bool v1;
} reader;

/* One of several words that a member may be; *out is its place. */
static vv_status read_word(const reader *r, size_t *out, const vv_json *node,
			   const char *const *words)
{
	if (node->type != VV_JSON_STRING) {
		return vv_descriptor_fail(node, r->file, r->err, "must be a string, is %s",
					  vv_descriptor_kind(node));
	}
	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], node->text) == 0) {
			*out = i;
			return VV_OK;
		}
	}
	return vv_descriptor_fail(node, r->file, r->err, "'%s' is not one of its values",
				  vv_text_show(node->text, node->text_len));
}

/* ["", "-"] or [{"value": "", "label": "not asked"}, ...] */
static vv_status read_missing(const reader *r, const char ***out, const vv_json *node)
{
	size_t n = 0;

	if (node->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(node, r->file, r->err, "must be an array, is %s",
					  vv_descriptor_kind(node));
	}
	*out = vv_arena_calloc(&r->s->arena, node->count + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(r->err);
	for (const vv_json *item = node->first; item; item = item->next) {
		const vv_json *value = item->type == VV_JSON_OBJECT ? vv_json_get(item, "value")
								    : item;

		if (!value) return vv_descriptor_fail(item, r->file, r->err, "has no 'value'");
		if (item->type != node->first->type) {
			return vv_descriptor_fail(item, r->file, r->err,
						  "strings and objects cannot be mixed");
		}
		if (!vv_descriptor_is_text(value)) {
			return vv_descriptor_fail(value, r->file, r->err, "must be a string, is %s",
						  value->type == VV_JSON_STRING
							  ? "one with NUL in it"
							  : vv_descriptor_kind(value));
		}
		(*out)[n++] = value->text;
	}
	return VV_OK;
}

/* Type names from other tools. */
static const char *meant_type(const char *name)
{
	static const char *const known[][2] = {
		{"int", "integer"},    {"int64", "integer"}, {"bigint", "integer"},
		{"float", "number"},   {"double", "number"}, {"decimal", "number"},
		{"numeric", "number"}, {"text", "string"},   {"str", "string"},
		{"varchar", "string"}, {"bool", "boolean"},  {"timestamp", "datetime"},
		{"json", "object"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i][0], name) == 0) return known[i][1];
	}
	for (int t = VV_TYPE_ANY; t <= VV_TYPE_GEOJSON; t++) {
		if (vv_text_distance(name, vv_type_name((vv_type)t), 2) <= 2) {
			return vv_type_name((vv_type)t);
		}
	}
	return NULL;
}

bool vv_schema_is_v1(const vv_json *node)
{
	for (; node; node = node->parent) {
		const char *profile = node->type == VV_JSON_OBJECT
					      ? vv_json_get_string(node, "$schema")
					      : NULL;

		if (profile) {
			return strstr(profile, "/1.") ||
			       strstr(profile, "specs.frictionlessdata.io");
		}
	}
	return true;
}

/* A field without a type is a string in version 1 and any in version 2. */
static vv_status read_type(const reader *r, vv_type *out, const vv_json *field)
{
	const char *name;
	vv_status rc;

	*out = r->v1 ? VV_TYPE_STRING : VV_TYPE_ANY;
	if ((rc = vv_descriptor_text(&name, field, "type", r->file, r->err)) < 0 || !name ||
	    vv_type_parse(out, name)) {
		return rc;
	}
	const char *meant = meant_type(name);
	vv_descriptor_fail(vv_json_get(field, "type"), r->file, r->err,
			   "'%s' is not a type of Table Schema", vv_text_shows(name));
	if (meant) return vv_hint(r->err, "is '%s' meant?", meant);
	return vv_hint(
		r->err,
		"types are string number integer boolean date datetime time year yearmonth duration "
		"object array list geopoint geojson any");
}

static vv_status read_format(const reader *r, vv_field *f, const vv_json *field)
{
	const vv_json *node = vv_json_get(field, "format");
	vv_error why;
	vv_status rc;

	if ((rc = vv_descriptor_text(&f->format, field, "format", r->file, r->err)) < 0) return rc;
	if (!f->format) {
		f->format = "default";
		return VV_OK;
	}
	if (strncmp(f->format, "fmt:", 4) == 0) {
		f->format += 4;
	}
	if (f->type == VV_TYPE_DATE || f->type == VV_TYPE_TIME || f->type == VV_TYPE_DATETIME) {
		if ((rc = vv_time_plan_new(&f->plan, &r->s->arena, f->type, f->format, &why)) ==
		    VV_EINPUT) {
			vv_descriptor_fail(node, r->file, r->err, "%s", why.message);
			return vv_hint_copy(r->err, &why);
		}
		return rc < 0 ? vv_fail_nomem(r->err) : VV_OK;
	}
	if (!vv_type_has_format(f->type, f->format)) {
		return vv_descriptor_fail(node, r->file, r->err,
					  "'%s' is not a format of the type %s",
					  vv_text_shows(f->format), vv_type_name(f->type));
	}
	return VV_OK;
}

/* decimalChar or groupChar: no digit or sign may be in it. */
static vv_status read_number_char(const reader *r, const char **out, const vv_json *field,
				  const char *member)
{
	const char *text;
	vv_status rc;

	if ((rc = vv_descriptor_text(&text, field, member, r->file, r->err)) < 0 || !text) {
		return rc;
	}
	if (strpbrk(text, "0123456789+-eE")) {
		return vv_descriptor_fail(vv_json_get(field, member), r->file, r->err,
					  "'%s' cannot be used, as numbers contain this character",
					  vv_text_shows(text));
	}
	if (strlen(text) > 16) {
		return vv_descriptor_fail(vv_json_get(field, member), r->file, r->err,
					  "is longer than 16 bytes");
	}
	*out = text;
	return VV_OK;
}

static vv_status read_number(const reader *r, vv_field *f, const vv_json *field)
{
	vv_status rc;

	if (f->type == VV_TYPE_NUMBER) {
		if ((rc = read_number_char(r, &f->decimal, field, "decimalChar")) < 0) return rc;
		if (f->decimal[0] == '\0') {
			return vv_descriptor_fail(vv_json_get(field, "decimalChar"), r->file,
						  r->err, "is empty");
		}
	}
	if ((rc = read_number_char(r, &f->group, field, "groupChar")) < 0 ||
	    (rc = vv_descriptor_bool(&f->bare_number, field, "bareNumber", r->file, r->err)) < 0) {
		return rc;
	}
	if (f->type == VV_TYPE_NUMBER && strcmp(f->decimal, f->group) == 0) {
		return vv_descriptor_fail(vv_json_get(field, "groupChar"), r->file, r->err,
					  "is the same as the decimalChar");
	}
	return VV_OK;
}

static vv_status read_values(const reader *r, const char ***out, const vv_json *field,
			     const char *member, const char *word)
{
	const vv_json *node = vv_json_get(field, member);
	static const char *const standard[2][4] = {{"true", "True", "TRUE", "1"},
						   {"false", "False", "FALSE", "0"}};
	size_t count;

	if (node) {
		if (node->type != VV_JSON_ARRAY) {
			return vv_descriptor_fail(node, r->file, r->err,
						  "must be an array of strings, is %s",
						  vv_descriptor_kind(node));
		}
		return vv_descriptor_texts(out, &count, &r->s->arena, node, r->file, r->err);
	}
	*out = vv_arena_calloc(&r->s->arena, 5, sizeof(**out));
	if (!*out) return vv_fail_nomem(r->err);
	memcpy(*out, standard[word[0] == 't' ? 0 : 1], 4 * sizeof(**out));
	return VV_OK;
}

static vv_status read_list(const reader *r, vv_field *f, const vv_json *field)
{
	static const char *const words[] = {"string",   "integer", "boolean", "number",
					    "datetime", "date",    "time",    NULL};
	const vv_json *node = vv_json_get(field, "itemType");
	const char *delimiter;
	size_t place = 0;
	vv_status rc;

	if ((rc = vv_descriptor_text(&delimiter, field, "delimiter", r->file, r->err)) < 0 ||
	    (node && (rc = read_word(r, &place, node, words)) < 0)) {
		return rc;
	}
	if (delimiter && delimiter[0] == '\0') {
		return vv_descriptor_fail(vv_json_get(field, "delimiter"), r->file, r->err,
					  "is empty");
	}
	f->delimiter = delimiter ? delimiter : ",";
	vv_type_parse(&f->item_type, words[place]);
	return VV_OK;
}

/* A value of the descriptor (a minimum, an element of enum) must be one of the
 * field's type: as JSON, or as text by the rules of the field, or for dates of the type. */
static vv_status want_value(const reader *r, const vv_field *f, const vv_json *node)
{
	vv_field plain = *f;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool ok;

	if (node->type == VV_JSON_STRING) {
		plain.plan = NULL;
		ok = vv_type_accepts_text(f, node->text, node->text_len) ||
		     (f->plan && vv_type_accepts_text(&plain, node->text, node->text_len));
	} else {
		vv_json_put_node(&text, node);
		if (vv_buf_ok(&text, r->err) < 0) return VV_ENOMEM;
		vv_cell cell = {
			.text = text.data, .len = (uint32_t)text.len, .state = VV_CELL_LITERAL};

		ok = text.len <= UINT32_MAX && vv_field_accepts(f, &cell);
	}
	if (ok) return VV_OK;
	return vv_descriptor_fail(node, r->file, r->err, "is not a value of the field's type, %s",
				  vv_type_name(f->type));
}

static vv_status read_bounds(const reader *r, const vv_field *f, const vv_json *constraints)
{
	static const char *const bounds[] = {"minimum", "maximum", "exclusiveMinimum",
					     "exclusiveMaximum"};
	static const char *const lengths[] = {"minLength", "maxLength"};
	vv_status rc;

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		const vv_json *node = vv_json_get(constraints, bounds[i]);

		if (node && (rc = want_value(r, f, node)) < 0) return rc;
	}
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const vv_json *node = vv_json_get(constraints, lengths[i]);
		uint64_t n;

		if (node && !vv_json_get_u64(&n, constraints, lengths[i])) {
			return vv_descriptor_fail(node, r->file, r->err,
						  "must be a whole number, at least 0");
		}
	}
	return VV_OK;
}

static vv_status read_constraints(const reader *r, const vv_field *f, const vv_json *field)
{
	const vv_json *node = vv_json_get(field, "constraints");
	const char *pattern;
	bool flag;
	vv_status rc;

	if (!node) return VV_OK;
	if (node->type != VV_JSON_OBJECT) {
		return vv_descriptor_fail(node, r->file, r->err, "must be an object, is %s",
					  vv_descriptor_kind(node));
	}
	if ((rc = vv_descriptor_bool(&flag, node, "required", r->file, r->err)) < 0 ||
	    (rc = vv_descriptor_bool(&flag, node, "unique", r->file, r->err)) < 0 ||
	    (rc = vv_descriptor_text(&pattern, node, "pattern", r->file, r->err)) < 0 ||
	    (rc = read_bounds(r, f, node)) < 0) {
		return rc;
	}
	const vv_json *list = vv_json_get(node, "jsonSchema");
	if (list && list->type != VV_JSON_OBJECT) {
		return vv_descriptor_fail(list, r->file, r->err, "must be an object, is %s",
					  vv_descriptor_kind(list));
	}
	list = vv_json_get(node, "enum");
	if (list && (list->type != VV_JSON_ARRAY || list->count == 0)) {
		return vv_descriptor_fail(list, r->file, r->err, "must be an array with values");
	}
	for (const vv_json *n = list ? list->first : NULL; n; n = n->next) {
		if ((rc = want_value(r, f, n)) < 0) return rc;
	}
	return VV_OK;
}

/* ["a", "b"] or [{"value": 1, "label": "one"}, ...] */
static vv_status read_categories(const reader *r, const vv_field *f, const vv_json *field)
{
	const vv_json *node = vv_json_get(field, "categories");
	bool ordered;
	vv_status rc;

	if ((rc = vv_descriptor_bool(&ordered, field, "categoriesOrdered", r->file, r->err)) < 0 ||
	    !node) {
		return rc;
	}
	if (f->type != VV_TYPE_STRING && f->type != VV_TYPE_INTEGER) {
		return vv_descriptor_fail(node, r->file, r->err,
					  "only string and integer have categories, not %s",
					  vv_type_name(f->type));
	}
	if (node->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(node, r->file, r->err, "must be an array, is %s",
					  vv_descriptor_kind(node));
	}
	for (const vv_json *n = node->first; n; n = n->next) {
		const vv_json *value = n->type == VV_JSON_OBJECT ? vv_json_get(n, "value") : n;
		const char *label;

		if (!value) return vv_descriptor_fail(n, r->file, r->err, "has no 'value'");
		if ((rc = want_value(r, f, value)) < 0 ||
		    (n != value &&
		     (rc = vv_descriptor_text(&label, n, "label", r->file, r->err)) < 0)) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status read_field(const reader *r, vv_field *f, const vv_json *node)
{
	const vv_json *name = vv_json_get(node, "name"),
		      *missing = vv_json_get(node, "missingValues");
	vv_status rc;

	f->json = node;
	f->decimal = ".";
	f->group = "";
	f->bare_number = true;
	f->missing = r->s->missing;
	if (node->type != VV_JSON_OBJECT) {
		return vv_descriptor_fail(node, r->file, r->err, "must be an object, is %s",
					  vv_descriptor_kind(node));
	}
	if (!name) return vv_descriptor_fail(node, r->file, r->err, "has no 'name'");
	if ((rc = vv_descriptor_text(&f->name, node, "name", r->file, r->err)) < 0 ||
	    (rc = read_type(r, &f->type, node)) < 0 || (rc = read_format(r, f, node)) < 0 ||
	    (missing && (rc = read_missing(r, &f->missing, missing)) < 0)) {
		return rc;
	}
	f->name_len = name->text_len;
	if (f->type == VV_TYPE_NUMBER || f->type == VV_TYPE_INTEGER) {
		rc = read_number(r, f, node);
	} else if (f->type == VV_TYPE_BOOLEAN) {
		if ((rc = read_values(r, &f->true_values, node, "trueValues", "true")) == VV_OK) {
			rc = read_values(r, &f->false_values, node, "falseValues", "false");
		}
	} else if (f->type == VV_TYPE_LIST) {
		rc = read_list(r, f, node);
	}
	if (rc < 0 || (rc = read_constraints(r, f, node)) < 0) return rc;
	return read_categories(r, f, node);
}

static vv_status read_fields(const reader *r, const vv_json *root)
{
	const vv_json *fields = vv_json_get(root, "fields");
	vv_status rc;

	if (!fields) {
		return vv_descriptor_fail(root, r->file, r->err, "a Table Schema needs 'fields'");
	}
	if (fields->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(fields, r->file, r->err, "must be an array, is %s",
					  vv_descriptor_kind(fields));
	}
	if (fields->count > VV_COLUMNS_MAX) {
		return vv_descriptor_fail(fields, r->file, r->err, "has more than %u fields",
					  VV_COLUMNS_MAX);
	}
	r->s->fields = vv_arena_calloc(&r->s->arena, fields->count + 1, sizeof(*r->s->fields));
	r->s->names = vv_arena_calloc(&r->s->arena, 1, sizeof(*r->s->names));
	if (!r->s->fields || !r->s->names ||
	    !vv_names_init(r->s->names, &r->s->arena, fields->count)) {
		return vv_fail_nomem(r->err);
	}
	for (const vv_json *n = fields->first; n; n = n->next) {
		vv_field *f = &r->s->fields[r->s->count];

		if ((rc = read_field(r, f, n)) < 0) return rc;
		vv_names_put(r->s->names, f->name, f->name_len, r->s->count++, NULL);
	}
	return VV_OK;
}

#define KEY_FIELDS_MAX 256u

/* Names that must be those of fields, none twice. */
static vv_status read_names(const reader *r, const char ***out, size_t *count, const vv_json *node)
{
	const vv_json *item = node->type == VV_JSON_ARRAY ? node->first : node;
	vv_status rc;

	if ((rc = vv_descriptor_texts(out, count, &r->s->arena, node, r->file, r->err)) < 0) {
		return rc;
	}
	if (*count > KEY_FIELDS_MAX) {
		return vv_descriptor_fail(node, r->file, r->err, "has more than %u names",
					  KEY_FIELDS_MAX);
	}
	for (size_t i = 0; i < *count; i++, item = item->next) {
		if (vv_schema_find(r->s, (*out)[i], strlen((*out)[i])) < 0) {
			return vv_descriptor_fail(item, r->file, r->err, "no such field '%s'",
						  vv_text_shows((*out)[i]));
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp((*out)[k], (*out)[i]) == 0) {
				return vv_descriptor_fail(item, r->file, r->err,
							  "'%s' occurs twice",
							  vv_text_shows((*out)[i]));
			}
		}
	}
	return VV_OK;
}

static vv_status read_unique_keys(const reader *r, const vv_json *node)
{
	const char **names;
	size_t count;
	vv_status rc;

	if (node->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(node, r->file, r->err, "must be an array, is %s",
					  vv_descriptor_kind(node));
	}
	for (const vv_json *n = node->first; n; n = n->next) {
		if (n->type != VV_JSON_ARRAY || n->count == 0) {
			return vv_descriptor_fail(n, r->file, r->err,
						  "must be an array with names of fields");
		}
		if ((rc = read_names(r, &names, &count, n)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status read_foreign_key(const reader *r, const vv_json *node)
{
	const vv_json *fields = vv_json_get(node, "fields"),
		      *reference = vv_json_get(node, "reference");
	const char **names, *resource;
	size_t count, there_count;
	vv_status rc;

	if (!fields || !reference) {
		return vv_descriptor_fail(node, r->file, r->err,
					  "must be an object with 'fields' and 'reference'");
	}
	if ((rc = read_names(r, &names, &count, fields)) < 0) return rc;
	const vv_json *there = vv_json_get(reference, "fields");
	if (!there) {
		return vv_descriptor_fail(reference, r->file, r->err,
					  "must be an object with 'fields'");
	}
	if ((rc = vv_descriptor_text(&resource, reference, "resource", r->file, r->err)) < 0) {
		return rc;
	}
	rc = resource && resource[0] != '\0'
		     ? vv_descriptor_texts(&names, &there_count, &r->s->arena, there, r->file,
					   r->err)
		     : read_names(r, &names, &there_count, there);
	if (rc == VV_OK && (count != there_count || count == 0)) {
		rc = vv_descriptor_fail(node, r->file, r->err,
					"must name as many fields here (%zu) as in 'reference' "
					"(%zu)",
					count, there_count);
	}
	return rc;
}

static vv_status read_keys(const reader *r, const vv_json *root)
{
	const vv_json *node = vv_json_get(root, "primaryKey");
	vv_status rc;

	if (node && (rc = read_names(r, &r->s->primary_key, &r->s->primary_key_count, node)) < 0) {
		return rc;
	}
	if ((node = vv_json_get(root, "uniqueKeys")) != NULL &&
	    (rc = read_unique_keys(r, node)) < 0) {
		return rc;
	}
	node = vv_json_get(root, "foreignKeys");
	if (node && node->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(node, r->file, r->err, "must be an array, is %s",
					  vv_descriptor_kind(node));
	}
	for (const vv_json *n = node ? node->first : NULL; n; n = n->next) {
		if ((rc = read_foreign_key(r, n)) < 0) return rc;
	}
	return VV_OK;
}

/* A string; the first profiles of v2 had it as an array of one. */
static vv_status read_match(const reader *r, const vv_json *root)
{
	static const char *const words[] = {"exact",    "equal",   "subset",
					    "superset", "partial", NULL};
	const vv_json *node = vv_json_get(root, "fieldsMatch");
	size_t place = 0;
	vv_status rc;

	if (!node) return VV_OK;
	if (node->type == VV_JSON_ARRAY && node->count == 1) {
		node = node->first;
	}
	if ((rc = read_word(r, &place, node, words)) < 0) return rc;
	r->s->match = (vv_fields_match)place;
	return VV_OK;
}

static vv_status read_schema(reader *r, const vv_json *root)
{
	const vv_json *missing = vv_json_get(root, "missingValues");
	vv_status rc;

	r->s->json = root;
	r->v1 = vv_schema_is_v1(root);
	if (root->type != VV_JSON_OBJECT) {
		return vv_descriptor_fail(root, r->file, r->err,
					  "a Table Schema must be an object, is %s",
					  vv_descriptor_kind(root));
	}
	r->s->missing = vv_arena_calloc(&r->s->arena, 2, sizeof(*r->s->missing));
	r->s->primary_key = vv_arena_calloc(&r->s->arena, 1, sizeof(*r->s->primary_key));
	if (!r->s->missing || !r->s->primary_key) return vv_fail_nomem(r->err);
	r->s->missing[0] = "";
	if ((missing && (rc = read_missing(r, &r->s->missing, missing)) < 0) ||
	    (rc = read_fields(r, root)) < 0 || (rc = read_match(r, root)) < 0) {
		return rc;
	}
	return read_keys(r, root);
}

vv_status vv_schema_read_node(vv_schema *out, const vv_json *node, const char *file, vv_error *err)
{
	reader r = {.s = out, .file = file, .err = err};

	*out = (vv_schema){0};
	vv_status rc = read_schema(&r, node);
	if (rc < 0) {
		vv_schema_clear(out);
	}
	return rc;
}

vv_status vv_schema_read(vv_schema *out, const char *json, size_t len, const char *name,
			 vv_error *err)
{
	reader r = {.s = out, .file = name, .err = err};
	vv_json *root = NULL;
	vv_status rc;

	*out = (vv_schema){0};
	if ((rc = vv_json_read(&root, &out->arena, json, len, name, err)) == VV_OK) {
		rc = read_schema(&r, root);
	}
	if (rc < 0) {
		vv_schema_clear(out);
	}
	return rc;
}
