/*
 * same_group: which numbers of a group are values of the type that comes.
 */
#include "lib/arrow/in/same_group.h"

#include <string.h>

#include "dataset/format/spelling.h"
#include "dataset/schema/type.h"
#include "lib/arrow/in/incoming.h"

#define DAY INT64_C(86400)
#define SHARED_MAX 255u
#define EXACT ((int64_t)1 << 53) /* integers up to it are doubles */

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

/* Units of the run in one of the incoming type; 0: it has not so many. */
static int64_t factor_of(const pair *p)
{
	const int64_t per = p->c->in->per_second, units = (int64_t)spell_power[p->run.scale];

	return p->run.form == VV_RUN_DAYS ? DAY * per : per % units == 0 ? per / units : 0;
}

/* Can the type that comes have the run's numbers as they are? */
static bool takes_numbers(const pair *p)
{
	const vv_group_run *r = &p->run;
	int64_t factor, most;

	switch (p->c->in->kind) {
	case INCOMING_INT:
		return r->form == VV_RUN_INTEGERS;
	case INCOMING_FLOAT:
		return p->c->in->width == 8 && r->least >= -EXACT && r->most <= EXACT &&
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
	v->d = (double)number / (double)spell_power[p->run.scale];
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
	return !p->scratch->failed && column_same_value(p->c, &now, &was);
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
		p->marks[i] &= column_same_value(p->c, &now, &was);
	}
	return rc;
}

/* ---- cells ---- */

/* Do values as they were read stay good while others are read? */
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
		p->marks[i] &= column_same_value(p->c, &now, &was[r->index ? r->index[i] : 0]);
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
		const size_t k = !shared ? i * r->stride : r->index ? r->index[i] : 0;

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

vv_status same_group(uint8_t *marks, const rewrite_column *columns, size_t count, vv_batch *b,
		     size_t from, size_t upto, size_t at, vv_buf *scratch, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		pair p = {.marks = marks,
			  .c = &columns[i],
			  .batch = b,
			  .from = from,
			  .upto = upto,
			  .at = at,
			  .scratch = scratch};

		if (columns[i].in) {
			rc = compare_column(&p, err);
		}
	}
	return rc == VV_OK && scratch->failed ? vv_fail_nomem(err) : rc;
}
