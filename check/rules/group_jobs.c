/*
 * group_jobs: gives each thread several groups at once, and takes the results in the order of the
 * groups.
 */
#include "check/rules/group_jobs.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/thread.h"
#include "check/rules/cells.h"
#include "check/rules/check.h"
#include "check/rules/keys.h"
#include "dataset/table/table.h"

#define JOB_GROUPS 12u /* of some 32 KB each: long beside the pool's lock, short beside a second */

/* Some groups, looked at by one thread. */
typedef struct check_job {
	vv_job job;
	check_run *r;
	const uint32_t *todo; /* groups */
	size_t count;
	vv_buf counts; /* of the groups in order: varint n (0: none), n x (counter, count) */
	vv_buf more;   /* of r->more */
	uint32_t newlines[JOB_GROUPS];
	check_key_part *keys; /* one for each key */
	vv_status rc;
	vv_error err;
} check_job;

static void put_counts(vv_buf *out, const check_worker *w, size_t counters)
{
	size_t n = 0;

	for (size_t i = 0; i < counters; i++) {
		n += w->counters[i] > 0;
	}
	vv_buf_put_varint(out, n);
	for (size_t i = 0; i < counters && n > 0; i++) {
		if (w->counters[i] > 0) {
			vv_buf_put_varint(out, i);
			vv_buf_put_varint(out, w->counters[i]);
		}
	}
}

static vv_status check_one(check_job *j, unsigned worker, vv_batch *batch, size_t n, vv_error *err)
{
	check_run *r = j->r;
	check_worker *w = &r->workers[worker];
	size_t i = j->todo[n];
	check_group g;
	vv_status rc = check_load(r, w, batch, i, &g, err);

	if (rc < 0) return rc;
	if (r->groups[i].known) {
		rc = check_blank(w, &r->plan, &g, err);
	} else {
		rc = check_group_rows(w, &r->plan, &g, &j->newlines[n], err);
		put_counts(&j->counts, w, r->plan.counter_count);
	}
	for (size_t k = 0; k < r->plan.key_count && rc == VV_OK; k++) {
		if (check_keys_wants(r, k, i)) {
			rc = check_keys_group(r, w, k, i, &g, &j->keys[k], err);
		}
	}
	if (rc == VV_OK && r->more) {
		rc = r->more->look(r->more->payload, worker, i, &j->more, err);
	}
	check_unload(&g);
	return rc;
}

static void run_job(vv_job *job, unsigned worker)
{
	check_job *j = (check_job *)(void *)job;
	vv_auto(vv_batch) batch = {0};

	j->rc = VV_OK;
	for (size_t n = 0; n < j->count && j->rc == VV_OK; n++) {
		j->rc = check_one(j, worker, &batch, n, &j->err);
	}
	if (j->rc == VV_OK) {
		j->rc = vv_buf_ok(j->counts.failed ? &j->counts : &j->more, &j->err);
	}
}

/* Adds a job's results to the run. */
static vv_status take_job(check_job *j, vv_error *err)
{
	check_run *r = j->r;
	const uint8_t *p = (const uint8_t *)j->counts.data, *end = p ? p + j->counts.len : p;
	const uint8_t *m = (const uint8_t *)j->more.data, *ends = m ? m + j->more.len : m;
	vv_status rc = VV_OK;

	if (j->rc < 0) return vv_error_copy(err, &j->err);
	for (size_t n = 0; n < j->count; n++) {
		check_group_info *g = &r->groups[j->todo[n]];
		const uint8_t *from = p;
		uint64_t counts, counter, count;

		if (r->more &&
		    (rc = r->more->take(r->more->payload, j->todo[n], &m, ends, err)) < 0) {
			return rc;
		}
		if (g->known) {
			continue;
		}
		g->newlines = j->newlines[n];
		vv_varint_read(&p, end, &counts);
		for (uint64_t k = 0; k < counts; k++) {
			check_next_count(&p, end, &counter, &count);
		}
		if (counts > 0) {
			if (r->counts.len > UINT32_MAX - j->counts.len) {
				return vv_fail(err, VV_EREFUSED,
					       "too many row groups have findings");
			}
			g->counts = (uint32_t)r->counts.len;
			vv_buf_put(&r->counts, from, (size_t)(p - from));
		}
	}
	for (size_t k = 0; k < r->plan.key_count; k++) {
		if ((rc = check_keys_take(r, k, &j->keys[k], err)) < 0) {
			break;
		}
	}
	return rc < 0 ? rc : vv_buf_ok(&r->counts, err);
}

static vv_status new_jobs(check_run *r, check_job **out, size_t count, vv_error *err)
{
	check_job *jobs = vv_calloc(count, sizeof(*jobs));

	*out = jobs;
	for (size_t i = 0; jobs && i < count; i++) {
		jobs[i].r = r;
		jobs[i].job.run = run_job;
		jobs[i].keys = vv_calloc(r->plan.key_count + 1, sizeof(*jobs[i].keys));
		if (!jobs[i].keys) return vv_fail_nomem(err);
	}
	return jobs ? VV_OK : vv_fail_nomem(err);
}

static void free_jobs(check_run *r, check_job *jobs, size_t count)
{
	for (size_t i = 0; jobs && i < count; i++) {
		vv_array_clear(jobs[i].keys, jobs[i].keys ? r->plan.key_count : 0, key,
			       vv_buf_clear_all(&key->entries, &key->spans));
		vv_buf_clear_all(&jobs[i].counts, &jobs[i].more);
	}
	vv_free(jobs);
}

static void start_job(check_run *r, check_job *j, const uint32_t *todo, size_t count)
{
	j->todo = todo;
	j->count = count;
	vv_buf_reset(&j->counts);
	vv_buf_reset(&j->more);
	for (size_t k = 0; k < r->plan.key_count; k++) {
		vv_buf_reset(&j->keys[k].entries);
		vv_buf_reset(&j->keys[k].spans);
	}
	if (r->o->pool) {
		vv_pool_submit(r->o->pool, &j->job);
	} else {
		run_job(&j->job, 0);
	}
}

static vv_status run_jobs(check_run *r, const uint32_t *todo, size_t count, vv_error *err)
{
	size_t ring = r->o->pool ? 3 * r->worker_count : 1, started = 0, taken = 0;
	size_t total = (count + JOB_GROUPS - 1) / JOB_GROUPS;
	check_job *jobs = NULL;
	vv_status rc = new_jobs(r, &jobs, ring, err);

	while (rc == VV_OK && taken < total) {
		for (; started < total && started - taken < ring; started++) {
			size_t from = started * JOB_GROUPS;

			start_job(r, &jobs[started % ring], todo + from,
				  count - from < JOB_GROUPS ? count - from : JOB_GROUPS);
		}
		if (r->o->pool) {
			vv_pool_wait(r->o->pool, &jobs[taken % ring].job);
		}
		if ((rc = take_job(&jobs[taken++ % ring], err)) == VV_OK) {
			rc = vv_progress_part(r->o->progress, "checking", taken * JOB_GROUPS,
					      total * JOB_GROUPS, err);
		}
	}
	for (; taken < started; taken++) {
		if (r->o->pool) {
			vv_pool_wait(r->o->pool, &jobs[taken % ring].job);
		}
	}
	free_jobs(r, jobs, ring);
	return rc;
}

vv_status check_read_groups(check_run *r, vv_error *err)
{
	vv_auto_free uint32_t *todo = vv_calloc(r->group_count + 1, sizeof(*todo));
	size_t count = 0;

	if (!todo) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->group_count; i++) {
		bool wanted = !r->groups[i].known ||
			      (r->more && r->more->wants(r->more->payload, i));

		for (size_t k = 0; k < r->plan.key_count && !wanted; k++) {
			wanted = check_keys_wants(r, k, i);
		}
		if (wanted) {
			todo[count++] = (uint32_t)i;
		}
	}
	r->groups_read = count;
	return run_jobs(r, todo, count, err);
}
