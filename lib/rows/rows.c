/*
 * rows: reads groups ahead.
 *
 * While the caller has rows of one portion of groups, a thread reads the next one. Portions grow from one group to PORTION, so
 * that a caller of a few rows reads little more than needed, without a thread. If threads are not allowed, portions stay at one
 * group, which fits into the cache best.
 */
#include "lib/rows/rows.h"

#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/thread.h"
#include "lib/rows/found_rows.h"

#define PORTION 4                /* groups of both fit into the cache of a core */
#define PORTION_BYTES (1u << 20) /* about so much of groups, and */
#define PORTION_SEEN 256         /* number of examined rows */

typedef struct portion {
	vv_job job; /* the first member; reads it */
	found_rows *from;
	found_group groups[PORTION];
	size_t count, wanted;
	uint64_t seen; /* rows of the table before what follows */
	vv_status rc;  /* of what follows */
	vv_error why;
	bool last; /* nothing follows */
} portion;

struct vv_rows {
	vv_table *table;
	vv_rows_options o;
	found_rows *from;
	portion portions[2];
	unsigned now;     /* the portion that the caller has; the other one may be on its way: */
	bool ahead;       /* its job is to be waited for */
	vv_pool *pool;    /* of one thread; NULL: not needed so far */
	pid_t pid;        /* that made it */
	size_t group, at; /* the next row: of a group of the portion */
	uint64_t number;
	vv_status rc; /* of the first failure */
	vv_error why;
};

/* ---- portions ---- */

static void read_portion(portion *p)
{
	size_t bytes = 0;
	int more = 1;

	p->count = 0;
	for (size_t seen = 0;
	     more > 0 && p->count < p->wanted && bytes < PORTION_BYTES && seen < PORTION_SEEN;
	     seen++) {
		found_group *g = &p->groups[p->count];

		if ((more = found_rows_next(p->from, g, &p->why)) > 0) {
			p->seen = g->seen;
		}
		if (more > 0 && g->count > 0) {
			bytes += g->batch.parted.block.len + g->batch.long_bytes;
			p->count++;
		}
	}
	p->rc = more < 0 ? (vv_status)more : VV_OK;
	p->last = more <= 0;
}

static void run_portion(vv_job *job, unsigned worker VV_UNUSED)
{
	read_portion((portion *)job);
}

/* Has the portion after p read. */
static void read_after(vv_rows *r, const portion *p)
{
	portion *next = &r->portions[r->now ^ 1];

	if (r->o.alone) {
		next->wanted = 1;
	} else if (p->wanted < PORTION) {
		next->wanted = p->wanted * 2;
	} else {
		next->wanted = PORTION;
	}
	if (!r->pool && !r->o.alone && p->wanted == PORTION && vv_cpu_count() > 1) {
		r->pool = vv_pool_new(1);
		r->pid = getpid();
	}
	if (r->pool) {
		next->job = (vv_job){.run = run_portion};
		vv_pool_submit(r->pool, &next->job);
		r->ahead = true;
	}
}

/* No thread reads any more. */
static void wait_for_reading(vv_rows *r)
{
	if (r->ahead) {
		vv_pool_wait(r->pool, &r->portions[r->now ^ 1].job);
		r->ahead = false;
	}
}

/* The next portion becomes the one at hand; false: nothing follows, or it failed. */
static bool take_portion(vv_rows *r)
{
	portion *p = &r->portions[r->now];

	if (p->last) {
		r->rc = p->rc;
		r->why = p->why;
		return false;
	}
	if (r->ahead) {
		wait_for_reading(r);
	} else {
		read_portion(&r->portions[r->now ^ 1]);
	}
	r->now ^= 1;
	p = &r->portions[r->now];
	r->group = r->at = 0;
	r->rc = vv_progress_part(r->o.progress, "reading rows", p->seen, r->table->root.rows,
				 &r->why);
	if (r->rc == VV_OK && !p->last) {
		read_after(r, p);
	}
	return r->rc == VV_OK;
}

/* ---- the cursor ---- */

static vv_status start_rows(vv_rows *r, uint64_t row, vv_error *err)
{
	wait_for_reading(r);
	vv_array_each(r->portions, 2, it) {
		it->count = 0;
		it->wanted = 1;
		it->last = false;
	}
	r->group = r->at = 0;
	return found_rows_start(r->from, row, err);
}

vv_status vv_rows_open(vv_rows **out, vv_table *t, const vv_rows_options *opts, vv_error *err)
{
	vv_auto(vv_rows) *r = vv_calloc(1, sizeof(*r));

	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	r->table = t;
	r->o = *opts;
	r->number = UINT64_MAX;
	vv_status rc = found_rows_open(&r->from, t, opts, err);
	r->portions[0].from = r->portions[1].from = r->from;
	if (rc < 0 || (rc = start_rows(r, opts->from, err)) < 0) return rc;
	return vv_hand_over(out, &r);
}

/* The group at hand; NULL: there is none any more, or reading failed. */
static found_group *group_at_hand(vv_rows *r)
{
	while (r->rc == VV_OK && r->group >= r->portions[r->now].count) {
		if (!take_portion(r)) return NULL;
	}
	return r->rc == VV_OK ? &r->portions[r->now].groups[r->group] : NULL;
}

static int end_status(const vv_rows *r, vv_error *err)
{
	if (r->rc < 0 && err) {
		*err = r->why;
	}
	return (int)r->rc;
}

int vv_rows_next_group(vv_rows *r, vv_rows_group *out, vv_error *err)
{
	found_group *g = group_at_hand(r);

	if (!g) return end_status(r, err);
	*out = (vv_rows_group){&g->batch, g->rows, g->count};
	r->group++;
	return 1;
}

int vv_rows_next(vv_rows *r, const vv_cell **cells, vv_error *err)
{
	const portion *p = &r->portions[r->now];
	const found_group *g = r->group < p->count ? &p->groups[r->group] : NULL;

	if (!g || r->at == g->count || r->rc < 0) {
		r->group += g != NULL && r->at == g->count;
		r->at = 0;
		if (!(g = group_at_hand(r))) return end_status(r, err);
	}
	uint32_t row = g->rows[r->at++];
	r->number = g->batch.first_row + row;
	*cells = g->batch.cells + row * g->batch.columns;
	return 1;
}

static uint64_t share_start(uint64_t rows, uint32_t part, uint32_t parts)
{
	return rows / parts * part + rows % parts * part / parts;
}

vv_status vv_rows_share(vv_rows_options *o, uint64_t rows, uint32_t part, uint32_t parts,
			vv_error *err)
{
	if (part >= parts) {
		return vv_fail(err, VV_EUSAGE, "part %u of %u does not exist: the first is part 0",
			       (unsigned)part, (unsigned)parts);
	}
	o->from = share_start(rows, part, parts);
	o->to = share_start(rows, part + 1, parts);
	return VV_OK;
}

bool vv_rows_are_all(const vv_rows *r, uint64_t *from)
{
	*from = r->o.from < r->table->root.rows ? r->o.from : r->table->root.rows;
	return !r->o.where && r->o.to >= r->table->root.rows && (r->o.within || r->o.from == 0);
}

const vv_progress *vv_rows_progress(const vv_rows *r)
{
	return r->o.progress;
}

uint64_t vv_rows_number(const vv_rows *r)
{
	return r->number;
}

vv_status vv_rows_seek(vv_rows *r, uint64_t row, vv_error *err)
{
	uint64_t first = row, group;
	vv_status rc;

	if (r->rc < 0) return (vv_status)end_status(r, err);
	if (row < r->table->root.rows && (r->o.from > 0 || r->o.to < r->table->root.rows) &&
	    (rc = found_rows_group_of(&group, &first, r->table, row, err)) < 0) {
		return rc;
	}
	/* within: rows before `from` in its group are left out */
	if (row >= r->table->root.rows || (r->o.within ? row : first) < r->o.from ||
	    first >= r->o.to) {
		return vv_fail(err, VV_EUSAGE, "the selected rows do not include row %llu",
			       (unsigned long long)row + 1);
	}
	return start_rows(r, row, err);
}

bool vv_rows_close(vv_rows *r)
{
	if (!r) return true;
	if (r->pool && r->pid != getpid()) return false;
	wait_for_reading(r);
	vv_pool_free(r->pool);
	found_rows_close(r->from);
	vv_array_each(r->portions, 2, it) {
		vv_array_each(it->groups, PORTION, group) {
			found_group_clear(group);
		}
	}
	vv_free(r);
	return true;
}
