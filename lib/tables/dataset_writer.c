/*
 * dataset_writer: stores imported bytes durably, blocks first, then pointer blobs; index and refs
 * are the command's.
 */
#include "lib/tables/dataset_writer.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/table/table.h"
#include "lib/tables/dataset_import.h"
#include "lib/tables/dataset_reader_internal.h"
#include "lib/tables/import_ahead.h"
#include "repo/git/blob.h"

#define LOCK_WAIT_MS 60000u

struct vv_dataset_writer {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_writer *blocks;
	vv_buf *pointers; /* whose blobs are written by vv_dataset_writer_commit */
	size_t pointer_count, pointer_cap;
	/* a ring of imports that were begun, in the order of the later requests */
	vv_import_ahead **ahead;
	size_t ahead_first, ahead_count, ahead_max; /* ahead_max 0: no room was made yet */
};

vv_status vv_dataset_writer_open(vv_dataset_writer **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err)
{
	vv_auto_free vv_dataset_writer *w = vv_calloc(1, sizeof(*w));
	*out = NULL;
	if (!w) return vv_fail_nomem(err);
	w->repo = repo;
	vv_status rc = vv_dataset_reader_open(&w->reader, repo, progress, err);
	return rc < 0 ? rc : vv_hand_over(out, &w);
}

static void drop_pointers(vv_dataset_writer *w)
{
	vv_array_each(w->pointers, w->pointer_count, pointer) {
		vv_buf_clear(pointer);
	}
	w->pointer_count = 0;
}

static vv_import_ahead *take_ahead(vv_dataset_writer *w)
{
	vv_import_ahead *a = w->ahead[w->ahead_first];

	w->ahead_first = (w->ahead_first + 1) % w->ahead_max;
	w->ahead_count--;
	return a;
}

/* --- the writer ------------------------------------------------------------------------ */

void vv_dataset_writer_close(vv_dataset_writer *w)
{
	if (!w) return;
	vv_dataset_writer_release(w);
	vv_dataset_reader_close(w->reader);
	drop_pointers(w);
	vv_free_all(w->pointers, w->ahead, w);
}

vv_dataset_reader *vv_dataset_writer_reader(vv_dataset_writer *w)
{
	return w ? w->reader : NULL;
}

vv_status vv_dataset_writer_blocks(vv_dataset_writer *w, vv_writer **out, vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(w->repo, &store, err);
	if (w->blocks && vv_writer_is_settled(w->blocks)) {
		vv_dataset_writer_release(w);
	}
	if (rc == VV_OK && !w->blocks) {
		rc = vv_writer_open(&w->blocks, store, LOCK_WAIT_MS, err);
	}
	*out = w->blocks;
	return rc;
}

static vv_status commit_blocks(vv_dataset_writer *w, vv_error *err)
{
	return w->blocks && !vv_writer_is_settled(w->blocks) ? vv_writer_commit(w->blocks, err)
							     : VV_OK;
}

static vv_status write_pointers(vv_dataset_writer *w, vv_error *err)
{
	vv_status rc = VV_OK;
	for (size_t i = 0; i < w->pointer_count && rc == VV_OK; i++) {
		vv_oid id;
		rc = vv_blob_write(w->repo, vv_buf_cstr(&w->pointers[i]), w->pointers[i].len, &id,
				   err);
	}
	drop_pointers(w);
	return rc;
}

vv_status vv_dataset_writer_commit(vv_dataset_writer *w, vv_error *err)
{
	vv_status rc = commit_blocks(w, err);
	return rc < 0 ? rc : write_pointers(w, err);
}

/* The index's lock, or the blocks durable and the store's let go, so that it can be waited for. */
static vv_status try_lock(vv_dataset_writer *w, vv_index *x, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!vv_index_is_locked(x) && w->blocks && vv_index_try_lock(x, VV_IGNORED) < 0 &&
	    (rc = commit_blocks(w, err)) == VV_OK) {
		vv_dataset_writer_settle(w);
	}
	return rc;
}

vv_status vv_dataset_writer_lock_index(vv_dataset_writer *w, vv_index *x, vv_error *err)
{
	vv_status rc = try_lock(w, x, err);

	return rc < 0 || vv_index_is_locked(x) ? rc : vv_index_lock(x, err);
}

vv_status vv_dataset_writer_index(vv_dataset_writer *w, vv_index *x, vv_error *err)
{
	vv_status rc;
	if ((rc = try_lock(w, x, err)) < 0 || (rc = write_pointers(w, err)) < 0) return rc;
	/* git runs the filter, which then finds the file in the cache. */
	(void)vv_stat_cache_save(w->reader->parts.stats, VV_IGNORED);
	return vv_index_write(x, err);
}

void vv_dataset_writer_release(vv_dataset_writer *w)
{
	while (w->ahead_count > 0) { /* a command that failed */
		vv_import_ahead_drop(take_ahead(w));
	}
	vv_writer_close(w->blocks);
	w->blocks = NULL;
}

void vv_dataset_writer_settle(vv_dataset_writer *w)
{
	if (w->blocks) {
		(void)vv_writer_settle(w->blocks);
	}
}

vv_status vv_dataset_writer_sink(vv_dataset_writer *w, vv_sink *out, vv_error *err)
{
	vv_writer *blocks;
	vv_status rc = vv_dataset_writer_blocks(w, &blocks, err);

	if (rc == VV_OK) {
		vv_sink_writer(out, blocks);
	}
	return rc;
}

static vv_status open_sink(void *payload, vv_sink *out, vv_error *err)
{
	return vv_dataset_writer_sink(payload, out, err);
}

vv_status vv_dataset_writer_open_version(vv_dataset_writer *w, vv_table *out, const vv_cid *root,
					 vv_error *err)
{
	vv_sink sink;
	vv_status rc = vv_dataset_writer_sink(w, &sink, err);

	return rc < 0 ? rc : vv_table_open(out, &sink, root, err);
}

/* A pointer whose blob waits for the blocks to be durable. */
static vv_status add_pointer(vv_dataset_writer *w, const vv_buf *text, vv_error *err)
{
	vv_auto(vv_buf) copy = VV_BUF_INIT;

	vv_buf_put(&copy, text->data, text->len);
	if (copy.failed || !vv_array_add(w->pointers, w->pointer_count, w->pointer_cap, copy)) {
		return vv_fail_nomem(err);
	}
	copy = (vv_buf)VV_BUF_INIT;
	return VV_OK;
}

static vv_writer_stats stats_now(const vv_dataset_writer *w)
{
	return w->blocks ? vv_writer_stats_get(w->blocks) : (vv_writer_stats){0};
}

/* Counts one import's additions to the store, and saves its scan cache and pointer. */
static vv_status finish_import(vv_dataset_writer *w, const char *path,
			       const vv_writer_stats *before, vv_dataset_found *out, vv_error *err)
{
	vv_writer_stats after = stats_now(w);
	out->stored.blocks_new = after.blocks_new - before->blocks_new;
	out->stored.leaves_new = after.leaves_new - before->leaves_new;
	out->stored.blocks_known = after.blocks_known - before->blocks_known;
	out->stored.raw_bytes = after.raw_bytes - before->raw_bytes;
	out->stored.stored_bytes = after.stored_bytes - before->stored_bytes;
	/* Some came with another dataset: those that were stored are new. */
	if (out->stored.leaves_new < out->result.groups_new) {
		out->result.groups_new = out->stored.leaves_new;
	}
	if (out->result.cache) {
		vv_status rc = vv_dataset_reader_scan_cache_save(w->reader, path, out->result.cache,
								 false, err);
		if (rc < 0) return rc;
	}
	return add_pointer(w, &out->pointer, err);
}

vv_status vv_dataset_writer_stream(vv_dataset_writer *w, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, vv_dataset_found *out,
				   vv_error *err)
{
	vv_writer_stats before = stats_now(w);
	vv_dataset_target to = {open_sink, w};
	vv_status rc = vv_dataset_reader_import(w->reader, path, source, opts, &to, out, err);
	return rc < 0 ? rc : finish_import(w, path, &before, out, err);
}

static bool make_room_ahead(vv_dataset_writer *w)
{
	const size_t max = w->ahead_max == 0 ? vv_import_ahead_most(w->reader) : 0;

	if (max > 0 && (w->ahead = vv_calloc(max, sizeof(*w->ahead)))) {
		w->ahead_max = max;
	}
	return w->ahead_max > 0;
}

/* Does not wait: the next import waits and reports that. */
static bool has_blocks(vv_dataset_writer *w)
{
	vv_store *store;

	if (!w->blocks && vv_repository_store(w->repo, &store, VV_IGNORED) == VV_OK &&
	    vv_writer_open(&w->blocks, store, 0, VV_IGNORED) < 0) {
		w->blocks = NULL;
	}
	return w->blocks && !vv_writer_is_settled(w->blocks);
}

bool vv_dataset_writer_ahead(vv_dataset_writer *w, const char *path, const vv_dataset_options *opts)
{
	vv_import_ahead_how how = {.opts = opts};
	vv_import_ahead *a;

	if (!make_room_ahead(w)) {
		return true; /* no thread to do it */
	}
	if (w->ahead_count == w->ahead_max || !has_blocks(w)) return false;
	vv_sink_writer(&how.below, w->blocks);
	vv_import_ahead_begin(&a, w->reader, path, &how);
	if (a) {
		w->ahead[(w->ahead_first + w->ahead_count++) % w->ahead_max] = a;
	}
	return true;
}

/* Finishes the import begun for this path. VV_ENOTFOUND: none that helps. */
static vv_status finish_ahead(vv_dataset_writer *w, const char *path,
			      const vv_dataset_options *opts, vv_dataset_found *out, vv_error *err)
{
	if (w->ahead_count == 0 || !vv_import_ahead_is_of(w->ahead[w->ahead_first], path, opts)) {
		return VV_ENOTFOUND;
	}
	return vv_import_ahead_end(take_ahead(w), out, err);
}

vv_status vv_dataset_writer_file(vv_dataset_writer *w, const char *path,
				 const vv_dataset_options *opts, vv_dataset_found *out,
				 bool *is_pointer, vv_error *err)
{
	vv_writer_stats before = stats_now(w);
	vv_dataset_target to = {open_sink, w};
	vv_status rc = finish_ahead(w, path, opts, out, err);

	*is_pointer = false;
	if (rc == VV_ENOTFOUND) {
		rc = vv_dataset_reader_import_file(w->reader, path, opts, &to, out, is_pointer,
						   err);
	}
	return rc < 0 || *is_pointer ? rc : finish_import(w, path, &before, out, err);
}
