/*
 * base_values: knows which columns' distributions are needed and how they are had: from the cache,
 * from the base's and the groups that differ, or by reading the column.
 */
#include <string.h>

#include "base/sys.h"
#include "diff/check/base_internal.h"

const vv_field *base_field_was(const values *v, const column_values *x)
{
	return &v->c->base->schema.fields[x->a];
}

const vv_field *base_field_is(const values *v, const column_values *x)
{
	return &v->c->t->schema.fields[x->b];
}

/* The item for a column, made when it is not there yet. a: its place in the base, or -1. */
static vv_status want(values *v, long a, long b, vv_dist_kind kind, bool needs_base, vv_error *err)
{
	for (size_t i = 0; i < v->count; i++) {
		if (v->items[i].b == b && v->items[i].kind == kind) {
			v->items[i].needs_base = v->items[i].needs_base || needs_base;
			return VV_OK;
		}
	}
	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 16;
		column_values *p = vv_realloc_array(v->items, cap, sizeof(*p));

		if (!p) {
			return vv_fail_nomem(err);
		}
		v->items = p;
		v->cap = cap;
	}
	column_values *x = &v->items[v->count++];
	*x = (column_values){.a = a, .b = b, .kind = kind, .needs_base = needs_base};
	vv_distribution_init(&x->was, kind);
	vv_distribution_init(&x->is, kind);
	return VV_OK;
}

column_values *base_find_values(values *v, long b, vv_dist_kind kind)
{
	for (size_t i = 0; i < v->count; i++) {
		if (v->items[i].b == b && v->items[i].kind == kind) {
			return &v->items[i];
		}
	}
	return NULL;
}

static vv_dist_kind kind_for(const base_check *c, const vv_column_pair *p)
{
	return vv_distribution_ordered(&c->t->schema.fields[p->b]) &&
			       vv_distribution_ordered(&c->base->schema.fields[p->a])
		       ? VV_DIST_NUMBERS
		       : VV_DIST_TEXTS;
}

bool base_is_time(const vv_field *f)
{
	return f->type == VV_TYPE_DATE || f->type == VV_TYPE_DATETIME || f->type == VV_TYPE_TIME ||
	       f->type == VV_TYPE_YEARMONTH || f->type == VV_TYPE_YEAR;
}

static bool is_key_column(const vv_table *t, const vv_field *f)
{
	for (size_t i = 0; i < t->root.key_count; i++) {
		if (strcmp(t->root.key[i], f->name) == 0) {
			return true;
		}
	}
	return false;
}

/* Does a setting that names no columns look at this one? Times move on by themselves, and
 * keys are to be new. */
static bool is_of_interest(const base_check *c, const char *code, const vv_field *f)
{
	if (strcmp(code, "null-share") == 0) {
		return true;
	}
	return !base_is_time(f) && !is_key_column(c->t, f) && f->type != VV_TYPE_OBJECT &&
	       f->type != VV_TYPE_ARRAY && f->type != VV_TYPE_GEOJSON;
}

bool base_looks_at(const base_check *c, const vv_rule_setting *s, const vv_column_pair *p)
{
	const vv_field *is;

	if (p->a < 0 || p->b < 0) {
		return false;
	}
	is = &c->t->schema.fields[p->b];
	return s->columns ? vv_rule_setting_has(s, is->name, is->name_len)
			  : is_of_interest(c, s->rule->code, is);
}

static const char *const value_rules[] = {"null-share", "new-category", "drift-psi", "drift-js"};

vv_dist_kind base_dist_kind(const base_check *c, const char *code, const vv_column_pair *p)
{
	if (strcmp(code, "null-share") == 0) {
		return VV_DIST_COUNTS;
	}
	return strcmp(code, "new-category") == 0 ? VV_DIST_TEXTS : kind_for(c, p);
}

static vv_status want_all(values *v, vv_error *err)
{
	base_check *c = v->c;
	vv_status rc = VV_OK;

	for (size_t k = 0; c->base && k < sizeof(value_rules) / sizeof(value_rules[0]); k++) {
		for (const vv_rule_setting *s = base_setting(c, value_rules[k], NULL);
		     s && rc == VV_OK; s = base_setting(c, value_rules[k], s)) {
			for (size_t i = 0; i < c->columns.count && rc == VV_OK; i++) {
				const vv_column_pair *p = &c->columns.pairs[i];

				if (base_looks_at(c, s, p)) {
					rc = want(v, p->a, p->b,
						  base_dist_kind(c, value_rules[k], p), true, err);
				}
			}
		}
	}
	for (const vv_rule_setting *s = base_setting(c, "freshness", NULL); s && rc == VV_OK;
	     s = base_setting(c, "freshness", s)) {
		for (size_t b = 0; b < c->t->columns && rc == VV_OK; b++) {
			const vv_field *f = &c->t->schema.fields[b];

			if (s->columns && base_is_time(f) &&
			    vv_rule_setting_has(s, f->name, f->name_len)) {
				rc = want(v, c->base ? vv_columns_to_old(&c->columns, b) : -1,
					  (long)b, VV_DIST_NUMBERS, false, err);
			}
		}
	}
	return rc;
}

/* What a distribution depends on: the rows, the column's place, how it is read. */
static vv_status cache_key(vv_hash128 *out, const vv_table *t, size_t column, vv_dist_kind kind,
			   vv_error *err)
{
	const vv_field *f = &t->schema.fields[column];
	vv_buf b = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&b, "1 %d %zu %d ", (int)kind, column, (int)t->root.dialect.form);
	vv_json_put_node(&b, f->json);
	for (size_t i = 0; f->missing && f->missing[i]; i++) {
		vv_buf_putc(&b, '\0');
		vv_buf_puts(&b, f->missing[i]);
	}
	vv_buf_putc(&b, '\0');
	vv_buf_put(&b, t->root.data.data, t->root.data.len);
	rc = vv_buf_ok(&b, err);
	*out = vv_xxh3_128(vv_buf_cstr(&b), b.len, 0);
	vv_buf_clear(&b);
	return rc;
}

static vv_status load(bool *have, vv_distribution *d, base_check *c, vv_table *t, size_t column,
		      vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_hash128 key;
	vv_status rc;
	int got;

	*have = false;
	if (!c->o->cache) {
		return VV_OK;
	}
	if ((rc = cache_key(&key, t, column, d->kind, err)) < 0) {
		return rc;
	}
	got = vv_check_cache_get(c->o->cache, "dist", key, &b, err);
	if (got > 0) {
		vv_error ignored;

		*have = vv_distribution_get(d, b.data, b.len, &ignored);
		if (!*have) {
			vv_distribution_clear(d);
		}
	}
	vv_buf_clear(&b);
	return got < 0 ? (vv_status)got : VV_OK;
}

static vv_status store(const vv_distribution *d, base_check *c, const vv_table *t, size_t column,
		       vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_hash128 key;
	vv_status rc;

	if (!c->o->cache) {
		return VV_OK;
	}
	vv_distribution_put(&b, d);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK &&
	    (rc = cache_key(&key, t, column, d->kind, err)) == VV_OK) {
		rc = vv_check_cache_put(c->o->cache, "dist", key, b.data, b.len, err);
	}
	vv_buf_clear(&b);
	return rc;
}

bool base_same_column(const values *v, const column_values *x)
{
	const vv_field *was, *is;
	size_t i = 0;

	if (!v->c->base || x->a != x->b ||
	    v->c->base->root.dialect.form != v->c->t->root.dialect.form) {
		return false;
	}
	was = base_field_was(v, x);
	is = base_field_is(v, x);
	for (; was->missing[i] && is->missing[i]; i++) {
		if (strcmp(was->missing[i], is->missing[i]) != 0) {
			return false;
		}
	}
	return !was->missing[i] && !is->missing[i] && was->type == is->type &&
	       strcmp(was->format, is->format) == 0 && strcmp(was->decimal, is->decimal) == 0 &&
	       strcmp(was->group, is->group) == 0 && was->bare_number == is->bare_number;
}

/* The base's distributions: from the cache, the others in one reading. */
static vv_status have_base(values *v, bool *take, vv_error *err)
{
	base_reading r = {.v = v, .base_side = true, .times = 1, .take = take};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];

		if (x->a >= 0) {
			rc = load(&x->have_was, &x->was, v->c, v->c->base, (size_t)x->a, err);
		}
		take[i] = x->needs_base && !x->have_was;
	}
	if (rc == VV_OK) {
		rc = base_read_columns(&r, NULL, 0, err);
	}
	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];

		if (take[i] && (rc = vv_distribution_finish(&x->was, err)) == VV_OK &&
		    (rc = store(&x->was, v->c, v->c->base, (size_t)x->a, err)) == VV_OK) {
			x->have_was = true;
		}
	}
	return rc;
}

/* The new version's from the base's: less what only that has, plus what only this has. */
static vv_status derive(values *v, bool *take, vv_error *err)
{
	base_reading minus = {
		.v = v, .base_side = true, .into_is = true, .times = -1, .take = take};
	base_reading plus = {.v = v, .into_is = true, .times = 1, .take = take};
	const vv_changed_groups *g;
	bool any = false;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];

		take[i] = !x->have_is && x->have_was && !x->was.over && base_same_column(v, x);
		any = any || take[i];
		if (take[i]) {
			rc = vv_distribution_add_all(&x->is, &x->was, err);
		}
	}
	if (rc < 0 || !any) {
		return rc;
	}
	if ((rc = base_regions(v->c, &g, err)) < 0 ||
	    (g->old_count &&
	     (rc = base_read_columns(&minus, g->old_groups, g->old_count, err)) < 0) ||
	    (g->new_count &&
	     (rc = base_read_columns(&plus, g->new_groups, g->new_count, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];
		vv_error ignored;

		if (!take[i]) {
			continue;
		}
		/* more different values on the way than are told apart, or a cache of another
		 * table: then it is read whole */
		rc = x->is.over ? VV_ECORRUPT : vv_distribution_finish(&x->is, &ignored);
		x->have_is = rc == VV_OK;
		if (rc == VV_ECORRUPT) {
			vv_distribution_clear(&x->is);
			rc = VV_OK;
		} else if (rc < 0) {
			rc = vv_fail_nomem(err);
		} else {
			rc = store(&x->is, v->c, v->c->t, (size_t)x->b, err);
		}
	}
	return rc;
}

static vv_status have_new(values *v, bool *take, vv_error *err)
{
	base_reading r = {.v = v, .into_is = true, .times = 1, .take = take};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];

		rc = load(&x->have_is, &x->is, v->c, v->c->t, (size_t)x->b, err);
	}
	if (rc < 0 || (rc = derive(v, take, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < v->count; i++) {
		take[i] = !v->items[i].have_is;
	}
	rc = base_read_columns(&r, NULL, 0, err);
	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];

		if (take[i] && (rc = vv_distribution_finish(&x->is, err)) == VV_OK) {
			rc = store(&x->is, v->c, v->c->t, (size_t)x->b, err);
		}
		x->have_is = true;
	}
	return rc;
}

vv_status base_check_values(base_check *c, vv_error *err)
{
	values v = {.c = c};
	bool *take = NULL;
	vv_status rc;

	if ((rc = want_all(&v, err)) < 0) {
		goto done;
	}
	if (!(take = vv_calloc(v.count + 1, sizeof(*take)))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if (v.count > 0 && ((c->base && (rc = have_base(&v, take, err)) < 0) ||
			    (rc = have_new(&v, take, err)) < 0)) {
		goto done;
	}
	for (size_t k = 0;
	     c->base && k < sizeof(value_rules) / sizeof(value_rules[0]) && rc == VV_OK; k++) {
		rc = base_check_drift(&v, value_rules[k], err);
	}
	if (rc == VV_OK) {
		rc = base_check_fresh(&v, err);
	}
done:
	for (size_t i = 0; i < v.count; i++) {
		vv_distribution_clear(&v.items[i].was);
		vv_distribution_clear(&v.items[i].is);
	}
	vv_free(v.items);
	vv_free(take);
	return rc;
}
