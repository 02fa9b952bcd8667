/*
 * plan: finds the setting for a rule in a column, and collects findings while a plan is made.
 */
#include "check/rules/plan.h"

#include <stdarg.h>
#include <string.h>

#include "base/array.h"
#include "check/rules/check.h"
#include "check/rules/rules.h"
#include "dataset/schema/descriptor.h"

static const vv_rule_setting *find_setting(const check_plan *p, const char *rule,
					   const char *column, size_t len)
{
	const vv_rule_set *set = p->o->rules;
	const vv_rule *wanted = set ? vv_rule_find(rule) : NULL;
	const vv_rule_setting *best = NULL;

	/* a setting for the column precedes one for all; among equals the last applies */
	for (size_t i = 0; set && i < set->count; i++) {
		const vv_rule_setting *s = &set->items[i];

		if (s->rule != wanted || (column && !vv_rule_setting_has(s, column, len)) ||
		    (!column && s->columns)) {
			continue;
		}
		if (!best || s->columns || !best->columns) {
			best = s;
		}
	}
	return best;
}

vv_severity check_severity(const check_plan *p, const char *rule, const char *column, size_t len,
			   uint64_t *mostly)
{
	const vv_rule_setting *s = find_setting(p, rule, column, len);

	if (mostly) {
		*mostly = s ? s->mostly : VV_BILLION;
	}
	if (s) return s->severity;
	return p->o->rules ? VV_SEVERITY_OFF : vv_rule_find(rule)->by_default;
}

bool check_stands(const check_plan *p, const char *rule, const char *column, size_t len)
{
	const vv_rule_setting *s = find_setting(p, rule, column, len);

	if (!s) return !p->o->rules && vv_rule_find(rule)->by_default == VV_SEVERITY_ERROR;
	return s->severity == VV_SEVERITY_ERROR && s->mostly >= VV_BILLION && !s->accepted;
}

static void note_add(check_plan *p, const check_note *about, size_t column_len, const char *fmt,
		     va_list ap) __attribute__((format(printf, 4, 0)));

static void note_add(check_plan *p, const check_note *about, size_t column_len, const char *fmt,
		     va_list ap)
{
	check_note *n = vv_arena_calloc(&p->arena, 1, sizeof(*n));
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_buf_vprintf(&text, fmt, ap);
	if (n) {
		*n = *about;
		n->message = vv_arena_strndup(&p->arena, vv_buf_cstr(&text), text.len);
		n->column = about->column ? vv_arena_strndup(&p->arena, about->column, column_len)
					  : NULL;
		n->expected = about->expected ? vv_arena_strndup(&p->arena, about->expected,
								 strlen(about->expected))
					      : NULL;
	}
	if (!n || text.failed || !n->message || (about->column && !n->column) ||
	    (about->expected && !n->expected)) {
		p->failed = true;
		return;
	}
	if (p->last_note) {
		p->last_note->next = n;
	} else {
		p->notes = n;
	}
	p->last_note = n;
}

void check_note_add(check_plan *p, const char *rule, const char *column, size_t column_len,
		    uint64_t line, const char *expected, const char *fmt, ...)
{
	check_note about = {.rule = vv_rule_find(rule),
			    .severity = check_severity(p, rule, column, column_len, NULL),
			    .line = line,
			    .column = column,
			    .expected = expected};
	va_list ap;

	if (about.severity == VV_SEVERITY_OFF) return;
	va_start(ap, fmt);
	note_add(p, &about, column_len, fmt, ap);
	va_end(ap);
}

void check_note_setting(check_plan *p, const vv_rule_setting *s, const char *expected,
			const char *fmt, ...)
{
	check_note about = {.rule = s->rule, .severity = s->severity, .expected = expected};
	va_list ap;

	va_start(ap, fmt);
	note_add(p, &about, 0, fmt, ap);
	va_end(ap);
}

void check_note_unread(check_plan *p, const char *rule, const vv_rule_setting *setting,
		       const char *expected, const char *fmt, ...)
{
	vv_severity severity = setting ? setting->severity : check_severity(p, rule, NULL, 0, NULL);
	const check_note about = {
		.rule = vv_rule_find(severity == VV_SEVERITY_ERROR ? rule : VV_RULE_UNCHECKED),
		.severity = VV_SEVERITY_ERROR,
		.expected = expected,
		.unread = true};
	va_list ap;

	va_start(ap, fmt);
	note_add(p, &about, 0, fmt, ap);
	va_end(ap);
}

void check_note_node(check_plan *p, const vv_json *node, const char *fmt, ...)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_error why;
	vv_descriptor d = {.file = p->schema_name, .err = &why};
	va_list ap;

	va_start(ap, fmt);
	vv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	p->failed = p->failed || text.failed;
	vv_descriptor_fail(&d, node, "%s", vv_buf_cstr(&text));
	check_note_unread(p, "schema-error", NULL, NULL, "%s", why.message);
}

vv_status check_plan_ok(const check_plan *p, vv_error *err)
{
	return p->failed || p->digits.failed ? vv_fail_nomem(err) : VV_OK;
}

void check_put_reading(vv_buf *out, const vv_field *f)
{
	vv_json_put_node(out, f->json);
	for (const char *const *m = (const char *const *)f->missing; *m; m++) {
		vv_buf_putc(out, ' ');
		vv_json_put_string(out, *m, strlen(*m));
	}
}

void check_plan_clear(check_plan *p)
{
	for (size_t i = 0; p->columns && i < p->count; i++) {
		vv_pattern_free(p->columns[i].pattern);
	}
	vv_array_each(p->conditions, p->condition_count, condition) {
		vv_condition_free(condition->compiled);
	}
	vv_array_each(p->keys, p->key_count, key) {
		vv_condition_free(key->of.where);
	}
	vv_schema_clear(&p->own);
	vv_buf_clear(&p->digits);
	vv_arena_clear(&p->arena);
	memset(p, 0, sizeof(*p));
}
