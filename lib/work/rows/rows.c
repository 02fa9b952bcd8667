/*
 * rows: knows which groups and columns rows that hold are found in.
 */
#include "lib/work/rows/rows.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/list.h"
#include "lib/work/rows/where_groups.h"

struct vv_rows {
	vv_table *table;
	vv_rows_options o;
	size_t *columns;
	vv_where_groups *groups; /* with where */
	vv_table_reader *tested; /* gives the tested columns; with where */
	vv_table_reader *reader; /* gives the chosen columns; opened when first needed */
	vv_batch tested_batch, batch;
	uint32_t *held; /* by_group: rows of the batch that hold; room for held_cap */
	size_t held_cap;
	size_t at;     /* the next row of the batch */
	uint64_t skip; /* rows before it are left out */
	uint64_t number;
	bool over;
	vv_status rc; /* of the first failure */
	vv_error why;
};

static vv_status open_reader(vv_rows *r, vv_error *err)
{
	return r->reader ? VV_OK
			 : vv_table_reader_open(&r->reader, r->table, r->columns, r->o.count, false,
						err);
}

static vv_status open_tested(vv_rows *r, vv_error *err)
{
	size_t count;
	const size_t *wanted = vv_where_columns(r->o.where, &count);
	vv_status rc = vv_table_reader_open(&r->tested, r->table, wanted, count, false, err);

	return rc < 0 ? rc : vv_where_groups_open(&r->groups, r->table, r->o.where, r->o.keys, err);
}

static vv_status start(vv_rows *r, uint64_t row, vv_error *err)
{
	vv_status rc;

	r->over = row >= r->table->root.rows;
	r->at = r->batch.rows = 0;
	r->skip = row;
	if (r->over) return VV_OK;
	if (r->o.where) {
		vv_where_groups_close(r->groups);
		vv_table_reader_close(r->tested);
		r->groups = NULL;
		r->tested = NULL;
		return open_tested(r, err);
	}
	rc = open_reader(r, err);
	return rc < 0 ? rc : vv_table_seek_row(r->reader, row, err);
}

vv_status vv_rows_open(vv_rows **out, vv_table *t, const vv_rows_options *opts, vv_error *err)
{
	vv_rows *r = vv_calloc(1, sizeof(*r));
	vv_status rc;

	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	r->table = t;
	r->o = *opts;
	r->number = UINT64_MAX;
	vv_batch_init(&r->batch);
	vv_batch_init(&r->tested_batch);
	if (opts->count > 0 && !(r->columns = vv_calloc(opts->count, sizeof(size_t)))) {
		rc = vv_fail_nomem(err);
	} else {
		if (opts->count > 0) {
			memcpy(r->columns, opts->columns, opts->count * sizeof(size_t));
		}
		rc = start(r, opts->from, err);
	}
	if (rc < 0) {
		vv_rows_close(r);
		return rc;
	}
	*out = r;
	return VV_OK;
}

/* Is the group one of those that are wanted? */
static bool is_wanted(vv_rows *r, const vv_batch *b)
{
	if (b->first_row >= r->o.to) {
		r->over = true;
		return false;
	}
	return b->first_row >= r->o.from || (r->o.within && b->first_row + b->rows > r->o.from);
}

static bool any_holds(const vv_rows *r)
{
	const vv_batch *b = &r->tested_batch;

	for (size_t i = 0; i < b->rows; i++) {
		if (b->first_row + i >= r->skip &&
		    vv_where_holds(r->o.where, b->cells + i * b->columns)) {
			return true;
		}
	}
	return false;
}

/* The next group that can have such a row: tested. 1, 0, <0. */
static int read_tested(vv_rows *r, vv_error *err)
{
	uint64_t group;
	vv_status rc;
	int more = vv_where_groups_next(r->groups, &group, err);

	if (more <= 0) return more;
	if ((rc = vv_table_seek_group(r->tested, group, err)) < 0) return (int)rc;
	return vv_table_read(r->tested, &r->tested_batch, err);
}

static int read_batch(vv_rows *r, vv_error *err)
{
	return r->o.by_group ? vv_table_read_rows(r->reader, &r->batch, err)
			     : vv_table_read(r->reader, &r->batch, err);
}

/* The next group in which a row holds: both batches. 1, 0, <0. */
static int read_where(vv_rows *r, vv_error *err)
{
	vv_status rc;
	int more;

	do {
		if ((more = read_tested(r, err)) <= 0) {
			return more < 0 ? more : (int)vv_where_ok(r->o.where, err);
		}
		if ((rc = vv_progress_part(r->o.progress, "reading rows", r->tested_batch.first_row,
					   r->table->root.rows, err)) < 0) {
			return (int)rc;
		}
	} while (!r->over && (!is_wanted(r, &r->tested_batch) || !any_holds(r)));
	if (r->over) return 0;
	if ((rc = open_reader(r, err)) < 0 ||
	    (rc = vv_table_seek_group(r->reader, r->tested_batch.index, err)) < 0) {
		return (int)rc;
	}
	if ((more = read_batch(r, err)) > 0 && r->batch.rows != r->tested_batch.rows) {
		return (int)vv_fail(err, VV_ECORRUPT,
				    "a row group had different rows when it was read again");
	}
	return more;
}

static int read_next(vv_rows *r, vv_error *err)
{
	vv_status rc;
	int more;

	do {
		if ((more = read_batch(r, err)) <= 0) return more;
		if ((rc = vv_progress_part(r->o.progress, "reading rows", r->batch.first_row,
					   r->table->root.rows, err)) < 0) {
			return (int)rc;
		}
	} while (!is_wanted(r, &r->batch) && !r->over);
	return r->over ? 0 : 1;
}

static bool holds(const vv_rows *r, size_t row)
{
	const vv_batch *b = &r->tested_batch;

	return r->batch.first_row + row >= r->skip &&
	       (!r->o.where || vv_where_holds(r->o.where, b->cells + row * b->columns));
}

/* The next batch, unless it failed or is over. */
static void read_more(vv_rows *r)
{
	int more = r->o.where ? read_where(r, &r->why) : read_next(r, &r->why);

	r->at = 0;
	r->over = more == 0;
	r->rc = more < 0 ? (vv_status)more : VV_OK;
}

static vv_status ending(const vv_rows *r, vv_error *err)
{
	if (r->rc < 0 && err) {
		*err = r->why;
	}
	return r->rc;
}

static vv_status make_room_for_held(vv_rows *r)
{
	uint32_t *more;

	if (r->held_cap < r->batch.rows) {
		if (!(more = vv_realloc_array(r->held, r->batch.rows, sizeof(*more)))) {
			return vv_fail_nomem(&r->why);
		}
		r->held = more;
		r->held_cap = r->batch.rows;
	}
	return VV_OK;
}

int vv_rows_next_group(vv_rows *r, vv_rows_group *out, vv_error *err)
{
	size_t count = 0;

	while (r->rc == VV_OK && !r->over && count == 0) {
		read_more(r);
		if (r->rc < 0 || r->over || (r->rc = make_room_for_held(r)) < 0) {
			break;
		}
		for (size_t i = 0; i < r->batch.rows; i++) {
			r->held[count] = (uint32_t)i;
			count += holds(r, i);
		}
	}
	*out = (vv_rows_group){&r->batch, r->held, count};
	return r->rc == VV_OK ? count > 0 : (int)ending(r, err);
}

int vv_rows_next(vv_rows *r, const vv_cell **cells, vv_error *err)
{
	while (r->rc == VV_OK && !r->over) {
		while (r->at < r->batch.rows && !holds(r, r->at)) {
			r->at++;
		}
		if (r->at < r->batch.rows) {
			r->number = r->batch.first_row + r->at;
			*cells = r->batch.cells + r->at++ * r->batch.columns;
			return 1;
		}
		read_more(r);
	}
	return (int)ending(r, err);
}

static uint64_t share_start(uint64_t rows, uint32_t part, uint32_t parts)
{
	return rows / parts * part + rows % parts * part / parts;
}

vv_status vv_rows_share(vv_rows_options *o, uint64_t rows, uint32_t part, uint32_t parts,
			vv_error *err)
{
	if (part >= parts) {
		return vv_fail(err, VV_EUSAGE, "there is no part %u of %u", (unsigned)part,
			       (unsigned)parts);
	}
	o->from = share_start(rows, part, parts);
	o->to = share_start(rows, part + 1, parts);
	return VV_OK;
}

uint64_t vv_rows_number(const vv_rows *r)
{
	return r->number;
}

/* The first row of the group that has this one. */
static vv_status group_start(uint64_t *first, const vv_table *t, uint64_t row, vv_error *err)
{
	vv_list_reader *list;
	vv_list_item item;
	int more = 0;
	vv_status rc = vv_list_reader_open(&list, VV_LIST_DATA, &t->source, t->root.data.data,
					   t->root.data.len, err);

	if (rc == VV_OK && (rc = vv_list_seek(list, row, err)) == VV_OK) {
		more = vv_list_next(list, &item, err);
		rc = more > 0   ? VV_OK
		     : more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT, "row %llu is in no group",
					  (unsigned long long)row);
	}
	if (rc == VV_OK) {
		*first = item.before;
	}
	vv_list_reader_close(list);
	return rc;
}

vv_status vv_rows_seek(vv_rows *r, uint64_t row, vv_error *err)
{
	uint64_t first = row;
	vv_status rc;

	if (r->rc < 0) return ending(r, err);
	if (row < r->table->root.rows && (r->o.from > 0 || r->o.to < r->table->root.rows) &&
	    (rc = group_start(&first, r->table, row, err)) < 0) {
		return rc;
	}
	if (row >= r->table->root.rows || first < r->o.from || first >= r->o.to) {
		return vv_fail(err, VV_EUSAGE, "row %llu is not among these rows",
			       (unsigned long long)row);
	}
	return start(r, row, err);
}

void vv_rows_close(vv_rows *r)
{
	if (r) {
		vv_table_reader_close(r->reader);
		vv_table_reader_close(r->tested);
		vv_where_groups_close(r->groups);
		vv_batch_clear(&r->batch);
		vv_batch_clear(&r->tested_batch);
		vv_free(r->columns);
		vv_free(r->held);
		vv_free(r);
	}
}
