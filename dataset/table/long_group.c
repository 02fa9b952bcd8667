/*
 * long_group: knows how a long cell stands in its row before its text was seen: the group's length
 * tells whether there is anything around or in it, if it is the only one.
 */
#include "dataset/table/long_group.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/cell_pieces.h"
#include "dataset/format/chunk.h"

/* A long cell: its text's chunk list, and where it belongs in the text around all of them. */
typedef struct hole {
	vv_buf top;
	uint64_t bytes;
	uint64_t written; /* bytes in the row; 0: only writing it tells */
	size_t at;
	vv_quoting habit;
	vv_cell_how how;
} hole;

struct long_group {
	vv_table *table;
	uint64_t raw_len, given;
	vv_buf around; /* the group's bytes without the long cells */
	hole *holes;
	size_t count;
	/* where reading is: in `around`, before or in which hole */
	size_t pos, next;
	vv_chunk_reader *chunks; /* of the hole that is under way, or NULL */
	vv_cell_pieces pieces;
	bool sought;     /* the next chunk is not the one behind that before */
	bool text_ended; /* nothing of it is left but what is borrowed */
	bool skipped;
	char quote;      /* what was sought in has it behind it, */
	bool quote_left; /* and it was not given */
};

void long_group_close(long_group *g)
{
	if (!g) {
		return;
	}
	for (size_t i = 0; i < g->count; i++) {
		vv_buf_clear(&g->holes[i].top);
	}
	vv_free(g->holes);
	vv_buf_clear(&g->around);
	vv_chunk_reader_close(g->chunks);
	vv_cell_pieces_clear(&g->pieces);
	vv_free(g);
}

uint64_t long_group_memory(const long_group *g)
{
	return g->around.len + VV_CHUNK_MAX;
}

/* The chunks of a cell's text, which are as long as the cell. */
static vv_status open_text(long_group *g, const hole *h, vv_error *err)
{
	vv_status rc = vv_chunk_reader_open(&g->chunks, &g->table->source, h->top.data, h->top.len,
					    err);

	if (rc == VV_OK && vv_chunk_reader_total(g->chunks) != h->bytes) {
		return vv_fail(err, VV_ECORRUPT, "a long cell has %llu bytes instead of %llu",
			       (unsigned long long)vv_chunk_reader_total(g->chunks),
			       (unsigned long long)h->bytes);
	}
	return rc;
}

static void close_text(long_group *g)
{
	vv_chunk_reader_close(g->chunks);
	g->chunks = NULL;
}

/* What its text tells: it is read until quotes are seen to be needed. */
static vv_status look(long_group *g, hole *h, vv_error *err)
{
	const char *bytes;
	uint64_t at;
	size_t len;
	int more = 0;
	vv_status rc = open_text(g, h, err);

	vv_cell_pieces_begin(&g->pieces, &g->table->root.dialect, h->habit, VV_CELL_AS_IT_IS);
	while (rc == VV_OK && !g->pieces.special &&
	       (more = vv_chunk_reader_next(g->chunks, &bytes, &len, &at, err)) > 0) {
		vv_cell_pieces_look(&g->pieces, bytes, len);
	}
	close_text(g);
	h->how = vv_cell_pieces_how(&g->pieces);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

/* How each long cell stands in its row. extra: what all of them have besides their texts. */
static vv_status find_forms(long_group *g, const vv_batch *b, uint64_t extra, vv_error *err)
{
	const vv_dialect *d = &g->table->root.dialect;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < g->count && rc == VV_OK; i++) {
		hole *h = &g->holes[i];
		const table_long *one = &b->longs[i];

		if (d->form != VV_FORM_CSV) {
			bool literal = b->cells[one->row * b->columns + one->column].state ==
				       VV_CELL_LITERAL;
			h->how = literal ? VV_CELL_AS_IT_IS : VV_CELL_JSON_STRING;
		} else if (d->quote == 0 || extra == 0) {
			h->how = VV_CELL_AS_IT_IS;
		} else if (g->count == 1) {
			h->how = VV_CELL_IN_QUOTES;
		} else {
			rc = look(g, h, err);
		}
		h->written = h->how == VV_CELL_AS_IT_IS ? h->bytes
			     : g->count == 1            ? h->bytes + extra
							: 0;
	}
	return rc;
}

static vv_status take_holes(long_group *g, const vv_batch *b, vv_error *err)
{
	const vv_dialect *d = &g->table->root.dialect;
	uint64_t texts = g->around.len;

	g->holes = vv_calloc(b->long_count, sizeof(*g->holes));
	if (!g->holes) {
		return vv_fail_nomem(err);
	}
	for (g->count = 0; g->count < b->long_count; g->count++) {
		const table_long *one = &b->longs[g->count];
		hole *h = &g->holes[g->count];

		h->at = b->long_at[g->count];
		h->bytes = one->bytes;
		h->habit = one->column < d->quoting_count ? (vv_quoting)d->quoting[one->column]
							  : VV_QUOTE_MINIMAL;
		vv_buf_put(&h->top, one->top, one->top_len);
		if (h->top.failed) {
			g->count++;
			return vv_fail_nomem(err);
		}
		texts += one->bytes; /* of 32 bits each, in at most VV_GRID_MAX cells */
	}
	if (texts > g->raw_len) {
		return vv_fail(err, VV_ECORRUPT,
			       "a row group gives %llu bytes or more instead of %llu",
			       (unsigned long long)texts, (unsigned long long)g->raw_len);
	}
	return find_forms(g, b, g->raw_len - texts, err);
}

int long_group_open(long_group **out, vv_table *t, vv_batch *b, vv_row_writer **w, const void *item,
		    size_t len, bool last, vv_error *err)
{
	long_group *g;
	int raw;
	vv_status rc;

	*out = NULL;
	if (b->raw_len <= LONG_GROUP || (raw = table_has_raw_line(b, err)) > 0) {
		return 0;
	}
	if (raw < 0) {
		return raw;
	}
	if ((rc = table_load_around(t, b, item, len, err)) < 0 || b->long_count == 0) {
		return (int)rc;
	}
	if (!(g = vv_calloc(1, sizeof(*g)))) {
		return (int)vv_fail_nomem(err);
	}
	g->table = t;
	g->raw_len = b->raw_len;
	if ((!*w && (rc = table_row_writer(w, t, err)) < 0) ||
	    (rc = table_batch_bytes(&g->around, NULL, t, *w, b, b->rows, last, b->raw_len, err)) <
		    0 ||
	    (rc = take_holes(g, b, err)) < 0) {
		long_group_close(g);
		return (int)rc;
	}
	*out = g;
	return 1;
}

static vv_status begin_text(long_group *g, vv_error *err)
{
	const hole *h = &g->holes[g->next];

	vv_cell_pieces_begin(&g->pieces, &g->table->root.dialect, h->habit, h->how);
	return open_text(g, h, err);
}

/* Skips the part before the byte `to` of the next hole, which has it. Where nothing in it is escaped,
 * it is the text, perhaps between two quotes. */
static vv_status skip_in_text(long_group *g, uint64_t to, vv_error *err)
{
	const vv_dialect *d = &g->table->root.dialect;
	const hole *h = &g->holes[g->next];
	const uint64_t quotes = h->written - h->bytes, from = to - g->given - quotes / 2;
	vv_status rc;

	if ((quotes != 0 && quotes != 2) || to <= g->given + quotes / 2 || from >= h->bytes) {
		return VV_OK;
	}
	g->skipped = g->sought = true;
	g->given += quotes / 2;
	g->quote = d->form == VV_FORM_CSV ? (char)d->quote : '"';
	g->quote_left = quotes > 0;
	if ((rc = begin_text(g, err)) < 0) {
		return rc;
	}
	g->pieces.how = VV_CELL_AS_IT_IS;
	return vv_chunk_reader_seek(g->chunks, from, err);
}

vv_status long_group_skip(long_group *g, uint64_t to, vv_error *err)
{
	for (;;) {
		const hole *h = g->next < g->count ? &g->holes[g->next] : NULL;
		const size_t end = h ? h->at : g->around.len;

		if (to < g->given + (end - g->pos)) {
			return VV_OK;
		}
		g->skipped = true;
		g->given += end - g->pos;
		g->pos = end;
		if (!h || h->written == 0) {
			return VV_OK;
		}
		if (to < g->given + h->written) {
			return skip_in_text(g, to, err);
		}
		g->given += h->written;
		g->next++;
	}
}

/* The next piece of the long cell that is under way; its end closes it. 1 or <0. */
static int next_of_text(long_group *g, const char **bytes, size_t *len, vv_error *err)
{
	const hole *h = &g->holes[g->next];
	uint64_t at;
	int more = vv_chunk_reader_next(g->chunks, bytes, len, &at, err);
	vv_status rc;

	if (more <= 0) {
		return more < 0 ? more
				: (int)vv_fail(err, VV_ECORRUPT, "a long cell ends too soon");
	}
	if (g->sought) {
		g->given += at;
		g->sought = false;
	}
	g->text_ended = at + *len == h->bytes;
	if ((rc = vv_cell_pieces_next(&g->pieces, *bytes, *len, g->text_ended, bytes, len, err)) <
	    0) {
		return (int)rc;
	}
	if (g->text_ended && !g->skipped && vv_cell_pieces_how(&g->pieces) != h->how) {
		return (int)vv_fail(
			err, VV_ECORRUPT,
			"a row group's length does not fit how its long cell is written");
	}
	return 1;
}

/* The same of the text around, up to the next long cell; *len 0: there is none. */
static void next_around(long_group *g, const char **bytes, size_t *len)
{
	const size_t end = g->next < g->count ? g->holes[g->next].at : g->around.len;

	*bytes = vv_buf_cstr(&g->around) + g->pos;
	*len = end - g->pos;
	g->pos = end;
}

static vv_status wrong_length(const long_group *g, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "a row group gives %llu bytes%s instead of %llu",
		       (unsigned long long)g->given, g->given > g->raw_len ? " or more" : "",
		       (unsigned long long)g->raw_len);
}

int long_group_next(long_group *g, const char **bytes, size_t *len, uint64_t *at, vv_error *err)
{
	int rc;

	for (*len = 0; *len == 0;) {
		if (g->text_ended) {
			close_text(g);
			g->text_ended = false;
			g->next++;
			*bytes = &g->quote;
			*len = g->quote_left;
			g->quote_left = false;
			continue;
		}
		if (g->chunks) {
			rc = next_of_text(g, bytes, len, err);
		} else {
			next_around(g, bytes, len);
			if (*len > 0) {
				break;
			}
			if (g->next == g->count) {
				return g->given == g->raw_len ? 0 : (int)wrong_length(g, err);
			}
			rc = (int)begin_text(g, err);
		}
		if (rc < 0) {
			return rc;
		}
	}
	*at = g->given;
	g->given += *len;
	return g->given <= g->raw_len ? 1 : (int)wrong_length(g, err);
}
