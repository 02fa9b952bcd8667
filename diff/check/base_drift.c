/*
 * base_drift: knows the rules on distributions: missing values, new ones, and drift.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/check/base_internal.h"
#include "diff/check/drift.h"

#define PSI_DEFAULT 200000000u /* 0.2 */
#define JS_DEFAULT 100000000u  /* 0.1 */
#define FEW_VALUES 100u        /* a column looks like one of categories: so many values at most, */
#define FEW_TIMES 10u          /* each of which stands in so many rows on average */

static const vv_bound nothing = {.given = true};
static const vv_bound no_share = {.given = true, .share = true};
static const vv_bound psi_default = {.given = true, .share = true, .value = PSI_DEFAULT};
static const vv_bound js_default = {.given = true, .share = true, .value = JS_DEFAULT};

static void put_rise(vv_buf *out, const vv_distribution *was, const vv_distribution *is)
{
	base_put_percent(out, base_share(is->missing, is->rows));
	vv_buf_printf(out, " of the values are missing (%s of %s), ", vv_text_count(is->missing),
		      vv_text_count(is->rows));
	base_put_percent(out, base_share(was->missing, was->rows));
	vv_buf_puts(out, " in the base");
}

static vv_status check_null(values *v, const vv_rule_setting *s, const column_values *x,
			    vv_error *err)
{
	base_check *c = v->c;
	uint64_t was = base_share(x->was.missing, x->was.rows),
		 is = base_share(x->is.missing, x->is.rows);
	const vv_bound *max = s->max.given ? &s->max : &no_share;
	base_quota q = {0};
	vv_finding f = base_finding(c, s);

	if (is <= was || is - was <= max->value) {
		return VV_OK;
	}
	f.column = base_field_is(v, x)->name;
	put_rise(&c->message, &x->was, &x->is);
	vv_buf_puts(&c->expected, "a rise of at most ");
	base_put_percent(&c->expected, max->value);
	return base_give(c, &q, &f, err);
}

/* Where columns are not named: is it one of categories? */
static bool is_categories(const vv_distribution *d)
{
	return !d->over && d->count > 0 && d->count <= FEW_VALUES &&
	       d->count * FEW_TIMES <= d->rows - d->missing;
}

vv_status base_give_over(values *v, const vv_rule_setting *s, const column_values *x, vv_error *err)
{
	base_check *c = v->c;
	base_quota q = {0};
	vv_finding f = base_finding(c, s);

	f.column = base_field_is(v, x)->name;
	vv_buf_printf(&c->message,
		      "has too many different values to be measured (over %s, or %s of them)",
		      vv_text_count(VV_DIST_VALUES_MAX), vv_text_bytes(VV_DIST_BYTES_MAX));
	vv_buf_puts(&c->expected, "a column with fewer different values");
	return base_give(c, &q, &f, err);
}

static void put_measure(base_check *c, const char *name, uint64_t value, const vv_bound *max)
{
	vv_buf_printf(&c->message, "the values are distributed otherwise than in the base: %s ",
		      name);
	base_put_number(&c->message, value);
	vv_buf_puts(&c->expected, "at most ");
	base_put_number(&c->expected, max->value);
}

static vv_status check_drift(values *v, const vv_rule_setting *s, const column_values *x,
			     vv_error *err)
{
	base_check *c = v->c;
	bool psi = strcmp(s->rule->code, "drift-psi") == 0;
	const vv_bound *max = s->max.given ? &s->max : psi ? &psi_default : &js_default;
	vv_drift_bins bins;
	base_quota q = {0};
	vv_finding f = base_finding(c, s);
	uint64_t value;
	vv_status rc;

	if (!s->columns && x->kind == VV_DIST_TEXTS && !is_categories(&x->was)) {
		return VV_OK;
	}
	if (x->was.over || x->is.over) {
		return base_give_over(v, s, x, err);
	}
	if ((rc = vv_drift_bin(&bins, &x->was, &x->is, err)) < 0) {
		return rc;
	}
	value = psi ? vv_drift_psi(&bins) : vv_drift_js(&bins);
	if (value <= max->value) {
		return VV_OK;
	}
	f.column = base_field_is(v, x)->name;
	put_measure(c, psi ? "PSI" : "Jensen-Shannon divergence", value, max);
	return base_give(c, &q, &f, err);
}

/* The values that the base does not have, and where each stands first. */
typedef struct news {
	values *v;
	const vv_rule_setting *setting;
	const column_values *x;
	bool *told; /* of x->is.values */
	base_quota quota;
	size_t *key, key_count;
	uint64_t found;
} news;

static size_t place_of(const vv_distribution *d, const vv_cell *cell)
{
	size_t lo = 0, hi = d->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const vv_dist_value *m = &d->values[mid];
		size_t n = m->len < cell->len ? m->len : cell->len;
		int order = n ? memcmp(m->text, cell->text, n) : 0;

		if (order < 0 || (order == 0 && m->len < cell->len)) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo;
}

static vv_status give_new(news *w, const vv_batch *b, size_t row, size_t place, vv_error *err)
{
	base_check *c = w->v->c;
	const vv_cell *cells = &b->cells[row * b->columns];
	const vv_dist_value *value = &w->x->is.values[place];
	vv_finding f = base_finding(c, w->setting);

	base_key_text(&c->key, c->t, w->key, w->key_count, cells);
	f.row = b->first_row + row + 1;
	f.key = w->key_count ? vv_buf_cstr(&c->key) : NULL;
	f.key_len = w->key_count ? c->key.len : 0;
	f.column = base_field_is(w->v, w->x)->name;
	f.value = value->text;
	f.value_len = value->len;
	vv_buf_puts(&c->message, "is new in this column");
	if (value->count > 1) {
		vv_buf_printf(&c->message, " (in %s rows)", vv_text_count(value->count));
	}
	vv_buf_printf(&c->expected, "one of the base's %s values", vv_text_count(w->x->was.count));
	return base_give(c, &w->quota, &f, err);
}

static vv_status news_group(void *payload, vv_batch *b, vv_error *err)
{
	news *w = payload;
	const vv_field *f = base_field_is(w->v, w->x);
	vv_status rc = VV_OK;

	for (size_t i = 0; i < b->rows && rc == VV_OK; i++) {
		const vv_cell *cell = &b->cells[i * b->columns + (size_t)w->x->b];
		size_t at;

		if (vv_field_missing(f, cell)) {
			continue;
		}
		at = place_of(&w->x->is, cell);
		if (at < w->x->is.count && !w->told[at]) {
			w->told[at] = true;
			rc = give_new(w, b, i, at, err);
		}
	}
	return rc;
}

/* Rows are read again only when there is something to tell. */
static vv_status tell_news(news *w, vv_error *err)
{
	base_check *c = w->v->c;
	size_t *wanted = vv_calloc(c->t->root.key_count + 2, sizeof(*wanted));
	const vv_changed_groups *g;
	vv_status rc = VV_OK;

	w->key = vv_calloc(c->t->root.key_count + 1, sizeof(*w->key));
	if (!wanted || !w->key) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	w->key_count = base_key_places(c->t, w->key, c->t->root.key_count);
	wanted[0] = (size_t)w->x->b;
	memcpy(wanted + 1, w->key, w->key_count * sizeof(*wanted));
	if (!base_same_column(w->v, w->x)) {
		rc = base_each_group(c, c->t, wanted, w->key_count + 1, NULL, 0, news_group, w,
				     err);
	} else if ((rc = base_regions(c, &g, err)) == VV_OK && g->new_count) {
		rc = base_each_group(c, c->t, wanted, w->key_count + 1, g->new_groups, g->new_count,
				     news_group, w, err);
	}
	rc = rc < 0 ? rc : base_end(c, &w->quota, err);
done:
	vv_free(wanted);
	vv_free(w->key);
	return rc;
}

static vv_status check_news(values *v, const vv_rule_setting *s, const column_values *x,
			    vv_error *err)
{
	news w = {.v = v, .setting = s, .x = x};
	vv_status rc = VV_OK;

	if (!s->columns && !is_categories(&x->was)) {
		return VV_OK;
	}
	if (x->was.over || x->is.over) {
		return base_give_over(v, s, x, err);
	}
	if (!(w.told = vv_calloc(x->is.count + 1, sizeof(*w.told)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < x->is.count; i++) {
		w.told[i] = vv_distribution_count(&x->was, &x->is.values[i]) > 0;
		w.found += !w.told[i];
	}
	if (base_above(&s->max, nothing, w.found, x->was.count)) {
		rc = tell_news(&w, err);
	}
	vv_free(w.told);
	return rc;
}

/* A column that the setting names, and that neither version has: nothing would be checked,
 * and nobody would know. */
static vv_status check_named(base_check *c, const vv_rule_setting *s, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; s->columns && s->columns[i] && rc == VV_OK; i++) {
		const char *name = s->columns[i];
		base_quota q = {0};
		vv_finding f = base_finding(c, s);

		if (vv_schema_find(&c->t->schema, name, strlen(name)) >= 0 ||
		    vv_schema_find(&c->base->schema, name, strlen(name)) >= 0) {
			continue;
		}
		f.column = name;
		vv_buf_puts(&c->message, "there is no such column");
		vv_buf_puts(&c->expected, "a column of the table");
		rc = base_give(c, &q, &f, err);
	}
	return rc;
}

vv_status base_check_drift(values *v, const char *code, vv_error *err)
{
	base_check *c = v->c;
	vv_status rc = VV_OK;

	for (const vv_rule_setting *s = base_setting(c, code, NULL); s && rc == VV_OK;
	     s = base_setting(c, code, s)) {
		rc = check_named(c, s, err);
		for (size_t i = 0; i < c->columns.count && rc == VV_OK; i++) {
			const vv_column_pair *p = &c->columns.pairs[i];
			const column_values *x;

			if (!base_looks_at(c, s, p) ||
			    !(x = base_find_values(v, p->b, base_dist_kind(c, code, p)))) {
				continue;
			}
			if (strcmp(code, "null-share") == 0) {
				rc = check_null(v, s, x, err);
			} else if (strcmp(code, "new-category") == 0) {
				rc = check_news(v, s, x, err);
			} else {
				rc = check_drift(v, s, x, err);
			}
		}
	}
	return rc;
}
