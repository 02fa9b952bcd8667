/*
 * base_values: the rules on the values of whole columns: missing ones, new ones, drift, and the age of the newest
 * date.
 *
 * They measure a column's distribution. It comes from the cache, or from the base's and the groups that differ, or the
 * column is read: by several threads, each of which counts a run of rows by itself.
 */
#include "check/past/base_internal.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/past/drift.h"
#include "check/past/instant.h"
#include "dataset/format/facts.h"
#include "dataset/table/walk.h"

#define JOBS_MAX 16u
#define ROWS_MIN 50000u        /* below that a thread costs more than it saves */
#define PSI_DEFAULT 200000000u /* 0.2 */
#define FEW_VALUES 100u        /* a column counts as categories with at most this many values, */
#define FEW_TIMES 10u          /* each in this many rows on average */

/* One column of both versions, its values counted. */
typedef struct column_values {
	long a, b; /* places; a may be -1 */
	vv_dist_kind kind;
	bool needs_base;
	vv_distribution was, is;
	bool have_was, have_is;
	bool take; /* the reading adds cells to it */
} column_values;

typedef struct values {
	base_check *c;
	column_values *items;
	size_t count, cap;
} values;

/* The cells of the taken columns of one side, added to their distributions. */
typedef struct reading {
	values *v;
	bool base_side; /* of which table */
	bool into_is;   /* into the items' `is`, else into `was` */
	int times;
} reading;

static const vv_field *field_was(const values *v, const column_values *x)
{
	return &v->c->base->schema.fields[x->a];
}

static const vv_field *field_is(const values *v, const column_values *x)
{
	return &v->c->t->schema.fields[x->b];
}

static column_values *find_values(values *v, long b, vv_dist_kind kind)
{
	return vv_array_find(v->items, v->count, it, it->b == b && it->kind == kind);
}

/* Adds an item for a column, unless there is one. a: its place in the base, or -1. */
static void want_values(values *v, long a, long b, vv_dist_kind kind, bool needs_base)
{
	column_values *x = find_values(v, b, kind);

	if (x) {
		x->needs_base = x->needs_base || needs_base;
	} else if (vv_array_add(v->items, v->count, v->cap,
				(column_values){
					.a = a, .b = b, .kind = kind, .needs_base = needs_base})) {
		x = &v->items[v->count - 1];
		vv_distribution_init(&x->was, kind);
		vv_distribution_init(&x->is, kind);
	} else {
		v->c->rc = vv_fail_nomem(v->c->err);
	}
}

static vv_dist_kind kind_for(const base_check *c, const vv_column_pair *p)
{
	const vv_field *was = &c->base->schema.fields[p->a], *is = &c->t->schema.fields[p->b];

	return vv_distribution_same_steps(was, is) ? vv_distribution_kind(is) : VV_DIST_TEXTS;
}

static bool is_time(const vv_field *f)
{
	return vv_distribution_kind(f) == VV_DIST_TIMES;
}

/* Does a setting that names no columns look at this one? Times move on by themselves, and
 * keys are to be new. */
static bool is_of_interest(const base_check *c, const char *code, const vv_field *f)
{
	if (strcmp(code, "null-share") == 0) return true;
	return !is_time(f) &&
	       !vv_text_is_among(f->name, VV_TEXTS(c->t->root.key), c->t->root.key_count) &&
	       f->type != VV_TYPE_OBJECT && f->type != VV_TYPE_ARRAY && f->type != VV_TYPE_GEOJSON;
}

static bool looks_at(const base_check *c, const vv_rule_setting *s, const vv_column_pair *p)
{
	if (p->a < 0 || p->b < 0) return false;
	const vv_field *is = &c->t->schema.fields[p->b];
	return s->columns ? vv_rule_setting_has(s, is->name, is->name_len)
			  : is_of_interest(c, s->rule->code, is);
}

/* The rules that measure the distributions of both versions. */
static const struct value_rule {
	const char *code;
	bool by_type; /* values are counted by the columns' types, else as `kind` says */
	vv_dist_kind kind;
} value_rules[] = {{"null-share", false, VV_DIST_COUNTS},
		   {"new-category", false, VV_DIST_TEXTS},
		   {"drift-psi", true, 0}};
#define VALUE_RULES (sizeof(value_rules) / sizeof(value_rules[0]))

static vv_dist_kind dist_kind_for(const base_check *c, const struct value_rule *rule,
				  const vv_column_pair *p)
{
	return rule->by_type ? kind_for(c, p) : rule->kind;
}

static void want_dates(values *v)
{
	base_check *c = v->c;
	const vv_rule_setting *s = NULL;

	while ((s = base_setting(c, "freshness", s))) {
		for (size_t b = 0; b < c->t->columns; b++) {
			const vv_field *f = &c->t->schema.fields[b];

			if (s->columns && is_time(f) &&
			    vv_rule_setting_has(s, f->name, f->name_len)) {
				want_values(v, c->base ? vv_columns_to_old(&c->columns, b) : -1,
					    (long)b, VV_DIST_TIMES, false);
			}
		}
	}
}

static void want_all(values *v)
{
	base_check *c = v->c;

	for (size_t k = 0; c->base && k < VALUE_RULES; k++) {
		const vv_rule_setting *s = NULL;

		while ((s = base_setting(c, value_rules[k].code, s))) {
			for (size_t i = 0; i < c->columns.count; i++) {
				const vv_column_pair *p = &c->columns.pairs[i];

				if (looks_at(c, s, p)) {
					want_values(v, p->a, p->b,
						    dist_kind_for(c, &value_rules[k], p), true);
				}
			}
		}
	}
	want_dates(v);
}

/* Hashes all inputs of a distribution: the rows, the column's place, how it is read. */
static vv_status cache_key(vv_hash128 *out, const vv_table *t, size_t column, vv_dist_kind kind,
			   vv_error *err)
{
	const vv_field *f = &t->schema.fields[column];
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "%d %zu %d ", (int)kind, column, (int)t->root.dialect.form);
	vv_json_put_node(&b, f->json);
	for (size_t i = 0; f->missing && f->missing[i]; i++) {
		vv_buf_putc(&b, '\0');
		vv_buf_puts(&b, f->missing[i]);
	}
	vv_buf_putc(&b, '\0');
	vv_buf_put(&b, t->root.data.data, t->root.data.len);
	vv_status rc = vv_buf_ok(&b, err);
	*out = vv_xxh3_128(vv_buf_cstr(&b), b.len, 0);
	return rc;
}

/* Reads the distribution from the cache. false: it is not there, or the check has failed. */
static bool load_distribution(vv_distribution *d, base_check *c, const vv_table *t, long column)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_hash128 key;

	if (!c->o->cache || c->rc < 0 ||
	    (c->rc = cache_key(&key, t, (size_t)column, d->kind, c->err)) < 0) {
		return false;
	}
	int got = vv_check_cache_get(c->o->cache, "dist", key, &b, c->err);
	c->rc = got < 0 ? (vv_status)got : VV_OK;
	if (got > 0 && vv_distribution_get(d, b.data, b.len, VV_IGNORED)) return true;
	vv_distribution_clear(d);
	return false;
}

static void store_distribution(const vv_distribution *d, base_check *c, const vv_table *t,
			       long column)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_hash128 key;

	if (!c->o->cache || c->rc < 0) return;
	vv_distribution_put(&b, d);
	if ((c->rc = vv_buf_ok(&b, c->err)) == VV_OK &&
	    (c->rc = cache_key(&key, t, (size_t)column, d->kind, c->err)) == VV_OK) {
		c->rc = vv_check_cache_put(c->o->cache, "dist", key, b.data, b.len, c->err);
	}
}

/* Ends the counting of a column's values. */
static void finish_distribution(vv_distribution *d, base_check *c, const vv_table *t, long column)
{
	c->rc = c->rc < 0 ? c->rc : vv_distribution_finish(d, c->err);
	store_distribution(d, c, t, column);
}

static bool is_same_column(const values *v, const column_values *x)
{
	if (!v->c->base || x->a != x->b ||
	    v->c->base->root.dialect.form != v->c->t->root.dialect.form) {
		return false;
	}
	const vv_field *was = field_was(v, x);
	const vv_field *is = field_is(v, x);
	return vv_texts_equal(VV_TEXTS(was->missing), VV_TEXTS(is->missing)) &&
	       was->type == is->type && strcmp(was->format, is->format) == 0 &&
	       strcmp(was->decimal, is->decimal) == 0 && strcmp(was->group, is->group) == 0 &&
	       was->bare_number == is->bare_number;
}

typedef struct read_job {
	vv_job job;
	const reading *r;
	const size_t *wanted;
	size_t wanted_count;
	uint64_t from, until;   /* rows; both lie where groups begin, or after the last */
	vv_distribution *parts; /* one for each item */
	vv_error err;
	vv_status rc;
} read_job;

static vv_table *table_of(const reading *r)
{
	return r->base_side ? r->v->c->base : r->v->c->t;
}

static vv_distribution *target_of(const reading *r, column_values *x)
{
	return r->into_is ? &x->is : &x->was;
}

/* parts NULL: straight into the items. */
static vv_status add_group(const reading *r, vv_distribution *parts, const vv_batch *b,
			   vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < r->v->count && b->rows > 0; i++) {
		column_values *x = &r->v->items[i];
		size_t at = (size_t)(r->base_side ? x->a : x->b);
		const vv_field *f = r->base_side ? field_was(r->v, x) : field_is(r->v, x);

		if (x->take &&
		    (rc = vv_distribution_add(parts ? &parts[i] : target_of(r, x), f, &b->cells[at],
					      b->rows, b->columns, r->times, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static void read_group(void *payload, const vv_batch *b)
{
	const reading *r = payload;

	r->v->c->rc = add_group(r, NULL, b, r->v->c->err);
}

static vv_status read_rows(read_job *j, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(table_of(j->r), j->wanted, j->wanted_count,
						      err);

	w.rc = w.rc < 0 ? w.rc : vv_table_seek_row(w.reader, j->from, err);
	while (vv_group_walk_next(&w) && w.batch.first_row < j->until) {
		/* the group with row `from` belongs to the job with its first row */
		if (w.batch.first_row >= j->from) {
			w.rc = add_group(j->r, j->parts, &w.batch, err);
		}
	}
	return w.rc;
}

static void run_job(vv_job *job, unsigned worker VV_UNUSED)
{
	read_job *j = (read_job *)(void *)job;

	j->rc = read_rows(j, &j->err);
}

static vv_status take_parts(read_job *j, vv_error *err)
{
	const reading *r = j->r;
	vv_status rc = j->rc < 0 ? vv_error_copy(err, &j->err) : VV_OK;

	for (size_t i = 0; i < r->v->count && rc == VV_OK; i++) {
		column_values *x = &r->v->items[i];

		if (x->take && (rc = vv_distribution_finish(&j->parts[i], err)) == VV_OK) {
			rc = vv_distribution_add_all(target_of(r, x), &j->parts[i], err);
		}
	}
	return rc;
}

static void clear_job(read_job *j, const reading *r)
{
	vv_array_clear(j->parts, j->parts ? r->v->count : 0, it, vv_distribution_clear(it));
}

static vv_status read_in_threads(const reading *r, const size_t *wanted, size_t wanted_count,
				 size_t jobs, vv_error *err)
{
	vv_pool *pool = r->v->c->o->pool;
	const uint64_t rows = table_of(r)->root.rows;
	vv_auto_free read_job *all = vv_calloc(jobs, sizeof(*all));
	size_t started = 0;
	vv_status rc = all ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; i < jobs && rc == VV_OK; i++) {
		all[i] = (read_job){.job.run = run_job,
				    .r = r,
				    .wanted = wanted,
				    .wanted_count = wanted_count,
				    .from = rows / jobs * i,
				    .until = i + 1 == jobs ? UINT64_MAX : rows / jobs * (i + 1),
				    .parts = vv_calloc(r->v->count + 1, sizeof(*all[i].parts))};
		for (size_t k = 0; all[i].parts && k < r->v->count; k++) {
			vv_distribution_init(&all[i].parts[k], r->v->items[k].kind);
		}
		rc = all[i].parts ? VV_OK : vv_fail_nomem(err);
	}
	for (; rc == VV_OK && started < jobs; started++) {
		vv_pool_submit(pool, &all[started].job);
	}
	for (size_t i = 0; i < started; i++) {
		vv_pool_wait(pool, &all[i].job);
		rc = rc < 0 ? rc : take_parts(&all[i], err);
	}
	for (size_t i = 0; all && i < jobs; i++) {
		clear_job(&all[i], r);
	}
	return rc;
}

static void read_columns(const reading *r, const vv_changed_group *groups, size_t count)
{
	values *v = r->v;
	vv_auto_free size_t *wanted = vv_calloc(v->count + 1, sizeof(*wanted));
	size_t n = 0;
	reading mine = *r;

	if (!wanted) {
		v->c->rc = vv_fail_nomem(v->c->err);
		return;
	}
	vv_array_each(v->items, v->count, item) {
		if (item->take) {
			wanted[n++] = (size_t)(r->base_side ? item->a : item->b);
		}
	}
	size_t jobs = v->c->o->pool ? vv_pool_threads(v->c->o->pool) + 1u : 1;
	jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
	if (n == 0 || v->c->rc < 0) return;
	if (!groups && jobs > 1 && table_of(r)->root.rows >= ROWS_MIN) {
		v->c->rc = read_in_threads(r, wanted, n, jobs, v->c->err);
	} else {
		base_each_group(v->c, table_of(r), wanted, n, groups, count, read_group, &mine);
	}
}

/* The base's distributions: from the cache, the others in one reading. */
static void have_base(values *v)
{
	base_check *c = v->c;
	const reading r = {.v = v, .base_side = true, .times = 1};

	vv_array_each(v->items, v->count, x) {
		x->have_was = x->a >= 0 && load_distribution(&x->was, c, c->base, x->a);
		x->take = x->needs_base && !x->have_was;
	}
	read_columns(&r, NULL, 0);
	vv_array_each(v->items, v->count, x) {
		if (x->take) {
			finish_distribution(&x->was, c, c->base, x->a);
			x->have_was = true;
		}
	}
}

/* Ends a distribution that was derived. gone: the rows that only the base has. */
static void settle_values(column_values *x, base_check *c, uint64_t gone)
{
	/* too many distinct values on the way, a cache of another table, or fewer digits
	 * than fit: read it whole */
	vv_status rc = x->is.over ? VV_ECORRUPT : vv_distribution_finish(&x->is, VV_IGNORED);

	x->have_is = rc == VV_OK && vv_distribution_settle(&x->is, &x->was, gone);
	if (x->have_is) {
		store_distribution(&x->is, c, c->t, x->b);
	} else if (rc == VV_OK || rc == VV_ECORRUPT) {
		vv_distribution_clear(&x->is);
	} else {
		c->rc = vv_fail_nomem(c->err);
	}
}

/* The new version's from the base's: less what only that has, plus what only this has. */
static void derive_values(values *v)
{
	base_check *c = v->c;
	const reading minus = {.v = v, .base_side = true, .into_is = true, .times = -1};
	const reading plus = {.v = v, .into_is = true, .times = 1};
	const vv_changed_groups *g = NULL;
	uint64_t gone = 0;
	bool any = false;

	for (size_t i = 0; i < v->count; i++) {
		column_values *x = &v->items[i];

		x->take = !x->have_is && x->have_was && !x->was.over && is_same_column(v, x);
		any = any || x->take;
		if (x->take && c->rc == VV_OK) {
			c->rc = vv_distribution_add_all(&x->is, &x->was, c->err);
		}
	}
	if (!any || !(g = base_changed_groups(c))) return;
	if (g->old_count > 0) {
		read_columns(&minus, g->old_groups, g->old_count);
	}
	if (g->new_count > 0) {
		read_columns(&plus, g->new_groups, g->new_count);
	}
	vv_array_each(g->old_groups, g->old_count, old_group) {
		gone += old_group->rows;
	}
	for (size_t i = 0; i < v->count && c->rc == VV_OK; i++) {
		if (v->items[i].take) {
			settle_values(&v->items[i], c, gone);
		}
	}
}

static void have_new(values *v)
{
	base_check *c = v->c;
	const reading r = {.v = v, .into_is = true, .times = 1};

	vv_array_each(v->items, v->count, item) {
		item->have_is = load_distribution(&item->is, c, c->t, item->b);
	}
	derive_values(v);
	for (size_t i = 0; i < v->count; i++) {
		v->items[i].take = !v->items[i].have_is;
	}
	read_columns(&r, NULL, 0);
	for (size_t i = 0; i < v->count; i++) {
		if (v->items[i].take) {
			finish_distribution(&v->items[i].is, c, c->t, v->items[i].b);
		}
	}
}

static void give_over(values *v, const vv_rule_setting *s, const column_values *x)
{
	base_check *c = v->c;
	vv_finding f = base_finding(c, s, field_is(v, x)->name);

	base_unread(&f, NULL);
	vv_buf_printf(&c->message,
		      "has too many different values to compare (more than %s values, or more than "
		      "%s in all)",
		      vv_text_count(VV_DIST_VALUES_MAX), vv_text_bytes(VV_DIST_BYTES_MAX));
	vv_buf_puts(&c->expected, "a column with fewer different values");
	base_give(c, NULL, &f);
}

static const vv_bound no_share = {.given = true, .share = true};
static const vv_bound psi_default = {.given = true, .share = true, .value = PSI_DEFAULT};

static void put_rise(vv_buf *out, const vv_distribution *was, const vv_distribution *is)
{
	base_put_percent(out, base_share(is->missing, is->rows));
	vv_buf_printf(out, " of the values are missing (%s of %s), ", vv_text_count(is->missing),
		      vv_text_count(is->rows));
	base_put_percent(out, base_share(was->missing, was->rows));
	vv_buf_puts(out, " in the base");
}

static void check_null(values *v, const vv_rule_setting *s, column_values *x)
{
	base_check *c = v->c;
	const vv_bound *max = s->max.given ? &s->max : &no_share;
	vv_finding f = base_finding(c, s, field_is(v, x)->name);

	if (!base_rose(x->was.missing, x->was.rows, x->is.missing, x->is.rows, max->value)) return;
	put_rise(&c->message, &x->was, &x->is);
	vv_buf_puts(&c->expected, "an increase of at most ");
	base_put_percent(&c->expected, max->value);
	base_give(c, NULL, &f);
}

/* Where columns are not named: is it one of categories? */
static bool is_categories(const vv_distribution *d)
{
	return !d->over && d->count > 0 && d->count <= FEW_VALUES &&
	       d->count * FEW_TIMES <= d->rows - d->missing;
}

static void check_drift(values *v, const vv_rule_setting *s, column_values *x)
{
	base_check *c = v->c;
	const vv_bound *max = s->max.given ? &s->max : &psi_default;
	vv_drift_bins bins;
	vv_finding f = base_finding(c, s, field_is(v, x)->name);

	if (!s->columns && x->kind == VV_DIST_TEXTS && !is_categories(&x->was)) return;
	if (x->was.over || x->is.over) {
		give_over(v, s, x);
		return;
	}
	vv_distribution_level(&x->was, &x->is);
	if ((c->rc = vv_drift_bin(&bins, &x->was, &x->is, c->err)) < 0) return;
	uint64_t value = vv_drift_psi(&bins);
	if (value <= max->value) return;
	vv_buf_puts(&c->message, "the values are distributed differently from the base: PSI ");
	base_put_number(&c->message, value);
	vv_buf_puts(&c->expected, "at most ");
	base_put_number(&c->expected, max->value);
	base_give(c, NULL, &f);
}

/* The values that the base does not have, and where each is first. */
typedef struct news {
	values *v;
	const vv_rule_setting *setting;
	const column_values *x;
	bool *told; /* of x->is.values */
	base_quota quota;
	size_t *key, key_count;
} news;

static size_t place_of(const vv_distribution *d, const vv_cell *cell)
{
	return vv_first_place(
		i, d->count,
		vv_fact_text_order(d->values[i].text, d->values[i].len, cell->text, cell->len) < 0);
}

static void give_new(news *w, const vv_batch *b, size_t row, size_t place)
{
	base_check *c = w->v->c;
	const vv_cell *cells = &b->cells[row * b->columns];
	const vv_dist_value *value = &w->x->is.values[place];
	vv_finding f = base_finding(c, w->setting, field_is(w->v, w->x)->name);

	base_set_key(c, &f, c->t, w->key, w->key_count, cells);
	f.row = b->first_row + row + 1;
	f.value = value->text;
	f.value_len = value->len;
	vv_buf_puts(&c->message, "is new in this column");
	if (value->count > 1) {
		vv_buf_printf(&c->message, " (in %s)", vv_text_counted(value->count, "row", NULL));
	}
	if (w->x->was.count > 1) {
		vv_buf_printf(&c->expected, "one of the base's %s values",
			      vv_text_count(w->x->was.count));
	} else {
		vv_buf_puts(&c->expected, w->x->was.count == 1 ? "the base's only value"
							       : "no value, as in the base");
	}
	base_give(c, &w->quota, &f);
}

static void news_group(void *payload, const vv_batch *b)
{
	news *w = payload;
	const vv_field *f = field_is(w->v, w->x);

	for (size_t i = 0; i < b->rows; i++) {
		const vv_cell *cell = &b->cells[i * b->columns + (size_t)w->x->b];

		if (vv_field_missing(f, cell)) {
			continue;
		}
		size_t at = place_of(&w->x->is, cell);
		if (at < w->x->is.count && !w->told[at]) {
			w->told[at] = true;
			give_new(w, b, i, at);
		}
	}
}

/* Reads rows again only when there is something to report. */
static void tell_news(news *w)
{
	base_check *c = w->v->c;
	vv_auto_free size_t *wanted = vv_calloc(c->t->root.key_count + 2, sizeof(*wanted));

	if (!wanted) {
		c->rc = vv_fail_nomem(c->err);
		return;
	}
	w->key = wanted + 1;
	w->key_count = base_key_places(c->t, w->key, c->t->root.key_count);
	wanted[0] = (size_t)w->x->b;
	base_each_new_group(c, !is_same_column(w->v, w->x), wanted, w->key_count + 1, news_group,
			    w);
	base_told(c, &w->quota);
}

static void check_news(values *v, const vv_rule_setting *s, column_values *x)
{
	vv_auto_free bool *told = vv_calloc(x->is.count + 1, sizeof(*told));
	news w = {.v = v, .setting = s, .x = x, .told = told};
	uint64_t found = 0;

	if (!s->columns && !is_categories(&x->was)) return;
	if (x->was.over || x->is.over) {
		give_over(v, s, x);
		return;
	}
	if (!told) {
		v->c->rc = vv_fail_nomem(v->c->err);
		return;
	}
	for (size_t i = 0; i < x->is.count; i++) {
		told[i] = vv_distribution_count(&x->was, &x->is.values[i]) > 0;
		found += !told[i];
	}
	if (base_above(&s->max, found, x->was.count)) {
		tell_news(&w);
	}
}

/* Reports a column that the setting names and the table lacks (dates: or that has none): otherwise the rule would silently
 * check nothing. */
static void check_named(base_check *c, const vv_rule_setting *s, bool dates)
{
	for (size_t i = 0; s->columns && s->columns[i]; i++) {
		const char *name = s->columns[i];
		const long at = vv_schema_find(&c->t->schema, name, strlen(name));
		const vv_field *f = at < 0 ? NULL : &c->t->schema.fields[at];
		vv_finding g = base_finding(c, s, name);

		if (dates ? f && is_time(f)
			  : f || vv_schema_find(&c->base->schema, name, strlen(name)) >= 0) {
			continue;
		}
		base_unread(&g, NULL);
		if (f) {
			vv_buf_printf(&c->message, "its type is %s, which has no dates",
				      vv_type_name(f->type));
		} else {
			vv_buf_puts(&c->message, "no such column");
		}
		vv_buf_puts(&c->expected, dates ? "a column of dates" : "a column of the table");
		base_give(c, NULL, &g);
	}
}

static void check_distributions(values *v, const struct value_rule *rule)
{
	static void (*const checks[VALUE_RULES])(values * v, const vv_rule_setting *s,
						 column_values *x) = {check_null, check_news,
								      check_drift};
	base_check *c = v->c;
	const vv_rule_setting *s = NULL;

	while ((s = base_setting(c, rule->code, s))) {
		check_named(c, s, false);
		for (size_t i = 0; i < c->columns.count && c->rc == VV_OK; i++) {
			const vv_column_pair *p = &c->columns.pairs[i];
			column_values *x;

			if (looks_at(c, s, p) &&
			    (x = find_values(v, p->b, dist_kind_for(c, rule, p)))) {
				checks[rule - value_rules](v, s, x);
			}
		}
	}
}

static void put_age(vv_buf *out, uint64_t seconds)
{
	if (seconds >= 2 * 86400) {
		vv_buf_puts(out, vv_text_counted(seconds / 86400, "day", NULL));
	} else if (seconds >= 2 * 3600) {
		vv_buf_puts(out, vv_text_counted(seconds / 3600, "hour", NULL));
	} else if (seconds >= 2 * 60) {
		vv_buf_puts(out, vv_text_counted(seconds / 60, "minute", NULL));
	} else {
		vv_buf_puts(out, vv_text_counted(seconds, "second", NULL));
	}
}

static vv_instant newest_instant(const vv_field *f, const vv_distribution *d)
{
	int64_t step = d->values[d->count - 1].step;
	vv_instant i = {step, 0};

	return f->type == VV_TYPE_DATETIME || f->type == VV_TYPE_TIME ? vv_instant_of(step * 60)
								      : i;
}

static void check_age(values *v, const vv_rule_setting *s, const column_values *x)
{
	base_check *c = v->c;
	const vv_field *field = field_is(v, x);
	vv_finding f = base_finding(c, s, field->name);
	vv_instant i;

	if (x->is.over) {
		give_over(v, s, x);
		return;
	}
	if (x->is.count == 0) {
		vv_buf_puts(&c->message, "has no dates");
	} else {
		i = newest_instant(field, &x->is);
		int64_t at = vv_instant_seconds(&i);
		if (c->how->now <= at || (uint64_t)(c->how->now - at) <= s->max_age) return;
		vv_buf_puts(&c->message, "the newest value is ");
		vv_instant_put(&c->message, &i, field->type == VV_TYPE_DATETIME);
		vv_buf_puts(&c->message, ", ");
		put_age(&c->message, (uint64_t)(c->how->now - at));
		vv_buf_puts(&c->message, " ago");
	}
	vv_buf_puts(&c->expected, "at most ");
	put_age(&c->expected, s->max_age);
	vv_buf_puts(&c->expected, " ago");
	base_give(c, NULL, &f);
}

static void check_freshness(values *v)
{
	base_check *c = v->c;
	const vv_rule_setting *s = NULL;

	while ((s = base_setting(c, "freshness", s))) {
		check_named(c, s, true);
		for (size_t b = 0; s->columns && b < c->t->columns; b++) {
			const vv_field *f = &c->t->schema.fields[b];
			const column_values *x = find_values(v, (long)b, VV_DIST_TIMES);

			if (x && is_time(f) && vv_rule_setting_has(s, f->name, f->name_len)) {
				check_age(v, s, x);
			}
		}
	}
}

static void values_clear(values *v)
{
	vv_array_clear(v->items, v->count, it,
		       (vv_distribution_clear(&it->was), vv_distribution_clear(&it->is)));
}

VV_AUTO_CLEAR(values, values_clear)

void base_check_values(base_check *c)
{
	vv_auto(values) v = {.c = c};

	want_all(&v);
	if (c->base) {
		have_base(&v);
	}
	have_new(&v);
	for (size_t k = 0; c->base && k < VALUE_RULES; k++) {
		check_distributions(&v, &value_rules[k]);
	}
	check_freshness(&v);
}
