/*
 * dataset_writer: bytes into the store. Knows in which order what was imported becomes
 * durable: blocks, then pointer blobs; index and refs are the command's.
 */
#include "dataset/table/dataset_writer.h"

#include "base/array.h"
#include "base/sys.h"
#include "repo/git/blob.h"

#define LOCK_WAIT_MS 60000u

struct vv_dataset_writer {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_writer *blocks;
	bool settled;
	vv_buf *pointers; /* whose blobs are written by vv_dataset_writer_commit */
	size_t pointer_count, pointer_cap;
};

vv_status vv_dataset_writer_open(vv_dataset_writer **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err)
{
	vv_dataset_writer *w = vv_calloc(1, sizeof(*w));
	*out = NULL;
	if (!w) {
		return vv_fail_nomem(err);
	}
	w->repo = repo;
	vv_status rc = vv_dataset_reader_open(&w->reader, repo, progress, err);
	if (rc < 0) {
		vv_free(w);
		return rc;
	}
	*out = w;
	return VV_OK;
}

static void drop_pointers(vv_dataset_writer *w)
{
	for (size_t i = 0; i < w->pointer_count; i++) {
		vv_buf_clear(&w->pointers[i]);
	}
	w->pointer_count = 0;
}

void vv_dataset_writer_close(vv_dataset_writer *w)
{
	if (!w) {
		return;
	}
	vv_dataset_writer_release(w);
	vv_dataset_reader_close(w->reader);
	drop_pointers(w);
	vv_free(w->pointers);
	vv_free(w);
}

vv_dataset_reader *vv_dataset_writer_reader(vv_dataset_writer *w)
{
	return w ? w->reader : NULL;
}

vv_status vv_dataset_writer_blocks(vv_dataset_writer *w, vv_writer **out, vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_dataset_reader_store(w->reader, &store, err);
	if (w->settled) {
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
	return w->blocks && !w->settled ? vv_writer_commit(w->blocks, err) : VV_OK;
}

static vv_status write_pointers(vv_dataset_writer *w, vv_error *err)
{
	vv_status rc = VV_OK;
	for (size_t i = 0; i < w->pointer_count && rc == VV_OK; i++) {
		vv_oid id;
		rc = vv_blob_write(w->repo, w->pointers[i].data, w->pointers[i].len, &id, err);
	}
	drop_pointers(w);
	return rc;
}

vv_status vv_dataset_writer_commit(vv_dataset_writer *w, vv_error *err)
{
	vv_status rc = commit_blocks(w, err);
	return rc < 0 ? rc : write_pointers(w, err);
}

vv_status vv_dataset_writer_index(vv_dataset_writer *w, vv_index *x, vv_error *err)
{
	vv_error held = {0};
	vv_status rc;
	if (w->blocks && !w->settled && vv_index_try_lock(x, &held) < 0) {
		if ((rc = commit_blocks(w, err)) < 0) {
			return rc;
		}
		vv_dataset_writer_settle(w);
	}
	if ((rc = write_pointers(w, err)) < 0) {
		return rc;
	}
	return vv_index_write_with(x, w->settled ? NULL : w->blocks, err);
}

void vv_dataset_writer_release(vv_dataset_writer *w)
{
	vv_writer_close(w->blocks);
	w->blocks = NULL;
	w->settled = false;
}

void vv_dataset_writer_settle(vv_dataset_writer *w)
{
	if (w->blocks && !w->settled) {
		w->settled = vv_writer_settle(w->blocks);
	}
}

static vv_status open_blocks(void *payload, vv_sink *out, vv_error *err)
{
	vv_writer *blocks;
	vv_status rc = vv_dataset_writer_blocks(payload, &blocks, err);
	if (rc == VV_OK) {
		vv_sink_writer(out, blocks);
	}
	return rc;
}

/* A pointer whose blob waits for the blocks to be durable. */
static vv_status add_pointer(vv_dataset_writer *w, const vv_buf *text, vv_error *err)
{
	vv_buf copy = VV_BUF_INIT;
	if (!vv_array_room(w->pointers, w->pointer_count, w->pointer_cap)) {
		return vv_fail_nomem(err);
	}
	vv_buf_put(&copy, text->data, text->len);
	if (vv_buf_ok(&copy, err) < 0) {
		return VV_ENOMEM;
	}
	w->pointers[w->pointer_count++] = copy;
	return VV_OK;
}

static vv_writer_stats stats_now(const vv_dataset_writer *w)
{
	vv_writer_stats stats = {0};
	if (w->blocks) {
		vv_writer_stats_get(w->blocks, &stats);
	}
	return stats;
}

/* What one import added to the store, and what is to be durable or remembered of it. */
static vv_status finish_import(vv_dataset_writer *w, const char *path,
			       const vv_writer_stats *before, vv_dataset_found *out, vv_error *err)
{
	vv_writer_stats after = stats_now(w);
	out->stored.blocks_new = after.blocks_new - before->blocks_new;
	out->stored.blocks_known = after.blocks_known - before->blocks_known;
	out->stored.raw_bytes = after.raw_bytes - before->raw_bytes;
	out->stored.stored_bytes = after.stored_bytes - before->stored_bytes;
	if (out->result.cache) {
		vv_status rc = vv_dataset_reader_scan_cache_save(w->reader, path, out->result.cache,
								 false, err);
		if (rc < 0) {
			return rc;
		}
	}
	return add_pointer(w, &out->pointer, err);
}

vv_status vv_dataset_writer_stream(vv_dataset_writer *w, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, vv_dataset_found *out,
				   vv_error *err)
{
	vv_writer_stats before = stats_now(w);
	vv_dataset_target to = {open_blocks, w};
	vv_status rc = vv_dataset_reader_import(w->reader, path, source, opts, &to, out, err);
	return rc < 0 ? rc : finish_import(w, path, &before, out, err);
}

vv_status vv_dataset_writer_file(vv_dataset_writer *w, const char *path,
				 const vv_dataset_options *opts, vv_dataset_found *out,
				 bool *is_pointer, vv_error *err)
{
	vv_writer_stats before = stats_now(w);
	vv_dataset_target to = {open_blocks, w};
	vv_status rc = vv_dataset_reader_import_file(w->reader, path, opts, &to, out, is_pointer,
						     err);
	return rc < 0 || *is_pointer ? rc : finish_import(w, path, &before, out, err);
}
