/*
 * dataset_writer: stores imported bytes durably, blocks first, then pointer blobs; index and refs
 * are the command's.
 */
#include "lib/tables/dataset_writer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/read/window.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "lib/tables/dataset_import_internal.h"
#include "lib/tables/dataset_reader_internal.h"
#include "repo/git/blob.h"

#define LOCK_WAIT_MS 60000u

/* The import of a small file in a thread of the pool, beside those of other files. Its blocks are kept in memory and
 * stored when the file is requested, so that the stored blocks and their order do not depend on which file was ready
 * first. An import after an error meets and reports it again. */
typedef struct ahead {
	vv_job job;
	vv_dataset_reader *reader;
	const vv_dataset_options *opts;
	char *path, *file;
	int fd;
	vv_stat before;
	bool sure; /* later changes change the stat */
	vv_fd_source fds;
	vv_source source;
	dataset_inputs in;
	vv_sink below, sink;
	vv_mem_sink *blocks;
	uint64_t ms;
	/* the thread's */
	vv_dataset_found found;
	vv_status status;
} ahead;

struct vv_dataset_writer {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_writer *blocks;
	vv_buf *pointers; /* whose blobs are written by vv_dataset_writer_commit */
	size_t pointer_count, pointer_cap;
	/* a ring of imports that were begun, in the order of the later requests */
	ahead **ahead;
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

/* --- imports side by side -------------------------------------------------------------- */

static void run_ahead(vv_job *job, unsigned worker VV_UNUSED)
{
	ahead *a = (ahead *)job;
	uint64_t start = vv_monotonic_ms();

	a->status = dataset_import_run(&a->found, &a->in, &a->source, &a->sink, VV_IGNORED);
	a->ms += vv_monotonic_ms() - start;
}

/* Does the first window contain the whole file, and is it not a pointer? */
static bool is_fit(const ahead *a)
{
	char head[16];

	if (!S_ISREG(a->before.mode) || a->before.size == 0 || a->before.size > VV_WINDOW_FIRST) {
		return false;
	}
	ssize_t n = vv_pread_full(a->fd, head, sizeof(head), 0, a->path, NULL);
	return n > 0 && !vv_pointer_may_begin(head, (size_t)n);
}

static bool is_ready(ahead *a, vv_writer *blocks)
{
	uint64_t start = vv_monotonic_ms();

	if (!a->path || !(a->file = vv_repository_file(a->reader->parts.repo, a->path)) ||
	    (a->fd = vv_open(a->file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, VV_IGNORED)) < 0 ||
	    vv_fstat(&a->before, a->fd, a->path, VV_IGNORED) < 0 || !is_fit(a) ||
	    dataset_inputs_gather(&a->in, a->reader, a->path, a->opts, false, &a->found,
				  VV_IGNORED) < 0) {
		return false;
	}
	a->sure = vv_stat_wait(&a->before);
	vv_sink_writer(&a->below, blocks);
	if (vv_mem_sink_over(&a->blocks, &a->below, a->in.temp, VV_IGNORED) < 0) return false;
	vv_mem_sink_use(&a->sink, a->blocks);
	a->sink.passing = false;
	vv_source_fd(&a->source, &a->fds, a->fd, a->path, a->before.size);
	a->in.opts.pool = NULL; /* the file is one thread's */
	a->in.opts.progress = NULL;
	a->ms = vv_monotonic_ms() - start;
	return true;
}

static void ahead_free(ahead *a)
{
	if (a) {
		vv_close(a->fd, NULL, NULL);
		dataset_inputs_clear(&a->in);
		vv_dataset_found_clear(&a->found);
		vv_mem_sink_free(a->blocks);
		vv_free_all(a->path, a->file, a);
	}
}
VV_AUTO_FREE(ahead, ahead_free)

/* *out NULL: the file is not one for this (long, gone, a pointer, or its inputs are not to be had). */
static void ahead_begin(ahead **out, vv_dataset_reader *r, vv_writer *blocks, const char *path,
			const vv_dataset_options *opts)
{
	vv_auto(ahead) *a = vv_calloc(1, sizeof(*a));

	*out = NULL;
	if (!a) return;
	*a = (ahead){.reader = r, .opts = opts, .fd = -1, .path = vv_strdup(path)};
	if (!is_ready(a, blocks)) return;
	a->job.run = run_ahead;
	vv_pool_submit(r->pool, &a->job);
	*out = vv_take(&a);
}

static bool ahead_is_of(const ahead *a, const char *path, const vv_dataset_options *opts)
{
	return a->opts == opts && strcmp(a->path, path) == 0;
}

static bool is_unchanged(const ahead *a)
{
	vv_stat after;

	return vv_fstat(&after, a->fd, a->path, VV_IGNORED) == VV_OK &&
	       vv_stat_equal(&a->before, &after) &&
	       vv_lstat(&after, a->file, VV_IGNORED) == VV_OK && vv_stat_equal(&a->before, &after);
}

/* Waits for it, stores its blocks, and frees it. VV_ENOTFOUND: the import failed, or the file changed meanwhile;
 * nothing was stored. */
static vv_status ahead_end(ahead *take_a, vv_dataset_found *out, vv_error *err)
{
	vv_auto(ahead) *a = take_a;
	vv_dataset_reader *r = a->reader;
	vv_status rc;

	vv_pool_wait(r->pool, &a->job);
	uint64_t start = vv_monotonic_ms();
	if (a->status < 0 || !is_unchanged(a)) return VV_ENOTFOUND;
	if ((rc = vv_mem_sink_pour(a->blocks, NULL, &a->below, err)) < 0 ||
	    (rc = dataset_import_settle(&a->found, &a->in, r, err)) < 0 ||
	    (rc = vv_stat_cache_set(r->parts.stats, a->path, &a->before, &a->found.blob, a->sure,
				    err)) < 0 ||
	    (rc = vv_progress_update(r->parts.progress, "reading", a->before.size, a->before.size,
				     err)) < 0) {
		return rc;
	}
	a->found.st = a->before;
	a->found.ms = a->ms + (vv_monotonic_ms() - start);
	vv_dataset_found_clear(out);
	*out = a->found;
	a->found = (vv_dataset_found){0};
	return VV_OK;
}

/* Waits for it and forgets it. */
static void ahead_drop(ahead *a)
{
	vv_pool_wait(a->reader->pool, &a->job);
	ahead_free(a);
}

static ahead *take_ahead(vv_dataset_writer *w)
{
	ahead *a = w->ahead[w->ahead_first];

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
		ahead_drop(take_ahead(w));
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

/* While one file is waited for and stored, each thread has one in work and one to continue with. */
static bool make_room_ahead(vv_dataset_writer *w)
{
	vv_pool *pool = vv_dataset_reader_pool(w->reader);

	if (w->ahead_max == 0 && pool && vv_pool_threads(pool) > 0) {
		size_t max = 2 * ((size_t)vv_pool_threads(pool) + 1);

		w->ahead = vv_calloc(max, sizeof(*w->ahead));
		w->ahead_max = w->ahead ? max : 0;
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
	ahead *a;

	if (!make_room_ahead(w)) {
		return true; /* no thread to do it */
	}
	if (w->ahead_count == w->ahead_max || !has_blocks(w)) return false;
	ahead_begin(&a, w->reader, w->blocks, path, opts);
	if (a) {
		w->ahead[(w->ahead_first + w->ahead_count++) % w->ahead_max] = a;
	}
	return true;
}

/* Finishes the import begun for this path. VV_ENOTFOUND: none that helps. */
static vv_status finish_ahead(vv_dataset_writer *w, const char *path,
			      const vv_dataset_options *opts, vv_dataset_found *out, vv_error *err)
{
	if (w->ahead_count == 0 || !ahead_is_of(w->ahead[w->ahead_first], path, opts)) {
		return VV_ENOTFOUND;
	}
	return ahead_end(take_ahead(w), out, err);
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
