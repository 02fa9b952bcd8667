/*
 * import_ahead: which files are imported by another thread, and how the result becomes that of an
 * ordinary import.
 */
#include "lib/tables/import_ahead.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "dataset/read/window.h"
#include "dataset/table/mem_sink.h"
#include "lib/tables/dataset_import_internal.h"
#include "lib/tables/dataset_reader_internal.h"

struct vv_import_ahead {
	vv_job job;
	vv_dataset_reader *reader;
	vv_import_ahead_how how;
	char *path, *file;
	int fd;
	vv_stat before;
	bool sure; /* later changes change the stat */
	vv_fd_source fds;
	vv_source source;
	dataset_inputs in;
	vv_sink sink;
	vv_mem_sink *blocks;
	uint64_t ms;
	/* the thread's */
	vv_dataset_found found;
	vv_status status;
};

static void run_ahead(vv_job *job, unsigned worker VV_UNUSED)
{
	vv_import_ahead *a = (vv_import_ahead *)job;
	uint64_t start = vv_monotonic_ms();

	a->status = dataset_import_run(&a->found, &a->in, &a->source, &a->sink, VV_IGNORED);
	if (a->status == VV_OK && a->how.then) {
		a->how.then(a->how.payload, &a->found, a->blocks);
	}
	a->ms += vv_monotonic_ms() - start;
}

/* Does the first window contain the whole file, and is it not a pointer? */
static bool is_fit(const vv_import_ahead *a)
{
	char head[16];

	if (!S_ISREG(a->before.mode) || a->before.size == 0 || a->before.size > VV_WINDOW_FIRST) {
		return false;
	}
	ssize_t n = vv_pread_full(a->fd, head, sizeof(head), 0, a->path, NULL);
	return n > 0 && !vv_pointer_may_begin(head, (size_t)n);
}

static bool open_blocks(vv_import_ahead *a)
{
	const vv_import_ahead_how *how = &a->how;
	vv_store *store;

	if (!how->dry) {
		if (vv_mem_sink_over(&a->blocks, &how->below, a->in.temp, VV_IGNORED) < 0) {
			return false;
		}
		vv_mem_sink_use(&a->sink, a->blocks);
		a->sink.passing = false;
		return true;
	}
	if (vv_repository_store(a->reader->parts.repo, &store, VV_IGNORED) < 0 ||
	    vv_mem_sink_new(&a->blocks, store, a->in.temp, VV_IGNORED) < 0) {
		return false;
	}
	vv_mem_sink_limit(a->blocks, how->limit);
	vv_mem_sink_use(&a->sink, a->blocks);
	a->sink.has = how->uncounted ? NULL : a->sink.has;
	return true;
}

static bool is_ready(vv_import_ahead *a)
{
	uint64_t start = vv_monotonic_ms();

	if (!a->path || !(a->file = vv_repository_file(a->reader->parts.repo, a->path)) ||
	    (a->fd = vv_open(a->file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, VV_IGNORED)) < 0 ||
	    vv_fstat(&a->before, a->fd, a->path, VV_IGNORED) < 0 || !is_fit(a) ||
	    dataset_inputs_gather(&a->in, a->reader, a->path, a->how.opts, a->how.dry, &a->found,
				  VV_IGNORED) < 0 ||
	    !open_blocks(a)) {
		return false;
	}
	a->sure = vv_stat_wait(&a->before);
	vv_source_fd(&a->source, &a->fds, a->fd, a->path, a->before.size);
	a->in.opts.pool = NULL; /* the file is one thread's */
	a->in.opts.progress = NULL;
	a->ms = vv_monotonic_ms() - start;
	return true;
}

static void ahead_free(vv_import_ahead *a)
{
	if (a) {
		vv_close(a->fd, NULL, NULL);
		dataset_inputs_clear(&a->in);
		vv_dataset_found_clear(&a->found);
		vv_mem_sink_free(a->blocks);
		vv_free_all(a->path, a->file, a);
	}
}
VV_AUTO_FREE(vv_import_ahead, ahead_free)

/* While one file is waited for and used, each thread has one in work and one to continue with. */
size_t vv_import_ahead_most(vv_dataset_reader *r)
{
	const vv_pool *pool = vv_dataset_reader_pool(r);
	const size_t threads = pool ? vv_pool_threads(pool) : 0;

	return threads > 0 ? 2 * (threads + 1) : 0;
}

void vv_import_ahead_begin(vv_import_ahead **out, vv_dataset_reader *r, const char *path,
			   const vv_import_ahead_how *how)
{
	vv_auto(vv_import_ahead) *a = vv_calloc(1, sizeof(*a));

	*out = NULL;
	if (!a) return;
	*a = (vv_import_ahead){.reader = r, .how = *how, .fd = -1, .path = vv_strdup(path)};
	if (!is_ready(a)) return;
	a->job.run = run_ahead;
	vv_pool_submit(r->pool, &a->job);
	*out = vv_take(&a);
}

bool vv_import_ahead_is_of(const vv_import_ahead *a, const char *path,
			   const vv_dataset_options *opts)
{
	return a->how.opts == opts && strcmp(a->path, path) == 0;
}

static bool is_unchanged(const vv_import_ahead *a)
{
	vv_stat after;

	return vv_fstat(&after, a->fd, a->path, VV_IGNORED) == VV_OK &&
	       vv_stat_equal(&a->before, &after) &&
	       vv_lstat(&after, a->file, VV_IGNORED) == VV_OK && vv_stat_equal(&a->before, &after);
}

vv_status vv_import_ahead_end(vv_import_ahead *take_a, vv_dataset_found *out, vv_error *err)
{
	vv_auto(vv_import_ahead) *a = take_a;
	vv_dataset_reader *r = a->reader;
	vv_status rc;

	vv_pool_wait(r->pool, &a->job);
	uint64_t start = vv_monotonic_ms();
	/* the ordinary import looks at earlier versions */
	if (a->status < 0 || a->found.result.types_kept || !is_unchanged(a)) return VV_ENOTFOUND;
	if ((!a->how.dry && (rc = vv_mem_sink_pour(a->blocks, NULL, &a->how.below, err)) < 0) ||
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

void vv_import_ahead_drop(vv_import_ahead *a)
{
	if (!a) return;
	vv_pool_wait(a->reader->pool, &a->job);
	ahead_free(a);
}
