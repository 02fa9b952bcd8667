/*
 * compile: turns a schema and a rule set into tests of each cell, row and key, and hashes all that
 * they depend on.
 */
#include "check/rules/compile.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/check.h"
#include "check/rules/columns.h"
#include "check/rules/rules.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/schema/descriptor.h"
#include "dataset/table/almost.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

/* Reports a member whose name is nearly a known one, probably a typing error. Others are custom properties, which
 * Table Schema allows. */
static void note_members(check_plan *p, const vv_json *object, const char *const *known)
{
	for (const vv_json *m = object ? object->first : NULL; m && m->name; m = m->next) {
		vv_error why;
		vv_descriptor d = {.file = p->schema_name, .err = &why};

		vv_nearest near = vv_nearest_to(m->name);
		for (const char *const *k = known; *k; k++) {
			(void)vv_nearest_try(&near, *k);
		}
		if (near.best && strcmp(near.best, m->name) != 0) {
			vv_descriptor_fail(&d, m, "is not a member of Table Schema");
			check_note_add(p, "unknown-member", NULL, 0, 0,
				       vv_arena_printf(&p->arena, "'%s'", near.best), "%s",
				       why.message);
		}
	}
}

static void note_schema_members(check_plan *p)
{
	static const char *const schema[] = {"fields",     "fieldsMatch", "primaryKey",
					     "uniqueKeys", "foreignKeys", "missingValues",
					     "name",       "title",       "description",
					     "$schema",    NULL};
	static const char *const field[] = {"name",
					    "type",
					    "format",
					    "title",
					    "description",
					    "example",
					    "examples",
					    "rdfType",
					    "constraints",
					    "categories",
					    "trueValues",
					    "falseValues",
					    "decimalChar",
					    "groupChar",
					    "bareNumber",
					    "delimiter",
					    "itemType",
					    "missingValues",
					    "categoriesOrdered",
					    "unit",
					    NULL};

	note_members(p, p->own.json, schema);
	for (size_t i = 0; i < p->own.count; i++) {
		note_members(p, p->own.fields[i].json, field);
	}
}

/* The schema to check against: the one that was given, if it is one. */
static vv_status read_schema(check_plan *p, vv_error *err)
{
	const vv_check_options *o = p->o;
	vv_error why;

	p->schema = &p->table->schema;
	p->schema_name = o->schema_name ? o->schema_name : "schema";
	if (!o->schema) return VV_OK;
	vv_status rc = vv_schema_read(&p->own, o->schema, o->schema_len, p->schema_name, &why);
	if (rc == VV_OK) {
		p->schema = &p->own;
		note_schema_members(p);
	} else if (rc == VV_EINPUT) {
		check_note_unread(p, "schema-error", NULL, "a Table Schema", "%s", why.message);
	} else {
		return vv_error_copy(err, &why);
	}
	return VV_OK;
}

static uint32_t add_slot(check_plan *p, const char *rule, size_t column, size_t condition,
			 vv_severity severity, uint64_t mostly)
{
	const vv_rule *found = vv_rule_find(rule);

	assert(found);
	if (severity == VV_SEVERITY_OFF) return CHECK_OFF;
	assert(p->slot_count < p->slot_max);
	p->slots[p->slot_count] = (check_slot){
		.rule = found,
		.severity = severity,
		.mostly = mostly,
		.column = column,
		.condition = condition,
		.seen = CHECK_OFF,
	};
	return (uint32_t)p->slot_count++;
}

/* The rule of each slot. */
static const char *const slot_rules[] = {
#define SLOT_RULE(name, rule, by) [CHECK_SLOT_##name] = rule,
	CHECK_SLOT_ROWS(SLOT_RULE)
#undef SLOT_RULE
};

static void add_column_slot(check_plan *p, size_t i, unsigned slot)
{
	check_column *c = &p->columns[i];
	uint64_t mostly;
	vv_severity severity = check_severity(p, slot_rules[slot], c->name, c->name_len, &mostly);

	c->slots[slot] = add_slot(p, slot_rules[slot], i, SIZE_MAX, severity, mostly);
}

static uint32_t type_slot(check_plan *p, size_t i)
{
	const char *rule = slot_rules[CHECK_SLOT_TYPE];
	const check_column *c = &p->columns[i];
	const vv_rule_setting *s = p->o->type_setting ? p->o->type_setting(p->o->payload, c->name)
						      : NULL;
	uint64_t mostly;
	vv_severity severity = check_severity(p, rule, c->name, c->name_len, &mostly);

	if (s && severity != VV_SEVERITY_OFF) {
		severity = s->severity;
		mostly = s->mostly;
	}
	return add_slot(p, rule, i, SIZE_MAX, severity, mostly);
}

/* A value that could not be decided is always reported if patterns are checked. */
static uint32_t budget_slot(check_plan *p, size_t i)
{
	const check_column *c = &p->columns[i];
	const char *rule = slot_rules[CHECK_SLOT_BUDGET];
	uint64_t mostly;
	vv_severity severity = check_severity(p, rule, c->name, c->name_len, &mostly);

	if (severity != VV_SEVERITY_ERROR && c->slots[CHECK_SLOT_CONSTRAINT] != CHECK_OFF) {
		rule = VV_RULE_UNCHECKED;
		severity = VV_SEVERITY_ERROR;
	}
	return add_slot(p, rule, i, SIZE_MAX, severity, mostly);
}

/* A missing value that reads as a number or a date makes typed encodings ambiguous. */
static bool has_typed_missing(const vv_field *f)
{
	return vv_ended_find(f->missing, it, vv_is_digit(**it) || **it == '-') != NULL;
}

/* Which slots are of rules that are found only cell by cell. */
enum { FOUND_BY_RUN, FOUND_BY_CELL };
static const uint8_t found_by[] = {
#define SLOT_FOUND_BY(name, rule, by) [CHECK_SLOT_##name] = FOUND_BY_##by,
	CHECK_SLOT_ROWS(SLOT_FOUND_BY)
#undef SLOT_FOUND_BY
};

/* Adds these slots of a column. */
static void add_cell_slots(check_plan *p, size_t i)
{
	for (unsigned slot = 0; slot < CHECK_SLOT_COUNT; slot++) {
		if (found_by[slot] == FOUND_BY_CELL) {
			add_column_slot(p, i, slot);
			p->columns[i].spare = p->columns[i].spare &&
					      p->columns[i].slots[slot] == CHECK_OFF;
		}
	}
}

static void make_columns(check_plan *p)
{
	for (size_t i = 0; i < p->count; i++) {
		check_column *c = &p->columns[i];

		c->min_length = c->max_length = UINT64_MAX;
		memset(c->slots, 0xff, sizeof(c->slots)); /* CHECK_OFF */
		if (!p->json) {
			add_column_slot(p, i, CHECK_SLOT_MISSING);
		}
		add_column_slot(p, i, CHECK_SLOT_ENCODING);
		c->spare = true;
		if (!c->field) {
			continue;
		}
		c->hides_required = c->slots[CHECK_SLOT_MISSING] != CHECK_OFF &&
				    check_stands(p, "missing-cell", c->name, c->name_len);
		c->hides_pattern = check_stands(p, "encoding-error", c->name, c->name_len);
		c->slots[CHECK_SLOT_TYPE] = type_slot(p, i);
		c->typed_missing = has_typed_missing(c->field);
		add_column_slot(p, i, CHECK_SLOT_CONSTRAINT);
		check_constraints(p, c);
		if (c->pattern) {
			c->slots[CHECK_SLOT_BUDGET] = budget_slot(p, i);
		}
		add_cell_slots(p, i);
	}
}

static void take_condition(check_plan *p, const check_condition *made, vv_severity severity,
			   uint64_t mostly)
{
	p->conditions[p->condition_count] = *made;
	p->has_conditions = true;
	add_slot(p, "row-constraint", SIZE_MAX, p->condition_count++, severity, mostly);
}

static void add_condition(check_plan *p, const vv_rule_setting *s)
{
	check_condition c = {.text = s->condition, .title = s->title};
	vv_error why;
	vv_status rc = vv_condition_new(&c.compiled, s->condition, strlen(s->condition), p->schema,
					p->json, &why);

	p->failed = p->failed || rc == VV_ENOMEM;
	if (rc == VV_OK) {
		take_condition(p, &c, s->severity, s->mostly);
	} else {
		check_note_unread(p, "row-constraint", s, NULL,
				  "the condition \"%s\" cannot be checked here: %s", s->condition,
				  vv_check_why(&why, p->o->path, p->o->words));
	}
}

/* A rule of varve.checks that cannot be checked here. */
static void note_line(check_plan *p, const vv_check_rule *line, const char *why)
{
	const vv_rule_setting s = {.rule = line->rule, .severity = line->severity};

	check_note_unread(p, line->rule->code, &s, line->text, "%s", why);
	if (!p->failed) {
		p->last_note->name = vv_check_rule_given(line);
	}
}

static vv_condition_how how_of(const check_plan *p, const vv_check_rule *line, size_t at)
{
	return (vv_condition_how){.json = p->json,
				  .line = true,
				  .file = line->file,
				  .file_line = line->line,
				  .file_column = at + 1};
}

/* Compiles a condition of a rule of varve.checks. NULL: it cannot be checked here, which is noted, or
 * memory ran out. */
static vv_condition *compile_condition(check_plan *p, const vv_check_rule *line, const char *text,
				       const vv_condition_how *how)
{
	vv_condition *out = NULL;
	vv_error why;
	vv_status rc = vv_condition_compile(&out, text, strlen(text), p->schema, how, &why);

	p->failed = p->failed || rc == VV_ENOMEM;
	if (rc < 0) {
		note_line(p, line, vv_check_why(&why, p->o->path, p->o->words));
	}
	return rc == VV_OK ? out : NULL;
}

/* A rule about each row; column: what 'value' is, or NULL. */
static void add_line(check_plan *p, const vv_check_rule *line, const char *column)
{
	check_condition c = {
		.text = line->text, .title = vv_check_rule_given(line), .column = column};
	vv_condition_how how = how_of(p, line, line->condition_at);

	how.column = column;
	if ((c.compiled = compile_condition(p, line, line->condition, &how))) {
		take_condition(p, &c, line->severity, VV_BILLION);
	}
}

static bool is_for_column(const check_plan *p, const vv_check_rule *line, size_t field)
{
	return fnmatch(line->pattern, p->schema->fields[field].name, 0) == 0;
}

static void add_row_line(check_plan *p, const vv_check_rule *line)
{
	bool any = false;

	if (!line->pattern) {
		add_line(p, line, NULL);
		return;
	}
	for (size_t f = 0; f < p->schema->count; f++) {
		if (is_for_column(p, line, f)) {
			any = true;
			add_line(p, line, p->schema->fields[f].name);
		}
	}
	if (!any) {
		note_line(p, line, "the pattern does not match any column");
	}
}

/* Calls add for each rule of this kind in varve.checks. */
static void add_lines(check_plan *p, vv_check_kind kind,
		      void (*add)(check_plan *p, const vv_check_rule *line))
{
	const vv_rule_set *set = p->o->rules;

	for (size_t i = 0; set && i < set->line_count; i++) {
		if (set->lines[i].kind == kind && set->lines[i].severity != VV_SEVERITY_OFF) {
			add(p, &set->lines[i]);
		}
	}
}

/* How many conditions there can be. */
static size_t condition_rules(const check_plan *p)
{
	const vv_rule_set *set = p->o->rules;
	size_t n = 0;

	for (size_t i = 0; set && i < set->count; i++) {
		n += set->items[i].condition != NULL;
	}
	for (size_t i = 0; set && i < set->line_count; i++) {
		n += set->lines[i].pattern ? p->schema->count : set->lines[i].kind == VV_CHECK_ROW;
	}
	return n;
}

/* Allocates zeroed items in the plan. NULL, and the plan has failed: memory ran out. */
static void *alloc_items(check_plan *p, size_t count, size_t size)
{
	void *items = vv_arena_calloc(&p->arena, count + 1, size);

	p->failed = p->failed || !items;
	return items;
}

static void make_conditions(check_plan *p)
{
	const vv_rule_set *set = p->o->rules;

	p->conditions = alloc_items(p, condition_rules(p), sizeof(*p->conditions));
	p->places = alloc_items(p, p->schema->count, sizeof(*p->places));
	if (!p->conditions || !p->places) return;
	for (size_t i = 0; i < p->schema->count; i++) {
		p->places[i] = p->of_field[i] == SIZE_MAX ? SIZE_MAX
							  : p->columns[p->of_field[i]].place;
	}
	for (size_t i = 0; set && i < set->count; i++) {
		const vv_rule_setting *s = &set->items[i];

		if (s->condition && s->severity != VV_SEVERITY_OFF &&
		    strcmp(s->rule->code, "row-constraint") == 0) {
			add_condition(p, s);
		}
	}
	add_lines(p, VV_CHECK_ROW, add_row_line);
}

/* "id, day" of columns of the plan. */
static const char *list_names(check_plan *p, const size_t *columns, size_t count)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	char *out = NULL;

	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(&b, i > 0 ? ", " : "");
		vv_buf_put(&b, p->columns[columns[i]].name, p->columns[columns[i]].name_len);
	}
	if (!b.failed) {
		out = vv_arena_strndup(&p->arena, vv_buf_cstr(&b), b.len);
	}
	return out;
}

/* A hash of columns and of how their values are read. */
static bool columns_id(vv_hash128 *out, const check_plan *p, const char *what,
		       const size_t *columns, size_t count, const char *more)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "%s %d %d", what, p->json, p->pass_blank);
	for (size_t i = 0; i < count; i++) {
		const check_column *c = &p->columns[columns[i]];

		vv_buf_printf(&b, " %zu", c->place);
		if (c->field) {
			check_put_reading(&b, c->field);
		}
	}
	vv_buf_putc(&b, '\n');
	vv_buf_puts(&b, more);
	*out = vv_xxh3_128(b.data, b.len, 0);
	return !b.failed;
}

/* Columns of the plan by the names of an array (or a single name), for a key of the rule. NULL: a
 * column is missing, which is noted, or memory ran out. */
static size_t *find_columns(check_plan *p, const vv_json *names, size_t *count, const char *rule,
			    const char *what)
{
	const vv_json *n = names->type == VV_JSON_ARRAY ? names->first : names;
	bool all = true;

	*count = names->type == VV_JSON_ARRAY ? names->count : 1;
	size_t *out = alloc_items(p, *count, sizeof(*out));
	for (size_t i = 0; out && i < *count; i++, n = n->next) {
		long field = vv_schema_find(p->schema, n->text, n->text_len);

		out[i] = field < 0 ? SIZE_MAX : p->of_field[field];
		all = all && out[i] != SIZE_MAX;
	}
	if (all) return out;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_put_node(&b, names);
	check_note_unread(p, rule, NULL, NULL, "the file does not have a column named by the %s %s",
			  what, vv_buf_cstr(&b));
	return NULL;
}

static bool same_columns(const check_key *k, const size_t *columns, size_t count)
{
	if (k->of.count != count) return false;
	return !vv_array_find(columns, count, it, !vv_array_has(k->of.columns, k->of.count, *it));
}

static bool is_same_rule(const check_key *k, const char *rule, vv_severity severity,
			 uint64_t mostly)
{
	return strcmp(k->rule->code, rule) == 0 && k->severity == severity && k->mostly == mostly;
}

static void add_key(check_plan *p, check_key_kind kind, size_t *columns, size_t count)
{
	static const char *const rules[] = {"primary-key", "unique-error", "unique-error",
					    "duplicate-row"};
	static const char *const kinds[] = {"primary", "key", "key", "row"};
	const char *rule = rules[kind];
	const check_column *first = &p->columns[columns[0]];
	bool by_column = kind == CHECK_UNIQUE || kind == CHECK_UNIQUE_KEY;
	uint64_t mostly;
	vv_severity severity = check_severity(p, rule, by_column ? first->name : NULL,
					      first->name_len, &mostly);
	check_key *k = &p->keys[p->key_count];

	if (severity == VV_SEVERITY_OFF) return;
	for (size_t i = 0; i < p->key_count && kind != CHECK_ROW; i++) { /* unique twice over */
		if (!p->keys[i].text && same_columns(&p->keys[i], columns, count) &&
		    (p->keys[i].stands || is_same_rule(&p->keys[i], rule, severity, mostly))) {
			return;
		}
	}
	*k = (check_key){
		.kind = kind,
		.of = {columns, count, NULL},
		.mostly = mostly,
		.rule = vv_rule_find(rule),
		.severity = severity,
		.stands = check_stands(p, rule, by_column ? first->name : NULL, first->name_len),
		.names = list_names(p, columns, count)};
	/* rows without a whole key are entries of a primary key alone */
	p->failed = p->failed || !k->names ||
		    !columns_id(&k->id, p, kinds[kind], columns, count,
				p->o->path ? p->o->path : "");
	p->key_count++;
}

/* Rows that are the same in all columns. */
static void add_row_key(check_plan *p)
{
	size_t *columns = alloc_items(p, p->count, sizeof(*columns));

	for (size_t i = 0; columns && i < p->count; i++) {
		columns[i] = i;
	}
	if (columns && p->count > 0) {
		add_key(p, CHECK_ROW, columns, p->count);
	}
}

/* The table's own key, where the schema names none. */
static void root_key(check_plan *p)
{
	const vv_root *root = &p->table->root;
	size_t *columns = alloc_items(p, root->key_count, sizeof(*columns));

	if (!columns || !vv_table_key_places(columns, p->table)) return;
	p->show_key = columns;
	p->show_key_count = root->key_count;
	/* in a described table, only a declared key counts */
	if (root->key_count == 0 ||
	    (p->schema != &p->table->schema && root->key_source != VV_KEY_DECLARED)) {
		return;
	}
	const size_t at = p->key_count;
	add_key(p, CHECK_PRIMARY, columns, root->key_count);
	if (p->key_count > at && root->key_source == VV_KEY_INFERRED) {
		p->keys[at].severity = VV_SEVERITY_WARNING; /* it is not enforced */
	}
}

/* Sets *out to the columns that a rule of varve.checks names. false: one is missing, which is noted, or
 * memory ran out. */
static bool line_columns(check_plan *p, const vv_check_rule *line, check_key_of *out)
{
	while (line->columns[out->count]) {
		out->count++;
	}
	size_t *columns = alloc_items(p, out->count, sizeof(*columns));
	out->columns = columns;
	for (size_t i = 0; columns && i < out->count; i++) {
		const char *name = line->columns[i];
		long field = vv_schema_find(p->schema, name, strlen(name));

		columns[i] = field < 0 ? SIZE_MAX : p->of_field[field];
		if (columns[i] == SIZE_MAX) {
			vv_auto(vv_buf) why = VV_BUF_INIT;

			vv_buf_printf(&why, "%s:%zu: the schema has no column '%s'", line->file,
				      line->line, vv_text_shows(name));
			note_line(p, line, vv_buf_cstr(&why));
			return false;
		}
	}
	return columns != NULL;
}

static void add_unique_line(check_plan *p, const vv_check_rule *line)
{
	check_key *k = &p->keys[p->key_count];
	vv_auto(vv_buf) more = VV_BUF_INIT;

	*k = (check_key){.kind = CHECK_UNIQUE_KEY,
			 .rule = line->rule,
			 .severity = line->severity,
			 .mostly = VV_BILLION,
			 .stands = true,
			 .title = vv_check_rule_title(line),
			 .text = line->text};
	if (!line_columns(p, line, &k->of)) return;
	if (line->where) {
		const vv_condition_how how = how_of(p, line, line->where_at);

		if (!(k->of.where = compile_condition(p, line, line->where, &how))) return;
		p->has_conditions = true;
		vv_json_put_node(&more, p->schema->json);
		vv_buf_printf(&more, "\n%s\n", line->where);
	}
	vv_buf_puts(&more, p->o->path ? p->o->path : "");
	p->key_count++;
	k->names = list_names(p, k->of.columns, k->of.count);
	p->failed = p->failed || !k->names || more.failed ||
		    !columns_id(&k->id, p, "key", k->of.columns, k->of.count, vv_buf_cstr(&more));
}

static void make_keys(check_plan *p)
{
	const vv_json *node = vv_json_get(p->schema->json, "primaryKey");
	const vv_json *unique = vv_json_get(p->schema->json, "uniqueKeys");
	size_t count, *columns;

	p->keys = alloc_items(p,
			      p->count + 2 + (unique ? unique->count : 0) +
				      (p->o->rules ? p->o->rules->line_count : 0),
			      sizeof(*p->keys));
	if (!p->keys) return;
	if (!node || p->schema->primary_key_count == 0) {
		root_key(p);
	} else if ((columns = find_columns(p, node, &count, "primary-key", "primary key"))) {
		p->show_key = columns;
		p->show_key_count = count;
		add_key(p, CHECK_PRIMARY, columns, count);
	}
	for (const vv_json *n = unique ? unique->first : NULL; n; n = n->next) {
		if ((columns = find_columns(p, n, &count, "unique-error", "unique key"))) {
			add_key(p, CHECK_UNIQUE_KEY, columns, count);
		}
	}
	for (size_t i = 0; i < p->count; i++) {
		const vv_field *f = p->columns[i].field;
		const vv_json *constraints = f ? vv_json_get(f->json, "constraints") : NULL;

		if (constraints && vv_json_get_bool(constraints, "unique", false) &&
		    (columns = alloc_items(p, 1, sizeof(*columns)))) {
			columns[0] = i;
			add_key(p, CHECK_UNIQUE, columns, 1);
		}
	}
	add_lines(p, VV_CHECK_UNIQUE, add_unique_line);
	add_row_key(p);
}

/* node: in the schema; NULL: the reference is in varve.checks. */
static void end_foreign(check_plan *p, check_foreign *f, const vv_json *node)
{
	/* what determines the findings, besides the columns here */
	vv_auto(vv_buf) id = VV_BUF_INIT;

	for (size_t i = 0; i < f->of.count; i++) {
		vv_buf_printf(&id, "%s%s", i > 0 ? ", " : "", f->targets[i]);
	}
	f->names = list_names(p, f->of.columns, f->of.count);
	f->target_names = id.failed ? NULL : vv_arena_strndup(&p->arena, vv_buf_cstr(&id), id.len);
	if (node) {
		vv_buf_reset(&id);
		vv_json_put_node(&id, node);
	} else {
		vv_buf_printf(&id, " of %s", f->resource);
	}
	p->foreign_count++;
	p->failed = p->failed || id.failed || !f->names || !f->target_names ||
		    !columns_id(&f->id, p, "refs", f->of.columns, f->of.count, vv_buf_cstr(&id));
}

static void add_foreign(check_plan *p, const vv_json *node)
{
	const vv_json *reference = vv_json_get(node, "reference");
	const vv_json *fields = vv_json_get(node, "fields"),
		      *there = vv_json_get(reference, "fields");
	const vv_json *t = there->type == VV_JSON_ARRAY ? there->first : there;
	const char *resource = vv_json_get_string(reference, "resource");
	check_foreign *f = &p->foreigns[p->foreign_count];
	const vv_json *name = fields->type == VV_JSON_ARRAY ? fields->first : fields;
	uint64_t mostly;
	vv_severity severity = check_severity(p, "foreign-key", name->text, name->text_len,
					      &mostly);

	*f = (check_foreign){
		.severity = severity, .mostly = mostly, .resource = resource ? resource : ""};
	f->of.columns = find_columns(p, fields, &f->of.count, "foreign-key", "foreign key");
	if (!f->of.columns || !(f->targets = alloc_items(p, f->of.count, sizeof(*f->targets)))) {
		return;
	}
	for (size_t i = 0; i < f->of.count; i++, t = t->next) {
		f->targets[i] = t->text;
	}
	end_foreign(p, f, node);
}

/* COLUMNS references TABLE(COLUMNS) */
static void add_reference(check_plan *p, const vv_check_rule *line)
{
	check_foreign *f = &p->foreigns[p->foreign_count];

	*f = (check_foreign){.severity = line->severity,
			     .mostly = VV_BILLION,
			     .targets = line->targets,
			     .resource = line->target,
			     .title = vv_check_rule_title(line)};
	if (line_columns(p, line, &f->of)) {
		end_foreign(p, f, NULL);
	}
}

static void make_foreigns(check_plan *p)
{
	const vv_json *list = vv_json_get(p->schema->json, "foreignKeys");
	size_t lines = p->o->rules ? p->o->rules->line_count : 0;

	p->foreigns = alloc_items(p, (list ? list->count : 0) + lines, sizeof(*p->foreigns));
	if (!p->foreigns) return;
	for (const vv_json *n = list ? list->first : NULL; n; n = n->next) {
		add_foreign(p, n);
	}
	add_lines(p, VV_CHECK_REFERENCES, add_reference);
}

/* Bounds on the number of rows. */
static void check_row_count(check_plan *p)
{
	const vv_rule_set *set = p->o->rules;
	uint64_t rows = p->table->root.rows;

	for (size_t i = 0; set && i < set->count; i++) {
		const vv_rule_setting *s = &set->items[i];
		char expected[64];

		if (strcmp(s->rule->code, "row-count") != 0 || s->severity == VV_SEVERITY_OFF) {
			continue;
		}
		if (s->min.given && rows < s->min.value) {
			snprintf(expected, sizeof(expected), "at least %s",
				 vv_text_counted(s->min.value, "row", NULL));
		} else if (s->max.given && rows > s->max.value) {
			snprintf(expected, sizeof(expected), "at most %s",
				 vv_text_counted(s->max.value, "row", NULL));
		} else {
			continue;
		}
		check_note_setting(p, s, expected, "the table has %s",
				   vv_text_counted(rows, "row", NULL));
	}
}

static vv_status note_almost(void *payload, size_t column, const char *what, vv_error *err)
{
	check_plan *p = payload;
	const check_column *c = column == SIZE_MAX ? NULL : &p->columns[column];

	check_note_add(p, "almost", c ? c->name : NULL, c ? c->name_len : 0, 0, NULL, "%s", what);
	return check_plan_ok(p, err);
}

vv_status check_plan_almost(check_plan *p, vv_error *err)
{
	const vv_check_options *o = p->o;
	vv_table t = *p->table;

	if (o->base || o->schema || o->mend ||
	    check_severity(p, "almost", NULL, 0, NULL) == VV_SEVERITY_OFF) {
		return VV_OK;
	}
	return vv_table_almost(&t, true, note_almost, p, err);
}

/* Counters for the values seen, where `mostly` needs them. */
static void add_seen(check_plan *p)
{
	p->counter_count = p->slot_count;
	vv_array_each(p->slots, p->slot_count, s) {
		if (s->mostly < VV_BILLION && s->column != SIZE_MAX) {
			s->seen = (uint32_t)p->counter_count++;
		}
	}
}

static void make_id(check_plan *p)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "rows %d %zu %u %d\n", p->json, p->count, p->blank_slot, p->pass_blank);
	vv_json_put_node(&b, p->schema->json);
	vv_array_each(p->columns, p->count, column) {
		vv_buf_printf(&b, " %zu", column->field_place);
	}
	vv_array_each(p->slots, p->slot_count, s) {
		const check_column *c = s->column == SIZE_MAX ? NULL : &p->columns[s->column];

		vv_buf_printf(&b, "\n%s %zu %u %d", s->rule->code, s->column, s->seen,
			      c ? c->hides_required + 2 * c->hides_pattern : 0);
		if (s->condition != SIZE_MAX) {
			const check_condition *condition = &p->conditions[s->condition];

			vv_buf_printf(&b, " %s %s", vv_condition_text(condition->compiled),
				      condition->column ? condition->column : "");
		}
	}
	p->id = vv_xxh3_128(b.data, b.len, 0);
	p->failed = p->failed || b.failed;
}

static vv_status make_plan(check_plan *out, const vv_check_options *o, vv_error *err)
{
	const vv_table *t = out->table;
	vv_status rc = read_schema(out, err);

	if (rc < 0) return rc;
	out->columns = alloc_items(out, out->count, sizeof(*out->columns));
	out->of_field = alloc_items(out, out->schema->count, sizeof(*out->of_field));
	/* the last one is of blank rows */
	out->slot_max = CHECK_SLOT_COUNT * out->count + condition_rules(out) + 1;
	out->slots = alloc_items(out, out->slot_max, sizeof(*out->slots));
	if (!out->columns || !out->of_field || !out->slots) return vv_fail_nomem(err);
	if (out->count == 0 && !vv_form_is_document(t->root.dialect.form) && !o->sheet) {
		const char *why = t->root.bytes > 0 ? "the file contains no text"
						    : "the file is empty";

		if (t->root.rows > 0) {
			why = "the objects of the file have no members";
		}
		check_note_unread(out, "source-error", NULL,
				  out->json ? "an object with members" : "a header", "%s", why);
	}
	out->blank_severity = check_severity(out, "blank-row", NULL, 0, &out->blank_mostly);
	out->pass_blank = check_stands(out, "blank-row", NULL, 0);
	if ((rc = check_labels(out, err)) < 0) return rc;
	make_columns(out);
	make_keys(out);
	make_foreigns(out);
	make_conditions(out);
	check_row_count(out);
	out->blank_slot = add_slot(out, "blank-row", SIZE_MAX, SIZE_MAX, out->blank_severity,
				   out->blank_mostly);
	add_seen(out);
	if (o->rules &&
	    vv_array_find(o->rules->lines, o->rules->line_count, it, it->kind == VV_CHECK_TABLE)) {
		out->has_conditions = true;
	}
	make_id(out);
	return check_plan_ok(out, err);
}

vv_status check_plan_make(check_plan *out, vv_table *t, const vv_check_options *o, vv_error *err)
{
	*out = (check_plan){.o = o,
			    .table = t,
			    .count = t->columns,
			    .json = vv_form_is_typed(t->root.dialect.form),
			    .blank_slot = CHECK_OFF};
	vv_status rc = make_plan(out, o, err);
	if (rc < 0) {
		check_plan_clear(out);
	}
	return rc;
}
