/*
 * materialise: restores a pointer's file: writes it beside the old one, checks it, and renames it
 * over; parts that the old file has are copied.
 */
#include "lib/tables/materialise.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/list.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/bytes.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "lib/tables/known_bytes.h"
#include "repo/git/index/worktree.h"

typedef struct output {
	int fd;
	const char *path;
	char *buf;
	size_t len;
} output;

/* Pieces longer than half of it are written directly. */
#define OUTPUT_BUF (64u << 10)

static vv_status output_flush(output *o, vv_error *err)
{
	vv_status rc = vv_write_full(o->fd, o->buf, o->len, o->path, err);
	o->len = 0;
	return rc;
}

static vv_status output_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	output *o = payload;
	vv_status rc;
	bool direct = len > OUTPUT_BUF / 2;
	/* buffered bytes go before a direct write */
	if ((direct || o->len + len > OUTPUT_BUF) && (rc = output_flush(o, err)) < 0) return rc;
	if (direct) return vv_write_full(o->fd, bytes, len, o->path, err);
	memcpy(o->buf + o->len, bytes, len);
	o->len += len;
	return VV_OK;
}

/* Guesses the version in the file at path without reading it. The check of the new file's hash
 * detects a wrong guess. */
static bool guess_old(vv_dataset_reader *r, const char *path, const vv_stat *st, vv_arena *arena,
		      vv_pointer *out)
{
	vv_oid id;
	return vv_stat_cache_guess(vv_dataset_reader_parts(r)->stats, path, st, &id) &&
	       vv_dataset_reader_pointer(r, &id, arena, out, VV_IGNORED) == VV_OK;
}

/* That version opened, and its file; *fd -1 when there is none. */
static void open_old(vv_dataset_reader *r, const vv_sink *source, const char *path,
		     const char *file, vv_table *old, int *fd)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_stat st, again;
	*fd = -1;
	if (vv_lstat(&st, file, VV_IGNORED) < 0 || !S_ISREG(st.mode) ||
	    !guess_old(r, path, &st, &arena, &p)) {
		return;
	}
	if (vv_table_open_stored(old, source, &p.root, VV_IGNORED) == VV_OK) {
		*fd = vv_open_regular(file, O_NOFOLLOW, VV_IGNORED);
		if (*fd < 0 || vv_fstat(&again, *fd, path, VV_IGNORED) < 0 ||
		    !vv_stat_equal(&st, &again)) {
			vv_close(*fd, NULL, NULL);
			vv_table_close(old);
			*fd = -1;
		}
	}
}

static vv_status write_version(vv_dataset_reader *r, vv_table *t, int fd, const char *temp,
			       vv_table *old, int old_fd, vv_scan_cache *cache, vv_error *err)
{
	output o = {.fd = fd, .path = temp, .buf = vv_malloc(OUTPUT_BUF)};
	vv_bytes_options opts = {.pool = vv_dataset_reader_pool(r),
				 .progress = vv_dataset_reader_parts(r)->progress,
				 .cache = cache,
				 .old = old,
				 .old_fd = old_fd};
	if (!o.buf) return vv_fail_nomem(err);
	vv_repository *repo = vv_dataset_reader_parts(r)->repo;
	vv_status rc = vv_repository_secret(repo, &opts.secret, err);
	if (rc == VV_OK &&
	    (rc = vv_known_bytes_write(repo, t, output_write, &o, &opts, err)) == VV_OK) {
		rc = output_flush(&o, err);
	}
	vv_free(o.buf);
	return rc;
}

/* A temporary file from which `file` can be renamed. */
static int open_temp(vv_dataset_reader *r, const char *file, char **temp, vv_error *err)
{
	vv_auto(char) *dir = vv_worktree_temp_dir(vv_dataset_reader_parts(r)->repo, file);

	*temp = NULL;
	return dir ? vv_temp_open(temp, dir, ".varve-", err) : (int)vv_fail_nomem(err);
}

/* Adds the path, and for missing blocks a hint. */
static vv_status explain_missing(const char *path, vv_status rc, vv_error *err)
{
	vv_prefix(err, "%s", vv_text_shows(path));
	if (rc == VV_EMISSING) {
		vv_hint_code(err, VV_HINT_FETCH_AND_RESTORE, path);
	} else if (rc == VV_ECORRUPT) {
		vv_hint_code(err, VV_HINT_FSCK);
	}
	return rc;
}

/* The file's new content, in *temp; tried with the help of the old file first. */
static vv_status make_file(vv_dataset_reader *r, const char *path, const char *file, vv_table *t,
			   char **temp, vv_scan_cache **cache, uint32_t mode, vv_error *err)
{
	vv_auto(vv_table) old = {0};
	vv_auto(vv_fd) old_fd = -1;
	vv_status rc = VV_OK;
	open_old(r, &t->source, path, file, &old, &old_fd);
	const int fd = open_temp(r, file, temp, err);
	if (fd < 0) return (vv_status)fd;
	for (;;) {
		/* groups in key order are not pieces of the file */
		bool cached = t->root.kind == VV_KIND_TABLE && !vv_root_is_sorted(&t->root);
		*cache = cached ? vv_scan_cache_new() : NULL;
		if (cached && !*cache) {
			rc = vv_fail_nomem(err);
			break;
		}
		rc = write_version(r, t, fd, *temp, &old, old_fd, *cache, err);
		if (rc != VV_ECORRUPT || old_fd < 0) {
			break;
		}
		/* perhaps only the guess about the old file was wrong */
		vv_fd_close(&old_fd);
		vv_scan_cache_free(*cache);
		if (vv_sys_ops.ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
			rc = vv_fail_errno(err, "cannot empty", *temp);
			*cache = NULL;
			break;
		}
	}
	if (rc == VV_OK) {
		rc = vv_worktree_mode(fd, file, mode, err);
	}
	return vv_close_after(rc, fd, *temp, err);
}

void vv_made_file_clear(vv_made_file *m)
{
	if (m->temp) {
		(void)vv_unlink(m->temp, true, VV_IGNORED);
	}
	vv_free(m->temp);
	vv_scan_cache_free(m->cache);
	*m = (vv_made_file){0};
}

vv_status vv_made_file_make(vv_made_file *out, vv_dataset_reader *r, const char *path,
			    const vv_pointer *p, uint32_t mode, vv_error *err)
{
	vv_repository *repo = vv_dataset_reader_parts(r)->repo;
	vv_auto(vv_table) t = {0};
	vv_auto(char) *file = vv_repository_file(repo, path);
	vv_status rc;

	*out = (vv_made_file){0};
	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_path_check_plain(path, err)) < 0 ||
	    (rc = vv_worktree_check_above(repo, path, err)) < 0) {
		return rc;
	}
	if ((rc = vv_dataset_open_stored(&t, repo, &p->root, err)) < 0 ||
	    (rc = make_file(r, path, file, &t, &out->temp, &out->cache, mode, err)) < 0) {
		vv_made_file_clear(out);
		return explain_missing(path, rc, err);
	}
	if (out->cache) {
		out->cache->root = t.cid;
	}
	return rc;
}

vv_status vv_made_file_place(vv_made_file *m, vv_dataset_reader *r, const char *path,
			     const vv_oid *blob, vv_stat *st, vv_error *err)
{
	vv_repository *repo = vv_dataset_reader_parts(r)->repo;
	vv_auto(char) *file = vv_repository_file(repo, path);
	vv_status rc;

	/* Again, since making it took its time: a folder may have become a link to elsewhere. */
	if ((rc = vv_worktree_check_above(repo, path, err)) < 0 ||
	    (rc = vv_mkdirs_above(file, err)) < 0 ||
	    (rc = vv_worktree_make_room(repo, path, err)) < 0 ||
	    (rc = vv_worktree_watch(repo, path, m->temp, err)) < 0 ||
	    (rc = vv_rename(m->temp, file, err)) < 0) {
		return rc;
	}
	vv_free(vv_take(&m->temp));
	if ((rc = vv_lstat(st, file, err)) < 0 ||
	    (rc = vv_stat_cache_set(vv_dataset_reader_parts(r)->stats, path, st, blob, false,
				    err)) < 0) {
		return rc;
	}
	if (m->cache) {
		vv_dataset_reader_scan_cache_save(r, path, m->cache, false,
						  VV_IGNORED); /* derived */
	}
	return VV_OK;
}

vv_status vv_materialise(vv_dataset_reader *r, const char *path, const vv_oid *blob,
			 const vv_pointer *p, uint32_t mode, vv_stat *st, vv_error *err)
{
	vv_auto(vv_made_file) m = {0};
	vv_status rc = vv_made_file_make(&m, r, path, p, mode, err);

	return rc < 0 ? rc : vv_made_file_place(&m, r, path, blob, st, err);
}
