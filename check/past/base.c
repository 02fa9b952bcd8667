/*
 * base: compares a version with its base, and finds changes of columns and key.
 *
 * If the version still has the base's key, the rule primary-key checks it (check/rules/check.h). If it has another
 * key, or none, the base's is checked here by the same means.
 */
#include "check/past/base.h"

#include <string.h>

#include "base/hint_text.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/past/base_findings.h"
#include "check/past/base_internal.h"
#include "dataset/rows/condition.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

#define KEY_MAX VV_COLUMNS_MAX

/* "an integer", "a date": for sentences. */
static const char *article_of_type(vv_type t)
{
	return t == VV_TYPE_INTEGER || t == VV_TYPE_OBJECT || t == VV_TYPE_ARRAY || t == VV_TYPE_ANY
		       ? "an"
		       : "a";
}

static void put_type(vv_buf *out, const vv_field *f)
{
	vv_buf_printf(out, "%s %s", article_of_type(f->type), vv_type_name(f->type));
	if (strcmp(f->format, "default") != 0) {
		vv_buf_printf(out, " (%s)", vv_text_shows(f->format));
	}
}

/* How a break is accepted (check/rules/rules.h, vv_rules_accepted). */
static void put_accept(base_check *c, const char *rule)
{
	(void)vv_hint_put(&c->expected, "; if it is intended: ", c->o->words, VV_HINT_ACCEPT, rule,
			  c->o->path ? c->o->path : "PATH");
}

static void give_removed(base_check *c, const vv_rule_setting *s, const vv_column_pair *p)
{
	vv_finding f = base_finding(c, s, c->base->schema.fields[p->a].name);

	if (p->b >= 0) {
		const vv_field *is = &c->t->schema.fields[p->b];

		vv_buf_printf(&c->message, "the column is now called '%s'",
			      vv_text_name(is->name, is->name_len));
		if (p->likeness < 100) {
			vv_buf_printf(&c->message, " (%u %% of its values are the same)",
				      p->likeness);
		}
	} else {
		vv_buf_puts(&c->message, "the column no longer exists");
	}
	vv_buf_puts(&c->expected, "all columns of the base");
	put_accept(c, s->rule->code);
	base_give(c, NULL, &f);
}

static void give_added(base_check *c, const vv_rule_setting *s, const vv_column_pair *p)
{
	vv_finding f = base_finding(c, s, c->t->schema.fields[p->b].name);

	vv_buf_puts(&c->message, "the column is new");
	vv_buf_puts(&c->expected, "no columns other than those of the base");
	base_give(c, NULL, &f);
}

static void give_retyped(base_check *c, const vv_rule_setting *s, const vv_column_pair *p)
{
	const vv_field *was = &c->base->schema.fields[p->a], *is = &c->t->schema.fields[p->b];
	const uint64_t wrong = base_count_contradictions(c, (size_t)p->a, (size_t)p->b);
	vv_finding f = base_finding(c, s, is->name);

	put_type(&c->message, is);
	vv_buf_puts(&c->message, " here, ");
	put_type(&c->message, was);
	vv_buf_puts(&c->message, " in the base");
	if (wrong > 0) {
		vv_buf_printf(&c->message, "; %s new %s the base's type", vv_text_count(wrong),
			      wrong == 1 ? "value contradicts" : "values contradict");
	}
	put_type(&c->expected, was);
	put_accept(c, s->rule->code);
	if (!c->how->declared && f.severity == VV_SEVERITY_ERROR) {
		f.severity = VV_SEVERITY_WARNING; /* types that were found are not enforced */
	}
	base_give(c, NULL, &f);
}

static bool is_removed(const vv_column_pair *p)
{
	return p->a >= 0 && (p->b < 0 || p->renamed);
}

static bool is_added(const vv_column_pair *p)
{
	return p->a < 0;
}

static bool is_retyped(const vv_column_pair *p)
{
	return p->a >= 0 && p->b >= 0 && p->retyped;
}

/* Without declared types, another type comes from other values, which are reported one by one
 * (type-contradiction). */
static bool is_type_told(const base_check *c)
{
	return !c->how->declared &&
	       vv_rule_set_severity(c->rules, "type-contradiction") != VV_SEVERITY_OFF;
}

static void check_columns(base_check *c)
{
	static const struct {
		const char *code;
		bool (*is)(const vv_column_pair *p);
		void (*give)(base_check *c, const vv_rule_setting *s, const vv_column_pair *p);
	} rules[] = {{"column-removed", is_removed, give_removed},
		     {"column-added", is_added, give_added},
		     {"column-retyped", is_retyped, give_retyped}};

	for (size_t r = 0; r < sizeof(rules) / sizeof(rules[0]) - is_type_told(c); r++) {
		const vv_rule_setting *s = NULL;

		while ((s = base_setting(c, rules[r].code, s))) {
			for (size_t i = 0; i < c->columns.count; i++) {
				const vv_column_pair *p = &c->columns.pairs[i];
				if (!rules[r].is(p)) {
					continue;
				}
				const vv_field *f = rules[r].is == is_removed
							    ? &c->base->schema.fields[p->a]
							    : &c->t->schema.fields[p->b];
				if (vv_rule_setting_has(s, f->name, f->name_len)) {
					rules[r].give(c, s, p);
				}
			}
		}
	}
}

/* The base's key in a version whose columns may have other names. */
typedef struct old_key {
	const char **names; /* in t; NULL-ended */
	size_t count;
	const char *gone; /* a column that t does not have; NULL: t has all of them */
	vv_buf text;      /* "id, day", as the base calls them */
} old_key;

static void old_key_clear(old_key *key)
{
	vv_free(key->names);
	vv_buf_clear(&key->text);
}

VV_AUTO_CLEAR(old_key, old_key_clear)

typedef struct relay {
	base_check *c;
	const vv_rule_setting *setting;
	const char *expected;
} relay;

static void put_names(vv_buf *out, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(out, "%s%s", i ? ", " : "", vv_text_shows(names[i]));
	}
}

/* A key that varve found is not enforced. */
static vv_severity key_severity(const base_check *c, const vv_rule_setting *s)
{
	return c->base->root.key_source == VV_KEY_INFERRED && s->severity == VV_SEVERITY_ERROR
		       ? VV_SEVERITY_WARNING
		       : s->severity;
}

static void recode_finding(vv_finding *f, const relay *r)
{
	f->rule = r->setting->rule->code;
	f->severity = key_severity(r->c, r->setting);
	f->expected = r->expected;
}

static vv_status relay_finding(void *payload, const vv_finding *f, vv_error *err)
{
	relay *r = payload;
	vv_finding mine = *f;

	recode_finding(&mine, r);
	return r->c->o->finding(r->c->o->payload, &mine, err);
}

static vv_status relay_more(void *payload, const vv_finding *f, uint64_t count, vv_error *err)
{
	relay *r = payload;
	vv_finding mine = *f;

	recode_finding(&mine, r);
	return r->c->o->more ? r->c->o->more(r->c->o->payload, &mine, count, err) : VV_OK;
}

/* t's schema with the base's key for its only key. */
static void make_schema(vv_buf *out, const vv_table *t, const char *const *key)
{
	vv_json_out w = vv_json_begin_object(out, 0);
	for (const vv_json *m = t->schema.json ? t->schema.json->first : NULL; m; m = m->next) {
		if (strcmp(m->name, "primaryKey") == 0 || strcmp(m->name, "uniqueKeys") == 0 ||
		    strcmp(m->name, "foreignKeys") == 0) {
			continue;
		}
		vv_json_name(&w, m->name);
		vv_json_node(&w, m);
	}
	vv_json_add_array(&w, "primaryKey");
	for (; *key; key++) {
		vv_json_string(&w, *key);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
}

static vv_status check_unique(base_check *c, const vv_rule_setting *s, const old_key *key)
{
	static const char *const codes[] = {"primary-key"};
	vv_auto(vv_buf) schema = VV_BUF_INIT, expected = VV_BUF_FOR(&schema);
	relay r = {c, s, NULL};
	vv_auto(vv_check_result) result = {0};
	vv_auto(vv_rule_set) rules = {0};
	vv_check_options o = {.rules = &rules,
			      .path = c->o->path,
			      .commit = c->o->commit,
			      .schema_name = "the base's schema",
			      /* one that was found is given up with one line */
			      .limit = c->base->root.key_source == VV_KEY_INFERRED ? 1
										   : c->o->limit,
			      .finding = relay_finding,
			      .more = relay_more,
			      .payload = &r,
			      .cache = c->o->cache,
			      .temp_dir = c->o->temp_dir,
			      .pool = c->o->pool,
			      .progress = c->o->progress};
	vv_status rc;

	vv_buf_printf(&expected, "the key (%s) is unique in the base", vv_buf_cstr(&key->text));
	make_schema(&schema, c->t, key->names);
	if ((rc = vv_rule_set_for(&rules, NULL, c->o->path ? c->o->path : "", c->err)) < 0 ||
	    (rc = vv_rule_set_only(&rules, codes, 1, c->err)) < 0 ||
	    (rc = vv_buf_ok(&schema, c->err)) < 0) {
		return rc;
	}
	r.expected = vv_buf_cstr(&expected);
	o.schema = vv_buf_cstr(&schema);
	o.schema_len = schema.len;
	return vv_check_table(&result, c->t, &o, c->err);
}

/* A column of the key is gone: one finding, whatever the rows are. */
static void give_gone(base_check *c, const vv_rule_setting *s, const old_key *key)
{
	vv_finding f = base_finding(c, s, key->gone);

	f.severity = key_severity(c, s);
	vv_buf_printf(&c->message, "a column of the key (%s) is gone", vv_buf_cstr(&key->text));
	vv_buf_printf(&c->expected, "the key (%s) of the base", vv_buf_cstr(&key->text));
	base_give(c, NULL, &f);
}

/* A key that varve inferred does not count if a description, then or now, has no key. */
static bool is_nobodys_key(const base_check *c)
{
	return c->base->root.key_source == VV_KEY_INFERRED && c->how->declared &&
	       (!c->how->declares_key || c->how->base_declared);
}

/* Is t's key its own business (primary-key)? A description decides which keys it has. */
static bool is_checked(const base_check *c)
{
	return !c->how->declared || c->how->declares_key ||
	       c->t->root.key_source == VV_KEY_DECLARED;
}

/* The base's key under t's names. */
static vv_status find_key(old_key *out, const base_check *c)
{
	out->names = vv_calloc(c->base->root.key_count + 1, sizeof(*out->names));
	if (!out->names) return vv_fail_nomem(c->err);
	put_names(&out->text, c->base->root.key, c->base->root.key_count);
	for (size_t i = 0; i < c->base->root.key_count; i++) {
		const char *name = c->base->root.key[i];
		long a = vv_schema_find(&c->base->schema, name, strlen(name));
		long b = a < 0 ? -1 : vv_columns_to_new(&c->columns, (size_t)a);

		if (b < 0) {
			out->gone = name;
		} else {
			out->names[out->count++] = c->t->schema.fields[b].name;
		}
	}
	return vv_buf_ok(&out->text, c->err);
}

static bool is_own_key(const base_check *c, const old_key *key)
{
	return vv_root_names_equal((char *const *)key->names, key->count, c->t->root.key,
				   c->t->root.key_count);
}

static void check_key(base_check *c)
{
	const vv_rule_setting *s = base_setting(c, "key-broken", NULL);
	vv_auto(old_key) key = {0};

	if (!s || c->base->root.key_count == 0 || is_nobodys_key(c)) return;
	if ((c->rc = find_key(&key, c)) < 0) return;
	if (key.gone) {
		give_gone(c, s, &key);
	} else if (!is_own_key(c, &key) || !is_checked(c)) {
		c->rc = check_unique(c, s, &key);
	}
}

static vv_status match_columns(base_check *c)
{
	vv_auto_free size_t *a = vv_calloc(c->base->root.key_count + 1, sizeof(*a));
	vv_auto_free size_t *b = vv_calloc(c->t->root.key_count + 1, sizeof(*b));
	vv_columns_options co = {0};

	if (!a || !b) return vv_fail_nomem(c->err);
	size_t n = base_key_places(c->base, a, KEY_MAX), m = base_key_places(c->t, b, KEY_MAX);
	if (n > 0 && vv_root_names_equal(c->base->root.key, n, c->t->root.key, m)) {
		co = (vv_columns_options){.key_a = a, .key_b = b, .key_count = n};
	}
	vv_status rc = vv_columns_match(&c->columns, c->base, c->t, &co, c->err);
	c->matched = rc == VV_OK;
	return rc;
}

/* ---- data for the rules ---- */

static void explain_rule(base_check *c, vv_check_explained *e, const vv_buf *reads)
{
	e->reads = vv_buf_cstr(reads);
	if (c->rc == VV_OK && (c->rc = vv_buf_ok(reads, c->err)) == VV_OK) {
		c->rc = c->o->explain(c->o->explain_payload, e, c->err);
	}
}

static void explain_setting(base_check *c, const vv_rule_setting *s)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_check_explained e = {.rule = s->rule->code, .name = s->title, .scope = "past"};

	vv_buf_puts(&text, s->rule->reads);
	for (size_t k = 0; s->columns && s->columns[k]; k++) {
		vv_buf_printf(&text, "%s%s", k > 0 ? ", " : ": ", s->columns[k]);
	}
	explain_rule(c, &e, &text);
}

/* A rule about changed rows. */
static void explain_change(base_check *c, const vv_check_rule *line)
{
	const vv_condition_how how = {.line = true, .old = &c->base->schema};
	vv_auto(vv_condition) *condition = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_check_explained e = {
		.rule = line->text, .name = vv_check_rule_given(line), .scope = "past"};
	const vv_changed_groups *g;
	vv_error why;
	size_t count;
	vv_status rc = VV_OK;

	if (!line->is_whole && !line->is_older) {
		rc = vv_condition_compile(&condition, line->condition, strlen(line->condition),
					  &c->t->schema, &how, &why);
	}
	if (line->is_older) {
		vv_buf_puts(&text, "all cells, also of the versions before the base");
	} else if (line->is_whole) {
		vv_buf_puts(&text, "all cells of rows that differ");
	} else if (rc == VV_ENOMEM) {
		c->rc = vv_fail_nomem(c->err);
	} else if (rc < 0) {
		vv_buf_printf(&text, "nothing: %s", why.message);
	} else if ((g = base_changed_groups(c))) {
		const size_t *old = vv_condition_old_columns(condition, &count);

		vv_check_put_fields(&text, "old.", &c->base->schema, old, count);
		const size_t *now = vv_condition_columns(condition, &count);
		vv_check_put_fields(&text, "new.", &c->t->schema, now, count);
		vv_buf_printf(&text, "; %s", vv_text_counted(g->new_count, "changed group", NULL));
	}
	explain_rule(c, &e, &text);
}

static void explain_rules(base_check *c)
{
	for (size_t i = 0; i < c->rules->count; i++) {
		const vv_rule_setting *s = &c->rules->items[i];

		if (s->rule->reads && s->severity != VV_SEVERITY_OFF &&
		    (c->base || !s->rule->of_base)) {
			explain_setting(c, s);
		}
	}
	for (size_t i = 0; i < c->rules->line_count; i++) {
		const vv_check_rule *line = &c->rules->lines[i];

		if (c->base && line->kind == VV_CHECK_CHANGE && line->severity != VV_SEVERITY_OFF) {
			explain_change(c, line);
		}
	}
}

static void base_check_clear(base_check *c)
{
	if (c->matched) {
		vv_columns_clear(&c->columns);
	}
	if (c->have_regions) {
		vv_changed_groups_clear(&c->regions);
	}
	vv_check_lines_close(c->lines);
	vv_buf_clear_all(&c->message, &c->expected, &c->key);
}

VV_AUTO_CLEAR(base_check, base_check_clear)

/* Checks all rules, or all that need no base. */
static void check_rules(base_check *c)
{
	if (c->base) {
		check_columns(c);
		base_check_types(c);
		check_key(c);
		base_check_rows(c);
		base_check_excel(c);
	}
	base_check_values(c);
}

vv_status vv_check_base(vv_table *base, vv_table *t, const vv_base_options *how, vv_error *err)
{
	vv_auto(vv_rule_set) standard = {0};
	vv_auto(base_check) c = {.base = base,
				 .t = t,
				 .how = how,
				 .o = &how->check,
				 .rules = how->check.rules ? how->check.rules : &standard,
				 .expected = VV_BUF_FOR(&c.message),
				 .key = VV_BUF_FOR(&c.message),
				 .err = err};

	if (t->root.kind != VV_KIND_TABLE || (base && base->root.kind != VV_KIND_TABLE)) {
		return VV_OK;
	}
	if ((!c.o->rules && (c.rc = vv_rule_set_for(&standard, NULL, c.o->path, err)) < 0) ||
	    (base && (c.rc = match_columns(&c)) < 0)) {
		return c.rc;
	}
	if (c.o->explain) {
		explain_rules(&c);
	} else {
		check_rules(&c);
	}
	return c.rc;
}
