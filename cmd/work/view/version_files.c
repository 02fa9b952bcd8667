/*
 * version_files: opens the version for each call; nothing is kept between them.
 */
#include "cmd/work/view/version_files.h"

#include "dataset/table/bytes.h"
#include "dataset/table/table.h"

#define SMALL ((uint64_t)1 << 20) /* what reading takes besides the longest group */

/* source is the table's as long as it is open. */
static vv_status open_version(vv_table *t, vv_sink *source, vv_store *store, const vv_cid *root,
			      vv_error *err)
{
	vv_status rc;

	vv_sink_dry(source, store);
	if ((rc = vv_table_open_stored(t, source, root, err)) == VV_OK &&
	    vv_root_is_sorted(&t->root)) {
		vv_table_close(t);
		vv_fail(err, VV_ENOSUPPORT,
			"a version whose rows are kept in key order cannot be published as a file: "
			"no group is a piece of it");
		rc = vv_hint(err,
			     "'varve add --order file PATH' and a commit make one that can be");
	}
	return rc;
}

static vv_status make_pieces(void *payload, vv_store *store, const vv_cid *root, vv_file_out_fn fn,
			     void *out, vv_error *err)
{
	const vv_version_work none = {NULL, NULL}, *work = payload ? payload : &none;
	/* A leaf of the file is a row group. */
	const vv_bytes_options o = {
		.pool = work->pool, .progress = work->progress, .old_fd = -1, .by_group = true};
	vv_sink source;
	vv_table t;
	vv_status rc;

	if ((rc = open_version(&t, &source, store, root, err)) < 0) {
		return rc;
	}
	rc = vv_table_bytes_with(&t, fn, out, &o, err);
	vv_table_close(&t);
	return rc;
}

static vv_status make_range(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			    uint64_t len, vv_file_out_fn fn, void *out, vv_error *err)
{
	vv_sink source;
	vv_table t;
	vv_status rc;

	(void)payload;
	if ((rc = open_version(&t, &source, store, root, err)) < 0) {
		return rc;
	}
	rc = vv_table_range(&t, from, len, fn, out, err);
	vv_table_close(&t);
	return rc;
}

static vv_status range_cost(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			    uint64_t len, uint64_t *out, vv_error *err)
{
	uint64_t group;
	vv_sink source;
	vv_table t;
	vv_status rc;

	(void)payload;
	*out = 0;
	if ((rc = open_version(&t, &source, store, root, err)) < 0) {
		return rc;
	}
	if ((rc = vv_table_largest_group(&t, from, len, &group, err)) == VV_OK) {
		*out = SMALL + (group < UINT64_MAX / 4 ? 2 * group : UINT64_MAX / 2);
	}
	vv_table_close(&t);
	return rc;
}

vv_file_maker vv_version_files(const vv_version_work *work)
{
	/* Handlers take what they may not change as void *, too. */
	vv_file_maker m = {make_pieces, make_range, range_cost, (void *)(uintptr_t)work};

	return m;
}
