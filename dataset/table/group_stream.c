/*
 * group_stream: decides when a proved group needs its bytes after all: if the next bytes begin like
 * a row end, its last row ends elsewhere than when it was proved.
 */
#include "dataset/table/group_stream.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/row_write.h"
#include "dataset/table/table.h"

#define AHEAD 8 /* groups begun before they are requested, */
/* while those that are must not have more bytes together; two are always. */
#define BYTES_AHEAD ((uint64_t)4 << 20)

typedef struct piece {
	vv_job job;
	struct group_stream *of;
	vv_table *table;
	vv_buf data, layout, facts;
	uint64_t rows;
	bool last, known, submitted;
	bool proved; /* known, since it was proved a moment ago */
	vv_pair pair;
	vv_batch batch;
	vv_row_writer *writer; /* NULL until it is needed */
	vv_buf raw;
	uint64_t raw_len; /* as the layout has it */
	vv_status status;
	vv_error err;
} piece;

struct group_stream {
	vv_table *table;
	vv_pool *pool, *own_pool;
	group_known_fn known;
	void *payload;
	group_proofs *proofs; /* NULL: all groups are given with their bytes */
	vv_cut_params cut;    /* owned; rows 0: likewise */
	vv_list_reader *data, *layout, *facts;
	uint64_t left; /* not yet begun */
	piece pieces[AHEAD];
	size_t head, tail;
	bool given; /* the piece at head was given to the caller, */
	int next;   /* which this byte follows; -1: none */
	vv_pair *pairs;
	size_t pair_count, pair_cap;
};

static vv_status make_group_bytes(piece *p, vv_error *err)
{
	vv_status rc;

	vv_buf_reset(&p->raw);
	p->batch.first_row = p->batch.index = 0;
	if ((rc = table_load_layout(p->table, &p->batch, p->layout.data, p->layout.len, err)) < 0) {
		return rc;
	}
	rc = table_group_bytes(&p->raw, p->table, &p->writer, &p->batch, p->data.data, p->data.len,
			       p->last, err);
	if (rc == VV_OK && p->raw.len == 0) {
		rc = vv_fail(err, VV_ECORRUPT, "a row group is empty");
	}
	return rc;
}

static group_items items_of(const piece *p)
{
	return (group_items){.data = p->data.data,
			     .layout = p->layout.data,
			     .facts = p->facts.data,
			     .data_len = p->data.len,
			     .layout_len = p->layout.len,
			     .facts_len = p->facts.len,
			     .last = p->last};
}

static void make_piece(vv_job *job, unsigned worker)
{
	piece *p = (piece *)(void *)job;
	const group_stream *s = p->of;
	int proved = 0;

	if (s->proofs && s->cut.rows > 0) {
		const group_items items = items_of(p);
		const proof_setting setting = {&p->table->source, &p->table->root.dialect,
					       p->table->columns, &s->cut};

		proved = group_prove(s->proofs, worker, &setting, &items, &p->pair, &p->err);
	}
	p->proved = proved > 0;
	if (proved != 0) {
		p->status = proved < 0 ? (vv_status)proved : VV_OK;
	} else {
		p->status = make_group_bytes(p, &p->err);
	}
}

/* The item of a list that has as many as the data list. */
static int next_item(vv_list_reader *list, const char *name, vv_buf *out, vv_list_item *item,
		     vv_error *err)
{
	int more = vv_list_next(list, item, err);

	if (more <= 0) {
		return more < 0 ? more
				: (int)vv_fail(err, VV_ECORRUPT,
					       "the %s list is shorter than the data list", name);
	}
	vv_buf_set(out, item->bytes, item->len);
	return vv_buf_ok(out, err) < 0 ? (int)VV_ENOMEM : 1;
}

static int next_items(group_stream *s, piece *p, vv_error *err)
{
	vv_list_item item;
	int more = vv_list_next(s->data, &item, err);

	if (more <= 0) return more;
	vv_buf_set(&p->data, item.bytes, item.len);
	p->rows = item.weight;
	if (vv_buf_ok(&p->data, err) < 0) return (int)VV_ENOMEM;
	if ((more = next_item(s->layout, "layout", &p->layout, &item, err)) <= 0) return more;
	p->pair.raw_len = item.weight;
	return next_item(s->facts, "facts", &p->facts, &item, err);
}

/* 1, 0 when all are begun, <0. */
static int begin_next(group_stream *s, vv_error *err)
{
	piece *p = &s->pieces[s->tail % AHEAD];
	int more = s->left > 0 ? next_items(s, p, err) : 0;

	if (more <= 0) return more;
	const uint64_t raw_len = p->raw_len = p->pair.raw_len;
	s->left--;
	p->last = s->left == 0;
	p->status = VV_OK;
	const group_items items = items_of(p);
	int known = s->known(s->payload, &items, &p->pair, err);
	if (known < 0) return known;
	p->known = known > 0 && p->pair.raw_len == raw_len;
	p->proved = false;
	p->submitted = !p->known;
	s->tail++;
	if (p->submitted) {
		p->job.run = make_piece;
		vv_pool_submit(s->pool, &p->job);
	}
	return 1;
}

/* May one more be begun? Its length is known only then. */
static bool has_room(const group_stream *s)
{
	const size_t count = s->tail - s->head;
	uint64_t bytes = 0;

	for (size_t i = s->head; i < s->tail; i++) {
		const piece *p = &s->pieces[i % AHEAD];

		bytes += p->known ? 0 : p->raw_len;
	}
	return count < 2 || (count < AHEAD && bytes <= BYTES_AHEAD);
}

/* The piece so far from the head, made; NULL: there is none, or (with *rc) it failed. */
static piece *peek_piece(group_stream *s, size_t at, vv_status *rc, vv_error *err)
{
	int more = 1;

	while (more > 0 && has_room(s)) {
		more = begin_next(s, err);
	}
	*rc = more < 0 ? (vv_status)more : VV_OK;
	if (*rc < 0 || s->head + at >= s->tail) return NULL;
	piece *p = &s->pieces[(s->head + at) % AHEAD];
	if (p->submitted) {
		vv_pool_wait(s->pool, &p->job);
		p->submitted = false;
		p->known = p->proved;
	}
	if (p->status < 0) {
		*rc = vv_error_copy(err, &p->err);
		return NULL;
	}
	return p;
}

static bool is_row_end(int byte)
{
	return byte == '\n' || byte == '\r';
}

static uint8_t first_byte(const piece *p)
{
	return p->known ? (uint8_t)p->pair.first : (uint8_t)p->raw.data[0];
}

/* The pair may be elsewhere, since what follows would not have changed how the last row is read. */
static vv_status note_pair(group_stream *s, const vv_pair *pair, vv_error *err)
{
	return vv_array_add(s->pairs, s->pair_count, s->pair_cap, *pair) ? VV_OK
									 : vv_fail_nomem(err);
}

const vv_pair *group_stream_pairs(const group_stream *s, size_t *count)
{
	*count = s->pair_count;
	return s->pairs;
}

static void drop_head(group_stream *s)
{
	piece *p = &s->pieces[s->head % AHEAD];

	if (p->raw.cap > (1u << 20) || p->raw_len > (1u << 20)) { /* long rows are seldom */
		vv_buf_clear(&p->raw);
		vv_batch_clear(&p->batch);
	}
	s->head++;
	s->given = false;
}

/* The pair's facts from a piece that is not yet known. */
static vv_status fill_pair(group_stream *s, piece *p, vv_error *err)
{
	p->pair.raw_len = p->raw_len;
	p->pair.first = (char)first_byte(p);
	if (is_row_end(s->next)) {
		return VV_OK; /* the pair is valid only here */
	}
	p->pair.raw_hash = vv_xxh3(p->raw.data, p->raw.len, 0);
	return note_pair(s, &p->pair, err);
}

int group_stream_next(group_stream *s, streamed_group *out, vv_error *err)
{
	vv_status rc;
	piece *p, *after;

	if (s->given) {
		drop_head(s);
	}
	if (!(p = peek_piece(s, 0, &rc, err))) return (int)rc;
	if (!(after = peek_piece(s, 1, &rc, err)) && rc < 0) return (int)rc;
	s->next = after ? first_byte(after) : -1;
	if (p->known && is_row_end(s->next)) {
		if ((rc = make_group_bytes(p, err)) < 0) return (int)rc;
		p->known = p->proved = false;
	}
	if (p->proved) {
		rc = note_pair(s, &p->pair, err);
	} else if (p->known) {
		rc = VV_OK;
	} else {
		rc = fill_pair(s, p, err);
	}
	if (rc < 0) return (int)rc;
	s->given = true;
	*out = (streamed_group){.items = items_of(p),
				.rows = p->rows,
				.known = p->known,
				.pair = p->pair,
				.raw = p->known ? NULL : p->raw.data,
				.raw_len = (size_t)p->pair.raw_len,
				.next = s->next};
	return 1;
}

void group_stream_swap(group_stream *s, vv_buf *raw)
{
	piece *p = &s->pieces[s->head % AHEAD];
	vv_buf own = p->raw;

	assert(s->given && !p->known);
	p->raw = *raw;
	*raw = own;
}

vv_status group_stream_open(group_stream **out, vv_table *t, vv_pool *pool, group_known_fn known,
			    void *payload, vv_error *err)
{
	vv_auto(group_stream) *s = vv_calloc(1, sizeof(*s));
	uint64_t weight, forms;
	vv_status rc;

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	*s = (group_stream){.table = t, .known = known, .payload = payload, .pool = pool};
	s->pool = pool ? pool : (s->own_pool = vv_pool_new(0));
	for (size_t i = 0; i < AHEAD; i++) {
		s->pieces[i].table = t;
		s->pieces[i].of = s;
	}
	if (!s->pool) return vv_fail_nomem(err);
	if ((rc = vv_list_reader_open(&s->data, VV_LIST_DATA, &t->source, t->root.data.data,
				      t->root.data.len, err)) < 0 ||
	    (rc = vv_list_reader_open(&s->layout, VV_LIST_LAYOUT, &t->source, t->root.layout.data,
				      t->root.layout.len, err)) < 0 ||
	    (rc = vv_list_reader_open(&s->facts, VV_LIST_FACTS, &t->source, t->root.facts.data,
				      t->root.facts.len, err)) < 0) {
		return rc;
	}
	vv_list_totals(s->data, &s->left, &weight);
	vv_list_totals(s->layout, &forms, &weight);
	if (forms != s->left) {
		return vv_fail(err, VV_ECORRUPT, "the lists of data and layout differ in length");
	}
	return vv_hand_over(out, &s);
}

vv_status group_stream_prove(group_stream *s, group_proofs *proofs, vv_error *err)
{
	vv_status rc = group_proofs_begin(proofs, s->pool, err);

	s->proofs = rc == VV_OK ? proofs : NULL;
	return rc;
}

vv_status group_stream_cut(group_stream *s, const vv_cut_params *cut, vv_error *err)
{
	size_t *columns = vv_calloc(cut->column_count + 1, sizeof(*columns));

	if (!columns) return vv_fail_nomem(err);
	for (size_t i = 0; i < cut->column_count; i++) {
		columns[i] = cut->columns[i];
	}
	s->cut = (vv_cut_params){
		.rows = cut->rows, .columns = columns, .column_count = cut->column_count};
	return VV_OK;
}

void group_stream_close(group_stream *s)
{
	if (!s) return;
	for (; s->head < s->tail; s->head++) {
		piece *p = &s->pieces[s->head % AHEAD];
		if (p->submitted) {
			vv_pool_wait(s->pool, &p->job);
		}
	}
	for (size_t i = 0; i < AHEAD; i++) {
		piece *p = &s->pieces[i];
		vv_buf_clear_all(&p->data, &p->layout, &p->facts, &p->raw);
		vv_batch_clear(&p->batch);
		vv_row_writer_free(p->writer);
	}
	vv_free_all(s->pairs, s->cut.columns);
	vv_list_reader_close(s->data);
	vv_list_reader_close(s->layout);
	vv_list_reader_close(s->facts);
	vv_pool_free(s->own_pool);
	vv_free(s);
}
