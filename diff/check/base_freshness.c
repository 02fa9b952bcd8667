/*
 * base_freshness: knows how old the newest date of a column is.
 */
#include <string.h>

#include "base/text.h"
#include "diff/check/base_internal.h"
#include "diff/check/instant.h"

static void put_age(vv_buf *out, uint64_t seconds)
{
	if (seconds >= 2 * 86400) {
		vv_buf_printf(out, "%s days", vv_text_count(seconds / 86400));
	} else if (seconds >= 2 * 3600) {
		vv_buf_printf(out, "%llu hours", (unsigned long long)(seconds / 3600));
	} else {
		vv_buf_printf(out, "%llu minutes", (unsigned long long)(seconds / 60));
	}
}

static vv_instant newest(const vv_field *f, const vv_distribution *d)
{
	int64_t step = d->values[d->count - 1].step;
	vv_instant i = {step, 0};

	return f->type == VV_TYPE_DATETIME || f->type == VV_TYPE_TIME ? vv_instant_of(step * 60)
								      : i;
}

static vv_status check_age(values *v, const vv_rule_setting *s, const column_values *x,
			   vv_error *err)
{
	base_check *c = v->c;
	const vv_field *field = base_field_is(v, x);
	base_quota q = {0};
	vv_finding f = base_finding(c, s);
	vv_instant i;

	f.column = field->name;
	if (x->is.over) {
		return base_give_over(v, s, x, err);
	}
	if (x->is.count == 0) {
		vv_buf_puts(&c->message, "has no date at all");
	} else {
		i = newest(field, &x->is);
		int64_t at = vv_instant_seconds(&i);
		if (c->o->now <= at || (uint64_t)(c->o->now - at) <= s->max_age) {
			return VV_OK;
		}
		vv_buf_puts(&c->message, "the newest value is ");
		vv_instant_put(&c->message, &i, field->type == VV_TYPE_DATETIME);
		vv_buf_puts(&c->message, ", ");
		put_age(&c->message, (uint64_t)(c->o->now - at));
		vv_buf_puts(&c->message, " ago");
	}
	vv_buf_puts(&c->expected, "at most ");
	put_age(&c->expected, s->max_age);
	vv_buf_puts(&c->expected, " ago");
	return base_give(c, &q, &f, err);
}

/* A column that the setting names, and that is not there or has no dates. */
static vv_status check_named(base_check *c, const vv_rule_setting *s, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; s->columns && s->columns[i] && rc == VV_OK; i++) {
		long at = vv_schema_find(&c->t->schema, s->columns[i], strlen(s->columns[i]));
		base_quota q = {0};
		vv_finding f = base_finding(c, s);

		if (at >= 0 && base_is_time(&c->t->schema.fields[at])) {
			continue;
		}
		f.column = s->columns[i];
		if (at < 0) {
			vv_buf_puts(&c->message, "there is no such column");
		} else {
			vv_buf_printf(&c->message, "its type is %s, which has no dates",
				      vv_type_name(c->t->schema.fields[at].type));
		}
		vv_buf_puts(&c->expected, "a column of dates");
		rc = base_give(c, &q, &f, err);
	}
	return rc;
}

vv_status base_check_fresh(values *v, vv_error *err)
{
	base_check *c = v->c;
	vv_status rc = VV_OK;

	for (const vv_rule_setting *s = base_setting(c, "freshness", NULL); s && rc == VV_OK;
	     s = base_setting(c, "freshness", s)) {
		rc = check_named(c, s, err);
		for (size_t b = 0; s->columns && b < c->t->columns && rc == VV_OK; b++) {
			const vv_field *f = &c->t->schema.fields[b];
			const column_values *x = base_find_values(v, (long)b, VV_DIST_NUMBERS);

			if (x && base_is_time(f) && vv_rule_setting_has(s, f->name, f->name_len)) {
				rc = check_age(v, s, x, err);
			}
		}
	}
	return rc;
}
