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

	vv_nearest near = vv_nearest_to(word ? word : "");
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
	for (size_t i = 0; key && key[i]; i++) {
		if (vv_schema_find(s, key[i], strlen(key[i])) < 0) {
			vv_fail(err, VV_ENOTFOUND, "no column named '%s' for the key",
				vv_text_shows(key[i]));
			return vv_schema_hint(s, key[i], strlen(key[i]), err);
		}
		if (vv_text_is_among(key[i], key, i)) {
			return vv_fail(err, VV_EUSAGE, "the key names the column '%s' twice",
				       vv_text_shows(key[i]));
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
	const size_t count = sizeof(members) / sizeof(members[0]);

	const char *format = vv_json_get_string(f->json, "format");

	if (format && f->type == VV_TYPE_STRING) return false; /* inference writes none */
	return !vv_json_find(f->json, n, !vv_text_is_among(n->name, members, count));
}

bool vv_field_is_code(const vv_field *f, const char *s, size_t len)
{
	const bool minus = len > 0 && *s == '-';

	return (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER) && len > 1u + minus &&
	       s[minus] == '0' && vv_is_digit(s[minus + 1]) && vv_field_is_found(f);
}

vv_new_field vv_new_field_like(const vv_field *f)
{
	vv_new_field like = {.name = f->name,
			     .name_len = f->name_len,
			     .type = f->type,
			     .missing = own_missing(f)};

	if (strcmp(f->format, "default") != 0) {
		like.format = f->format;
	}
	if (strcmp(f->decimal, ".") != 0) {
		like.decimal = f->decimal;
	}
	if (f->group[0]) {
		like.group = f->group;
	}
	return like;
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
	} else if (f->declared && f->type == VV_TYPE_STRING) {
		put_text(out, "format", "default");
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

/* The keys of an array that are still valid; nothing at all if none is. */
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

bool vv_schema_is_blank_label(const char *name, size_t len, size_t place)
{
	char label[32];
	const int label_len = snprintf(label, sizeof(label), "field%zu", place + 1);

	return (size_t)label_len == len && memcmp(name, label, len) == 0;
}

/* The name with the least number after it that no column has. */
static const char *numbered_name(vv_arena *arena, vv_names *taken, vv_name *base, size_t *len)
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
		names_out[i] = numbered_name(
			arena, &taken, vv_names_put(&taken, names_out[i], lens_out[i], 2, NULL),
			&lens_out[i]);
		if (!names_out[i]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

typedef struct reader {
	vv_descriptor d;
	vv_schema *s;
	bool v1;
} reader;

/* The place of the node's text among the words. */
static size_t read_word(reader *r, const vv_json *node, const char *const *words)
{
	vv_auto(vv_buf) list = VV_BUF_INIT;

	if (!vv_descriptor_want(&r->d, node, VV_JSON_STRING)) return 0;
	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], node->text) == 0) return i;
		vv_buf_printf(&list, " %s", words[i]);
	}
	vv_descriptor_fail(&r->d, node, "'%s' is not a known value\nknown values are%s",
			   vv_text_show(node->text, node->text_len), vv_buf_cstr(&list));
	return 0;
}

/* "a" or {"value": "a", "label": "not asked"}; NULL: a fault. */
static const vv_json *value_of(reader *r, const vv_json *item)
{
	const vv_json *value = item->type == VV_JSON_OBJECT ? vv_json_get(item, "value") : item;

	if (!value) {
		vv_descriptor_fail(&r->d, item, "has no 'value'");
	}
	return r->d.rc < 0 ? NULL : value;
}

/* The object's own list of missing values, or `otherwise`. */
static const char **read_missing(reader *r, const vv_json *object, const char **otherwise)
{
	const vv_json *node = vv_descriptor_get(&r->d, object, "missingValues", VV_JSON_ARRAY);
	const char **out = node ? vv_descriptor_alloc(&r->d, node->count + 1, sizeof(*out)) : NULL;
	size_t n = 0;

	for (const vv_json *item = out ? node->first : NULL; item; item = item->next) {
		const vv_json *value = value_of(r, item);

		if (!value) {
			continue;
		}
		if (item->type != node->first->type) {
			vv_descriptor_fail(&r->d, item, "strings and objects cannot be mixed");
		} else if (!vv_descriptor_is_text(value)) {
			vv_descriptor_fail(&r->d, value, "must be a string, is %s",
					   value->type == VV_JSON_STRING
						   ? "one with NUL in it"
						   : vv_descriptor_kind(value));
		}
		out[n++] = value->text;
	}
	return out ? out : otherwise;
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
static vv_type read_type(reader *r, const vv_json *field)
{
	vv_type type = r->v1 ? VV_TYPE_STRING : VV_TYPE_ANY;
	const char *name = vv_descriptor_text(&r->d, field, "type");
	const vv_json *node = vv_json_get(field, "type");

	if (!name || vv_type_parse(&type, name)) return type;
	const char *meant = meant_type(name);
	if (meant) {
		vv_descriptor_fail(&r->d, node,
				   "'%s' is not a type of Table Schema\ndid you mean '%s'?",
				   vv_text_shows(name), meant);
	} else {
		vv_descriptor_fail(&r->d, node,
				   "'%s' is not a type of Table Schema\ntypes are string number "
				   "integer boolean date datetime time year yearmonth duration "
				   "object array list geopoint geojson any",
				   vv_text_shows(name));
	}
	return type;
}

static void read_format(reader *r, vv_field *f, const vv_json *field)
{
	const vv_json *node = vv_json_get(field, "format");
	const char *format = vv_descriptor_text(&r->d, field, "format");

	f->format = format ? format : "default";
	if (!format) return;
	if (strncmp(f->format, "fmt:", 4) == 0) {
		f->format += 4;
	}
	if (f->type == VV_TYPE_DATE || f->type == VV_TYPE_TIME || f->type == VV_TYPE_DATETIME) {
		vv_error why;

		if (vv_time_plan_new(&f->plan, &r->s->arena, f->type, f->format, &why) < 0) {
			vv_descriptor_fail_with(&r->d, node, &why);
		}
	} else if (!vv_type_has_format(f->type, f->format)) {
		vv_descriptor_fail(&r->d, node, "'%s' is not a format of the type %s",
				   vv_text_shows(f->format), vv_type_name(f->type));
	}
}

/* decimalChar or groupChar: no digit or sign may be in it. */
static const char *read_number_char(reader *r, const vv_json *field, const char *member,
				    const char *otherwise)
{
	const vv_json *node = vv_json_get(field, member);
	const char *text = vv_descriptor_text(&r->d, field, member);

	if (!text) return otherwise;
	if (strpbrk(text, "0123456789+-eE")) {
		vv_descriptor_fail(&r->d, node,
				   "'%s' cannot be used, as numbers contain this character",
				   vv_text_shows(text));
	} else if (strlen(text) > 16) {
		vv_descriptor_fail(&r->d, node, "is longer than 16 bytes");
	}
	return text;
}

static void read_number(reader *r, vv_field *f, const vv_json *field)
{
	if (f->type == VV_TYPE_NUMBER) {
		f->decimal = read_number_char(r, field, "decimalChar", f->decimal);
	}
	if (f->decimal[0] == '\0') {
		vv_descriptor_fail(&r->d, vv_json_get(field, "decimalChar"), "is empty");
	}
	f->group = read_number_char(r, field, "groupChar", f->group);
	f->bare_number = vv_descriptor_bool(&r->d, field, "bareNumber", true);
	if (f->type == VV_TYPE_NUMBER && strcmp(f->decimal, f->group) == 0) {
		vv_descriptor_fail(&r->d, vv_json_get(field, "groupChar"),
				   "is the same as the decimalChar");
	}
}

/* The spellings of true or false. */
static const char **read_values(reader *r, const vv_json *field, const char *member,
				const char *const standard[4])
{
	const vv_json *node = vv_json_get(field, member);
	size_t count;

	if (node && node->type != VV_JSON_ARRAY) {
		vv_descriptor_fail(&r->d, node, "must be an array of strings, is %s",
				   vv_descriptor_kind(node));
	}
	if (node) return vv_descriptor_texts(&r->d, &count, node);
	const char **values = vv_descriptor_alloc(&r->d, 5, sizeof(*values));
	if (values) {
		memcpy(values, standard, 4 * sizeof(*values));
	}
	return values;
}

static void read_boolean(reader *r, vv_field *f, const vv_json *field)
{
	static const char *const yes[] = {"true", "True", "TRUE", "1"};
	static const char *const no[] = {"false", "False", "FALSE", "0"};

	f->true_values = read_values(r, field, "trueValues", yes);
	f->false_values = read_values(r, field, "falseValues", no);
}

static void read_list(reader *r, vv_field *f, const vv_json *field)
{
	static const char *const words[] = {"string",   "integer", "boolean", "number",
					    "datetime", "date",    "time",    NULL};
	const char *delimiter = vv_descriptor_text(&r->d, field, "delimiter");
	const vv_json *node = vv_json_get(field, "itemType");

	vv_type_parse(&f->item_type, words[node ? read_word(r, node, words) : 0]);
	f->delimiter = delimiter ? delimiter : ",";
	if (f->delimiter[0] == '\0') {
		vv_descriptor_fail(&r->d, vv_json_get(field, "delimiter"), "is empty");
	}
}

/* A value of the descriptor (a minimum, an element of enum) must be one of the
 * field's type: as JSON, or as text by the rules of the field, or for dates of the type. */
static void want_value(reader *r, const vv_field *f, const vv_json *node)
{
	vv_field plain = *f;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool ok;

	if (r->d.rc < 0) return;
	if (node->type == VV_JSON_STRING) {
		plain.plan = NULL;
		ok = vv_type_accepts_text(f, node->text, node->text_len) ||
		     (f->plan && vv_type_accepts_text(&plain, node->text, node->text_len));
	} else {
		vv_json_put_node(&text, node);
		vv_descriptor_note(&r->d, vv_buf_ok(&text, r->d.err));
		vv_cell cell = {
			.text = text.data, .len = (uint32_t)text.len, .state = VV_CELL_LITERAL};

		ok = r->d.rc < 0 || (text.len <= UINT32_MAX && vv_field_accepts(f, &cell));
	}
	if (!ok) {
		vv_descriptor_fail(&r->d, node, "is not a value of the field's type, %s",
				   vv_type_name(f->type));
	}
}

static void read_bounds(reader *r, const vv_field *f, const vv_json *constraints)
{
	static const char *const bounds[] = {"minimum", "maximum", "exclusiveMinimum",
					     "exclusiveMaximum"};
	static const char *const lengths[] = {"minLength", "maxLength"};

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		const vv_json *node = vv_json_get(constraints, bounds[i]);

		if (node) {
			want_value(r, f, node);
		}
	}
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const vv_json *node = vv_json_get(constraints, lengths[i]);
		uint64_t n;

		if (node && !vv_json_get_u64(&n, constraints, lengths[i])) {
			vv_descriptor_fail(&r->d, node, "must be a whole number, at least 0");
		}
	}
}

static void read_constraints(reader *r, const vv_field *f, const vv_json *field)
{
	const vv_json *node = vv_descriptor_get(&r->d, field, "constraints", VV_JSON_OBJECT);
	const vv_json *list = vv_json_get(node, "enum");

	(void)vv_descriptor_bool(&r->d, node, "required", false);
	(void)vv_descriptor_bool(&r->d, node, "unique", false);
	(void)vv_descriptor_text(&r->d, node, "pattern");
	read_bounds(r, f, node);
	(void)vv_descriptor_get(&r->d, node, "jsonSchema", VV_JSON_OBJECT);
	if (list && (list->type != VV_JSON_ARRAY || list->count == 0)) {
		vv_descriptor_fail(&r->d, list, "must be an array with values");
	}
	for (const vv_json *n = list ? list->first : NULL; n; n = n->next) {
		want_value(r, f, n);
	}
}

/* ["a", "b"] or [{"value": 1, "label": "one"}, ...] */
static void read_categories(reader *r, const vv_field *f, const vv_json *field)
{
	const vv_json *node = vv_json_get(field, "categories");

	(void)vv_descriptor_bool(&r->d, field, "categoriesOrdered", false);
	if (!node) return;
	if (f->type != VV_TYPE_STRING && f->type != VV_TYPE_INTEGER) {
		vv_descriptor_fail(&r->d, node, "only string and integer have categories, not %s",
				   vv_type_name(f->type));
	}
	if (!vv_descriptor_want(&r->d, node, VV_JSON_ARRAY)) return;
	for (const vv_json *n = node->first; n; n = n->next) {
		const vv_json *value = value_of(r, n);

		if (value) {
			want_value(r, f, value);
		}
		(void)vv_descriptor_text(&r->d, n, "label");
	}
}

static void read_field(reader *r, vv_field *f, const vv_json *node)
{
	const vv_json *name = vv_json_get(node, "name");

	if (!vv_descriptor_want(&r->d, node, VV_JSON_OBJECT)) return;
	if (!name) {
		vv_descriptor_fail(&r->d, node, "has no 'name'");
		return;
	}
	if (!vv_descriptor_want_text(&r->d, name)) return;
	*f = (vv_field){.json = node,
			.name = name->text,
			.name_len = name->text_len,
			.decimal = ".",
			.group = "",
			.bare_number = true,
			.type = read_type(r, node)};
	read_format(r, f, node);
	f->missing = read_missing(r, node, r->s->missing);
	if (f->type == VV_TYPE_NUMBER || f->type == VV_TYPE_INTEGER) {
		read_number(r, f, node);
	} else if (f->type == VV_TYPE_BOOLEAN) {
		read_boolean(r, f, node);
	} else if (f->type == VV_TYPE_LIST) {
		read_list(r, f, node);
	}
	read_constraints(r, f, node);
	read_categories(r, f, node);
}

static void read_fields(reader *r, const vv_json *root)
{
	const vv_json *fields = vv_descriptor_get(&r->d, root, "fields", VV_JSON_ARRAY);
	vv_schema *s = r->s;

	if (!fields) {
		vv_descriptor_fail(&r->d, root, "a Table Schema needs 'fields'");
		return;
	}
	if (fields->count > VV_COLUMNS_MAX) {
		vv_descriptor_fail(&r->d, fields, "has more than %u fields", VV_COLUMNS_MAX);
	}
	s->fields = vv_descriptor_alloc(&r->d, fields->count + 1, sizeof(*s->fields));
	s->names = vv_descriptor_alloc(&r->d, 1, sizeof(*s->names));
	if (!s->names) return;
	if (!vv_names_init(s->names, &s->arena, fields->count)) {
		vv_descriptor_note(&r->d, vv_fail_nomem(r->d.err));
	}
	for (const vv_json *n = fields->first; n; n = n->next) {
		vv_field *f = &s->fields[s->count];

		read_field(r, f, n);
		if (r->d.rc < 0) return;
		vv_names_put(s->names, f->name, f->name_len, s->count++, NULL);
	}
}

#define KEY_FIELDS_MAX 256u

/* Names that must be those of fields, none twice. */
static const char **read_names(reader *r, size_t *count, const vv_json *node)
{
	const vv_json *item = node->type == VV_JSON_ARRAY ? node->first : node;
	const char **names = vv_descriptor_texts(&r->d, count, node);

	if (*count > KEY_FIELDS_MAX) {
		vv_descriptor_fail(&r->d, node, "has more than %u names", KEY_FIELDS_MAX);
		return names;
	}
	for (size_t i = 0; names && i < *count; i++, item = item->next) {
		if (vv_schema_find(r->s, names[i], strlen(names[i])) < 0) {
			vv_descriptor_fail(&r->d, item, "no such field '%s'",
					   vv_text_shows(names[i]));
		}
		if (vv_text_is_among(names[i], names, i)) {
			vv_descriptor_fail(&r->d, item, "'%s' occurs twice",
					   vv_text_shows(names[i]));
		}
	}
	return names;
}

static void read_unique_keys(reader *r, const vv_json *root)
{
	const vv_json *node = vv_descriptor_get(&r->d, root, "uniqueKeys", VV_JSON_ARRAY);
	size_t count;

	for (const vv_json *n = node ? node->first : NULL; n; n = n->next) {
		if (n->type != VV_JSON_ARRAY || n->count == 0) {
			vv_descriptor_fail(&r->d, n, "must be an array with names of fields");
		}
		(void)read_names(r, &count, n);
	}
}

static void read_foreign_key(reader *r, const vv_json *node)
{
	const vv_json *fields = vv_json_get(node, "fields"),
		      *reference = vv_json_get(node, "reference"),
		      *there = vv_json_get(reference, "fields");
	size_t count, there_count;

	if (!fields || !reference) {
		vv_descriptor_fail(&r->d, node, "must be an object with 'fields' and 'reference'");
		return;
	}
	(void)read_names(r, &count, fields);
	if (!there) {
		vv_descriptor_fail(&r->d, reference, "must be an object with 'fields'");
		return;
	}
	const char *resource = vv_descriptor_text(&r->d, reference, "resource");
	if (resource && resource[0] != '\0') {
		(void)vv_descriptor_texts(&r->d, &there_count, there);
	} else {
		(void)read_names(r, &there_count, there);
	}
	if (count == 0) {
		vv_descriptor_fail(&r->d, fields, "names no fields");
	} else if (count != there_count) {
		vv_descriptor_fail(&r->d, node,
				   "must name as many fields here (%zu) as in 'reference' (%zu)",
				   count, there_count);
	}
}

static void read_keys(reader *r, const vv_json *root)
{
	const vv_json *primary = vv_json_get(root, "primaryKey");

	if (primary) {
		r->s->primary_key = read_names(r, &r->s->primary_key_count, primary);
	}
	read_unique_keys(r, root);
	const vv_json *foreign = vv_descriptor_get(&r->d, root, "foreignKeys", VV_JSON_ARRAY);
	for (const vv_json *n = foreign ? foreign->first : NULL; n; n = n->next) {
		read_foreign_key(r, n);
	}
}

/* A string; the first profiles of v2 had it as an array of one. */
static vv_fields_match read_match(reader *r, const vv_json *root)
{
	static const char *const words[] = {"exact",    "equal",   "subset",
					    "superset", "partial", NULL};
	const vv_json *node = vv_json_get(root, "fieldsMatch");

	if (node && node->type == VV_JSON_ARRAY && node->count == 1) {
		node = node->first;
	}
	return node ? (vv_fields_match)read_word(r, node, words) : VV_MATCH_EXACT;
}

static vv_status read_schema(reader *r, const vv_json *root)
{
	vv_schema *s = r->s;

	s->json = root;
	r->v1 = vv_schema_is_v1(root);
	if (root->type != VV_JSON_OBJECT) {
		vv_descriptor_fail(&r->d, root, "a Table Schema must be an object, is %s",
				   vv_descriptor_kind(root));
	}
	const char **missing = vv_descriptor_alloc(&r->d, 2, sizeof(*missing));
	s->primary_key = vv_descriptor_alloc(&r->d, 1, sizeof(*s->primary_key));
	if (s->primary_key) {
		missing[0] = "";
		s->missing = read_missing(r, root, missing);
		read_fields(r, root);
		s->match = read_match(r, root);
		read_keys(r, root);
	}
	if (r->d.rc < 0) {
		vv_schema_clear(s);
	}
	return r->d.rc;
}

static reader reader_of(vv_schema *out, const char *file, vv_error *err)
{
	*out = (vv_schema){0};
	return (reader){.s = out, .d = {.file = file, .arena = &out->arena, .err = err}};
}

vv_status vv_schema_read_node(vv_schema *out, const vv_json *node, const char *file, vv_error *err)
{
	reader r = reader_of(out, file, err);

	return read_schema(&r, node);
}

vv_status vv_schema_read(vv_schema *out, const char *json, size_t len, const char *name,
			 vv_error *err)
{
	reader r = reader_of(out, name, err);
	vv_json *root = NULL;
	vv_status rc = vv_json_read(&root, &out->arena, json, len, name, err);

	if (rc < 0) {
		vv_schema_clear(out);
		return rc;
	}
	return read_schema(&r, root);
}
