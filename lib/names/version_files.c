/*
 * version_files: opens the version for each call, and cuts a file in key order into pieces.
 */
#include "lib/names/version_files.h"

#include "base/buf.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"
#include "repo/blocks/record.h"

#define SMALL ((uint64_t)1 << 20) /* what reading takes besides the longest group */

static vv_status open_version(vv_table *t, vv_store *store, const vv_cid *root, vv_error *err)
{
	vv_sink source;

	vv_sink_dry(&source, store);
	return vv_table_open_stored(t, &source, root, err);
}

/* No group is a piece of a file whose rows are kept in key order: it is cut by length. */
typedef struct even_pieces {
	vv_buf piece;
	vv_file_out_fn fn;
	void *out;
} even_pieces;

static vv_status cut_evenly(void *payload, const void *bytes, size_t len, vv_error *err)
{
	even_pieces *p = payload;
	const char *from = bytes;
	vv_status rc = VV_OK;

	while (len > 0 && rc == VV_OK) {
		size_t n = VV_BLOCK_MAX - p->piece.len < len ? VV_BLOCK_MAX - p->piece.len : len;

		vv_buf_put(&p->piece, from, n);
		from += n;
		len -= n;
		if ((rc = vv_buf_ok(&p->piece, err)) == VV_OK && p->piece.len == VV_BLOCK_MAX) {
			rc = p->fn(p->out, p->piece.data, p->piece.len, err);
			vv_buf_reset(&p->piece);
		}
	}
	return rc;
}

static vv_status make_even_pieces(vv_table *t, const vv_bytes_options *o, vv_file_out_fn fn,
				  void *out, vv_error *err)
{
	even_pieces p = {VV_BUF_INIT, fn, out};
	vv_status rc = vv_table_bytes_with(t, cut_evenly, &p, o, err);

	if (rc == VV_OK && p.piece.len > 0) {
		rc = fn(out, p.piece.data, p.piece.len, err);
	}
	vv_buf_clear(&p.piece);
	return rc;
}

static vv_status make_pieces(void *payload, vv_store *store, const vv_cid *root, vv_file_out_fn fn,
			     void *out, vv_error *err)
{
	const vv_version_work none = {NULL, NULL, NULL, NULL}, *work = payload ? payload : &none;
	/* A leaf of the file is a row group. */
	const vv_bytes_options o = {
		.pool = work->pool, .progress = work->progress, .old_fd = -1, .by_group = true};
	vv_auto(vv_table) t = {0};
	vv_status rc;

	if ((rc = open_version(&t, store, root, err)) < 0) return rc;
	return vv_root_has_places(&t.root) ? make_even_pieces(&t, &o, fn, out, err)
					   : vv_table_bytes_with(&t, fn, out, &o, err);
}

static vv_status make_range(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			    uint64_t len, vv_file_out_fn fn, void *out, vv_error *err)
{
	const vv_version_work *work = payload;
	vv_auto(vv_table) t = {0};
	vv_status rc;

	if ((rc = open_version(&t, store, root, err)) < 0) return rc;
	return vv_ordered_files_range(work ? work->ordered : NULL, &t, work ? work->client : NULL,
				      from, len, fn, out, err);
}

static vv_status range_cost(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			    uint64_t len, uint64_t *out, vv_error *err)
{
	const vv_version_work *work = payload;
	uint64_t group;
	vv_auto(vv_table) t = {0};
	vv_status rc;

	*out = 0;
	if ((rc = open_version(&t, store, root, err)) < 0) return rc;
	if (work && work->ordered && vv_ordered_files_have(work->ordered, &t)) {
		*out = SMALL;
	} else if ((rc = vv_table_largest_group(&t, from, len, &group, err)) == VV_OK) {
		*out = SMALL + (group < UINT64_MAX / 4 ? 2 * group : UINT64_MAX / 2);
	}
	return rc;
}

vv_file_maker vv_version_files(const vv_version_work *work)
{
	/* Handlers have constant payloads as void *, too. */
	return (vv_file_maker){make_pieces, make_range, range_cost, (void *)(uintptr_t)work};
}
