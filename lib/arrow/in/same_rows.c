/*
 * same_rows: compares groups ahead, and stops when it does not pay.
 *
 * Results are valid for one distance between rows of the version and incoming rows. An added or removed row changes
 * the distance, and comparison begins again with one group, then growing portions.
 */
#include "lib/arrow/in/same_rows.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/thread.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "dataset/table/table.h"
#include "lib/arrow/in/column.h"
#include "lib/arrow/in/incoming.h"

/* ---- same_group: finds the rows of a group that equal incoming ones, column by column, without making cells if the group
 * has numbers or shared values.
 *
 * Never reports a row as equal that column_same (column.h) does not ---- */

#define DAY INT64_C(86400)
#define SHARED_MAX 255u

/* A column of the group, and the rows of both sides that are compared. */
typedef struct pair {
	uint8_t *marks;
	const rewrite_column *c;
	vv_batch *batch;
	vv_group_run run;
	size_t from, upto, at;
	vv_buf *scratch;
} pair;

/* ---- numbers ---- */

/* Units of the run in one of the incoming type; 0: not an integer. */
static int64_t factor_of(const pair *p)
{
	const int64_t per = p->c->in->per_second, units = (int64_t)spell_power[p->run.scale];

	if (p->run.form == VV_RUN_DAYS) return DAY * per;
	return per % units == 0 ? per / units : 0;
}

/* Can the incoming type represent the run's numbers unchanged? */
static bool takes_numbers(const pair *p)
{
	const vv_group_run *r = &p->run;
	int64_t factor, most;

	switch (p->c->in->kind) {
	case INCOMING_INT:
		return r->form == VV_RUN_INTEGERS;
	case INCOMING_FLOAT:
		return p->c->in->width == 8 &&
		       (r->form == VV_RUN_INTEGERS || r->form == VV_RUN_DECIMALS);
	case INCOMING_DATE:
		return r->form == VV_RUN_DAYS;
	case INCOMING_MOMENT:
		if (r->form != VV_RUN_DAYS && r->form != VV_RUN_MOMENTS) return false;
		factor = factor_of(p);
		return factor > 0 && !__builtin_mul_overflow(r->least, factor, &most) &&
		       !__builtin_mul_overflow(r->most, factor, &most);
	default:
		return false;
	}
}

static void set_number(incoming_value *v, const pair *p, int64_t number)
{
	v->kind = p->c->in->kind;
	v->i = v->kind == INCOMING_MOMENT ? number * factor_of(p) : number;
	v->d = vv_value_nearest(number, p->run.scale);
}

/* Is one of the run's numbers read as such? So are all, which are spelled alike. And is an empty one missing? 1, 0, <0. */
static int try_one(const pair *p, vv_error *err)
{
	const uint8_t *empty = p->run.empty;
	const vv_cell nothing = {.text = "", .state = VV_CELL_TEXT};
	size_t row = p->from;
	incoming_value was, now = {.kind = INCOMING_NULL};
	vv_cell cell;
	vv_status rc;

	if (empty && (p->c->json || !vv_field_missing(p->c->field, &nothing))) return 0;
	while (row < p->upto && empty && empty[row]) {
		row++;
	}
	if (row == p->upto) return 1;
	if ((rc = vv_batch_cell(p->batch, row, p->c->place, &cell, err)) < 0) return (int)rc;
	column_read_old(&was, p->c, &cell, p->scratch);
	set_number(&now, p, p->run.numbers[row]);
	return !p->scratch->failed && column_same_value(&now, &was);
}

static vv_status compare_numbers(const pair *p, vv_error *err)
{
	const vv_group_run *r = &p->run;
	incoming_value was = {.kind = INCOMING_NULL}, now;
	vv_status rc = VV_OK;

	for (size_t i = p->from; i < p->upto && rc == VV_OK; i++) {
		rc = incoming_get(&now, p->c->in, p->at + i - p->from, err);
		if (r->empty && r->empty[i]) {
			was.kind = INCOMING_NULL;
		} else {
			set_number(&was, p, r->numbers[i]);
		}
		p->marks[i] &= column_same_value(&now, &was);
	}
	return rc;
}

/* ---- cells ---- */

/* Do read values stay valid while others are read? */
static bool can_be_kept(const rewrite_column *c)
{
	return c->in->kind != INCOMING_DECIMAL && c->in->kind != INCOMING_JSON;
}

static vv_status compare_shared(const pair *p, vv_error *err)
{
	const vv_group_run *r = &p->run;
	incoming_value was[SHARED_MAX], now;
	vv_status rc = VV_OK;

	for (size_t k = 0; k < r->count; k++) {
		column_read_old(&was[k], p->c, &r->cells[k], p->scratch);
	}
	for (size_t i = p->from; i < p->upto && rc == VV_OK; i++) {
		rc = incoming_get(&now, p->c->in, p->at + i - p->from, err);
		p->marks[i] &= column_same_value(&now, &was[r->index ? r->index[i] : 0]);
	}
	return rc;
}

static vv_status compare_cells(const pair *p, vv_error *err)
{
	const vv_group_run *r = &p->run;
	const bool shared = r->form == VV_RUN_SHARED;
	incoming_value now;
	vv_status rc = VV_OK;

	for (size_t i = p->from; i < p->upto && rc == VV_OK; i++) {
		size_t k = 0;

		if (!shared) {
			k = i * r->stride;
		} else if (r->index) {
			k = r->index[i];
		}

		if (!p->marks[i]) {
			continue;
		}
		rc = incoming_get(&now, p->c->in, p->at + i - p->from, err);
		p->marks[i] = column_same(p->c, &now, &r->cells[k], p->scratch);
	}
	return rc;
}

static vv_status compare_column(pair *p, vv_error *err)
{
	const size_t place = p->c->place;
	vv_status rc = vv_batch_run(&p->run, p->batch, place, vv_field_all_by_few(p->c->field),
				    err);
	int fits;

	if (rc == VV_OK && p->run.numbers) {
		fits = takes_numbers(p) ? try_one(p, err) : 0;
		if (fits != 0) return fits < 0 ? (vv_status)fits : compare_numbers(p, err);
		rc = vv_batch_run(&p->run, p->batch, place, false, err);
	}
	if (rc < 0) return rc;
	return p->run.form == VV_RUN_SHARED && p->run.count <= SHARED_MAX && can_be_kept(p->c)
		       ? compare_shared(p, err)
		       : compare_cells(p, err);
}

/* Clears marks[i] of each row i of [from, upto) of the group, read by vv_table_read_rows, that differs from the incoming row
 * at + i - from in one of the columns. */
static vv_status same_group(uint8_t *marks, const rewrite_column *columns, size_t count,
			    vv_batch *b, size_t from, size_t upto, size_t at, vv_buf *scratch,
			    vv_error *err)
{
	vv_status rc;

	vv_array_each(columns, count, c) {
		pair p = {.marks = marks,
			  .c = c,
			  .batch = b,
			  .from = from,
			  .upto = upto,
			  .at = at,
			  .scratch = scratch};

		if (c->in && (rc = compare_column(&p, err)) < 0) return rc;
	}
	return scratch->failed ? vv_fail_nomem(err) : VV_OK;
}

/* ---- same_rows ---- */

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

/* The rows of the group with an incoming row of the batch beside them. */
static void rows_span(const same_rows *s, const vv_batch *b, size_t *from, size_t *upto, size_t *at)
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

	*g = (compared_group){.first = b->first_row,
			      .rows = b->rows,
			      .marks = p->marks.len,
			      .lines = p->lines.len};
	rows_span(s, b, &from, &upto, &at);
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

static void begin_portion(same_rows *s, uint64_t index, size_t wanted)
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

/* Has it paid so far? Then all that is looked back on begins again. */
static bool has_paid(same_rows *s)
{
	const bool good = s->gained >= s->looked / 4;

	if (s->looked < LOOKED_LEAST) return true;
	if (good) {
		s->pause = 0;
	} else if (s->pause) {
		s->pause = s->pause * 2;
	} else {
		s->pause = PAUSE_LEAST;
	}
	s->looked = s->gained = 0;
	return good;
}

/* The portion at hand, once it is done. 1, <0. */
static int wait_for_portion(same_rows *s, vv_error *err)
{
	portion *p = portion_at(s, s->head);

	vv_pool_wait(s->pool, &p->job);
	if (p->rc < 0) {
		s->head++;
		same_rows_stop(s);
		return vv_error_copy(err, &p->why);
	}
	vv_array_each(p->groups, p->count, group) {
		s->looked += group->rows;
	}
	return 1;
}

static int start_portions(same_rows *s, uint64_t old, size_t row, size_t incoming_rows,
			  vv_error *err)
{
	int rc;

	same_rows_stop(s);
	if (!has_paid(s)) return 0;
	s->head = s->tail = 0;
	s->active = true;
	s->old = old;
	s->row = row;
	s->incoming_rows = incoming_rows;
	begin_portion(s, UINT64_MAX, 1);
	if ((rc = wait_for_portion(s, err)) > 0) {
		s->next = s->portions[0].batch.index + 1;
		s->likely = s->next + (incoming_rows - row) * s->groups / s->table->root.rows;
	}
	return rc;
}

/* The next portion, while those after it are on their way. 1, 0, <0. */
static int advance_portion(same_rows *s, vv_error *err)
{
	portion *p = portion_at(s, s->head);
	const compared_group *last = &p->groups[p->count - 1];
	size_t wanted = p->wanted;

	if (p->count == 0 || !has_paid(s) ||
	    last->first + last->rows - s->old + s->row >= s->incoming_rows) {
		return 0;
	}
	while (s->tail - s->head < s->used && s->next < s->groups &&
	       (s->next < s->likely || s->tail - s->head == 1)) {
		wanted = wanted < PORTION / 2 ? wanted * 2 : PORTION;
		begin_portion(s, s->next, wanted);
		s->next += wanted;
	}
	if (++s->head == s->tail) return 0;
	return wait_for_portion(s, err);
}

int same_rows_at(same_rows *s, same_run *out, uint64_t old, size_t row, size_t incoming_rows,
		 vv_error *err)
{
	int more = 1;

	if (old >= s->table->root.rows) return 0;
	if (!s->active || old - s->old != row - s->row) {
		more = start_portions(s, old, row, incoming_rows, err);
	}
	while (more > 0) {
		portion *p = portion_at(s, s->head);
		const compared_group *g = &p->groups[p->at];
		size_t upto;

		if (p->at == p->count) {
			more = advance_portion(s, err);
			continue;
		}
		if (old >= g->first + g->rows) {
			p->at++;
			continue;
		}
		if (old < g->first) {
			more = start_portions(s, old, row, incoming_rows, err);
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
	vv_status rc;

	*out = s;
	if (!s) return vv_fail_nomem(err);
	*s = (same_rows){.table = t,
			 .columns = columns,
			 .count = count,
			 .used = threads + 2 < PORTIONS_MAX ? threads + 2 : PORTIONS_MAX};
	if ((rc = vv_table_groups(t, &s->groups, err)) < 0) return rc;
	if (!(s->pool = vv_pool_new(threads))) return vv_fail_nomem(err);
	vv_array_each(s->portions, s->used, p) {
		p->of = s;
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
	vv_array_each(s->portions, s->used, p) {
		vv_table_reader_close(p->reader);
		if (p->of) {
			vv_batch_clear(&p->batch);
		}
		vv_array_clear(p->in, p->in ? s->count : 0, it, vv_buf_clear(&it->text));
		vv_free(p->columns);
		vv_buf_clear_all(&p->scratch, &p->marks, &p->lines);
	}
	vv_free(s);
}
