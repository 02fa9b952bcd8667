/*
 * folder_place: a folder as a place, and how it is known that its disk is mounted.
 */
#include "transport/places/place_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sync.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/places/place_quota.h"

typedef struct folder {
	char *path;
	const vv_place_mark *mark;
	vv_place_quota quota;
	vv_string_list
		swept; /* folders from which what dead processes left was removed, once each */
	vv_file_batch later;
	bool failed; /* a put since the last finish failed, with its error */
	vv_error why;
} folder;

#define TOGETHER                                                                                   \
	16u /* files that are renamed together: those sent by a killed run stay, except for the last */

/* --- content --------------------------------------------------------------------------- */

static const vv_place_ops folder_ops;

void vv_folder_place_changed(const vv_place *p)
{
	((folder *)p->payload)->quota.counted = false;
}

/* Where disks are mounted, as the Filesystem Hierarchy Standard has it. */
static bool is_for_mounts(const char *path)
{
	return strncmp(path, "/media/", 7) == 0 || strncmp(path, "/run/media/", 11) == 0 ||
	       strncmp(path, "/mnt/", 5) == 0;
}

/* A new folder needs an existing parent, and is not made on the system's disk in place of an unmounted
 * one. */
static vv_status check_mounted(const char *path, vv_error *err)
{
	vv_auto(char) *above = vv_path_dir(path);
	struct stat top, st;
	vv_status rc = above ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && !vv_exists(path) &&
	    (stat(above, &st) != 0 ||
	     (is_for_mounts(path) && stat("/", &top) == 0 && top.st_dev == st.st_dev))) {
		rc = vv_fail(err, VV_ENOTFOUND,
			     "'%s' does not exist, or no disk is mounted at '%s'\nmount the disk, "
			     "or create the folder",
			     vv_text_shows(path), vv_text_shows(above));
	}
	return rc;
}

/* Is it the intended folder, and not an empty one while a disk is not mounted? */
static vv_status check_mark(const char *path, const vv_place_mark *mark, bool make, vv_error *err)
{
	vv_auto(char) *file = mark ? vv_path_join(path, mark->file, (char *)NULL) : NULL;
	vv_status rc = VV_OK;

	if (!mark) return VV_OK;
	if (!file) return vv_fail_nomem(err);
	if (vv_exists(file)) return VV_OK;
	if (make) {
		vv_auto(vv_file_batch) batch = {0};
		if ((rc = vv_file_batch_add(&batch, file, mark->text, strlen(mark->text), err)) ==
		    VV_OK) {
			rc = vv_file_batch_finish(&batch, err);
		}
	} else {
		if (vv_exists(path)) {
			vv_fail(err, VV_ENOTFOUND,
				"'%s' has no %s (no file '%s'), or its disk is not mounted",
				vv_text_shows(path), mark->keeps, mark->file);
		} else {
			vv_fail(err, VV_ENOTFOUND,
				"'%s' does not exist, or its disk is not mounted",
				vv_text_shows(path));
		}
		rc = vv_hint(err, "check the path: a folder with %s has a file '%s'", mark->keeps,
			     mark->file);
	}
	return rc;
}

/* The path of a name below the folder. Owned by the caller. */
static vv_status find_path(char **out, const folder *f, const char *name, vv_error *err)
{
	const vv_status rc = vv_has_no_link(f->path, name, err);

	*out = rc < 0 ? NULL : vv_path_join(f->path, name, (char *)NULL);
	return rc < 0 || *out ? rc : vv_fail_nomem(err);
}

static vv_status sweep_once(folder *f, const char *path, vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(path);

	if (!dir) return vv_fail_nomem(err);
	if (vv_array_find(f->swept.items, f->swept.count, it, strcmp(*it, dir) == 0)) return VV_OK;
	vv_temp_sweep(dir, VV_WRITE_TEMP);
	return vv_string_list_add(&f->swept, vv_take(&dir), err);
}

/* If the folder exists and is readable, the failure means that its disk is full, or read-only. */
static vv_status recode_full(const folder *f, vv_status rc, vv_error *err)
{
	return rc == VV_EIO && check_mark(f->path, f->mark, false, NULL) == VV_OK
		       ? vv_recode(err, VV_EREFUSED)
		       : rc;
}

/* Renames the files of the batch. */
static vv_status name_files(folder *f, vv_error *err)
{
	vv_error gone;
	vv_status rc = vv_file_batch_finish(&f->later, err);

	if (rc < 0) {
		f->quota.counted = false;
		if (check_mark(f->path, f->mark, false, &gone) < 0) {
			rc = vv_error_copy(err, &gone);
		}
	}
	return recode_full(f, rc, err);
}

static vv_status folder_put_later(void *payload, const char *name, const void *bytes, size_t len,
				  vv_error *err)
{
	folder *f = payload;
	vv_auto(char) *path = NULL;
	vv_stat st;
	vv_status rc = find_path(&path, f, name, err);

	if (rc < 0) return recode_full(f, rc, err);
	if (f->later.count >= TOGETHER && (rc = name_files(f, err)) < 0) {
		f->failed = true;
		f->why = *err;
		return rc;
	}
	/* A folder has no business there. */
	if (vv_lstat(&st, path, NULL) == VV_OK && S_ISDIR(st.mode) && rmdir(path) < 0) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' is a folder instead of a file\n"
			       "move that folder away, then run the same command again",
			       vv_text_shows(path));
	}
	/* An existing file stays, unless it is truncated. */
	if (vv_lstat(&st, path, NULL) == VV_OK && S_ISREG(st.mode) && st.size == len) {
		vv_auto(vv_buf) is = VV_BUF_INIT;
		bool same = vv_read_regular(&is, path, len, NULL) == VV_OK && is.len == len &&
			    memcmp(is.data, bytes, len) == 0;
		if (same) {
			/* Its writer may have been killed before it was durable. */
			return vv_file_batch_keep(&f->later, path, err);
		}
	}
	/* A disk may go in the middle. */
	if ((rc = check_mark(f->path, f->mark, false, err)) < 0 ||
	    (rc = vv_place_quota_check(&f->quota, &folder_ops, f, len, err)) < 0 ||
	    (rc = sweep_once(f, path, err)) < 0 ||
	    (rc = vv_file_batch_add(&f->later, path, bytes, len, err)) < 0) {
		return recode_full(f, rc, err);
	}
	f->quota.used += len;
	return recode_full(f, rc, err);
}

static vv_status folder_finish(void *payload, vv_error *err)
{
	folder *f = payload;
	vv_status rc = name_files(f, err);

	if (f->failed) {
		rc = vv_error_copy(err, &f->why);
	}
	f->failed = false;
	return rc;
}

static vv_status folder_put(void *payload, const char *name, const void *bytes, size_t len,
			    vv_error *err)
{
	vv_status rc = folder_put_later(payload, name, bytes, len, err);
	return rc < 0 ? rc : folder_finish(payload, err);
}

static vv_status folder_get(void *payload, const char *name, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err)
{
	folder *f = payload;
	vv_auto(char) *path = NULL;
	vv_stat st;
	vv_status rc = find_path(&path, f, name, err);

	if (rc < 0) return rc;
	vv_auto(vv_fd) fd = vv_open_regular(path, O_RDONLY | O_NOFOLLOW, err);
	if (fd < 0) { /* a folder is not an object */
		return fd == VV_EINPUT ? vv_recode(err, VV_ENOTFOUND) : (vv_status)fd;
	}
	if ((rc = vv_fstat(&st, fd, path, err)) < 0 || from >= st.size) return rc;
	const size_t n = (size_t)(st.size - from < len ? st.size - from : len);
	if (!vv_buf_reserve(out, n)) return vv_fail_nomem(err);
	const ssize_t got = vv_pread_full(fd, out->data + out->len, n, from, path, err);
	if (got < 0) return (vv_status)got;
	out->len += (size_t)got;
	out->data[out->len] = '\0';
	return VV_OK;
}

static vv_status folder_list(void *payload, const char *name, vv_listed_fn fn, void *to,
			     vv_error *err)
{
	folder *f = payload;
	vv_auto(char) *first = NULL;
	vv_auto(vv_string_list) names = {0};
	vv_status rc;

	/* The folder itself is not a link either. */
	vv_auto(char) *inside = vv_asprintf("%s%s", name, *name ? "/" : "");
	if ((rc = vv_alloc_ok(inside, err)) == VV_OK) {
		rc = find_path(&first, f, inside, err);
	}
	if (rc < 0) return rc;
	vv_auto(char) *dir = *name ? vv_path_join(f->path, name, (char *)NULL) : vv_strdup(f->path);
	if (!dir) return vv_fail_nomem(err);
	rc = vv_list_dir(&names.items, &names.count, dir, err);
	if (rc == VV_ENOTFOUND && *name) {
		rc = VV_OK;
	}
	for (size_t i = 0; rc == VV_OK && i < names.count; i++) {
		vv_auto(char) *path = vv_path_join(dir, names.items[i], (char *)NULL);
		vv_stat st;
		if (!path) {
			rc = vv_fail_nomem(err);
		} else if (vv_lstat(&st, path, NULL) == VV_OK &&
			   (S_ISREG(st.mode) || S_ISDIR(st.mode))) {
			const vv_listed e = {.name = names.items[i],
					     .size = S_ISDIR(st.mode) ? UINT64_MAX : st.size,
					     .modified = st.mtime_sec};
			rc = fn(to, &e, err);
		}
	}
	return rc;
}

static vv_status folder_remove(void *payload, const char *name, vv_error *err)
{
	folder *f = payload;
	vv_auto(char) *path = NULL;
	vv_status rc = find_path(&path, f, name, err);

	if (rc == VV_OK) {
		rc = vv_unlink(path, false, err);
	}
	f->quota.counted = false;
	return rc;
}

static void folder_close(void *payload)
{
	folder *f = payload;

	vv_string_list_clear(&f->swept);
	vv_file_batch_clear(&f->later);
	vv_free_all(f->path, f);
}

static const vv_place_ops folder_ops = {.put = folder_put,
					.put_later = folder_put_later,
					.finish = folder_finish,
					.get = folder_get,
					.list = folder_list,
					.remove = folder_remove,
					.close = folder_close};

/* --- opening it ------------------------------------------------------------------------------ */

static vv_status open_folder(vv_place *out, const char *path, const vv_place_facts *facts,
			     bool make, vv_error *err)
{
	struct stat st;
	vv_status rc = check_mark(path, facts->mark, make, err);

	if (rc < 0) return rc;
	if (stat(path, &st) != 0) return vv_fail_errno(err, "cannot get the status of", path);
	folder *f = vv_calloc(1, sizeof(*f));
	if (!f || !(f->path = vv_strdup(path))) {
		vv_free(f);
		return vv_fail_nomem(err);
	}
	f->mark = facts->mark;
	vv_place_quota_init(&f->quota, facts);
	return vv_place_make(out, &folder_ops, f,
			     vv_asprintf("device %llx", (unsigned long long)st.st_dev), facts, err);
}

vv_status vv_folder_place_open(vv_place *out, const char *path, const vv_place_facts *facts,
			       bool make, vv_error *err)
{
	vv_status rc = make ? check_mounted(path, err) : VV_OK;

	*out = (vv_place){0};
	return rc < 0 ? rc : open_folder(out, path, facts, make, err);
}

vv_status vv_folder_url_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect VV_UNUSED, bool make, vv_error *err)
{
	return vv_folder_place_open(out, url->path, facts, make, err);
}

vv_status vv_own_folder_open(vv_place *out, const char *path, const vv_place_facts *facts,
			     bool make, vv_error *err)
{
	*out = (vv_place){0};
	return open_folder(out, path, facts, make, err);
}
