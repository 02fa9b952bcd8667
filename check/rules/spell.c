/*
 * spell: writes constraints, keys and settings as equivalent lines of varve.checks. A line that does not read back
 * with the same meaning becomes a comment.
 */
#include "check/rules/spell.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/check.h"
#include "check/rules/rules.h"
#include "dataset/schema/descriptor.h"
#include "dataset/schema/value.h"

typedef struct speller {
	vv_buf *out;
	const check_plan *p;
	vv_buf name; /* of a column, as the language has it */
	vv_buf line; /* that is being made */
	bool unsaid; /* not expressible */
} speller;

static void speller_clear(speller *s)
{
	vv_buf_clear_all(&s->name, &s->line);
}

VV_AUTO_CLEAR(speller, speller_clear)

static bool is_word(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") ==
			     strlen(s);
}

/* Is the name a word that means this column? */
static bool is_plain(const vv_schema *schema, bool json, const char *name, size_t len, size_t field)
{
	const vv_condition_how how = {.json = json, .line = true};
	vv_auto(vv_condition) *c = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t count = 0;

	if (!is_word(name) || vv_ascii_equal(name, "unique") ||
	    vv_ascii_equal(name, "references")) {
		return false;
	}
	vv_buf_put(&text, name, len);
	vv_buf_puts(&text, " is null");
	if (text.failed ||
	    vv_condition_compile(&c, text.data, text.len, schema, &how, VV_IGNORED) < 0) {
		return false;
	}
	const size_t *columns = vv_condition_columns(c, &count);
	return count == 1 && columns[0] == field && vv_condition_end(c) == text.len;
}

void vv_check_put_column(vv_buf *b, const vv_schema *schema, size_t field, bool json)
{
	const vv_field *f = &schema->fields[field];

	if (is_plain(schema, json, f->name, f->name_len, field)) {
		vv_buf_put(b, f->name, f->name_len);
	} else {
		vv_doubled_put(b, '"', f->name, f->name_len);
	}
}

static void put_column(vv_buf *b, const speller *s, size_t i)
{
	const check_column *c = &s->p->columns[i];

	if (is_plain(s->p->schema, s->p->json, c->name, c->name_len, c->field_place)) {
		vv_buf_put(b, c->name, c->name_len);
	} else {
		vv_doubled_put(b, '"', c->name, c->name_len);
	}
}

static void put_columns(speller *s, const size_t *columns, size_t count)
{
	vv_buf_puts(&s->line, count > 1 ? "(" : "");
	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(&s->line, i > 0 ? ", " : "");
		put_column(&s->line, s, columns[i]);
	}
	vv_buf_puts(&s->line, count > 1 ? ")" : "");
}

/* A table, or a column of another one. */
static void put_word(vv_buf *b, const char *s)
{
	if (is_word(s)) {
		vv_buf_puts(b, s);
	} else {
		vv_doubled_put(b, '"', s, strlen(s));
	}
}

/* A comment in place of a line. where: in varve.json; or NULL. */
static void put_left(speller *s, const char *what, const char *where)
{
	vv_buf_printf(s->out, "-- cannot be written as a line: %s", what);
	if (where) {
		vv_buf_printf(s->out, " (%s)", where);
	}
	vv_buf_putc(s->out, '\n');
}

/* Does the language have it, for these columns? */
static bool is_line(const speller *s)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_checks) *checks = NULL;
	vv_auto(vv_condition) *c = NULL;
	const vv_condition_how how = {.json = s->p->json, .line = true};
	size_t at = 0;

	if (s->unsaid || memchr(s->line.data, '\n', s->line.len) ||
	    memchr(s->line.data, '\r', s->line.len)) {
		return false;
	}
	vv_buf_puts(&text, "[t]\n");
	vv_buf_put(&text, s->line.data, s->line.len);
	if (text.failed ||
	    vv_checks_read(&checks, text.data, text.len, VV_CHECKS_NAME, VV_IGNORED) < 0) {
		return false;
	}
	const vv_check_rule *r = vv_checks_next(checks, NULL, &at);
	return r && strlen(r->text) == s->line.len &&
	       (!r->condition || vv_condition_compile(&c, r->condition, strlen(r->condition),
						      s->p->schema, &how, VV_IGNORED) == VV_OK);
}

/* Appends s->line as a line, or as a comment with what and where if a line cannot express it. */
static void put_line(speller *s, vv_severity severity, const char *why, const char *what,
		     const char *where)
{
	if (is_line(s)) {
		vv_buf_put(s->out, s->line.data, s->line.len);
		vv_buf_puts(s->out, severity == VV_SEVERITY_WARNING ? " warn" : "");
		if (why && !strpbrk(why, "\r\n")) {
			vv_buf_printf(s->out, " -- %s", why);
		}
		vv_buf_putc(s->out, '\n');
	} else {
		put_left(s, what, where);
	}
	s->out->failed |= s->line.failed;
	vv_buf_reset(&s->line);
	s->unsaid = false;
}

/* A share that is kept in billionths. */
static void put_share(vv_buf *b, uint64_t billionths)
{
	vv_buf_printf(b, "%llu.%09llu", (unsigned long long)(billionths / VV_BILLION),
		      (unsigned long long)(billionths % VV_BILLION));
	while (b->len > 0 && b->data[b->len - 1] == '0' && b->data[b->len - 2] != '.') {
		b->len--;
	}
}

/* --- constraints ----------------------------------------------------------------------------- */

/* A value of a descriptor as the language has it. */
static void put_value(speller *s, const check_column *c, const vv_json *node)
{
	vv_auto(vv_buf) text = VV_BUF_FOR(&s->line), digits = VV_BUF_FOR(&s->line);
	const vv_field *field;
	vv_field standard;
	vv_cell cell;
	vv_value v;

	if (!vv_value_of_node(&cell, &field, &standard, &text, c->field, node)) {
		s->unsaid = true;
		return;
	}
	switch (c->field->type) {
	case VV_TYPE_INTEGER:
	case VV_TYPE_NUMBER:
		s->unsaid |= !vv_value_put_number(&s->line, field, cell.text, cell.len);
		break;
	case VV_TYPE_YEAR:
		vv_buf_put(&s->line, cell.text, cell.len);
		break;
	case VV_TYPE_BOOLEAN:
		s->unsaid |= !vv_value_read(&v, &digits, field, &cell);
		vv_buf_puts(&s->line, !s->unsaid && v.truth ? "true" : "false");
		break;
	default: /* types that cannot be compared so are refused when the line is read */
		s->unsaid |= c->field->type == VV_TYPE_ANY && node->type != VV_JSON_STRING;
		vv_doubled_put(&s->line, '\'', cell.text, cell.len);
		break;
	}
}

static void put_among(speller *s, const check_column *c, const vv_json *list)
{
	vv_buf_put(&s->line, s->name.data, s->name.len);
	vv_buf_puts(&s->line, " in (");
	for (const vv_json *n = list->first; n; n = n->next) {
		const vv_json *value = n->type == VV_JSON_OBJECT ? vv_json_get(n, "value") : n;

		s->unsaid |= !value;
		if (value) {
			put_value(s, c, value);
		}
		vv_buf_puts(&s->line, n->next ? ", " : ")");
	}
}

/* One constraint of the column, in s->line; false: it is none that is checked. */
static bool put_constraint(speller *s, const check_column *c, const vv_json *node)
{
	static const struct {
		const char *name, *before, *sign;
	} words[] = {{"minimum", "", " >= "},           {"maximum", "", " <= "},
		     {"exclusiveMinimum", "", " > "},   {"exclusiveMaximum", "", " < "},
		     {"minLength", "length(", ") >= "}, {"maxLength", "length(", ") <= "},
		     {"pattern", "", " matches "},      {"required", "", " is not null"}};

	if (strcmp(node->name, "enum") == 0 || strcmp(node->name, "categories") == 0) {
		put_among(s, c, node);
		return true;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(node->name, words[i].name) != 0) {
			continue;
		}
		vv_buf_puts(&s->line, words[i].before);
		vv_buf_put(&s->line, s->name.data, s->name.len);
		vv_buf_puts(&s->line, words[i].sign);
		if (i < 4) {
			put_value(s, c, node);
		} else if (i < 6) {
			vv_buf_put(&s->line, node->text, node->text_len);
		} else if (i == 6) {
			vv_doubled_put(&s->line, '\'', node->text, node->text_len);
		}
		return i < 7 || node->type == VV_JSON_TRUE;
	}
	return false;
}

/* All constraints of a column as one share, where only most of its values must be right. */
static void put_mostly(speller *s, const check_column *c, const check_slot *slot)
{
	const vv_json *node = vv_json_get(c->field->json, "constraints");
	size_t count = 0;

	vv_buf_puts(&s->line, "share(not (");
	for (const vv_json *n = node ? node->first : NULL; n; n = n->next) {
		size_t before = s->line.len;

		vv_buf_puts(&s->line, count > 0 ? " and " : "");
		if (put_constraint(s, c, n)) {
			count++;
		} else {
			s->line.len = before;
		}
	}
	vv_buf_puts(&s->line, ")) <= ");
	put_share(&s->line, VV_BILLION - slot->mostly);
	if (!c->required) {
		vv_buf_printf(&s->line, " where %s is not null", vv_buf_cstr(&s->name));
	}
	s->unsaid |= vv_json_get(c->field->json, "categories") != NULL;
	if (count > 0) {
		put_line(s, slot->severity, NULL, "constraints of a column, mostly", c->name);
	}
	vv_buf_reset(&s->line);
}

static void put_column_rules(speller *s, size_t i)
{
	const check_column *c = &s->p->columns[i];
	const vv_json *node = c->field ? vv_json_get(c->field->json, "constraints") : NULL;
	const vv_json *categories = c->field ? vv_json_get(c->field->json, "categories") : NULL;

	if (!c->field || c->slots[CHECK_SLOT_CONSTRAINT] == CHECK_OFF) return;
	const check_slot *slot = &s->p->slots[c->slots[CHECK_SLOT_CONSTRAINT]];
	vv_buf_reset(&s->name);
	put_column(&s->name, s, i);
	if (slot->mostly < VV_BILLION) {
		put_mostly(s, c, slot);
		return;
	}
	for (const vv_json *n = node ? node->first : NULL; n; n = n->next) {
		if (put_constraint(s, c, n)) {
			put_line(s, slot->severity, NULL, n->name, c->name);
		}
		vv_buf_reset(&s->line);
	}
	if (categories && put_constraint(s, c, categories)) {
		put_line(s, slot->severity, NULL, "categories", c->name);
	}
}

/* --- keys ------------------------------------------------------------------------------------ */

static void put_key(speller *s, const check_key *k)
{
	if (k->text || k->kind == CHECK_ROW) return; /* the latter is a setting's */
	vv_buf_puts(&s->line, "unique ");
	put_columns(s, k->of.columns, k->of.count);
	s->unsaid = k->mostly < VV_BILLION;
	put_line(s, k->severity, NULL, k->rule->code, k->names);
	for (size_t i = 0; i < k->of.count && k->kind == CHECK_PRIMARY; i++) {
		put_column(&s->line, s, k->of.columns[i]);
		vv_buf_puts(&s->line, " is not null");
		put_line(s, k->severity, NULL, k->rule->code, k->names);
	}
}

static void put_reference(speller *s, const check_foreign *f)
{
	const char *table = *f->resource ? f->resource : vv_path_base(s->p->o->path);

	if (f->title || f->severity == VV_SEVERITY_OFF) return;
	put_columns(s, f->of.columns, f->of.count);
	vv_buf_puts(&s->line, " references ");
	put_word(&s->line, table);
	for (size_t i = 0; i < f->of.count; i++) {
		vv_buf_puts(&s->line, i > 0 ? ", " : "(");
		put_word(&s->line, f->targets[i]);
	}
	vv_buf_putc(&s->line, ')');
	s->unsaid = f->mostly < VV_BILLION;
	put_line(s, f->severity, NULL, "foreign-key", f->names);
}

/* --- varve.json ------------------------------------------------------------------------------ */

/* A condition of JSON in one line, which no "--" ends. */
static void put_flat(vv_buf *b, const char *s)
{
	char quote = '\0';

	for (; *s; s++) {
		if (quote ? *s == quote : strchr("'\"`", *s) != NULL) {
			quote = quote ? '\0' : *s;
		}
		vv_buf_putc(b, !quote && strchr("\r\n\t", *s) ? ' ' : *s);
		vv_buf_puts(b, !quote && s[0] == '-' && s[1] == '-' ? " " : "");
	}
}

static void put_condition(speller *s, const vv_rule_setting *t)
{
	const bool mostly = t->mostly < VV_BILLION;
	const char *before[] = {mostly ? "share(not (" : "", "("};
	const char *after[] = {mostly ? ")) <= " : "", ")"};

	/* in parentheses where a word in front means something else in a line */
	for (size_t i = 0; i < 2; i++) {
		vv_buf_reset(&s->line);
		vv_buf_puts(&s->line, before[i]);
		put_flat(&s->line, t->condition);
		vv_buf_puts(&s->line, after[i]);
		if (mostly) {
			put_share(&s->line, VV_BILLION - t->mostly);
		}
		if (mostly || is_line(s)) {
			break;
		}
	}
	put_line(s, t->severity, t->title, "row-constraint", t->where);
}

static void put_null_share(speller *s, const vv_rule_setting *t)
{
	for (size_t i = 0; i < s->p->count; i++) {
		const check_column *c = &s->p->columns[i];

		if (!vv_rule_setting_has(t, c->name, c->name_len)) {
			continue;
		}
		vv_buf_puts(&s->line, "share(");
		put_column(&s->line, s, i);
		vv_buf_puts(&s->line, " is null) <= base + ");
		put_share(&s->line, t->max.given ? t->max.value : 0);
		put_line(s, t->severity, t->title, "null-share", t->where);
	}
}

static void put_setting(speller *s, const vv_rule_setting *t)
{
	static const char *const said[] = {"constraint-error", "unique-error", "primary-key",
					   "foreign-key"};
	const char *code = t->rule->code;

	if (!t->asked || vv_text_is_among(code, said, sizeof(said) / sizeof(said[0]))) return;
	if (t->severity == VV_SEVERITY_OFF) {
		put_left(s, code, t->where);
	} else if (t->condition) {
		put_condition(s, t);
	} else if (strcmp(code, "null-share") == 0) {
		put_null_share(s, t);
	} else if (strcmp(code, "row-count") == 0) {
		const vv_bound *bounds[] = {&t->min, &t->max};

		for (size_t i = 0; i < 2; i++) {
			if (bounds[i]->given) {
				vv_buf_printf(&s->line, "count(*) %s %llu", i ? "<=" : ">=",
					      (unsigned long long)bounds[i]->value);
				put_line(s, t->severity, t->title, code, t->where);
			}
		}
	} else {
		put_left(s, code, t->where);
	}
}

/* A line of varve.checks unchanged. */
static void put_check(speller *s, const vv_check_rule *r)
{
	vv_buf *b = s->out;

	if (r->severity == VV_SEVERITY_OFF) return;
	vv_buf_printf(b, "%s%s%s", r->name ? r->name : "", r->name ? ": " : "", r->text);
	if (r->text == r->condition && r->where) { /* one of several bounds of a line */
		vv_buf_printf(b, " where %s", r->where);
	}
	for (size_t i = 0; r->text == r->condition && r->groups && r->groups[i]; i++) {
		vv_buf_printf(b, "%s%s", i > 0 ? ", " : " group by ", r->groups[i]);
	}
	vv_buf_puts(b, r->severity == VV_SEVERITY_WARNING ? " warn" : "");
	vv_buf_printf(b, "%s%s", r->owner ? " @" : "", r->owner ? r->owner : "");
	for (size_t i = 0; r->tags && r->tags[i]; i++) {
		vv_buf_printf(b, " #%s", r->tags[i]);
	}
	vv_buf_printf(b, "%s%s\n", r->why ? " -- " : "", r->why ? r->why : "");
}

/* Where a path has a sign of patterns, any sign matches. */
static void put_section(vv_buf *b, const char *path)
{
	vv_buf_puts(b, b->len > 0 ? "\n[/" : "[/");
	for (; *path; path++) {
		vv_buf_putc(b,
			    strchr("*?[],\\", *path) || (unsigned char)*path < ' ' ? '?' : *path);
	}
	vv_buf_puts(b, "]\n");
}

vv_status check_plan_spell(vv_buf *out, const check_plan *p, vv_error *err)
{
	vv_auto(speller) s = {.out = out, .p = p};
	const vv_rule_set *set = p->o->rules;

	put_section(out, p->o->path);
	vv_array_each(p->keys, p->key_count, key) {
		put_key(&s, key);
	}
	for (size_t i = 0; i < p->count; i++) {
		put_column_rules(&s, i);
	}
	vv_array_each(p->foreigns, p->foreign_count, foreign) {
		put_reference(&s, foreign);
	}
	vv_array_each(set->items, set->count, item) {
		put_setting(&s, item);
	}
	vv_array_each(set->lines, set->line_count, line) {
		put_check(&s, line);
	}
	return vv_buf_ok(out, err);
}
