/*
 * base_columns: knows what is told of columns that came, went, or mean something else.
 */
#include <string.h>

#include "base/text.h"
#include "diff/check/base_internal.h"

/* "an integer", "a date": for sentences. */
static const char *article(vv_type t)
{
	return t == VV_TYPE_INTEGER || t == VV_TYPE_OBJECT || t == VV_TYPE_ARRAY || t == VV_TYPE_ANY
		       ? "an"
		       : "a";
}

static void put_type(vv_buf *out, const vv_field *f)
{
	vv_buf_printf(out, "%s %s", article(f->type), vv_type_name(f->type));
	if (strcmp(f->format, "default") != 0) {
		vv_buf_printf(out, " (%s)", vv_text_shows(f->format));
	}
}

/* How a break is accepted, once: the trailer of a commit (cmd/work/check/accept.h reads it). */
static void put_accept(vv_buf *out, const base_check *c, const char *rule)
{
	const char *path = c->o->path ? c->o->path : "";
	bool plain = *path != '\0' && vv_utf8_valid(path, strlen(path));

	for (const char *p = path; *p && plain; p++) {
		plain = (unsigned char)*p > ' ' && *p != '"' && *p != '\\' && *p != 0x7f;
	}
	if (plain) {
		vv_buf_printf(
			out,
			"; if it is meant, the commit's message may say: Varve-Accept: %s %s \"why\"",
			rule, path);
	}
}

static vv_status give_removed(base_check *c, const vv_rule_setting *s, const vv_column_pair *p,
			      vv_error *err)
{
	const vv_field *was = &c->base->schema.fields[p->a];
	vv_finding f = base_finding(c, s);
	base_quota q = {0}; /* of this column */

	f.column = was->name;
	if (p->b >= 0) {
		const vv_field *is = &c->t->schema.fields[p->b];

		vv_buf_printf(&c->message, "the column is now called '%s'",
			      vv_text_show(is->name, is->name_len));
		if (p->likeness < 100) {
			vv_buf_printf(&c->message, " (%u %% of its values are the same)",
				      p->likeness);
		}
	} else {
		vv_buf_puts(&c->message, "the column is gone");
	}
	vv_buf_puts(&c->expected, "all columns of the base");
	put_accept(&c->expected, c, s->rule->code);
	return base_give(c, &q, &f, err);
}

static vv_status check_removed(base_check *c, vv_error *err)
{
	vv_status rc = VV_OK;

	for (const vv_rule_setting *s = base_setting(c, "column-removed", NULL); s && rc == VV_OK;
	     s = base_setting(c, "column-removed", s)) {
		for (size_t i = 0; i < c->columns.count && rc == VV_OK; i++) {
			const vv_column_pair *p = &c->columns.pairs[i];
			const vv_field *was = p->a >= 0 ? &c->base->schema.fields[p->a] : NULL;

			if (was && (p->b < 0 || p->renamed) &&
			    vv_rule_setting_has(s, was->name, was->name_len)) {
				rc = give_removed(c, s, p, err);
			}
		}
	}
	return rc;
}

static vv_status check_added(base_check *c, vv_error *err)
{
	vv_status rc = VV_OK;

	for (const vv_rule_setting *s = base_setting(c, "column-added", NULL); s && rc == VV_OK;
	     s = base_setting(c, "column-added", s)) {
		for (size_t i = 0; i < c->columns.count && rc == VV_OK; i++) {
			const vv_column_pair *p = &c->columns.pairs[i];
			const vv_field *is = p->b >= 0 ? &c->t->schema.fields[p->b] : NULL;
			vv_finding f = base_finding(c, s);
			base_quota q = {0};

			if (!is || p->a >= 0 || !vv_rule_setting_has(s, is->name, is->name_len)) {
				continue;
			}
			f.column = is->name;
			vv_buf_puts(&c->message, "the column is new");
			vv_buf_puts(&c->expected, "no columns but those of the base");
			rc = base_give(c, &q, &f, err);
		}
	}
	return rc;
}

static vv_status give_retyped(base_check *c, const vv_rule_setting *s, const vv_column_pair *p,
			      vv_error *err)
{
	const vv_field *was = &c->base->schema.fields[p->a], *is = &c->t->schema.fields[p->b];
	uint64_t wrong = 0;
	vv_status rc = base_count_contradictions(c, (size_t)p->a, (size_t)p->b, &wrong, err);
	vv_finding f = base_finding(c, s);
	base_quota q = {0};

	f.column = is->name;
	put_type(&c->message, is);
	vv_buf_puts(&c->message, " here, ");
	put_type(&c->message, was);
	vv_buf_puts(&c->message, " in the base");
	if (wrong > 0) {
		vv_buf_printf(&c->message, "; %s new %s none", vv_text_count(wrong),
			      wrong == 1 ? "value is" : "values are");
	}
	put_type(&c->expected, was);
	put_accept(&c->expected, c, s->rule->code);
	return rc < 0 ? rc : base_give(c, &q, &f, err);
}

/* Where nobody declared the types another type comes from other values, which are told one
 * by one (type-contradiction). */
static vv_status check_retyped(base_check *c, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!c->o->declared &&
	    vv_rule_set_severity(c->rules, "type-contradiction") != VV_SEVERITY_OFF) {
		return VV_OK;
	}
	for (const vv_rule_setting *s = base_setting(c, "column-retyped", NULL); s && rc == VV_OK;
	     s = base_setting(c, "column-retyped", s)) {
		for (size_t i = 0; i < c->columns.count && rc == VV_OK; i++) {
			const vv_column_pair *p = &c->columns.pairs[i];
			const vv_field *is = p->b >= 0 ? &c->t->schema.fields[p->b] : NULL;

			if (is && p->a >= 0 && p->retyped &&
			    vv_rule_setting_has(s, is->name, is->name_len)) {
				rc = give_retyped(c, s, p, err);
			}
		}
	}
	return rc;
}

vv_status base_check_columns(base_check *c, vv_error *err)
{
	vv_status rc;

	if ((rc = check_removed(c, err)) < 0 || (rc = check_added(c, err)) < 0) {
		return rc;
	}
	return check_retyped(c, err);
}
