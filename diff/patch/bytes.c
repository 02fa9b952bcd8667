/*
 * bytes: how files that are not tables differ: by the chunks that they share, in order. Also
 * what to do where a path was a table and is a file now, or the other way round: then all
 * bytes go and all come.
 */
#include "diff/patch/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/format/chunk.h"
#include "dataset/table/bytes.h"
#include "dataset/table/bytes_encoded.h"
#include "diff/patch/make.h"
#include "diff/patch/text.h"

#define PIECE ((size_t)256 << 10)

/* --- writing ------------------------------------------------------------------------ */

typedef struct chunk {
	vv_cid cid;
	uint64_t bytes;
	size_t place;
} chunk;

typedef struct chunks {
	chunk *list;
	size_t count;
} chunks;

static vv_status load_chunks(chunks *out, vv_table *t, vv_error *err)
{
	vv_auto(vv_list_reader) *r = NULL;
	vv_list_item item;
	uint64_t count, weight;
	size_t n;
	int more = 0;
	vv_status rc = vv_list_reader_open(&r, VV_LIST_CHUNKS, &t->source, t->root.data.data,
					   t->root.data.len, err);
	if (rc < 0) return rc;
	vv_list_totals(r, &count, &weight);
	out->list = count < SIZE_MAX / sizeof(chunk) ? vv_calloc((size_t)count + 1, sizeof(chunk))
						     : NULL;
	if (!out->list) {
		rc = vv_fail_nomem(err);
	}
	while (rc == VV_OK && (more = vv_list_next(r, &item, err)) > 0 && out->count < count) {
		chunk *c = &out->list[out->count];
		c->place = out->count++;
		if ((rc = vv_cbor_get_array(&item.cbor, &n, err)) == VV_OK &&
		    (rc = vv_cbor_get_link(&item.cbor, &c->cid, err)) == VV_OK) {
			rc = vv_cbor_get_uint(&item.cbor, &c->bytes, err);
		}
	}
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static int chunk_order(const void *x, const void *y)
{
	const chunk *a = x, *b = y;
	int c = memcmp(&a->cid, &b->cid, sizeof(a->cid));
	return c != 0 ? c : a->place < b->place ? -1 : a->place > b->place;
}

/* For each new chunk the place + 1 of an equal old one, each used once; 0: none. */
static vv_status match_chunks(const chunks *a, const chunks *b, size_t *match, vv_error *err)
{
	chunk *x = vv_calloc(a->count + 1, sizeof(*x)), *y = vv_calloc(b->count + 1, sizeof(*y));
	if (!x || !y) {
		vv_free(x);
		vv_free(y);
		return vv_fail_nomem(err);
	}
	memcpy(x, a->list, a->count * sizeof(*x));
	memcpy(y, b->list, b->count * sizeof(*y));
	qsort(x, a->count, sizeof(*x), chunk_order);
	qsort(y, b->count, sizeof(*y), chunk_order);
	for (size_t i = 0, k = 0; i < a->count && k < b->count;) {
		int c = memcmp(&x[i].cid, &y[k].cid, sizeof(x[i].cid));
		if (c == 0) {
			match[y[k++].place] = x[i++].place + 1;
		} else if (c < 0) {
			i++;
		} else {
			k++;
		}
	}
	vv_free(x);
	vv_free(y);
	return VV_OK;
}

/* Leaves only a longest run of matches whose places rise (patience). */
static vv_status keep_rising(size_t *match, size_t count, vv_error *err)
{
	vv_auto_free size_t *tops = vv_calloc(count + 1, sizeof(*tops));
	vv_auto_free size_t *before = vv_calloc(count + 1, sizeof(*before));
	size_t piles = 0;
	if (!tops || !before) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		size_t low = 0, high = piles;
		if (match[i] == 0) {
			continue;
		}
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			if (match[tops[mid] - 1] < match[i]) {
				low = mid + 1;
			} else {
				high = mid;
			}
		}
		before[i] = low > 0 ? tops[low - 1] : 0;
		tops[low] = i + 1;
		piles += low == piles;
	}
	size_t next = piles > 0 ? tops[piles - 1] : 0;
	for (size_t i = count; i-- > 0;) {
		if (i + 1 == next) {
			next = before[i];
		} else {
			match[i] = 0;
		}
	}
	return VV_OK;
}

static vv_status bytes_line(patch_out *o, const char *name, const char *bytes, size_t len,
			    vv_error *err)
{
	vv_buf_printf(&o->line, "{\"%s\":", name);
	vv_json_put_text(&o->line, bytes, len);
	vv_buf_putc(&o->line, '}');
	return patch_out_line(o, err);
}

static vv_status chunk_line(patch_out *o, const char *name, vv_table *t, const chunk *c,
			    vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	const uint8_t *text;
	size_t len;
	vv_status rc = t->source.get(t->source.payload, &c->cid, &block, err);
	if (rc == VV_OK &&
	    (rc = vv_chunk_decode(&text, &len, block.data, block.len, err)) == VV_OK) {
		rc = bytes_line(o, name, (const char *)text, len, err);
	}
	return rc;
}

static vv_status keep_line(patch_out *o, uint64_t *keep, vv_error *err)
{
	if (*keep == 0) return VV_OK;
	vv_buf_printf(&o->line, "{\"keep\":%llu}", (unsigned long long)*keep);
	*keep = 0;
	return patch_out_line(o, err);
}

static vv_status write_chunks(patch_out *o, vv_table *a, vv_table *b, vv_error *err)
{
	chunks x = {0}, y = {0};
	vv_auto_free size_t *match = NULL;
	size_t i = 0;
	uint64_t keep = 0;
	vv_status rc;
	if ((rc = load_chunks(&x, a, err)) < 0 || (rc = load_chunks(&y, b, err)) < 0) {
		goto done;
	}
	match = vv_calloc(y.count + 1, sizeof(*match));
	if (!match) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = match_chunks(&x, &y, match, err)) < 0 ||
	    (rc = keep_rising(match, y.count, err)) < 0) {
		goto done;
	}
	for (size_t k = 0; k <= y.count && rc == VV_OK; k++) {
		size_t upto = k == y.count ? x.count : match[k] > 0 ? match[k] - 1 : i;
		for (; i < upto && rc == VV_OK; i++) {
			if ((rc = keep_line(o, &keep, err)) == VV_OK) {
				rc = chunk_line(o, "drop", a, &x.list[i], err);
			}
		}
		if (rc == VV_OK && k < y.count && match[k] > 0) {
			keep += y.list[k].bytes;
			i++;
		} else if (rc == VV_OK && k < y.count) {
			if ((rc = keep_line(o, &keep, err)) == VV_OK) {
				rc = chunk_line(o, "insert", b, &y.list[k], err);
			}
		}
	}
	if (rc == VV_OK) {
		rc = keep_line(o, &keep, err);
	}
done:
	vv_free(x.list);
	vv_free(y.list);
	return rc;
}

typedef struct whole {
	patch_out *out;
	const char *name;
} whole;

static vv_status put_whole(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const whole *w = payload;
	vv_status rc = VV_OK;

	for (size_t at = 0, n; at < len && rc == VV_OK; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		rc = bytes_line(w->out, w->name, (const char *)bytes + at, n, err);
	}
	return rc;
}

static vv_status write_whole(patch_out *o, const char *name, vv_table *t, vv_error *err)
{
	whole w = {o, name};

	return vv_table_file(t, put_whole, &w, &(vv_bytes_options){.old_fd = -1}, err);
}

vv_status patch_bytes_write(patch_out *o, vv_table *a, vv_table *b, vv_error *err)
{
	vv_status rc = VV_OK;
	if (a && b && a->root.kind == VV_KIND_FILE && b->root.kind == VV_KIND_FILE) {
		return write_chunks(o, a, b, err);
	}
	if (a) {
		rc = write_whole(o, "drop", a, err);
	}
	return rc == VV_OK && b ? write_whole(o, "insert", b, err) : rc;
}

/* --- applying -------------------------------------------------------------------------- */

typedef struct bytes_maker {
	patch_maker base; /* first */
	patch_job *job;
	vv_table_source *old;
	uint64_t at;   /* in the old bytes */
	uint64_t keep; /* so many still to be copied */
	bool ended;
} bytes_maker;

/* Reads exactly len of the old bytes after what out has. */
static vv_status take_old(bytes_maker *m, vv_buf *out, size_t len, vv_error *err)
{
	size_t from = out->len;
	if (!vv_buf_reserve(out, len)) return vv_fail_nomem(err);
	while (out->len - from < len) {
		ssize_t n = m->old ? vv_table_source_read(m->old, out->data + out->len,
							  len - (out->len - from), err)
				   : 0;
		if (n < 0) return (vv_status)n;
		if (n == 0) {
			return patch_misfit_text(m->job, NULL, NULL, "more bytes", "the file's end",
						 err);
		}
		out->len += (size_t)n;
	}
	m->at += len;
	return VV_OK;
}

static vv_status bytes_drop(bytes_maker *m, const patch_op *op, vv_error *err)
{
	vv_auto(vv_buf) old = VV_BUF_INIT;
	uint64_t at = m->at;
	vv_status rc = take_old(m, &old, op->bytes_len, err);
	if (rc == VV_OK && op->bytes_len > 0 && memcmp(old.data, op->bytes, op->bytes_len) != 0) {
		char row[40];
		size_t i = 0;
		while (old.data[i] == op->bytes[i]) {
			i++;
		}
		snprintf(row, sizeof(row), "byte %llu", (unsigned long long)(at + i + 1));
		rc = patch_misfit_text(m->job, row, NULL, "the bytes that the patch takes away",
				       "others", err);
	}
	return rc;
}

static vv_status bytes_more(patch_maker *base, vv_buf *out, bool *end, vv_error *err)
{
	bytes_maker *m = (bytes_maker *)(void *)base;
	patch_op op;
	vv_status rc;
	if (m->keep > 0) {
		size_t n = m->keep < PIECE ? (size_t)m->keep : PIECE;
		m->keep -= n;
		return take_old(m, out, n, err);
	}
	if ((rc = patch_op_read(&op, m->job->lines, m->job->section, err)) < 0) return rc;
	if (op.kind == PATCH_KEEP) {
		m->keep = op.count;
	} else if (op.kind == PATCH_DROP) {
		rc = bytes_drop(m, &op, err);
	} else if (op.kind == PATCH_INSERT) {
		vv_buf_put(out, op.bytes, op.bytes_len);
	} else {
		*end = m->ended = true;
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

vv_status patch_bytes_run(patch_job *j, vv_error *err)
{
	bytes_maker m = {.base = {bytes_more}, .job = j};
	const patch_side *to = &j->section->side[1];
	/* of a table nothing but its bytes is known here: then all of them are in the patch */
	bool named = to->exists && to->root.kind == VV_KIND_FILE;
	vv_auto(vv_root) file = {0};
	vv_cid cid;
	uint64_t rows;
	char one;
	vv_status rc = VV_OK;
	vv_root_init(&file);
	file.kind = VV_KIND_FILE;
	if (j->target) {
		rc = vv_table_source_open(&m.old, j->target, err);
	}
	if (rc == VV_OK) {
		rc = patch_make(j, &m.base, to->exists ? &file : NULL, &cid, &rows, err);
	}
	if (rc == VV_OK && m.old) {
		ssize_t n = vv_table_source_read(m.old, &one, 1, err);
		rc = n < 0   ? (vv_status)n
		     : n > 0 ? patch_misfit_text(j, NULL, NULL, "the file's end", "more bytes", err)
			     : VV_OK;
	}
	if (rc == VV_OK && to->exists &&
	    (j->made != to->bytes || (named && !vv_cid_equal(&cid, &to->cid)))) {
		rc = patch_misfit_text(j, NULL, NULL, "the version that the patch was made from",
				       "another version", err);
	}
	j->done.exact = rc == VV_OK;
	vv_table_source_close(m.old);
	return rc;
}
