/*
 * import_order: sizes of samples, and from which one key order pays.
 */
#include "dataset/table/import_state.h"

#include <string.h>

#include "base/array.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/thread.h"
#include "dataset/table/import_options.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"
#include "repo/blocks/coder.h"

#define RUN_FIRST 3u /* groups of a run that are not looked at: a changed cell changes one or two */
#define PAIRS 64u    /* rows that both samples have of a shuffled file */
#define PAIRS_LEAST 16u /* fewer may be chance */
#define NEAR 16u        /* a row that moved by less than that part of the table did not move */
#define LOOKS_MAX 2u
#define SHORT_MAX 256u  /* groups of runs that were too short: rows that change, and did not move */
#define MEASURED_MAX 8u /* groups that are compressed */
#define SAVED_LEAST ((uint64_t)256 << 10)
#define WHOLE 256u /* shares are of this */

typedef struct sampled_row {
	uint64_t hash, row;
} sampled_row;

struct order_choice {
	const vv_import_options *opts;
	const vv_sink *sink;
	uint64_t rows; /* of the version before */
	uint64_t want; /* rows of a sample */
	uint64_t run;  /* groups in a row that the version before does not have */
	uint64_t in_short_runs;
	unsigned looks;
	bool over; /* nothing is looked at any more */
	/* the sample of the file */
	sampled_row *sample;
	size_t count, cap, groups;
	vv_cid measured[MEASURED_MAX];
	uint64_t measured_rows[MEASURED_MAX];
	/* for worker threads: `held` keeps blocks until `direct`, when the order may be chosen */
	vv_sink front;
	vv_mem_sink *held;
	vv_sink held_sink;
	vv_mutex *lock; /* direct */
	bool direct;
	bool pays;
	order_saving saving;
	size_t *columns; /* all of them */
};

static bool has_same_key(const vv_root *parent, const char *const *key)
{
	return vv_find_place(i, parent->key_count,
			     !key[i] || strcmp(parent->key[i], key[i]) != 0) == parent->key_count &&
	       !key[parent->key_count];
}

static bool is_asked(const vv_import_options *o, const vv_sink *sink)
{
	const vv_root *p = o->parent;

	return o->choose_order && o->order == VV_ORDER_KEEP && sink->put && !o->as && !o->known &&
	       !o->groups && p && p->kind == VV_KIND_TABLE && !vv_root_is_sorted(p) &&
	       !p->file_order_declared && p->key_count > 0 && p->key_count <= VV_KEY_COLUMNS_MAX &&
	       (!o->key || (o->key_source == VV_KEY_PACKAGE && has_same_key(p, o->key)));
}

/* The least number whose square is PAIRS times the rows: that many rows of each side share PAIRS on
 * average. */
static uint64_t sample_size(uint64_t rows)
{
	rows = rows > UINT64_MAX / PAIRS ? UINT64_MAX / PAIRS : rows;
	return vv_first_place(n, UINT32_MAX, (uint64_t)n * n < rows * PAIRS);
}

/* ---- held blocks ---- */

static vv_status put_held(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			  const vv_cid *base, vv_error *err)
{
	order_choice *c = payload;
	vv_status rc = VV_OK;

	vv_mutex_lock(c->lock);
	bool direct = c->direct;
	if (!direct) {
		rc = c->held_sink.put(c->held_sink.payload, cid, bytes, len, base, err);
	}
	vv_mutex_unlock(c->lock);
	return direct ? c->sink->put(c->sink->payload, cid, bytes, len, base, err) : rc;
}

static vv_status get_held(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	order_choice *c = payload;

	return c->held_sink.get(c->held_sink.payload, cid, out, err);
}

static vv_status hold_blocks(order_choice *c, vv_error *err)
{
	vv_status rc;

	if (!(c->lock = vv_mutex_new())) return vv_fail_nomem(err);
	if ((rc = vv_mem_sink_over(&c->held, c->sink, c->opts->temp_dir, err)) < 0) return rc;
	vv_mem_sink_use(&c->held_sink, c->held);
	c->front = (vv_sink){.put = put_held,
			     .get = get_held,
			     .payload = c,
			     .passing = c->sink->passing,
			     .hashed = c->sink->hashed};
	return VV_OK;
}

const vv_sink *order_choice_sink(order_choice *c)
{
	return &c->front;
}

vv_status order_choice_settle(order_choice *c, vv_error *err)
{
	if (c->direct) return VV_OK;
	vv_mutex_lock(c->lock);
	c->direct = true;
	vv_mutex_unlock(c->lock);
	return vv_mem_sink_pour(c->held, NULL, c->sink, err);
}

/* ---- an import and its choice ---- */

bool order_choice_is_over(const order_choice *c)
{
	return c->over && !c->pays;
}

vv_status order_choice_open(order_choice **out, const vv_import_options *opts, const vv_sink *sink,
			    vv_error *err)
{
	vv_auto(order_choice) *c = NULL;
	vv_status rc;

	*out = NULL;
	if (!is_asked(opts, sink)) return VV_OK;
	if (!(c = vv_calloc(1, sizeof(*c)))) return vv_fail_nomem(err);
	const uint64_t rows = opts->parent->rows;
	*c = (order_choice){.opts = opts,
			    .sink = sink,
			    .rows = rows,
			    .want = sample_size(rows),
			    .over = rows == 0};
	if ((rc = hold_blocks(c, err)) < 0) return rc;
	return vv_hand_over(out, &c);
}

void order_choice_close(order_choice *c)
{
	if (c) {
		vv_mem_sink_free(c->held);
		vv_mutex_free(c->lock);
		vv_free_all(c->sample, c->columns, c);
	}
}

static void begin_run(order_choice *c)
{
	c->run = 0;
	c->count = c->groups = 0;
}

void order_choice_pass(order_choice *c)
{
	if (c && c->run > 0) {
		c->in_short_runs += c->run;
		c->over = c->over || c->in_short_runs > SHORT_MAX;
		begin_run(c);
	}
}

const order_saving *order_choice_saving(const order_choice *c)
{
	return c && c->pays ? &c->saving : NULL;
}

/* ---- rows in both versions ---- */

/* The place of a row in the sample, where that is far from the one that it had; UINT64_MAX: none. */
static uint64_t moved_to(const order_choice *c, const vv_hash_index *index, uint64_t hash,
			 uint64_t row)
{
	vv_hash_probe p = vv_hash_probe_begin(index, hash);
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		const sampled_row *s = &c->sample[at];
		uint64_t far = s->row > row ? s->row - row : row - s->row;

		if (s->hash == hash) return far > c->rows / NEAR ? s->row : UINT64_MAX;
	}
	return UINT64_MAX;
}

/* Where rows were taken out all others move, too, but stay in their order: so steps from one such row to the next are
 * counted, but where both moved together, and those that lead back. */
typedef struct shared_rows {
	uint64_t looked, moved;
	uint64_t steps, back;
	uint64_t before, after; /* the places of the last one */
} shared_rows;

static void note_moved(shared_rows *s, uint64_t before, uint64_t after)
{
	if (s->moved++ > 0 && after - s->after != before - s->before) {
		s->steps++;
		s->back += after < s->after;
	}
	s->before = before;
	s->after = after;
}

/* Counts shared rows in equally spaced groups of the version before. */
static vv_status count_shared(shared_rows *out, const order_choice *c, import *im,
			      const vv_hash_index *index, vv_error *err)
{
	vv_table t = {.source = *c->sink, .root = *c->opts->parent, .columns = im->columns};
	uint64_t steps = c->want / (c->count / c->groups + 1) + 1, last = UINT64_MAX;
	vv_auto(vv_group_walk) w = vv_group_walk_open(&t, NULL, 0, err);
	const vv_batch *b = &w.batch;

	*out = (shared_rows){0};
	for (uint64_t i = 0; i < steps && w.rc == VV_OK; i++) {
		uint64_t row = c->rows / steps * i + c->rows / steps / 2;

		w.rc = vv_table_seek_row(w.reader, row, err);
		if (!vv_group_walk_next(&w)) return w.rc;
		if (b->first_row == last || b->columns != im->columns) {
			continue;
		}
		last = b->first_row;
		for (size_t k = 0; k < b->rows; k++) {
			uint64_t hash = vv_key_hash(&b->cells[k * b->columns], c->columns,
						    b->columns, 0, NULL);

			uint64_t to = moved_to(c, index, hash, b->first_row + k);

			if (to != UINT64_MAX) {
				note_moved(out, b->first_row + k, to);
			}
		}
		out->looked += b->rows;
	}
	return w.rc;
}

/* Measures with a few groups how many packed bytes rows in file order take. */
static vv_status measure_groups(uint64_t *out, const order_choice *c, vv_error *err)
{
	vv_auto(vv_coder) *coder = vv_coder_new(err);
	vv_auto(vv_buf) block = VV_BUF_INIT;
	uint64_t bytes = 0, rows = 0;
	vv_status rc = coder ? VV_OK : VV_ENOMEM;

	for (size_t i = 0; i < c->groups && i < MEASURED_MAX && rc == VV_OK; i++) {
		vv_packed packed;

		vv_buf_reset(&block);
		if ((rc = c->front.get(c->front.payload, &c->measured[i], &block, err)) == VV_OK &&
		    (rc = vv_coder_whole(coder, block.data, block.len, &packed, err)) == VV_OK) {
			bytes += packed.len;
			rows += c->measured_rows[i];
		}
	}
	*out = rc == VV_OK && rows > 0 ? bytes * c->rows / rows : 0;
	return rc;
}

/* docs/formats/store.md, "Places": of rows in no order each takes the bits of their number. */
static uint64_t bytes_of_places(uint64_t rows)
{
	unsigned bits = 1;

	while (bits < 63 && rows >> bits != 0) {
		bits++;
	}
	return rows / 8 * bits + bits;
}

/* Sets pays and saving. */
static vv_status find_saving(order_choice *c, import *im, vv_error *err)
{
	shared_rows shared = {0};
	vv_auto(vv_hash_index) index = {0};
	uint64_t share, stored = 0;

	vv_status rc = vv_hash_index_reserve(&index, c->count) ? VV_OK : vv_fail_nomem(err);
	for (size_t i = 0; i < c->count && rc == VV_OK; i++) {
		rc = vv_hash_index_add(&index, c->sample[i].hash, i) ? VV_OK : vv_fail_nomem(err);
	}
	if (rc < 0 || (rc = count_shared(&shared, c, im, &index, err)) < 0 ||
	    shared.moved < PAIRS_LEAST || shared.back * 4 < shared.steps || shared.back == 0) {
		return rc;
	}
	/* of the rows, those that the version before has: moved * rows / (looked * count) */
	share = shared.moved * WHOLE * (c->rows / c->count + 1) / shared.looked;
	share = share * (NEAR * NEAR) / ((NEAR - 1) * (NEAR - 1));
	share = share > WHOLE / 4 * 3 ? WHOLE : share; /* chance makes a quarter of that */
	if (share < WHOLE / 2 || (rc = measure_groups(&stored, c, err)) < 0) return rc;
	c->saving.in_file_order = stored;
	c->saving.in_key_order = stored / WHOLE * (WHOLE - share) + bytes_of_places(c->rows);
	c->pays = stored / 2 >= c->saving.in_key_order &&
		  stored - c->saving.in_key_order >= SAVED_LEAST;
	return VV_OK;
}

/* ---- group by group ---- */

static vv_status list_columns(order_choice *c, const import *im, vv_error *err)
{
	if (c->columns) return VV_OK;
	c->columns = vv_calloc(im->columns, sizeof(*c->columns));
	for (size_t i = 0; c->columns && i < im->columns; i++) {
		c->columns[i] = i;
	}
	return c->columns ? VV_OK : vv_fail_nomem(err);
}

static vv_status take_group(order_choice *c, const import *im, const group_job *j, vv_error *err)
{
	if (c->groups < MEASURED_MAX) {
		c->measured[c->groups] = j->cid;
		c->measured_rows[c->groups] = j->row_count;
	}
	c->groups++;
	if (!vv_array_room_for(c->sample, c->count, c->cap, j->row_count)) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < j->row_count; i++) {
		uint64_t hash = vv_key_hash(&j->cells[i * j->stride], c->columns, im->columns, 0,
					    NULL);

		c->sample[c->count++] = (sampled_row){hash, im->rows + i};
	}
	return VV_OK;
}

vv_status order_choice_look(order_choice *c, import *im, const group_job *j, bool known,
			    vv_error *err)
{
	vv_status rc;

	if (known) {
		order_choice_pass(c);
		return VV_OK;
	}
	if (c->over) return order_choice_settle(c, err);
	if (++c->run <= RUN_FIRST) return VV_OK;
	if (j->stride < im->columns || !import_has_labels(im, &im->parent_schema)) {
		c->over = true;
		return order_choice_settle(c, err);
	}
	if ((rc = list_columns(c, im, err)) < 0 || (rc = take_group(c, im, j, err)) < 0 ||
	    c->count < c->want) {
		return rc;
	}
	rc = find_saving(c, im, err); /* unreadable groups do not count */
	if ((rc = vv_error_excuse(rc, rc != VV_ENOMEM, err)) < 0) return rc;
	c->over = c->pays || ++c->looks == LOOKS_MAX;
	begin_run(c);
	if (c->pays) {
		return vv_fail(err, VV_EREFUSED,
			       "%s: only a table in a file can be stored in key order",
			       im->source->name);
	}
	return c->over ? order_choice_settle(c, err) : VV_OK;
}
