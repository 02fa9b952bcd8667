/*
 * maker: when an array has rows enough, and which rows of a group go into it.
 */
#include "lib/arrow/maker.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "lib/rows/named_columns.h"

#define BATCH_TEXT                                                                                 \
	((size_t)64 << 20) /* bytes of a column of text that end a batch: offsets have 32 bits */

struct vv_arrow_maker {
	vv_table *table;
	vv_rows *rows;
	vv_arrow_options o;
	vv_rows_group group;
	size_t at; /* the next of its rows */
	/* the o.count columns of the table, then the numbers of rows and the texts of misfits, if requested */
	vv_arrow_column *columns;
	size_t count;
	vv_arrow_spare *spare; /* of the arrays of the table's columns */
	char *row_number;      /* NULL: none */
	size_t usual_rows;     /* of an array, where it can be known */
	uint64_t done;
	vv_arrow_misfits misfits;
	bool ended;
};

/* ---- arrays ---- */

static vv_status give_batch(vv_arrow_maker *b, struct ArrowArray *out, size_t rows, vv_error *err)
{
	vv_status rc = b->misfits.keep ? vv_arrow_column_put_misfits(&b->columns[b->count - 1],
								     &b->misfits, rows, err)
				       : VV_OK;
	bool ok = rc == VV_OK && vv_arrow_array(out, rows, 0, 1, b->count);

	for (size_t i = 0; ok && i < b->count; i++) {
		ok = vv_arrow_column_end(out->children[i], &b->columns[i], rows);
	}
	if (!ok && out->release) {
		out->release(out);
	}
	return ok || rc < 0 ? rc : vv_fail_nomem(err);
}

static vv_status begin_batch(vv_arrow_maker *b, vv_error *err)
{
	vv_status rc;

	vv_array_each(b->columns, b->count, it) {
		if ((rc = vv_arrow_column_begin(it, b->usual_rows, err)) < 0) return rc;
	}
	return VV_OK;
}

static bool is_full(const vv_arrow_maker *b, size_t rows)
{
	return rows >= b->o.batch_rows ||
	       vv_array_find(b->columns, b->o.count, column,
			     column->text.len + column->texts.text.len >= BATCH_TEXT);
}

/* Makes sure that there is a row of the group. 1, 0, <0. */
static int take_group(vv_arrow_maker *b, vv_error *err)
{
	vv_status rc = VV_OK;
	int more;

	if (b->o.limit == 0) return 0;
	while (b->at == b->group.count) {
		if ((more = vv_rows_next_group(b->rows, &b->group, err)) <= 0) {
			b->at = b->group.count = 0;
			return more;
		}
		b->at = b->o.skip < b->group.count ? (size_t)b->o.skip : b->group.count;
		b->o.skip -= b->at;
		for (size_t i = 0; i < b->o.count && b->at < b->group.count && rc == VV_OK; i++) {
			rc = vv_arrow_column_take(&b->columns[i], b->group.batch, err);
		}
		if (rc < 0) return (int)rc;
	}
	return 1;
}

static vv_status put_numbers(vv_arrow_maker *b, const uint32_t *rows, size_t count, vv_error *err)
{
	vv_arrow_memory *numbers = &b->columns[b->o.count].values;
	uint64_t *to;

	if (!vv_arrow_room(numbers, count * sizeof(*to))) return vv_fail_nomem(err);
	to = (uint64_t *)(void *)(numbers->bytes + numbers->len);
	for (size_t i = 0; i < count; i++) {
		to[i] = b->group.batch->first_row + rows[i];
	}
	numbers->len += count * sizeof(*to);
	return VV_OK;
}

static size_t least_size(size_t a, uint64_t b)
{
	return a < b ? a : (size_t)b;
}

/* Some rows of the group; *have: rows of the batch. */
static vv_status put_rows(vv_arrow_maker *b, size_t *have, vv_error *err)
{
	const vv_batch *batch = b->group.batch;
	const uint32_t *rows = b->group.rows + b->at;
	size_t count = least_size(b->group.count - b->at, batch->has_long ? 1 : VV_ARROW_STEP);
	vv_status rc = VV_OK;

	count = least_size(least_size(count, b->o.batch_rows - *have), b->o.limit);
	for (size_t i = 0; i < b->o.count && rc == VV_OK; i++) {
		rc = vv_arrow_column_put(&b->columns[i], rows, count, *have, batch->first_row,
					 &b->misfits, err);
	}
	if (rc == VV_OK && b->row_number) {
		rc = put_numbers(b, rows, count, err);
	}
	if (rc == VV_OK && b->misfits.count > 0 && b->o.misfit == VARVE_MISFIT_ERROR) {
		b->misfits.count = 1; /* no more than the first one was looked for */
		rc = vv_error_copy(err, &b->misfits.why);
	}
	*have += count;
	b->at += count;
	b->o.limit -= count;
	return rc;
}

vv_status vv_arrow_maker_next(vv_arrow_maker *b, struct ArrowArray *out, vv_error *err)
{
	size_t rows = 0;
	int more = 1;

	memset(out, 0, sizeof(*out));
	if (b->ended) return VV_OK;
	vv_status rc = begin_batch(b, err);
	while (rc == VV_OK && !is_full(b, rows) && (more = take_group(b, err)) > 0) {
		rc = put_rows(b, &rows, err);
	}
	if (more < 0) return (vv_status)more;
	if (rc < 0) return rc;
	b->done += rows;
	b->ended = more == 0;
	return rows > 0 ? give_batch(b, out, rows, err) : VV_OK;
}

/* ---- the schema ---- */

bool vv_arrow_maker_schema(const vv_arrow_maker *b, struct ArrowSchema *out)
{
	const vv_bytes *schema = &b->table->root.schema;
	bool ok = vv_arrow_schema(out, "+s", "", false, b->count);

	for (size_t i = 0; ok && i < b->count; i++) {
		ok = vv_arrow_column_schema(out->children[i], &b->columns[i]);
	}
	ok = ok && vv_arrow_schema_note(out, "varve:schema", schema->data, schema->len);
	if (!ok && out->release) {
		out->release(out);
	}
	return ok;
}

/* ---- opening ---- */

/* Uses dictionaries for the named columns among the chosen ones. */
static vv_status use_dictionaries(vv_arrow_maker *b, vv_error *err)
{
	vv_auto_free size_t *places = NULL;
	size_t count = 0;

	if (!b->o.dictionary || b->o.dictionary->count == 0) return VV_OK;
	vv_status rc = vv_view_columns(b->table, b->o.dictionary, "dictionary", &places, &count,
				       err);
	for (size_t k = 0; k < count && rc == VV_OK; k++) {
		for (size_t i = 0; i < b->o.count && rc == VV_OK; i++) {
			if (b->columns[i].place == places[k] && !b->columns[i].has_dictionary) {
				rc = vv_arrow_column_use_dictionary(&b->columns[i], err);
			}
		}
	}
	return rc;
}

static vv_status open_columns(vv_arrow_maker *b, const vv_arrow_maker *like, vv_error *err)
{
	vv_arrow_options *o = &b->o;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < o->count && rc == VV_OK; i++) {
		vv_arrow_column *c = &b->columns[i];
		const bool dictionary = like && like->columns[i].has_dictionary;

		o->how.like = like ? &like->columns[i] : NULL;
		rc = vv_arrow_column_init(c, b->table, o->columns[i], &o->how, err);
		c->valid.spare = c->values.spare = c->text.spare = b->spare;
		if (rc == VV_OK && (dictionary || (o->dictionaries && c->form == VV_ARROW_TEXT))) {
			rc = vv_arrow_column_use_dictionary(c, err);
		}
	}
	return rc < 0 || o->dictionaries || like ? rc : use_dictionaries(b, err);
}

static vv_status open_maker(vv_arrow_maker *b, const vv_arrow_maker *like, vv_error *err)
{
	vv_arrow_options *o = &b->o;

	if (o->misfit < VARVE_MISFIT_ERROR || o->misfit > VARVE_MISFIT_TEXT) {
		return vv_fail(err, VV_ENOSUPPORT, "unknown treatment of misfits %d",
			       (int)o->misfit);
	}
	b->misfits.keep = o->misfit == VARVE_MISFIT_TEXT;
	b->usual_rows = least_size((size_t)o->batch_rows, o->rows);
	if (!(b->spare = vv_arrow_spare_new()) ||
	    !(b->columns = vv_calloc(o->count + 2, sizeof(*b->columns))) ||
	    (o->row_number && !(b->row_number = vv_strdup(o->row_number)))) {
		return vv_fail_nomem(err);
	}
	b->count = o->count;
	if (b->row_number) {
		vv_arrow_column_init_own(&b->columns[b->count++], b->row_number, VV_ARROW_INT,
					 true);
	}
	if (b->misfits.keep) {
		vv_arrow_column_init_own(&b->columns[b->count++], "_misfits", VV_ARROW_TEXT, false);
	}
	return open_columns(b, like, err);
}

vv_status vv_arrow_maker_open(vv_arrow_maker **out, vv_table *t, vv_rows *rows,
			      const vv_arrow_options *opts, const vv_arrow_maker *like,
			      vv_error *err)
{
	vv_auto(vv_arrow_maker) *b = vv_calloc(1, sizeof(*b));
	vv_status rc;

	*out = NULL;
	if (!b) return vv_fail_nomem(err);
	*b = (vv_arrow_maker){.table = t, .rows = rows, .o = *opts};
	if ((rc = open_maker(b, like, err)) < 0) return rc;
	return vv_hand_over(out, &b);
}

void vv_arrow_maker_limit(vv_arrow_maker *b, uint64_t limit)
{
	b->o.limit = limit;
	b->at = b->group.count = 0;
	b->ended = false;
	b->done = 0;
	b->misfits.count = 0;
}

uint64_t vv_arrow_maker_rows(const vv_arrow_maker *b)
{
	return b->done;
}

const vv_arrow_misfits *vv_arrow_maker_misfits(const vv_arrow_maker *b)
{
	return &b->misfits;
}

void vv_arrow_maker_close(vv_arrow_maker *b)
{
	if (b) {
		vv_array_clear(b->columns, b->count, it, vv_arrow_column_clear(it));
		vv_arrow_misfits_clear(&b->misfits);
		vv_arrow_spare_close(b->spare);
		vv_free_all(b->row_number, b);
	}
}
