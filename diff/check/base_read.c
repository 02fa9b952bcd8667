/*
 * base_read: knows how whole columns are counted by several threads: each takes a run of rows into
 * distributions of its own, which are added up at the end.
 */
#include "base/sys.h"
#include "diff/check/base_internal.h"

#define JOBS_MAX 16u
#define ROWS_MIN 50000u /* below that a thread costs more than it saves */

typedef struct read_job {
	vv_job job;
	const base_reading *r;
	const size_t *wanted;
	size_t wanted_count;
	uint64_t from, until;   /* rows; both lie where groups begin, or behind the last */
	vv_distribution *parts; /* one for each item */
	vv_error err;
	vv_status rc;
} read_job;

static vv_table *table_of(const base_reading *r)
{
	return r->base_side ? r->v->c->base : r->v->c->t;
}

static vv_distribution *target_of(const base_reading *r, column_values *x)
{
	return r->into_is ? &x->is : &x->was;
}

/* parts NULL: straight into the items. */
static vv_status add_group(const base_reading *r, vv_distribution *parts, const vv_batch *b,
			   vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->v->count && b->rows > 0 && rc == VV_OK; i++) {
		column_values *x = &r->v->items[i];
		size_t at = (size_t)(r->base_side ? x->a : x->b);
		const vv_field *f = r->base_side ? base_field_was(r->v, x) : base_field_is(r->v, x);

		if (r->take[i]) {
			rc = vv_distribution_add(parts ? &parts[i] : target_of(r, x), f,
						 &b->cells[at], b->rows, b->columns, r->times, err);
		}
	}
	return rc;
}

static vv_status read_group(void *payload, vv_batch *b, vv_error *err)
{
	return add_group(payload, NULL, b, err);
}

static vv_status read_rows(read_job *j, vv_error *err)
{
	vv_table_reader *reader = NULL;
	vv_batch b;
	int more = 1;
	vv_status rc;

	vv_batch_init(&b);
	if ((rc = vv_table_reader_open(&reader, table_of(j->r), j->wanted, j->wanted_count, false,
				       err)) == VV_OK) {
		rc = vv_table_seek_row(reader, j->from, err);
	}
	while (rc == VV_OK && (more = vv_table_read(reader, &b, err)) > 0 &&
	       b.first_row < j->until) {
		/* the group that holds `from` belongs to whoever has its first row */
		if (b.first_row >= j->from) {
			rc = add_group(j->r, j->parts, &b, err);
		}
	}
	vv_table_reader_close(reader);
	vv_batch_clear(&b);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static void run_job(vv_job *job, unsigned worker)
{
	read_job *j = (read_job *)(void *)job;

	(void)worker;
	j->rc = read_rows(j, &j->err);
}

static vv_status take_parts(read_job *j, vv_error *err)
{
	const base_reading *r = j->r;
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

static vv_status init_job(read_job *j, const base_reading *r, const size_t *wanted,
			  size_t wanted_count, vv_error *err)
{
	j->r = r;
	j->wanted = wanted;
	j->wanted_count = wanted_count;
	j->job.run = run_job;
	j->parts = vv_calloc(r->v->count + 1, sizeof(*j->parts));
	for (size_t i = 0; j->parts && i < r->v->count; i++) {
		vv_distribution_init(&j->parts[i], r->v->items[i].kind);
	}
	return j->parts ? VV_OK : vv_fail_nomem(err);
}

static void clear_job(read_job *j, const base_reading *r)
{
	for (size_t i = 0; j->parts && i < r->v->count; i++) {
		vv_distribution_clear(&j->parts[i]);
	}
	vv_free(j->parts);
}

static vv_status read_in_threads(const base_reading *r, const size_t *wanted, size_t wanted_count,
				 size_t jobs, vv_error *err)
{
	vv_pool *pool = r->v->c->o->pool;
	uint64_t rows = table_of(r)->root.rows;
	read_job *all = vv_calloc(jobs, sizeof(*all));
	size_t started = 0;
	vv_status rc = all ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; i < jobs && rc == VV_OK; i++) {
		if ((rc = init_job(&all[i], r, wanted, wanted_count, err)) < 0) {
			break;
		}
		all[i].from = rows / jobs * i;
		all[i].until = i + 1 == jobs ? UINT64_MAX : rows / jobs * (i + 1);
		vv_pool_submit(pool, &all[i].job);
		started++;
	}
	for (size_t i = 0; i < started; i++) {
		vv_error more;
		vv_status one;

		vv_pool_wait(pool, &all[i].job);
		one = take_parts(&all[i], &more);
		if (rc == VV_OK && (rc = one) < 0) {
			*err = more;
		}
	}
	for (size_t i = 0; all && i < jobs; i++) {
		clear_job(&all[i], r);
	}
	vv_free(all);
	return rc;
}

vv_status base_read_columns(const base_reading *r, const vv_changed_group *groups, size_t count,
			    vv_error *err)
{
	values *v = r->v;
	size_t *wanted = vv_calloc(v->count + 1, sizeof(*wanted)), n = 0, jobs;
	base_reading mine = *r;
	vv_status rc = VV_OK;

	if (!wanted) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < v->count; i++) {
		if (r->take[i]) {
			wanted[n++] = (size_t)(r->base_side ? v->items[i].a : v->items[i].b);
		}
	}
	jobs = v->c->o->pool ? vv_pool_threads(v->c->o->pool) + 1u : 1;
	jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
	if (n > 0 && !groups && jobs > 1 && table_of(r)->root.rows >= ROWS_MIN) {
		rc = read_in_threads(r, wanted, n, jobs, err);
	} else if (n > 0) {
		rc = base_each_group(v->c, table_of(r), wanted, n, groups, count, read_group, &mine,
				     err);
	}
	vv_free(wanted);
	return rc;
}
