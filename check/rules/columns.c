/*
 * columns: compares a file's header with the schema's fields, and prepares the constraints of each.
 */
#include "check/rules/columns.h"

#include "dataset/read/ragged.h"

#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/spelling.h"
#include "dataset/read/header_rows.h"
#include "dataset/schema/descriptor.h"
#include "dataset/table/walk.h"

/* --- labels ---------------------------------------------------------------------------------- */

/* The labels of a file: its header cells as written, or the members' names. */
typedef struct labels {
	const char **text;
	size_t *len;
	bool *blank;
	size_t count;
	bool named;    /* without a header line columns have no labels */
	uint64_t line; /* of the header, the last one where it has several */
} labels;

/* An import has read it before: whatever cannot be read now is not a label. */
static vv_status read_header(check_plan *p, labels *l, vv_error *err)
{
	const vv_dialect *d = &p->table->root.dialect;
	vv_auto(vv_header_rows) h = VV_HEADER_ROWS_INIT;
	vv_status rc = vv_header_rows_read(&h, d, err);

	for (size_t i = 0; i < p->count && i < h.count && rc == VV_OK; i++) {
		l->text[i] = vv_arena_strndup(&p->arena, h.names[i].text, h.names[i].len);
		l->len[i] = h.names[i].len;
		rc = l->text[i] ? VV_OK : vv_fail_nomem(err);
	}
	l->line = vv_ragged_count_lines(d->prologue.data, h.last) + 1;
	return rc;
}

static vv_status read_labels(check_plan *p, labels *l, vv_error *err)
{
	vv_status rc = VV_OK;

	*l = (labels){.count = p->count,
		      .named = p->json || p->table->root.dialect.header,
		      .text = vv_arena_calloc(&p->arena, p->count + 1, sizeof(*l->text)),
		      .len = vv_arena_calloc(&p->arena, p->count + 1, sizeof(*l->len)),
		      .blank = vv_arena_calloc(&p->arena, p->count + 1, sizeof(*l->blank))};
	if (!l->text || !l->len || !l->blank) return vv_fail_nomem(err);
	for (size_t i = 0; i < p->count; i++) {
		l->text[i] = p->table->schema.fields[i].name;
		l->len[i] = p->table->schema.fields[i].name_len;
	}
	if (!p->json && p->table->root.dialect.header) {
		rc = read_header(p, l, err);
	}
	for (size_t i = 0; i < p->count; i++) {
		l->blank[i] = l->named && !p->json && vv_is_blank(l->text[i], l->len[i]);
	}
	return rc;
}

static bool same_name(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static bool may_have_values(void *payload, const uint8_t *facts, size_t len)
{
	const size_t *column = payload;
	vv_fact f;

	vv_facts_column(&f, facts, len, *column);
	return f.missing != VV_MISSING_ALL;
}

/* No row has a value in it: as spreadsheets write columns that had some once. */
static vv_status is_empty(const check_plan *p, size_t column, bool *out, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(p->table, VV_LIST_FACTS, err);

	if (w.rc < 0) return w.rc;
	int more = vv_list_next_that_may(w.reader, may_have_values, &column, &w.item, err);
	*out = more == 0;
	return more < 0 ? (vv_status)more : VV_OK;
}

static vv_status note_blank(check_plan *p, const labels *l, size_t column, vv_error *err)
{
	const check_column *c = &p->columns[column];
	bool empty = false;
	const vv_status rc = is_empty(p, column, &empty, err);

	if (empty) {
		check_note_add(p, "blank-column", c->name, c->name_len, l->line, NULL,
			       "column %zu has no name and no values", column + 1);
	} else if (rc == VV_OK && column > 0) { /* R and pandas write an index as the first one */
		check_note_add(p, "blank-label", c->name, c->name_len, l->line, "a name",
			       "column %zu has no name", column + 1);
	}
	return rc;
}

/* Blank and repeated labels: errors under any schema. */
static vv_status check_header(check_plan *p, const labels *l, vv_error *err)
{
	vv_names seen;
	size_t blank = 0;
	vv_status rc;

	for (size_t i = 0; i < l->count; i++) {
		blank += l->blank[i];
	}
	if (blank > 0 && blank == l->count) {
		check_note_add(p, "blank-header", NULL, 0, l->line, "names of columns",
			       "all cells of the header are blank");
		return VV_OK;
	}
	if (!vv_names_init(&seen, &p->arena, l->count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < l->count; i++) {
		bool added;

		if (l->blank[i]) {
			if ((rc = note_blank(p, l, i, err)) < 0) return rc;
			continue;
		}
		vv_name *first = vv_names_put(&seen, l->text[i], l->len[i], i, &added);
		if (!added) {
			check_note_add(p, "duplicate-label", p->columns[i].name,
				       p->columns[i].name_len, l->line, "another name",
				       "column %zu has the name of column %zu", i + 1,
				       first->value + 1);
		}
	}
	return VV_OK;
}

static void set_field(check_plan *p, size_t column, size_t field)
{
	p->columns[column].field = &p->schema->fields[field];
	p->columns[column].field_place = field;
	p->columns[column].name = p->schema->fields[field].name;
	p->columns[column].name_len = p->schema->fields[field].name_len;
	p->of_field[field] = column;
}

/* The first field so called that no column has yet. */
static size_t free_field(const check_plan *p, const char *name, size_t len)
{
	long at = vv_schema_find(p->schema, name, len);

	for (size_t i = at < 0 ? p->schema->count : (size_t)at; i < p->schema->count; i++) {
		const vv_field *f = &p->schema->fields[i];

		if (p->of_field[i] == SIZE_MAX && same_name(f->name, f->name_len, name, len)) {
			return i;
		}
	}
	return SIZE_MAX;
}

/* Without labels, and for the table's own schema, place decides. */
static void match_by_place(check_plan *p)
{
	for (size_t i = 0; i < p->count && i < p->schema->count; i++) {
		set_field(p, i, i);
	}
}

static void match_by_name(check_plan *p, const labels *l)
{
	for (size_t i = 0; i < p->count; i++) {
		size_t field = l->blank[i] ? SIZE_MAX : free_field(p, l->text[i], l->len[i]);

		/* a repeated label has been given a name of its own */
		if (field == SIZE_MAX) {
			field = free_field(p, p->table->schema.fields[i].name,
					   p->table->schema.fields[i].name_len);
		}
		if (field != SIZE_MAX) {
			set_field(p, i, field);
		}
	}
}

/* Matches the remaining columns by place: columns under other names. */
static void match_rest(check_plan *p, const labels *l)
{
	for (size_t i = 0; i < p->count && i < p->schema->count; i++) {
		const vv_field *f = &p->schema->fields[i];

		if (p->columns[i].field || p->of_field[i] != SIZE_MAX) {
			continue;
		}
		set_field(p, i, i);
		if (!l->blank[i]) {
			check_note_add(p, "incorrect-label", f->name, f->name_len, l->line, f->name,
				       "column %zu is called '%s', not '%s'", i + 1,
				       vv_text_show(l->text[i], l->len[i]),
				       vv_text_name(f->name, f->name_len));
		}
	}
}

static void check_places(check_plan *p, const labels *l)
{
	for (size_t i = 0; i < p->count; i++) {
		const check_column *c = &p->columns[i];

		if (c->field && c->field_place != i && p->schema->count == p->count) {
			check_note_add(p, "incorrect-label", c->name, c->name_len, l->line, NULL,
				       "'%s' is column %zu, and field %zu of the schema",
				       vv_text_name(c->name, c->name_len), i + 1,
				       c->field_place + 1);
		}
	}
}

/* A column that is gone, where that alone is not an error: then its values are missing all the same. */
static void note_required(check_plan *p, const vv_field *f, uint64_t line)
{
	const vv_json *constraints = vv_json_get(f->json, "constraints");

	if (!check_stands(p, "missing-label", f->name, f->name_len) &&
	    vv_json_get_bool(constraints, "required", false)) {
		check_note_add(p, "constraint-error", f->name, f->name_len, line, "a value",
			       "is missing in all rows, and the field is required");
	}
}

/* Objects have no header: a member that none of them has is only missed where each row
 * must have it. */
static bool is_needed(const check_plan *p, const vv_field *f)
{
	const vv_json *constraints = vv_json_get(f->json, "constraints");

	return vv_text_is_among(f->name, p->schema->primary_key, p->schema->primary_key_count) ||
	       vv_json_get_bool(constraints, "required", false);
}

static void extra_and_missing(check_plan *p, const labels *l, bool extra, bool missing)
{
	for (size_t i = 0; i < p->count && extra; i++) {
		const check_column *c = &p->columns[i];

		if (!c->field) {
			check_note_add(p, "extra-label", c->name, c->name_len, l->line, NULL,
				       "the schema has no field for column %zu, '%s'", i + 1,
				       vv_text_name(c->name, c->name_len));
		}
	}
	for (size_t i = 0; i < p->schema->count && missing; i++) {
		const vv_field *f = &p->schema->fields[i];

		if (p->of_field[i] != SIZE_MAX || (p->json && !is_needed(p, f))) {
			continue;
		}
		check_note_add(p, "missing-label", f->name, f->name_len, l->line, NULL,
			       "the file has no column for field %zu of the schema, '%s'", i + 1,
			       vv_text_name(f->name, f->name_len));
		note_required(p, f, l->line);
	}
}

static void match_fields(check_plan *p, const labels *l)
{
	vv_fields_match match = p->schema->match;

	if (!l->named) {
		match_by_place(p);
	} else {
		match_by_name(p, l);
	}
	/* an object's members have no order */
	if (match == VV_MATCH_EXACT && l->named && !p->json) {
		match_rest(p, l);
		check_places(p, l);
	}
	if (match == VV_MATCH_PARTIAL && p->schema->count > 0 &&
	    !vv_array_find(p->columns, p->count, it, it->field)) {
		check_note_add(p, "missing-label", NULL, 0, l->line, NULL,
			       "the file has none of the schema's fields");
	}
	extra_and_missing(
		p, l,
		match == VV_MATCH_EXACT || match == VV_MATCH_EQUAL || match == VV_MATCH_SUPERSET,
		match == VV_MATCH_EXACT || match == VV_MATCH_EQUAL || match == VV_MATCH_SUBSET);
}

vv_status check_labels(check_plan *p, vv_error *err)
{
	labels l = {0};
	vv_status rc;

	for (size_t i = 0; i < p->count; i++) {
		p->columns[i].place = i;
		p->columns[i].field_place = SIZE_MAX;
		p->columns[i].name = p->table->schema.fields[i].name;
		p->columns[i].name_len = p->table->schema.fields[i].name_len;
	}
	for (size_t i = 0; i < p->schema->count; i++) {
		p->of_field[i] = SIZE_MAX;
	}
	if ((rc = read_labels(p, &l, err)) < 0) return rc;
	if (p->schema == &p->table->schema) {
		match_by_place(p);
	} else {
		match_fields(p, &l);
	}
	return check_header(p, &l, err);
}

/* --- constraints ----------------------------------------------------------------------------- */

#define BIT(type) (1u << (type))
#define ORDERED                                                                                    \
	(BIT(VV_TYPE_NUMBER) | BIT(VV_TYPE_INTEGER) | BIT(VV_TYPE_DATE) | BIT(VV_TYPE_TIME) |      \
	 BIT(VV_TYPE_DATETIME) | BIT(VV_TYPE_YEAR) | BIT(VV_TYPE_YEARMONTH) |                      \
	 BIT(VV_TYPE_DURATION))
#define LONG                                                                                       \
	(BIT(VV_TYPE_STRING) | BIT(VV_TYPE_OBJECT) | BIT(VV_TYPE_ARRAY) | BIT(VV_TYPE_LIST) |      \
	 BIT(VV_TYPE_GEOJSON))
#define EVERY 0xffffu

static const struct constraint {
	const char *name;
	unsigned types;
} constraints[] = {
	{"required", EVERY},
	{"unique", EVERY},
	{"enum", EVERY},
	{"minLength", LONG},
	{"maxLength", LONG},
	{"minimum", ORDERED},
	{"maximum", ORDERED},
	{"exclusiveMinimum", ORDERED},
	{"exclusiveMaximum", ORDERED},
	{"pattern", BIT(VV_TYPE_STRING)},
	{"jsonSchema", BIT(VV_TYPE_OBJECT) | BIT(VV_TYPE_ARRAY)},
};

/* Reports constraints that are unknown, or invalid for this type. */
static void check_names(check_plan *p, const check_column *c, const vv_json *node)
{
	for (const vv_json *n = node->first; n; n = n->next) {
		const struct constraint *k = constraints,
					*end = k + sizeof(constraints) / sizeof(*k);

		while (k < end && strcmp(k->name, n->name) != 0) {
			k++;
		}
		if (k == end) {
			check_note_node(p, n, "no such constraint '%s'", vv_text_shows(n->name));
		} else if (!(k->types & BIT(c->field->type))) {
			check_note_node(p, n, "a field of type %s has no constraint '%s'",
					vv_type_name(c->field->type), k->name);
		} else if (strcmp(k->name, "jsonSchema") == 0) {
			check_note_node(p, n, "varve cannot check the constraint jsonSchema");
		}
	}
}

static void note_wrong_value(check_plan *p, const check_column *c, const vv_json *node)
{
	check_note_node(p, node, "is not a value of the field's type, %s",
			vv_type_name(c->field->type));
}

static void read_bound(check_plan *p, check_column *c, const vv_json *node, check_bound *b)
{
	const vv_field *field;
	vv_field standard;
	vv_auto(vv_buf) text = VV_BUF_FOR(&p->digits);
	vv_cell cell;

	if (!node || !(ORDERED & BIT(c->field->type))) return;
	if (!vv_value_of_node(&cell, &field, &standard, &text, c->field, node)) {
		note_wrong_value(p, c, node);
		return;
	}
	/* kept: values borrow from the text that they were read from */
	cell.text = vv_arena_strndup(&p->arena, cell.text, cell.len);
	p->failed = p->failed || !cell.text;
	if (!cell.text) return;
	b->given = vv_value_read(&b->value, &p->digits, field, &cell);
	b->text = cell.text;
	b->text_len = cell.len;
	c->has_bounds = true;
}

/* The greatest whole number that is not above d x 10^scale; false when it has no 64 bits. */
static bool scaled_floor(int64_t *out, bool *exact, const vv_decimal *d, const char *digits,
			 size_t scale)
{
	int64_t whole = d->exponent + (int64_t)scale; /* digits before the point */
	int64_t v = 0;

	if (d->kind != VV_DECIMAL_FINITE || whole > 18) return false;
	for (int64_t i = 0; i < whole; i++) {
		v = v * 10 + (i < (int64_t)d->count ? digits[i] - '0' : 0);
	}
	*exact = whole >= (int64_t)d->count;
	*out = d->negative ? -v - !*exact : v;
	return true;
}

static void narrow_range(check_range *r, size_t which, int64_t floor, bool exact)
{
	/* at least d: from the next whole number on, unless d is one; above d: after its floor */
	if (which == BOUND_MINIMUM || which == BOUND_ABOVE) {
		int64_t least = floor + (which == BOUND_ABOVE || !exact);

		r->least = least > r->least ? least : r->least;
	} else {
		int64_t most = floor - (which == BOUND_BELOW && exact);

		r->most = most < r->most ? most : r->most;
	}
}

/* The bounds as whole numbers: of each scale that a column of decimals may have, or days. */
static void make_ranges(check_plan *p, check_column *c)
{
	bool dates = c->field->type == VV_TYPE_DATE && !c->field->plan;
	bool numbers = c->field->type == VV_TYPE_INTEGER || c->field->type == VV_TYPE_NUMBER;

	for (size_t scale = 0; scale < (dates ? 1 : numbers ? CHECK_SCALES : 0); scale++) {
		check_range *r = &c->ranges[scale];

		*r = (check_range){INT64_MIN, INT64_MAX, true};
		for (size_t k = 0; k < BOUND_COUNT; k++) {
			const check_bound *b = &c->bounds[k];
			int64_t floor = 0;
			bool exact = true;

			if (!b->given) {
				continue;
			}
			if (dates) {
				floor = b->value.seconds / 86400;
				floor -= b->value.seconds % 86400 < 0;
				exact = b->value.seconds % 86400 == 0 && b->value.fraction_len == 0;
			} else if (!scaled_floor(&floor, &exact, &b->value.decimal,
						 p->digits.data + b->value.decimal.digits_at,
						 scale)) {
				r->usable = false;
			}
			narrow_range(r, k, floor, exact);
		}
	}
}

static void read_bounds(check_plan *p, check_column *c, const vv_json *node)
{
	static const char *const names[BOUND_COUNT] = {
		[BOUND_MINIMUM] = "minimum",
		[BOUND_MAXIMUM] = "maximum",
		[BOUND_ABOVE] = "exclusiveMinimum",
		[BOUND_BELOW] = "exclusiveMaximum",
	};

	for (size_t i = 0; i < BOUND_COUNT; i++) {
		read_bound(p, c, vv_json_get(node, names[i]), &c->bounds[i]);
	}
	if (!p->digits.failed) {
		make_ranges(p, c);
	}
}

static void read_lengths(check_column *c, const vv_json *node)
{
	uint64_t n;

	if (!(LONG & BIT(c->field->type))) return;
	if (vv_json_get_u64(&n, node, "minLength")) {
		c->min_length = n;
	}
	if (vv_json_get_u64(&n, node, "maxLength")) {
		c->max_length = n;
	}
	c->has_lengths = c->min_length != UINT64_MAX || c->max_length != UINT64_MAX;
}

static void read_pattern(check_plan *p, check_column *c, const vv_json *node)
{
	const vv_json *pattern = vv_json_get(node, "pattern");
	vv_error why;

	if (!pattern || c->field->type != VV_TYPE_STRING) return;
	vv_status rc = vv_pattern_new(&c->pattern, pattern->text, pattern->text_len, &why);
	c->pattern_text = pattern->text;
	p->failed = p->failed || rc == VV_ENOMEM;
	if (rc < 0) {
		check_note_node(p, pattern, "%s", why.message);
	}
}

/* The canonical forms of an array's values: ["a", "b"], or [{"value": "a"}, ...]. NULL: memory ran
 * out. */
static vv_names *read_values(check_plan *p, const check_column *c, const vv_json *list)
{
	vv_names *names = vv_arena_calloc(&p->arena, 1, sizeof(*names));
	vv_auto(vv_buf) key = VV_BUF_INIT, scratch = VV_BUF_FOR(&key), text = VV_BUF_FOR(&key);
	const vv_field *field;
	vv_field standard;
	vv_cell cell;
	bool room = names && vv_names_init(names, &p->arena, list->count);

	for (const vv_json *n = list->first; n && room; n = n->next) {
		const vv_json *value = n->type == VV_JSON_OBJECT && vv_json_get(n, "value") &&
						       c->field->type != VV_TYPE_OBJECT
					       ? vv_json_get(n, "value")
					       : n;

		vv_buf_reset(&key);
		if (!vv_value_of_node(&cell, &field, &standard, &text, c->field, value)) {
			note_wrong_value(p, c, value);
			room = !key.failed;
			continue;
		}
		const char *copy = vv_value_put_key(&key, &scratch, field, &cell, false)
					   ? vv_arena_strndup(&p->arena, key.data, key.len)
					   : NULL;
		room = copy != NULL;
		if (copy) {
			vv_names_put(names, copy, key.len, 0, NULL);
		}
	}
	p->failed = p->failed || !room;
	return room ? names : NULL;
}

/* Is each value of the enum one of the categories? */
static void check_subset(check_plan *p, const check_column *c, const vv_json *list)
{
	for (size_t i = 0; i <= c->allowed->mask; i++) {
		const vv_name *n = &c->allowed->slots[i];

		if (n->text && !vv_names_find(c->categories, n->text, n->len)) {
			check_note_node(p, list, "has a value that is not one of the categories");
			return;
		}
	}
}

void check_constraints(check_plan *p, check_column *c)
{
	const vv_json *node = vv_json_get(c->field->json, "constraints");
	const vv_json *list = node ? vv_json_get(node, "enum") : NULL;
	const vv_json *categories = vv_json_get(c->field->json, "categories");

	c->categories = categories ? read_values(p, c, categories) : NULL;
	if (node) {
		c->required = vv_json_get_bool(node, "required", false);
		read_lengths(c, node);
		check_names(p, c, node);
		read_bounds(p, c, node);
		read_pattern(p, c, node);
	}
	c->allowed = list ? read_values(p, c, list) : NULL;
	if (c->allowed && c->categories) {
		check_subset(p, c, list);
	}
	c->spare = !c->has_lengths && !c->pattern && !c->allowed && !c->categories;
	if (c->slots[CHECK_SLOT_CONSTRAINT] == CHECK_OFF) { /* nothing of it is to be looked at */
		c->required = c->has_lengths = c->has_bounds = false;
		c->allowed = c->categories = NULL;
		vv_pattern_free(c->pattern);
		c->pattern = NULL;
		c->spare = true;
	}
}
