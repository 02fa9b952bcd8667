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
} column_values;

typedef struct values {
	base_check *c;
	column_values *items;
	size_t count, cap;
} values;

/* The cells of some columns of one side, added to their distributions. */
typedef struct reading {
	values *v;
	bool base_side; /* of which table */
	bool into_is;   /* into the items' `is`, else into `was` */
	int times;
	const bool *take; /* which items */
} reading;

static const vv_field *field_was(const values *v, const column_values *x)
{
	return &v->c->base->schema.fields[x->a];
}

static const vv_field *field_is(const values *v, const column_values *x)
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
	if (!vv_array_room(v->items, v->count, v->cap)) return vv_fail_nomem(err);
	column_values *x = &v->items[v->count++];
	*x = (column_values){.a = a, .b = b, .kind = kind, .needs_base = needs_base};
	vv_distribution_init(&x->was, kind);
	vv_distribution_init(&x->is, kind);
	return VV_OK;
}

static column_values *find_values(values *v, long b, vv_dist_kind kind)
{
	for (size_t i = 0; i < v->count; i++) {
		if (v->items[i].b == b && v->items[i].kind == kind) return &v->items[i];
	}
	return NULL;
}

static vv_dist_kind kind_for(const base_check *c, const vv_column_pair *p)
{
	const vv_field *was = &c->base->schema.fields[p->a], *is = &c->t->schema.fields[p->b];

	return vv_distribution_same_steps(was, is) ? vv_distribution_kind(is) : VV_DIST_TEXTS;
}

static bool is_time(const vv_field *f)
{
	return f->type == VV_TYPE_DATE || f->type == VV_TYPE_DATETIME || f->type == VV_TYPE_TIME ||
	       f->type == VV_TYPE_YEARMONTH || f->type == VV_TYPE_YEAR;
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

static const char *const value_rules[] = {"null-share", "new-category", "drift-psi"};

static vv_dist_kind dist_kind_for(const base_check *c, const char *code, const vv_column_pair *p)
{
	if (strcmp(code, "null-share") == 0) return VV_DIST_COUNTS;
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

				if (looks_at(c, s, p)) {
					rc = want(v, p->a, p->b,
						  dist_kind_for(c, value_rules[k], p), true, err);
				}
			}
		}
	}
	for (const vv_rule_setting *s = base_setting(c, "freshness", NULL); s && rc == VV_OK;
	     s = base_setting(c, "freshness", s)) {
		for (size_t b = 0; b < c->t->columns && rc == VV_OK; b++) {
			const vv_field *f = &c->t->schema.fields[b];

			if (s->columns && is_time(f) &&
			    vv_rule_setting_has(s, f->name, f->name_len)) {
				rc = want(v, c->base ? vv_columns_to_old(&c->columns, b) : -1,
					  (long)b, VV_DIST_TIMES, false, err);
			}
		}
	}
	return rc;
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

static vv_status load(bool *have, vv_distribution *d, base_check *c, vv_table *t, size_t column,
		      vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_hash128 key;
	vv_status rc;

	*have = false;
	if (!c->o->cache) return VV_OK;
	if ((rc = cache_key(&key, t, column, d->kind, err)) < 0) return rc;
	int got = vv_check_cache_get(c->o->cache, "dist", key, &b, err);
	if (got > 0) {
		*have = vv_distribution_get(d, b.data, b.len, VV_IGNORED);
		if (!*have) {
			vv_distribution_clear(d);
		}
	}
	return got < 0 ? (vv_status)got : VV_OK;
}

static vv_status store(const vv_distribution *d, base_check *c, const vv_table *t, size_t column,
		       vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_hash128 key;
	vv_status rc;

	if (!c->o->cache) return VV_OK;
	vv_distribution_put(&b, d);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK &&
	    (rc = cache_key(&key, t, column, d->kind, err)) == VV_OK) {
		rc = vv_check_cache_put(c->o->cache, "dist", key, b.data, b.len, err);
	}
	return rc;
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

		if (r->take[i]) {
			if ((rc = vv_distribution_add(parts ? &parts[i] : target_of(r, x), f,
						      &b->cells[at], b->rows, b->columns, r->times,
						      err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

static vv_status read_group(void *payload, vv_batch *b, vv_error *err)
{
	return add_group(payload, NULL, b, err);
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
	vv_status rc = j->rc;

	if (rc < 0) {
		*err = j->err;
	}
	for (size_t i = 0; i < r->v->count && rc == VV_OK; i++) {
		if (r->take[i] && (rc = vv_distribution_finish(&j->parts[i], err)) == VV_OK) {
			rc = vv_distribution_add_all(target_of(r, &r->v->items[i]), &j->parts[i],
						     err);
		}
	}
	return rc;
}

static void clear_job(read_job *j, const reading *r)
{
	for (size_t i = 0; j->parts && i < r->v->count; i++) {
		vv_distribution_clear(&j->parts[i]);
	}
	vv_free(j->parts);
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

static vv_status read_columns(const reading *r, const vv_changed_group *groups, size_t count,
			      vv_error *err)
{
	values *v = r->v;
	vv_auto_free size_t *wanted = vv_calloc(v->count + 1, sizeof(*wanted));
	size_t n = 0;
	reading mine = *r;
	vv_status rc = VV_OK;

	if (!wanted) return vv_fail_nomem(err);
	for (size_t i = 0; i < v->count; i++) {
		if (r->take[i]) {
			wanted[n++] = (size_t)(r->base_side ? v->items[i].a : v->items[i].b);
		}
	}
	size_t jobs = v->c->o->pool ? vv_pool_threads(v->c->o->pool) + 1u : 1;
	jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
	if (n > 0 && !groups && jobs > 1 && table_of(r)->root.rows >= ROWS_MIN) {
		rc = read_in_threads(r, wanted, n, jobs, err);
	} else if (n > 0) {
		rc = base_each_group(v->c, table_of(r), wanted, n, groups, count, read_group, &mine,
				     err);
	}
	return rc;
}

/* The base's distributions: from the cache, the others in one reading. */
static vv_status have_base(values *v, bool *take, vv_error *err)
{
	reading r = {.v = v, .base_side = true, .times = 1, .take = take};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];

		if (x->a >= 0) {
			rc = load(&x->have_was, &x->was, v->c, v->c->base, (size_t)x->a, err);
		}
		take[i] = x->needs_base && !x->have_was;
	}
	if (rc == VV_OK) {
		rc = read_columns(&r, NULL, 0, err);
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
	reading minus = {.v = v, .base_side = true, .into_is = true, .times = -1, .take = take};
	reading plus = {.v = v, .into_is = true, .times = 1, .take = take};
	const vv_changed_groups *g;
	uint64_t gone = 0;
	bool any = false;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < v->count; i++) {
		column_values *x = &v->items[i];

		take[i] = !x->have_is && x->have_was && !x->was.over && is_same_column(v, x);
		any = any || take[i];
		if (take[i] && (rc = vv_distribution_add_all(&x->is, &x->was, err)) < 0) {
			break;
		}
	}
	if (rc < 0 || !any) return rc;
	if ((rc = base_changed_groups(v->c, &g, err)) < 0 ||
	    (g->old_count && (rc = read_columns(&minus, g->old_groups, g->old_count, err)) < 0) ||
	    (g->new_count && (rc = read_columns(&plus, g->new_groups, g->new_count, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < g->old_count; i++) {
		gone += g->old_groups[i].rows;
	}
	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];

		if (!take[i]) {
			continue;
		}
		/* too many distinct values on the way, a cache of another table, or fewer digits
		 * than fit: read it whole */
		rc = x->is.over ? VV_ECORRUPT : vv_distribution_finish(&x->is, VV_IGNORED);
		if (rc == VV_OK && !vv_distribution_settle(&x->is, &x->was, gone)) {
			rc = VV_ECORRUPT;
		}
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
	reading r = {.v = v, .into_is = true, .times = 1, .take = take};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < v->count; i++) {
		column_values *x = &v->items[i];

		if ((rc = load(&x->have_is, &x->is, v->c, v->c->t, (size_t)x->b, err)) < 0) {
			break;
		}
	}
	if (rc < 0 || (rc = derive(v, take, err)) < 0) return rc;
	for (size_t i = 0; i < v->count; i++) {
		take[i] = !v->items[i].have_is;
	}
	rc = read_columns(&r, NULL, 0, err);
	for (size_t i = 0; i < v->count && rc == VV_OK; i++) {
		column_values *x = &v->items[i];

		if (take[i] && (rc = vv_distribution_finish(&x->is, err)) == VV_OK) {
			rc = store(&x->is, v->c, v->c->t, (size_t)x->b, err);
		}
		x->have_is = true;
	}
	return rc;
}

static vv_status give_over(values *v, const vv_rule_setting *s, const column_values *x,
			   vv_error *err)
{
	base_check *c = v->c;
	base_quota q = {0};
	vv_finding f = base_finding(c, s);

	base_unread(&f, NULL);
	f.column = field_is(v, x)->name;
	vv_buf_printf(&c->message,
		      "has too many different values to compare (more than %s values, or more than "
		      "%s in all)",
		      vv_text_count(VV_DIST_VALUES_MAX), vv_text_bytes(VV_DIST_BYTES_MAX));
	vv_buf_puts(&c->expected, "a column with fewer different values");
	return base_give(c, &q, &f, err);
}

static const vv_bound nothing = {.given = true};
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

static vv_status check_null(values *v, const vv_rule_setting *s, const column_values *x,
			    vv_error *err)
{
	base_check *c = v->c;
	const vv_bound *max = s->max.given ? &s->max : &no_share;
	base_quota q = {0};
	vv_finding f = base_finding(c, s);

	if (!base_rose(x->was.missing, x->was.rows, x->is.missing, x->is.rows, max->value)) {
		return VV_OK;
	}
	f.column = field_is(v, x)->name;
	put_rise(&c->message, &x->was, &x->is);
	vv_buf_puts(&c->expected, "an increase of at most ");
	base_put_percent(&c->expected, max->value);
	return base_give(c, &q, &f, err);
}

/* Where columns are not named: is it one of categories? */
static bool is_categories(const vv_distribution *d)
{
	return !d->over && d->count > 0 && d->count <= FEW_VALUES &&
	       d->count * FEW_TIMES <= d->rows - d->missing;
}

static void put_measure(base_check *c, uint64_t value, const vv_bound *max)
{
	vv_buf_puts(&c->message, "the values are distributed differently from the base: PSI ");
	base_put_number(&c->message, value);
	vv_buf_puts(&c->expected, "at most ");
	base_put_number(&c->expected, max->value);
}

static vv_status check_drift(values *v, const vv_rule_setting *s, column_values *x, vv_error *err)
{
	base_check *c = v->c;
	const vv_bound *max = s->max.given ? &s->max : &psi_default;
	vv_drift_bins bins;
	base_quota q = {0};
	vv_finding f = base_finding(c, s);
	vv_status rc;

	if (!s->columns && x->kind == VV_DIST_TEXTS && !is_categories(&x->was)) return VV_OK;
	if (x->was.over || x->is.over) return give_over(v, s, x, err);
	vv_distribution_level(&x->was, &x->is);
	if ((rc = vv_drift_bin(&bins, &x->was, &x->is, err)) < 0) return rc;
	uint64_t value = vv_drift_psi(&bins);
	if (value <= max->value) return VV_OK;
	f.column = field_is(v, x)->name;
	put_measure(c, value, max);
	return base_give(c, &q, &f, err);
}

/* The values that the base does not have, and where each is first. */
typedef struct news {
	values *v;
	const vv_rule_setting *setting;
	const column_values *x;
	bool *told; /* of x->is.values */
	base_quota quota;
	size_t *key, key_count;
	uint64_t found;
} news;

static bool is_less(const vv_dist_value *v, const vv_cell *cell)
{
	size_t n = v->len < cell->len ? v->len : cell->len;
	int order = n ? memcmp(v->text, cell->text, n) : 0;

	return order < 0 || (order == 0 && v->len < cell->len);
}

static size_t place_of(const vv_distribution *d, const vv_cell *cell)
{
	return vv_first_place(i, d->count, is_less(&d->values[i], cell));
}

static vv_status give_new(news *w, const vv_batch *b, size_t row, size_t place, vv_error *err)
{
	base_check *c = w->v->c;
	const vv_cell *cells = &b->cells[row * b->columns];
	const vv_dist_value *value = &w->x->is.values[place];
	vv_finding f = base_finding(c, w->setting);

	base_set_key(c, &f, c->t, w->key, w->key_count, cells);
	f.row = b->first_row + row + 1;
	f.column = field_is(w->v, w->x)->name;
	f.value = value->text;
	f.value_len = value->len;
	vv_buf_puts(&c->message, "is new in this column");
	if (value->count > 1) {
		vv_buf_printf(&c->message, " (in %s)", vv_text_counted(value->count, "row", NULL));
	}
	vv_buf_printf(&c->expected, "one of the base's %s values", vv_text_count(w->x->was.count));
	return base_give(c, &w->quota, &f, err);
}

static vv_status news_group(void *payload, vv_batch *b, vv_error *err)
{
	news *w = payload;
	const vv_field *f = field_is(w->v, w->x);
	vv_status rc;

	for (size_t i = 0; i < b->rows; i++) {
		const vv_cell *cell = &b->cells[i * b->columns + (size_t)w->x->b];

		if (vv_field_missing(f, cell)) {
			continue;
		}
		size_t at = place_of(&w->x->is, cell);
		if (at < w->x->is.count && !w->told[at]) {
			w->told[at] = true;
			if ((rc = give_new(w, b, i, at, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

/* Reads rows again only when there is something to report. */
static vv_status tell_news(news *w, vv_error *err)
{
	base_check *c = w->v->c;
	vv_auto_free size_t *wanted = vv_calloc(c->t->root.key_count + 2, sizeof(*wanted));
	vv_status rc;

	if (!wanted) return vv_fail_nomem(err);
	w->key = wanted + 1;
	w->key_count = base_key_places(c->t, w->key, c->t->root.key_count);
	wanted[0] = (size_t)w->x->b;
	rc = base_each_new_group(c, !is_same_column(w->v, w->x), wanted, w->key_count + 1,
				 news_group, w, err);
	return rc < 0 ? rc : base_told(c, &w->quota, err);
}

static vv_status check_news(values *v, const vv_rule_setting *s, const column_values *x,
			    vv_error *err)
{
	news w = {.v = v, .setting = s, .x = x};
	vv_status rc = VV_OK;

	if (!s->columns && !is_categories(&x->was)) return VV_OK;
	if (x->was.over || x->is.over) return give_over(v, s, x, err);
	if (!(w.told = vv_calloc(x->is.count + 1, sizeof(*w.told)))) return vv_fail_nomem(err);
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

/* Reports a column that the setting names and the table lacks (dates: or that has none): otherwise the rule would silently
 * check nothing. */
static vv_status check_named(base_check *c, const vv_rule_setting *s, bool dates, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; s->columns && s->columns[i]; i++) {
		const char *name = s->columns[i];
		const long at = vv_schema_find(&c->t->schema, name, strlen(name));
		const vv_field *f = at < 0 ? NULL : &c->t->schema.fields[at];
		base_quota q = {0};
		vv_finding g = base_finding(c, s);

		if (dates ? f && is_time(f)
			  : f || vv_schema_find(&c->base->schema, name, strlen(name)) >= 0) {
			continue;
		}
		base_unread(&g, NULL);
		g.column = name;
		if (f) {
			vv_buf_printf(&c->message, "its type is %s, which has no dates",
				      vv_type_name(f->type));
		} else {
			vv_buf_puts(&c->message, "no such column");
		}
		vv_buf_puts(&c->expected, dates ? "a column of dates" : "a column of the table");
		if ((rc = base_give(c, &q, &g, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status check_distributions(values *v, const char *code, vv_error *err)
{
	base_check *c = v->c;
	vv_status rc = VV_OK;

	for (const vv_rule_setting *s = base_setting(c, code, NULL); s && rc == VV_OK;
	     s = base_setting(c, code, s)) {
		rc = check_named(c, s, false, err);
		for (size_t i = 0; i < c->columns.count && rc == VV_OK; i++) {
			const vv_column_pair *p = &c->columns.pairs[i];
			column_values *x;

			if (!looks_at(c, s, p) ||
			    !(x = find_values(v, p->b, dist_kind_for(c, code, p)))) {
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
	const vv_field *field = field_is(v, x);
	base_quota q = {0};
	vv_finding f = base_finding(c, s);
	vv_instant i;

	f.column = field->name;
	if (x->is.over) return give_over(v, s, x, err);
	if (x->is.count == 0) {
		vv_buf_puts(&c->message, "has no dates");
	} else {
		i = newest(field, &x->is);
		int64_t at = vv_instant_seconds(&i);
		if (c->o->now <= at || (uint64_t)(c->o->now - at) <= s->max_age) return VV_OK;
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

static vv_status check_freshness(values *v, vv_error *err)
{
	base_check *c = v->c;
	vv_status rc = VV_OK;

	for (const vv_rule_setting *s = base_setting(c, "freshness", NULL); s && rc == VV_OK;
	     s = base_setting(c, "freshness", s)) {
		rc = check_named(c, s, true, err);
		for (size_t b = 0; s->columns && b < c->t->columns && rc == VV_OK; b++) {
			const vv_field *f = &c->t->schema.fields[b];
			const column_values *x = find_values(v, (long)b, VV_DIST_TIMES);

			if (x && is_time(f) && vv_rule_setting_has(s, f->name, f->name_len)) {
				rc = check_age(v, s, x, err);
			}
		}
	}
	return rc;
}

static void values_clear(values *v)
{
	for (size_t i = 0; i < v->count; i++) {
		vv_distribution_clear(&v->items[i].was);
		vv_distribution_clear(&v->items[i].is);
	}
	vv_free(v->items);
}

VV_AUTO_CLEAR(values, values_clear)

vv_status base_check_values(base_check *c, vv_error *err)
{
	vv_auto(values) v = {.c = c};
	vv_status rc = want_all(&v, err);

	if (rc < 0) return rc;
	vv_auto_free bool *take = vv_calloc(v.count + 1, sizeof(*take));
	if (!take) return vv_fail_nomem(err);
	if (v.count > 0 && ((c->base && (rc = have_base(&v, take, err)) < 0) ||
			    (rc = have_new(&v, take, err)) < 0)) {
		return rc;
	}
	for (size_t k = 0;
	     c->base && k < sizeof(value_rules) / sizeof(value_rules[0]) && rc == VV_OK; k++) {
		rc = check_distributions(&v, value_rules[k], err);
	}
	return rc < 0 ? rc : check_freshness(&v, err);
}
