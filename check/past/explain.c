/*
 * explain: what the rules about a base read.
 */
#include <string.h>

#include "base/text.h"
#include "check/past/base_internal.h"
#include "dataset/filter/condition.h"

/* What each rule without a line in varve.checks reads. */
static const char *reads_of(const char *code)
{
	static const struct {
		const char *code, *reads;
	} known[] = {{"cells-changed", "changed groups"},
		     {"column-added", "the header"},
		     {"column-removed", "the header"},
		     {"column-retyped", "the schema"},
		     {"drift-psi", "columns"},
		     {"freshness", "columns"},
		     {"key-broken", "columns of the key"},
		     {"key-lost", "changed groups"},
		     {"new-category", "columns"},
		     {"null-share", "columns"},
		     {"rows-added", "changed groups"},
		     {"rows-removed", "changed groups"},
		     {"spreadsheet", "changed groups"},
		     {"type-contradiction", "changed groups"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].code, code) == 0) return known[i].reads;
	}
	return NULL;
}

static vv_status explain_settings(const base_check *c, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < c->rules->count && rc == VV_OK; i++) {
		const vv_rule_setting *s = &c->rules->items[i];
		const char *reads = reads_of(s->rule->code);
		vv_auto(vv_buf) text = VV_BUF_INIT;
		vv_check_explained e = {.rule = s->rule->code, .name = s->title, .scope = "past"};

		if (!reads || s->severity == VV_SEVERITY_OFF || (!c->base && s->rule->of_base)) {
			continue;
		}
		vv_buf_puts(&text, reads);
		for (size_t k = 0; s->columns && s->columns[k]; k++) {
			vv_buf_printf(&text, "%s%s", k > 0 ? ", " : ": ", s->columns[k]);
		}
		e.reads = vv_buf_cstr(&text);
		rc = vv_buf_ok(&text, err);
		rc = rc < 0 ? rc : c->o->explain(c->o->payload, &e, err);
	}
	return rc;
}

static void put_columns(vv_buf *out, const char *side, const vv_table *t, const size_t *places,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(out, "%s%s%s", out->len > 0 ? ", " : "", side,
			      t->schema.fields[places[i]].name);
	}
}

/* A rule about changed rows. */
static vv_status explain_change(base_check *c, const vv_check_rule *line, vv_error *err)
{
	const vv_condition_how how = {.line = true, .old = &c->base->schema};
	vv_auto(vv_condition) *condition = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_check_explained e = {
		.rule = line->text, .name = vv_check_rule_given(line), .scope = "past"};
	const vv_changed_groups *g;
	vv_error why;
	size_t count;
	vv_status rc = vv_condition_compile(&condition, line->condition, strlen(line->condition),
					    &c->t->schema, &how, &why);

	if (rc == VV_ENOMEM || (rc == VV_OK && (rc = base_changed_groups(c, &g, err)) < 0)) {
		return rc == VV_ENOMEM ? vv_fail_nomem(err) : rc;
	}
	if (rc < 0) {
		vv_buf_printf(&text, "nothing: %s", why.message);
	} else {
		const size_t *old = vv_condition_old_columns(condition, &count);

		put_columns(&text, "old.", c->base, old, count);
		const size_t *now = vv_condition_columns(condition, &count);
		put_columns(&text, "new.", c->t, now, count);
		vv_buf_printf(&text, "; %s", vv_text_counted(g->new_count, "changed group", NULL));
	}
	e.reads = vv_buf_cstr(&text);
	rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : c->o->explain(c->o->payload, &e, err);
}

vv_status base_explain(base_check *c, vv_error *err)
{
	vv_status rc = explain_settings(c, err);

	for (size_t i = 0; i < c->rules->line_count && rc == VV_OK; i++) {
		const vv_check_rule *line = &c->rules->lines[i];

		if (c->base && line->kind == VV_CHECK_CHANGE && line->severity != VV_SEVERITY_OFF) {
			rc = explain_change(c, line, err);
		}
	}
	return rc;
}
