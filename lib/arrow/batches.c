/*
 * batches: how far ahead arrays are made, and of which rows each is.
 *
 * All rows of a table are cut into shares of as many as an array has. Each maker has a cursor of its own, and makes the array of
 * one share after the other. Arrays are given in the order of their rows; errors and misfits come with them.
 */
#include "lib/arrow/batches.h"

#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/thread.h"

#define BATCH_ROWS 65536u
#define SHARES_MAX 9u
#define SHARE_BYTES                                                                                \
	((uint64_t)32 << 20) /* of a share of rows at most, about, if several are to be in memory */

typedef struct share {
	vv_job job; /* the first member */
	vv_rows *rows;
	vv_arrow_maker *maker;
	uint64_t left; /* rows that were not given; where it begins: row */
	uint64_t row;
	uint64_t misfits; /* of the maker's, those that were counted */
	bool seek;
	struct ArrowArray array;
	vv_status rc;
	vv_error why;
} share;

struct vv_arrow_batches {
	vv_arrow_maker *maker; /* of the rows given; with shares only their model */
	share shares[SHARES_MAX];
	unsigned used, head, tail; /* used 0: none; head: the next one to return; tail: to begin */
	uint64_t next, end, each;  /* rows of shares */
	vv_pool *pool;
	pid_t pid; /* that made it */
	const vv_progress *progress;
	uint64_t rows, done;
	vv_arrow_misfits misfits;
};

/* ---- shares ---- */

static share *share_at(vv_arrow_batches *b, unsigned i)
{
	return &b->shares[i % b->used];
}

static void run_share(vv_job *job, unsigned worker VV_UNUSED)
{
	share *s = (share *)(void *)job;

	s->rc = VV_OK;
	if (s->seek && (s->rc = vv_rows_seek(s->rows, s->row, &s->why)) == VV_OK) {
		vv_arrow_maker_limit(s->maker, s->left);
	}
	s->seek = false;
	if (s->rc == VV_OK) {
		s->rc = vv_arrow_maker_next(s->maker, &s->array, &s->why);
	}
}

static void begin_shares(vv_arrow_batches *b)
{
	while (b->tail - b->head < b->used && b->next < b->end) {
		share *s = share_at(b, b->tail++);

		s->row = b->next;
		s->left = b->end - b->next < b->each ? b->end - b->next : b->each;
		s->misfits = 0;
		s->seek = true;
		b->next += s->left;
		s->job = (vv_job){.run = run_share};
		vv_pool_submit(b->pool, &s->job);
	}
}

/* Counts the misfits of an array that is given, or of one in which there was one too many. */
static void count_misfits(vv_arrow_batches *b, share *s)
{
	const vv_arrow_misfits *m = vv_arrow_maker_misfits(s->maker);

	if (b->misfits.count == 0 && m->count > 0) {
		b->misfits.row = m->row;
		b->misfits.column = m->column;
		b->misfits.why = m->why;
	}
	b->misfits.count += m->count - s->misfits;
	s->misfits = m->count;
}

static vv_status next_of_shares(vv_arrow_batches *b, struct ArrowArray *out, vv_error *err)
{
	vv_status rc = vv_progress_part(b->progress, "reading rows",
					b->next < b->end ? b->next : b->rows, b->rows, err);

	if (rc < 0) return rc;
	begin_shares(b);
	if (b->head == b->tail) return VV_OK;
	share *s = share_at(b, b->head);
	vv_pool_wait(b->pool, &s->job);
	if (!s->array.release && s->rc == VV_OK) {
		run_share(&s->job, 0); /* the share's texts needed more than one array */
	}
	count_misfits(b, s);
	if (s->rc < 0) return vv_error_copy(err, &s->why);
	if (!s->array.release || (uint64_t)s->array.length > s->left) {
		return vv_fail(err, VV_ECORRUPT, "row %llu is missing",
			       (unsigned long long)s->row + 1);
	}
	*out = s->array;
	s->array.release = NULL;
	b->done += (uint64_t)out->length;
	s->left -= (uint64_t)out->length;
	b->head += s->left == 0;
	return VV_OK;
}

vv_status vv_arrow_batches_next(vv_arrow_batches *b, struct ArrowArray *out, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	return b->used > 0 ? next_of_shares(b, out, err) : vv_arrow_maker_next(b->maker, out, err);
}

/* ---- what there is ---- */

bool vv_arrow_batches_schema(const vv_arrow_batches *b, struct ArrowSchema *out)
{
	return vv_arrow_maker_schema(b->maker, out);
}

uint64_t vv_arrow_batches_rows(const vv_arrow_batches *b)
{
	return b->used > 0 ? b->done : vv_arrow_maker_rows(b->maker);
}

const vv_arrow_misfits *vv_arrow_batches_misfits(const vv_arrow_batches *b)
{
	return b->used > 0 ? &b->misfits : vv_arrow_maker_misfits(b->maker);
}

/* ---- opening ---- */

/* Are the rows to be cut into shares? Then which. */
static bool wants_shares(vv_arrow_batches *b, const vv_table *t, const vv_rows *rows,
			 const vv_arrow_options *o)
{
	uint64_t from;

	if (vv_cpu_count() < 2 || !vv_rows_are_all(rows, &from)) return false;
	b->each = o->batch_rows;
	b->rows = t->root.rows;
	b->next = o->skip < b->rows - from ? from + o->skip : b->rows;
	b->end = o->limit < b->rows - b->next ? b->next + o->limit : b->rows;
	return (b->end - b->next) / 2 >= b->each && t->root.bytes / b->rows < SHARE_BYTES / b->each;
}

static vv_status open_share(share *s, vv_arrow_batches *b, vv_table *t, const vv_arrow_options *o,
			    vv_error *err)
{
	const vv_rows_options all = {.columns = o->columns,
				     .count = o->count,
				     .to = UINT64_MAX,
				     .within = true,
				     .by_group = true,
				     .alone = true};
	vv_arrow_options how = *o;
	vv_status rc = vv_rows_open(&s->rows, t, &all, err);

	how.skip = 0;
	how.rows = b->each;
	return rc < 0 ? rc : vv_arrow_maker_open(&s->maker, t, s->rows, &how, b->maker, err);
}

static vv_status open_batches(vv_arrow_batches *b, vv_table *t, vv_rows *rows,
			      const vv_arrow_options *o, vv_error *err)
{
	const unsigned cpus = vv_cpu_count();
	vv_status rc = vv_arrow_maker_open(&b->maker, t, rows, o, NULL, err);

	if (rc < 0 || !wants_shares(b, t, rows, o)) return rc;
	b->progress = vv_rows_progress(rows);
	if (!(b->pool = vv_pool_new(cpus - 1))) return vv_fail_nomem(err);
	b->used = cpus < SHARES_MAX ? cpus + 1 : SHARES_MAX;
	vv_array_each(b->shares, b->used, it) {
		if ((rc = open_share(it, b, t, o, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_arrow_batches_open(vv_arrow_batches **out, vv_table *t, vv_rows *rows,
				const vv_arrow_options *opts, vv_error *err)
{
	vv_auto(vv_arrow_batches) *b = vv_calloc(1, sizeof(*b));
	vv_arrow_options o = *opts;
	vv_status rc;

	*out = NULL;
	if (!b) return vv_fail_nomem(err);
	b->pid = getpid();
	o.batch_rows = o.batch_rows ? o.batch_rows : BATCH_ROWS;
	if ((rc = open_batches(b, t, rows, &o, err)) < 0) return rc;
	return vv_hand_over(out, &b);
}

bool vv_arrow_batches_close(vv_arrow_batches *b)
{
	if (!b) return true;
	if (b->pool && b->pid != getpid()) return false;
	for (; b->head != b->tail; b->head++) {
		vv_pool_wait(b->pool, &share_at(b, b->head)->job);
	}
	vv_pool_free(b->pool);
	vv_array_each(b->shares, b->used, s) {
		if (s->array.release) {
			s->array.release(&s->array);
		}
		vv_arrow_maker_close(s->maker);
		vv_rows_close(s->rows);
	}
	vv_arrow_maker_close(b->maker);
	vv_free(b);
	return true;
}
