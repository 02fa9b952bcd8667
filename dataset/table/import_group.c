/*
 * import_group: knows what becomes of one group's rows: which lines are irregular, which cells go
 * out of line, the block, and the two list items. Runs in any thread; touches only
 * its job, its worker's scratch, and the sink (which is thread-safe).
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/chunk.h"
#include "dataset/table/import_internal.h"

#define QUIRKS_INLINE (256u << 10)

void import_worker_clear(import_worker *w)
{
	vv_group_encoder_free(w->encoder);
	vv_row_writer_free(w->writer);
	vv_buf_clear(&w->block);
	vv_buf_clear(&w->line);
	vv_free(w->infer);
	vv_free(w->outs);
	vv_free(w->out_places);
}

void import_job_clear(group_job *j)
{
	vv_free(j->cells);
	vv_free(j->rows);
	vv_arena_clear(&j->arena);
	vv_buf_clear(&j->data_item);
	vv_buf_clear(&j->layout_item);
	for (size_t i = 0; i < IMPORT_PROOFS; i++) {
		vv_free(j->hashes[i]);
	}
	for (size_t i = 0; i < j->misfit_count; i++) {
		vv_free(j->misfits[i].value);
	}
	vv_free(j->misfits);
}

static vv_status worker_ready(import_worker *w, const group_job *j, vv_error *err)
{
	if (!w->encoder && !(w->encoder = vv_group_encoder_new())) {
		return vv_fail_nomem(err);
	}
	if (!w->writer || w->writer_columns < j->columns) {
		vv_row_writer_free(w->writer);
		w->writer = NULL;
		vv_status rc = vv_row_writer_new(&w->writer, &j->im->dialect, j->columns,
						 j->im->names, j->im->name_lens, err);
		if (rc < 0) {
			return rc;
		}
		w->writer_columns = j->columns;
	}
	if (j->im->need_infer && w->infer_count < j->columns) {
		vv_infer *p = vv_realloc_array(w->infer, j->columns, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		w->infer = p;
		for (; w->infer_count < j->columns; w->infer_count++) {
			vv_infer_init(&p[w->infer_count]);
			p[w->infer_count].json = j->im->dialect.form != VV_FORM_CSV;
		}
	}
	return VV_OK;
}

static size_t newline_len(vv_newline n)
{
	return n == VV_NO_NEWLINE ? 0 : n == VV_CRLF ? 2 : 1;
}

/* How a row's raw bytes differ from what the dialect gives: 0 not at all, 1 + newline
 * when only the row end does, -1 when the line must be kept raw. */
static int irregularity(import_worker *w, const group_job *j, size_t i)
{
	const vv_dialect *d = &j->im->dialect;
	const vv_row *row = &j->rows[i];
	const char *raw = j->raw + row->start;
	size_t len = row->end - row->start;
	bool last = j->last && i + 1 == j->row_count;
	if (d->form == VV_FORM_JSON) {
		size_t end_len;
		const char *end = vv_dialect_row_end(d, &end_len);
		if (last) {
			end_len = 0;
		}
		if (len < end_len || memcmp(raw + len - end_len, end, end_len) != 0) {
			return -1;
		}
		return vv_row_matches(w->writer, &j->cells[i * j->stride], j->columns, raw,
				      len - end_len)
			       ? 0
			       : -1;
	}
	size_t body = len - newline_len(row->newline);
	if (!(row->plain && d->quoting_count == 0) &&
	    !vv_row_matches(w->writer, &j->cells[i * j->stride], j->columns, raw, body)) {
		return -1;
	}
	if (row->newline == d->newline || (last && row->newline == VV_NO_NEWLINE)) {
		return 0;
	}
	return 1 + (int)row->newline;
}

static void count_short_rows(group_job *j)
{
	j->short_rows = 0;
	for (size_t i = 0; j->im->dialect.form == VV_FORM_CSV && i < j->row_count; i++) {
		if (j->rows[i].cells < j->columns && j->short_rows++ == 0) {
			j->short_at = j->rows[i].text_start;
			j->short_line = j->im->source->line
						? 0
						: j->lines +
							  import_count_lines(j->raw, j->short_at) +
							  1;
		}
	}
}

/* Appends the group's quirks to q. */
static void find_quirks(import_worker *w, group_job *j, vv_buf *q)
{
	size_t before = 0;
	j->irregular = 0;
	for (size_t i = 0; i < j->row_count; i++) {
		int kind = irregularity(w, j, i);
		if (kind == 0) {
			continue;
		}
		vv_buf_put_varint(q, i - before);
		before = i;
		j->irregular++;
		if (kind > 0) {
			vv_buf_putc(q, kind);
			continue;
		}
		size_t len = j->rows[i].end - j->rows[i].start;
		vv_buf_putc(q, 0);
		vv_buf_put_varint(q, len);
		vv_buf_put(q, j->raw + j->rows[i].start, len);
	}
}

static vv_status put_layout(group_job *j, const vv_buf *q, vv_error *err)
{
	vv_list chunks = {VV_BUF_INIT};
	vv_status rc = VV_OK;
	vv_buf_reset(&j->layout_item);
	if (q->len == 0) {
		vv_cbor_put_uint(&j->layout_item, j->raw_len);
		return vv_buf_ok(&j->layout_item, err);
	}
	vv_cbor_put_array(&j->layout_item, 2);
	vv_cbor_put_uint(&j->layout_item, j->raw_len);
	if (q->len <= QUIRKS_INLINE) {
		vv_cbor_put_bytes(&j->layout_item, q->data, q->len);
	} else {
		if ((rc = vv_chunks_write(&chunks, j->im->sink, q->data, q->len, err)) < 0) {
			goto done;
		}
		vv_cbor_put_array(&j->layout_item, 2);
		vv_cbor_put_uint(&j->layout_item, q->len);
		vv_buf_put(&j->layout_item, chunks.top.data, chunks.top.len);
	}
	rc = vv_buf_ok(&j->layout_item, err);
done:
	vv_list_clear(&chunks);
	return rc;
}

/* Puts the longest cells of rows that are too long out of line: their text is taken
 * from the grid (remembered in the worker) and its chunk list is noted in outs. */
static vv_status put_long_cells(import_worker *w, group_job *j, vv_buf *outs, size_t *count,
				vv_error *err)
{
	*count = 0;
	for (size_t r = 0; r < j->row_count; r++) {
		uint64_t bytes = j->rows[r].cell_bytes;
		if (bytes <= VV_CELLS_MAX) {
			continue;
		}
		size_t first = *count;
		while (bytes > VV_CELLS_MAX) {
			vv_cell *row = &j->cells[r * j->stride];
			size_t longest = 0;
			for (size_t c = 1; c < j->columns; c++) {
				if (row[c].len > row[longest].len) {
					longest = c;
				}
			}
			if (row[longest].len == 0) {
				/* only empty cells are left: the limit on columns keeps these
				 * small */
				break;
			}
			if (*count == w->out_cap) {
				size_t cap = w->out_cap ? w->out_cap * 2 : 16;
				vv_cell *a = vv_realloc_array(w->outs, cap, sizeof(*a));
				if (a) {
					w->outs = a;
				}
				size_t *b = vv_realloc_array(w->out_places, cap, sizeof(*b));
				if (b) {
					w->out_places = b;
				}
				if (!a || !b) {
					return vv_fail_nomem(err);
				}
				w->out_cap = cap;
			}
			bytes -= row[longest].len;
			/* kept in order of column */
			size_t at = *count, place = r * j->stride + longest;
			for (; at > first && w->out_places[at - 1] > place; at--) {
				w->out_places[at] = w->out_places[at - 1];
				w->outs[at] = w->outs[at - 1];
			}
			w->out_places[at] = place;
			w->outs[at] = row[longest];
			(*count)++;
			row[longest].len = 0;
		}
	}
	for (size_t i = 0; i < *count; i++) {
		vv_list chunks = {VV_BUF_INIT};
		vv_status rc = vv_chunks_write(&chunks, j->im->sink, w->outs[i].text,
					       w->outs[i].len, err);
		if (rc == VV_OK) {
			vv_cbor_put_array(outs, 4);
			vv_cbor_put_uint(outs, w->out_places[i] / j->stride);
			vv_cbor_put_uint(outs, w->out_places[i] % j->stride);
			vv_cbor_put_uint(outs, w->outs[i].len);
			vv_buf_put(outs, chunks.top.data, chunks.top.len);
		}
		vv_list_clear(&chunks);
		if (rc < 0) {
			return rc;
		}
	}
	return vv_buf_ok(outs, err);
}

static void infer_values(void *payload, size_t column, const vv_cell *values, size_t count)
{
	import_worker *w = payload;
	vv_infer_cells(&w->infer[column], values, count);
}

/* The block, its place in the store, and the data list's item. */
static vv_status put_group(import_worker *w, group_job *j, vv_error *err)
{
	vv_buf outs = VV_BUF_INIT;
	size_t out_count = 0;
	vv_status rc;
	vv_buf_reset(&w->block);
	vv_buf_reset(&j->data_item);
	if ((rc = put_long_cells(w, j, &outs, &out_count, err)) < 0 ||
	    (rc = vv_group_encode(w->encoder, &w->block, j->cells, j->row_count, j->columns,
				  j->stride, j->im->need_infer ? infer_values : NULL, w, err)) <
		    0 ||
	    (rc = vv_cid_of(&j->cid, VV_CODEC_RAW, w->block.data, w->block.len, err)) < 0) {
		goto done;
	}
	const vv_sink *sink = j->im->sink;
	if (sink->put && (rc = sink->put(sink->payload, &j->cid, w->block.data, w->block.len,
					 vv_cid_is_null(&j->base) ? NULL : &j->base, err)) < 0) {
		goto done;
	}
	vv_cbor_put_array(&j->data_item, out_count > 0 ? 3 : 2);
	vv_cbor_put_link(&j->data_item, &j->cid);
	vv_cbor_put_uint(&j->data_item, j->row_count);
	if (out_count > 0) {
		vv_cbor_put_array(&j->data_item, out_count);
		vv_buf_put(&j->data_item, outs.data, outs.len);
	}
	rc = vv_buf_ok(&j->data_item, err);
done:
	vv_buf_clear(&outs);
	return rc;
}

static vv_status hash_keys(group_job *j, vv_error *err)
{
	const import *im = j->im;
	if (im->candidate_count == 0) {
		return VV_OK;
	}
	if (j->hash_cap < j->row_count) {
		for (size_t k = 0; k < im->candidate_count; k++) {
			uint64_t *p = vv_realloc_array(j->hashes[k], j->row_count, sizeof(*p));
			if (!p) {
				return vv_fail_nomem(err);
			}
			j->hashes[k] = p;
		}
		j->hash_cap = j->row_count;
	}
	for (size_t k = 0; k < im->candidate_count; k++) {
		const vv_key_candidate *c = &im->candidates[k];
		j->key_hole[k] = false;
		for (size_t r = 0; r < j->row_count; r++) {
			bool usable;
			j->hashes[k][r] = vv_key_hash(&j->cells[r * j->stride], c->columns,
						      c->count, im->key_seed, &usable);
			j->key_hole[k] |= !usable;
		}
	}
	return VV_OK;
}

/* Holds the cells against the types that the columns have so far. */
static vv_status find_misfits(group_job *j, vv_error *err)
{
	const import *im = j->im;
	bool json = im->dialect.form != VV_FORM_CSV;
	for (size_t c = 0; c < j->columns && c < im->field_count; c++) {
		if (im->fields[c] < 0) {
			continue;
		}
		const vv_field *f = &im->parent_schema.fields[im->fields[c]];
		if (im->opts->as || f->type == VV_TYPE_ANY ||
		    (f->type == VV_TYPE_STRING && strcmp(f->format, "default") == 0)) {
			continue; /* no text contradicts it */
		}
		import_misfit *m = NULL;
		for (size_t r = 0; r < j->row_count; r++) {
			const vv_cell *cell = &j->cells[r * j->stride + c];
			if (json ? vv_field_accepts_json(f, cell) : vv_field_accepts(f, cell)) {
				continue;
			}
			if (m) {
				m->count++;
				continue;
			}
			import_misfit *p = vv_realloc_array(j->misfits, j->misfit_count + 1,
							    sizeof(*p));
			if (!p) {
				return vv_fail_nomem(err);
			}
			j->misfits = p;
			m = &p[j->misfit_count];
			*m = (import_misfit){.column = c, .row = r, .count = 1};
			m->value = vv_strndup(cell->text ? cell->text : "",
					      cell->len < 200 ? cell->len : 200);
			if (!m->value) {
				return vv_fail_nomem(err);
			}
			j->misfit_count++;
		}
	}
	return VV_OK;
}

static vv_status run(import_worker *w, group_job *j, vv_error *err)
{
	vv_buf quirks = VV_BUF_INIT;
	uint64_t secret = j->im->opts->secret;
	vv_status rc;
	j->entry.raw_len = j->raw_len;
	j->entry.hash = vv_xxh3_128(j->raw, j->raw_len, secret);
	j->entry.raw_hash = vv_xxh3(j->raw, j->raw_len, 0);
	j->entry.head_hash = vv_xxh3(j->raw, j->raw_len < VV_SCAN_HEAD ? j->raw_len : VV_SCAN_HEAD,
				     secret);
	j->entry.clean_cut = j->cut;
	if ((rc = worker_ready(w, j, err)) < 0) {
		return rc;
	}
	count_short_rows(j);
	find_quirks(w, j, &quirks);
	if ((rc = vv_row_writer_ok(w->writer, err)) == VV_OK &&
	    (rc = vv_buf_ok(&quirks, err)) == VV_OK &&
	    (rc = put_layout(j, &quirks, err)) == VV_OK && (rc = hash_keys(j, err)) == VV_OK &&
	    (rc = find_misfits(j, err)) == VV_OK) {
		rc = put_group(w, j, err);
	}
	vv_buf_clear(&quirks);
	return rc;
}

void import_group_run(vv_job *job, unsigned worker)
{
	group_job *j = (group_job *)(void *)job;
	j->status = run(&j->im->workers[worker], j, &j->err);
}

/*
 * Knows which groups of the version before may be taken over: where a group's bytes
 * stand again, it ended at a cut (or at the file's end again), and what follows does
 * not change how its last row is read.
 */

typedef struct old_group {
	size_t data_at, data_len, layout_at, layout_len; /* in items */
	uint64_t rows;
	vv_cid cid;
} old_group;

struct old_version {
	const vv_scan_cache *cache;
	uint64_t secret;
	old_group *groups;
	size_t count;
	vv_buf items;
	uint32_t *heads; /* hash table over head_hash: group number + 1, 0 for none */
	uint32_t *chain; /* next group with the same slot */
	uint32_t *names; /* hash table over CIDs: group number + 1, 0: free; as many slots */
	size_t slots;    /* a power of two */
	size_t next;     /* the group expected next */
	size_t scanned;  /* groups scanned since the last one taken over */
};

/* The groups of one list, in order, their items kept. */
static vv_status load_list(old_version *o, const vv_sink *source, vv_list_kind kind,
			   const vv_buf *top, vv_error *err)
{
	vv_list_reader *r = NULL;
	vv_list_item item;
	int more = 0;
	size_t i = 0;
	vv_status rc = vv_list_reader_open(&r, kind, source, top->data, top->len, err);
	if (rc < 0) {
		return rc;
	}
	for (; (more = vv_list_next(r, &item, err)) > 0; i++) {
		if (i >= o->count) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "the lists of the version before disagree in length");
			goto done;
		}
		old_group *g = &o->groups[i];
		size_t at = o->items.len;
		vv_buf_put(&o->items, item.bytes, item.len);
		if (kind == VV_LIST_LAYOUT) {
			g->layout_at = at;
			g->layout_len = item.len;
			continue;
		}
		size_t count;
		g->data_at = at;
		g->data_len = item.len;
		g->rows = item.weight;
		if ((rc = vv_cbor_get_array(&item.cbor, &count, err)) < 0 ||
		    (rc = vv_cbor_get_link(&item.cbor, &g->cid, err)) < 0) {
			goto done;
		}
	}
	rc = more < 0 ? (vv_status)more : vv_buf_ok(&o->items, err);
	if (rc == VV_OK && i != o->count) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "the lists of the version before disagree in length");
	}
done:
	vv_list_reader_close(r);
	return rc;
}

static uint32_t *name_slot(const old_version *o, const vv_cid *cid)
{
	size_t i = (size_t)vv_cid_prefix(cid) & (o->slots - 1);
	while (o->names[i] != 0 && !vv_cid_equal(&o->groups[o->names[i] - 1].cid, cid)) {
		i = (i + 1) & (o->slots - 1);
	}
	return &o->names[i];
}

static vv_status index_names(old_version *o, vv_error *err)
{
	o->slots = 16;
	while (o->slots < o->count * 2) {
		o->slots *= 2;
	}
	o->names = vv_calloc(o->slots, sizeof(*o->names));
	if (!o->names) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < o->count; i++) {
		*name_slot(o, &o->groups[i].cid) = (uint32_t)i + 1;
	}
	return VV_OK;
}

bool import_old_has(const old_version *o, const vv_cid *cid)
{
	return o && o->names && *name_slot(o, cid) != 0;
}

static vv_status index_heads(old_version *o, vv_error *err)
{
	o->heads = vv_calloc(o->slots, sizeof(*o->heads));
	o->chain = vv_calloc(o->count + 1, sizeof(*o->chain));
	if (!o->heads || !o->chain) {
		return vv_fail_nomem(err);
	}
	for (size_t i = o->count; i-- > 0;) { /* so that chains run in file order */
		size_t slot = (size_t)o->cache->entries[i].head_hash & (o->slots - 1);
		o->chain[i] = o->heads[slot];
		o->heads[slot] = (uint32_t)i + 1;
	}
	return VV_OK;
}

const vv_root *import_old_of(const import *im)
{
	return im->opts->known ? im->opts->known : im->opts->parent;
}

/* Are the parent's groups what this dialect and these cuts would make of the same
 * bytes? */
static bool same_inputs(const import *im)
{
	const vv_root *p = import_old_of(im);
	const vv_dialect *a = &im->dialect, *b = &p->dialect;
	if (p->kind != VV_KIND_TABLE || p->format != VV_FORMAT_GENERATION ||
	    p->cut_rows != im->params.rows || !vv_dialect_same_cells(a, b) ||
	    a->newline != b->newline || a->quoting_count != b->quoting_count ||
	    (a->quoting_count > 0 && memcmp(a->quoting, b->quoting, a->quoting_count) != 0) ||
	    im->parent_schema.count != im->columns ||
	    p->cut_column_count != im->params.column_count) {
		return false;
	}
	for (size_t i = 0; i < p->cut_column_count; i++) {
		const char *name = p->cut_columns[i];
		long at = vv_schema_find(&im->parent_schema, name, strlen(name));
		if (at < 0 || (size_t)at != im->params.columns[i]) {
			return false;
		}
	}
	if (a->form == VV_FORM_CSV) {
		return true; /* a column that only changed its name changes no cell */
	}
	for (size_t i = 0; i < im->columns; i++) {
		const vv_field *f = &im->parent_schema.fields[i];
		if (f->name_len != im->name_lens[i] ||
		    memcmp(f->name, im->names[i], f->name_len) != 0) {
			return false;
		}
	}
	return true;
}

vv_status import_old_open(old_version **out, import *im, vv_error *err)
{
	const vv_import_options *opts = im->opts;
	const vv_root *from = import_old_of(im);
	vv_status rc;
	*out = NULL;
	if (!from || from->kind != VV_KIND_TABLE) {
		return VV_OK;
	}
	old_version *o = vv_calloc(1, sizeof(*o));
	if (!o) {
		return vv_fail_nomem(err);
	}
	uint64_t count, weight;
	vv_list_reader *r = NULL;
	o->secret = opts->secret;
	if ((rc = vv_list_reader_open(&r, VV_LIST_DATA, im->sink, from->data.data, from->data.len,
				      err)) < 0) {
		goto done;
	}
	vv_list_totals(r, &count, &weight);
	vv_list_reader_close(r);
	if (count > UINT32_MAX - 1) {
		rc = vv_fail(err, VV_EREFUSED, "too many row groups in the version before");
		goto done;
	}
	o->count = (size_t)count;
	o->groups = vv_calloc(o->count + 1, sizeof(*o->groups));
	if (!o->groups) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = load_list(o, im->sink, VV_LIST_DATA, &from->data, err)) < 0 ||
	    (rc = load_list(o, im->sink, VV_LIST_LAYOUT, &from->layout, err)) < 0 ||
	    (rc = index_names(o, err)) < 0) {
		goto done;
	}
	if (opts->cache && opts->cache->count == o->count && im->candidate_count == 0 &&
	    same_inputs(im)) {
		o->cache = opts->cache;
		rc = index_heads(o, err);
	}
done:
	if (rc < 0) {
		import_old_close(o);
		/* The version before is only a help: without its blocks all is read anew. */
		return rc == VV_ENOMEM ? rc : VV_OK;
	}
	*out = o;
	return VV_OK;
}

void import_old_close(old_version *o)
{
	if (o) {
		vv_free(o->groups);
		vv_free(o->heads);
		vv_free(o->names);
		vv_free(o->chain);
		vv_buf_clear(&o->items);
		vv_free(o);
	}
}

/* Would the group's last row be read the same with what follows? */
static bool follows_well(const char *bytes, size_t len, size_t end, bool at_end, vv_form form,
			 const vv_scan_entry *e)
{
	if (end == len) {
		return at_end && (e->clean_cut ? form != VV_FORM_JSON : true);
	}
	char next = bytes[end];
	if (!e->clean_cut) {
		return false;
	}
	/* A blank line would belong to this group if the file ended after it, and \n
	 * after \r is still the same row end. */
	return form == VV_FORM_JSON ? next == '{' : next != '\n' && next != '\r';
}

/* 1 equal, 0 not, -1 more bytes wanted. */
static int try_group(const old_version *o, size_t i, const char *bytes, size_t len, bool at_end,
		     vv_form form, size_t *want)
{
	const vv_scan_entry *e = &o->cache->entries[i];
	if (e->raw_len >= len && !at_end) {
		*want = (size_t)e->raw_len + 1;
		return -1;
	}
	if (e->raw_len > len || !follows_well(bytes, len, (size_t)e->raw_len, at_end, form, e)) {
		return 0;
	}
	vv_hash128 h = vv_xxh3_128(bytes, (size_t)e->raw_len, o->secret);
	return h.lo == e->hash.lo && h.hi == e->hash.hi;
}

int import_old_match(old_version *o, const char *bytes, size_t len, bool at_end, vv_form form,
		     size_t *index, size_t *want)
{
	if (!o || !o->cache || len == 0) {
		return 0;
	}
	if (len < VV_SCAN_HEAD && !at_end) {
		*want = VV_SCAN_HEAD;
		return -1;
	}
	uint64_t head = vv_xxh3(bytes, len < VV_SCAN_HEAD ? len : VV_SCAN_HEAD, o->secret);
	if (o->next < o->count && o->cache->entries[o->next].head_hash == head) {
		int m = try_group(o, o->next, bytes, len, at_end, form, want);
		if (m != 0) {
			*index = o->next;
			return m;
		}
	}
	unsigned tries = 0;
	for (uint32_t at = o->heads[(size_t)head & (o->slots - 1)]; at != 0 && tries < 16;
	     at = o->chain[at - 1]) {
		if (o->cache->entries[at - 1].head_hash != head || at - 1 == o->next) {
			continue;
		}
		tries++;
		int m = try_group(o, at - 1, bytes, len, at_end, form, want);
		if (m != 0) {
			*index = at - 1;
			return m;
		}
	}
	return 0;
}

const vv_scan_entry *import_old_entry(const old_version *o, size_t index)
{
	return &o->cache->entries[index];
}

void import_old_items(const old_version *o, size_t index, const uint8_t **data, size_t *data_len,
		      const uint8_t **layout, size_t *layout_len, uint64_t *rows)
{
	const old_group *g = &o->groups[index];
	*data = (const uint8_t *)o->items.data + g->data_at;
	*data_len = g->data_len;
	*layout = (const uint8_t *)o->items.data + g->layout_at;
	*layout_len = g->layout_len;
	*rows = g->rows;
}

void import_old_took(old_version *o, size_t index)
{
	o->next = index + 1;
	o->scanned = 0;
}

bool import_old_base(old_version *o, vv_cid *out)
{
	if (!o || o->count == 0) {
		return false;
	}
	size_t i = o->next + o->scanned;
	o->scanned++;
	*out = o->groups[i < o->count ? i : o->count - 1].cid;
	return true;
}
