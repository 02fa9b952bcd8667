/*
 * same_rows: how far ahead groups are compared, and when it does not pay.
 *
 * What it knows holds for one distance between rows of the version and rows that come. A row that was added or removed
 * changes the distance, and all begins anew with one group, then portions that grow.
 */
#include "lib/arrow/in/same_rows.h"

#include <string.h>

#include "base/sys.h"
#include "base/thread.h"
#include "lib/arrow/in/same_group.h"

#define PORTION 16u        /* groups */
#define PORTIONS_MAX 18u   /* on their way */
#define LOOKED_LEAST 2048u /* rows that were compared before that is judged */
#define PAUSE_LEAST 4096u

typedef struct compared_group {
	uint64_t first;
	size_t rows, marks, lines, len; /* len 0: its lines were not made */
} compared_group;

typedef struct portion {
	vv_job job; /* the first member */
	const same_rows *of;
	vv_table_reader *reader;
	vv_batch batch;
	rewrite_column *columns;
	incoming_column *in; /* whose text is this portion's own */
	vv_buf scratch, marks, lines;
	compared_group groups[PORTION];
	size_t count, wanted, at; /* at: the group at hand */
	uint64_t index;           /* of the first group; where it begins with a row: UINT64_MAX */
	vv_status rc;
	vv_error why;
} portion;

struct same_rows {
	vv_table *table;
	const rewrite_column *columns;
	size_t count;
	uint64_t groups; /* of the table */
	vv_pool *pool;
	portion portions[PORTIONS_MAX];
	unsigned used, head, tail; /* head: the portion at hand; tail: the next one to begin */
	uint64_t next,
		likely; /* group of the next portion, and about where the rows that come end */
	bool active;
	uint64_t old; /* where it began */
	size_t row, incoming_rows;
	uint64_t looked, gained, pause;
};

/* ---- one portion ---- */

static portion *portion_at(same_rows *s, unsigned i)
{
	return &s->portions[i % s->used];
}

/* The rows of the group that have one that comes beside them, as far as the batch goes. */
static void span(const same_rows *s, const vv_batch *b, size_t *from, size_t *upto, size_t *at)
{
	const uint64_t skip = s->old > b->first_row ? s->old - b->first_row : 0;
	const uint64_t row = s->row + (b->first_row + skip - s->old);
	const uint64_t left = s->incoming_rows > row ? s->incoming_rows - row : 0;

	*from = skip < b->rows ? (size_t)skip : b->rows;
	*upto = left < b->rows - *from ? *from + (size_t)left : b->rows;
	*at = (size_t)row;
}

static vv_status compare_group(portion *p, vv_error *err)
{
	const same_rows *s = p->of;
	vv_batch *b = &p->batch;
	compared_group *g = &p->groups[p->count];
	size_t from, upto, at;

	*g = (compared_group){b->first_row, b->rows, p->marks.len, p->lines.len, 0};
	span(s, b, &from, &upto, &at);
	if (!vv_buf_reserve(&p->marks, b->rows)) return vv_fail_nomem(err);
	uint8_t *marks = (uint8_t *)p->marks.data + p->marks.len;
	p->marks.len += b->rows;
	memset(marks, 0, b->rows);
	memset(marks + from, 1, upto - from);
	vv_status rc = same_group(marks, p->columns, s->count, b, from, upto, at, &p->scratch, err);
	if (rc == VV_OK && !memchr(marks, 0, b->rows)) {
		int made = vv_batch_quick_lines(&p->lines, s->table, b, b->index + 1 == s->groups,
						err);
		rc = made < 0 ? (vv_status)made : vv_buf_ok(&p->lines, err);
		g->len = p->lines.len - g->lines;
	}
	p->count++;
	return rc;
}

static void run_portion(vv_job *job, unsigned worker VV_UNUSED)
{
	portion *p = (portion *)(void *)job;
	int more = 1;

	p->count = p->at = 0;
	vv_buf_reset(&p->marks);
	vv_buf_reset(&p->lines);
	p->rc = p->reader ? VV_OK
			  : vv_table_reader_open(&p->reader, p->of->table, NULL, 0, true, &p->why);
	if (p->rc == VV_OK) {
		p->rc = p->index == UINT64_MAX ? vv_table_seek_row(p->reader, p->of->old, &p->why)
					       : vv_table_seek_group(p->reader, p->index, &p->why);
	}
	while (p->rc == VV_OK && p->count < p->wanted &&
	       (more = vv_table_read_rows(p->reader, &p->batch, &p->why)) > 0) {
		p->rc = compare_group(p, &p->why);
	}
	p->rc = more < 0 ? (vv_status)more : p->rc;
}

static void begin(same_rows *s, uint64_t index, size_t wanted)
{
	portion *p = portion_at(s, s->tail++);

	for (size_t i = 0; i < s->count; i++) {
		if (s->columns[i].in) {
			const vv_buf text = p->in[i].text;

			p->in[i] = *s->columns[i].in;
			p->in[i].text = text;
			p->columns[i].in = &p->in[i];
		}
	}
	p->index = index;
	p->wanted = wanted;
	p->job = (vv_job){.run = run_portion};
	vv_pool_submit(s->pool, &p->job);
}

/* ---- all of them ---- */

void same_rows_stop(same_rows *s)
{
	for (; s && s->active && s->head != s->tail; s->head++) {
		vv_pool_wait(s->pool, &portion_at(s, s->head)->job);
	}
	if (s) {
		s->active = false;
	}
}

/* Has it paid so far? Then all that is looked back on begins anew. */
static bool judge(same_rows *s)
{
	const bool good = s->gained >= s->looked / 4;

	if (s->looked < LOOKED_LEAST) return true;
	s->pause = good ? 0 : s->pause ? s->pause * 2 : PAUSE_LEAST;
	s->looked = s->gained = 0;
	return good;
}

/* The portion at hand, once it is done. 1, <0. */
static int take(same_rows *s, vv_error *err)
{
	portion *p = portion_at(s, s->head);

	vv_pool_wait(s->pool, &p->job);
	if (p->rc < 0) {
		*err = p->why;
		s->head++;
		same_rows_stop(s);
		return (int)p->rc;
	}
	for (size_t i = 0; i < p->count; i++) {
		s->looked += p->groups[i].rows;
	}
	return 1;
}

static int start(same_rows *s, uint64_t old, size_t row, size_t incoming_rows, vv_error *err)
{
	int rc;

	same_rows_stop(s);
	if (!judge(s)) return 0;
	s->head = s->tail = 0;
	s->active = true;
	s->old = old;
	s->row = row;
	s->incoming_rows = incoming_rows;
	begin(s, UINT64_MAX, 1);
	if ((rc = take(s, err)) > 0) {
		s->next = s->portions[0].batch.index + 1;
		s->likely = s->next + (incoming_rows - row) * s->groups / s->table->root.rows;
	}
	return rc;
}

/* The next portion, while those after it are on their way. 1, 0, <0. */
static int advance(same_rows *s, vv_error *err)
{
	portion *p = portion_at(s, s->head);
	const compared_group *last = &p->groups[p->count - 1];
	size_t wanted = p->wanted;

	if (p->count == 0 || !judge(s) ||
	    last->first + last->rows - s->old + s->row >= s->incoming_rows) {
		return 0;
	}
	while (s->tail - s->head < s->used && s->next < s->groups &&
	       (s->next < s->likely || s->tail - s->head == 1)) {
		wanted = wanted < PORTION / 2 ? wanted * 2 : PORTION;
		begin(s, s->next, wanted);
		s->next += wanted;
	}
	if (++s->head == s->tail) return 0;
	return take(s, err);
}

int same_rows_at(same_rows *s, same_run *out, uint64_t old, size_t row, size_t incoming_rows,
		 vv_error *err)
{
	int more = 1;

	if (old >= s->table->root.rows) return 0;
	if (!s->active || old - s->old != row - s->row) {
		more = start(s, old, row, incoming_rows, err);
	}
	while (more > 0) {
		portion *p = portion_at(s, s->head);
		const compared_group *g = &p->groups[p->at];
		size_t upto;

		if (p->at == p->count) {
			more = advance(s, err);
			continue;
		}
		if (old >= g->first + g->rows) {
			p->at++;
			continue;
		}
		if (old < g->first) {
			more = start(s, old, row, incoming_rows, err);
			continue;
		}
		size_t from = upto = (size_t)(old - g->first);
		while (upto < g->rows && p->marks.data[g->marks + upto]) {
			upto++;
		}
		out->rows = upto - from;
		out->len = from == 0 && upto == g->rows ? g->len : 0;
		out->lines = out->len > 0 ? p->lines.data + g->lines : NULL;
		s->gained += out->rows;
		return out->rows > 0;
	}
	same_rows_stop(s);
	return more;
}

uint64_t same_rows_pause(same_rows *s)
{
	return s->active || s->pause == 0 ? 1 : s->pause;
}

/* ---- beginning and end ---- */

vv_status same_rows_open(same_rows **out, vv_table *t, const rewrite_column *columns, size_t count,
			 vv_error *err)
{
	same_rows *s = vv_calloc(1, sizeof(*s));
	const unsigned threads = vv_cpu_count() - 1;
	vv_status rc = s ? vv_table_groups(t, &s->groups, err) : vv_fail_nomem(err);

	*out = s;
	if (rc < 0) return rc;
	s->table = t;
	s->columns = columns;
	s->count = count;
	s->used = threads + 2 < PORTIONS_MAX ? threads + 2 : PORTIONS_MAX;
	if (!(s->pool = vv_pool_new(threads))) return vv_fail_nomem(err);
	for (unsigned i = 0; i < s->used; i++) {
		portion *p = &s->portions[i];

		p->of = s;
		vv_batch_init(&p->batch);
		p->columns = vv_calloc(count + 1, sizeof(*p->columns));
		p->in = vv_calloc(count + 1, sizeof(*p->in));
		if (!p->columns || !p->in) return vv_fail_nomem(err);
		memcpy(p->columns, columns, count * sizeof(*columns));
	}
	return VV_OK;
}

void same_rows_close(same_rows *s)
{
	if (!s) return;
	same_rows_stop(s);
	vv_pool_free(s->pool);
	for (unsigned i = 0; i < s->used; i++) {
		portion *p = &s->portions[i];

		vv_table_reader_close(p->reader);
		if (p->of) {
			vv_batch_clear(&p->batch);
		}
		for (size_t c = 0; p->in && c < s->count; c++) {
			vv_buf_clear(&p->in[c].text);
		}
		vv_free(p->columns);
		vv_free(p->in);
		vv_buf_clear(&p->scratch);
		vv_buf_clear(&p->marks);
		vv_buf_clear(&p->lines);
	}
	vv_free(s);
}
