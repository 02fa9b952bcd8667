/*
 * apply_files: which file a path of a patch means; none may lead out of the work tree.
 */
#include "lib/merge/apply_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/root.h"
#include "lib/names/version.h"
#include "lib/worktree/last_copy.h"
#include "repo/git/index/worktree.h"

#define FLUSH_AT ((size_t)1 << 20)

static void close_subject(vv_apply_files *f)
{
	if (f->subject) {
		vv_subject_clear(f->subject);
		vv_free(f->subject);
		f->subject = NULL;
	}
	vv_scan_cache_free(f->cache);
	f->cache = NULL;
}

void vv_apply_files_clear(vv_apply_files *f)
{
	close_subject(f);
	vv_array_each(f->list, f->count, e) {
		vv_close(e->fd, NULL, NULL);
		if (e->temp) {
			vv_unlink(e->temp, true, NULL);
		}
		vv_free_all(e->temp, e->path, e->file);
		vv_buf_clear(&e->buf);
	}
	vv_free_all(f->list, f->only);
	*f = (vv_apply_files){0};
}

/* The path without its first parts, or the user's replacement. */
static const char *strip_path(const vv_apply_files *f, const char *path)
{
	if (f->instead) return f->instead;
	for (unsigned i = 0; i < f->strip; i++) {
		const char *slash = strchr(path, '/');
		if (!slash || !slash[1]) return NULL;
		path = slash + 1;
	}
	return path;
}

/* Every folder above the path must be one, and no link to one. */
static vv_status check_folders(const vv_apply_files *f, const char *path, vv_error *err)
{
	vv_status rc = VV_OK;
	for (const char *slash = strchr(path, '/'); slash && rc == VV_OK;
	     slash = strchr(slash + 1, '/')) {
		vv_auto(char) *part = vv_strndup(path, (size_t)(slash - path));
		char *folder = part && f->repo ? vv_repository_file(f->repo, part) : part;
		vv_stat st;
		if (!folder) {
			rc = vv_fail_nomem(err);
		} else if (vv_lstat(&st, folder, NULL) == VV_OK && !S_ISDIR(st.mode)) {
			rc = vv_fail(err, VV_EREFUSED, "'%s' is below '%s', which is not a folder",
				     vv_text_shows(path), vv_text_shows(part));
		}
		if (folder != part) {
			vv_free(folder);
		}
	}
	return rc;
}

/* The work tree must have nothing of its own at the path. */
static vv_status look_for_edits(vv_apply_files *f, const vv_apply_file *e,
				const vv_index_entry *entry, vv_error *err)
{
	bool clean = true;
	vv_stat st;
	vv_status rc = check_folders(f, e->path, err);
	if (rc < 0) return rc;
	if (!e->exists && vv_lstat(&st, e->file, NULL) == VV_OK) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' would be overwritten, and is not in the index\nadd the file, "
			       "or move it to another place",
			       vv_text_shows(e->path));
	}
	rc = e->exists ? vv_checkout_is_clean(f->checkout, entry, &clean, err) : VV_OK;
	if (rc == VV_OK && !clean) {
		vv_fail(err, VV_EREFUSED, "'%s' has unstaged changes", vv_text_shows(e->path));
		return vv_hint_code(err, VV_HINT_EDITS);
	}
	return rc < 0 || !e->exists ? rc
				    : vv_last_copy_keep(f->repo, f->checkout->reader,
							f->checkout->index, e->path, err);
}

static vv_status look_in_index(vv_apply_files *f, vv_apply_file *e, vv_error *err)
{
	vv_index_entry entry;
	e->exists = vv_index_get(f->index, e->path, &entry);
	if (!e->exists && vv_index_is_unmerged(f->index, e->path)) {
		vv_fail(err, VV_EREFUSED, "'%s' is in conflict", vv_text_shows(e->path));
		return vv_hint_code(err, VV_HINT_RESOLVE);
	}
	if (e->exists) {
		e->mode = entry.mode;
		e->blob = entry.id;
		if (!S_ISREG(e->mode)) {
			return vv_fail(err, VV_EREFUSED, "'%s' is not a regular file",
				       vv_text_shows(e->path));
		}
	}
	return f->checkout ? look_for_edits(f, e, &entry, err) : VV_OK;
}

static vv_status look_at_file(vv_apply_files *f, vv_apply_file *e, vv_error *err)
{
	if (f->index) {
		e->seen = true;
		return look_in_index(f, e, err);
	}
	vv_status rc = check_folders(f, e->path, err);
	if (rc < 0) return rc;
	e->seen = true;
	rc = vv_lstat(&e->st, e->file, err);
	if (rc == VV_ENOTFOUND) return VV_OK;
	e->exists = rc == VV_OK;
	if (rc == VV_OK && !S_ISREG(e->st.mode)) {
		rc = vv_fail(err, VV_EREFUSED, "'%s' is not a regular file",
			     vv_text_shows(e->path));
	}
	return rc;
}

/* behind: a suffix for a file beside the path. */
static vv_status find_file(vv_apply_files *f, const char *path, const char *behind,
			   vv_apply_file **out, vv_error *err)
{
	const char *own = strip_path(f, path);

	if (f->instead && f->only && strcmp(f->only, path) != 0) {
		return vv_fail(err, VV_EUSAGE,
			       "the patch changes both '%s' and '%s', and '%s' could mean "
			       "either\nomit the FILE argument: the patch names the paths",
			       vv_text_shows(f->only), vv_text_shows(path),
			       vv_text_shows(f->instead));
	}
	if (f->instead && !f->only && !(f->only = vv_strdup(path))) return vv_fail_nomem(err);
	if (!own) {
		return vv_fail(err, VV_EUSAGE, "'%s' does not have %s to strip (-p)",
			       vv_text_shows(path), vv_text_counted(f->strip, "folder", NULL));
	}
	vv_auto(char) *name = vv_asprintf("%s%s", own, behind);
	if (!name) return vv_fail_nomem(err);
	*out = vv_array_find(f->list, f->count, it, strcmp(it->path, name) == 0);
	if (*out) return VV_OK;
	if (!vv_array_room(f->list, f->count, f->cap)) return vv_fail_nomem(err);
	vv_apply_file *e = &f->list[f->count];
	*e = (vv_apply_file){.fd = -1};
	e->file = f->repo ? vv_repository_file(f->repo, name) : vv_strdup(name);
	e->path = vv_take(&name);
	f->count++;
	*out = e;
	return e->file ? look_at_file(f, e, err) : vv_fail_nomem(err);
}

vv_apply_file *vv_apply_files_find(vv_apply_files *f, const char *path)
{
	const char *own = strip_path(f, path);
	return own ? vv_array_find(f->list, f->count, it, strcmp(it->path, own) == 0) : NULL;
}

/* --- reading ------------------------------------------------------------------ */

vv_status vv_apply_files_open(vv_apply_files *f, const char *path, const vv_root *before,
			      vv_table *out, bool *exists, vv_error *err)
{
	vv_apply_file *e;
	const vv_subject_options so = {.before = before, .progress = f->progress, .writes = true};
	vv_status rc = find_file(f, path, "", &e, err);
	close_subject(f);
	*exists = rc == VV_OK && e->exists;
	if (rc < 0 || !e->exists || !out) return rc;
	f->subject = vv_calloc(1, sizeof(*f->subject));
	if (!f->subject) return vv_fail_nomem(err);
	f->subject->env = f->env;
	rc = f->index ? vv_subject_find(f->subject, f->repo, f->reader,
					&(vv_version_name){.path = e->path, .blob = &e->blob}, err)
		      : vv_subject_find(f->subject, f->repo, f->reader,
					&(vv_version_name){.file = e->file, .shown = e->path}, err);
	if (rc < 0) return rc;
	return vv_subject_open(f->subject, out, &so, err);
}

const vv_scan_cache *vv_apply_files_cache(vv_apply_files *f, const vv_cid *root, uint64_t *secret)
{
	if (f->reader && f->subject && f->subject->is_dataset && !f->cache &&
	    vv_dataset_reader_scan_cache(f->reader, f->subject->path, root, &f->cache, secret,
					 VV_IGNORED) < 0) {
		f->cache = NULL;
	}
	return f->cache;
}

/* --- writing ------------------------------------------------------------------ */

static vv_status flush_file(vv_apply_file *e, vv_error *err)
{
	vv_status rc = vv_buf_ok(&e->buf, err);
	if (rc == VV_OK && e->buf.len > 0) {
		rc = vv_write_full(e->fd, e->buf.data, e->buf.len, e->temp, err);
	}
	vv_buf_reset(&e->buf);
	return rc;
}

static vv_status note_file(const vv_apply_files *f, vv_apply_file *e, vv_error *err)
{
	vv_stat now;
	vv_status rc;

	if (!f->back) return VV_OK;
	if ((rc = vv_way_back_path(f->back, NULL, e->path, true, err)) < 0) return rc;
	/* That it is kept is a change of its inode. */
	if (e->exists && vv_lstat(&now, e->file, NULL) == VV_OK) {
		e->st.ctime_sec = now.ctime_sec;
		e->st.ctime_nsec = now.ctime_nsec;
	}
	return vv_way_back_ready(f->back, err);
}

static vv_status open_temp(const vv_apply_files *f, vv_apply_file *e, vv_error *err)
{
	vv_status rc = note_file(f, e, err);

	if (rc == VV_OK && !f->index) {
		rc = vv_mkdirs_above(e->file, err);
	}
	vv_auto(char) *dir = rc < 0 ? NULL
			     : f->index
				     ? vv_path_join(vv_repository_varvedir(f->repo), "cache", NULL)
				     : vv_worktree_temp_dir(f->repo, e->file);
	if (!dir || (f->index && (rc = vv_mkdirs(dir, err)) < 0)) {
		return rc < 0 ? rc : vv_fail_nomem(err);
	}
	int fd = vv_temp_open(&e->temp, dir, f->index ? "tmp-apply-" : ".varve-", err);
	if (fd < 0) return (vv_status)fd;
	e->fd = fd;
	return VV_OK;
}

vv_status vv_apply_files_put(vv_apply_files *f, const char *path, const char *behind,
			     const void *bytes, size_t len, vv_error *err)
{
	vv_apply_file *e;
	vv_status rc = find_file(f, path, behind, &e, err);
	if (rc == VV_OK && e->fd < 0 && (e->temp || e->changes)) {
		rc = vv_fail(err, VV_EINPUT, "the patch changes '%s' twice", vv_text_shows(path));
	}
	if (rc == VV_OK && e->fd < 0) {
		rc = open_temp(f, e, err);
	}
	if (rc < 0) return rc;
	vv_buf_put(&e->buf, bytes, len);
	return e->buf.len >= FLUSH_AT || e->buf.failed ? flush_file(e, err) : VV_OK;
}

vv_status vv_apply_files_change(vv_apply_files *f, const char *path, const char *behind,
				bool removed, vv_error *err)
{
	vv_apply_file *e;
	vv_status rc = find_file(f, path, behind, &e, err);
	if (rc == VV_OK && e->changes) {
		rc = vv_fail(err, VV_EINPUT, "the patch changes '%s' twice", vv_text_shows(path));
	}
	if (rc == VV_OK && !removed && e->fd < 0) {
		rc = open_temp(f, e, err); /* an empty file */
	}
	if (rc < 0) return rc;
	e->changes = true;
	e->removed = removed;
	if (removed) return e->temp ? VV_OK : note_file(f, e, err);
	rc = flush_file(e, err);
	if (rc == VV_OK && e->exists && !f->index &&
	    fchmod(e->fd, (mode_t)(e->st.mode & 0777)) < 0) {
		rc = vv_fail_errno(err, "cannot set the mode of", e->temp);
	}
	/* The replaced content may exist only here: after a power cut one of the two must exist. */
	if (rc == VV_OK && e->exists && !f->index) {
		rc = vv_fsync(e->fd, e->temp, err);
	}
	int fd = e->fd;
	e->fd = -1;
	return vv_close_after(rc, fd, e->temp, err);
}

static vv_status must_be_unchanged(const vv_apply_file *e, vv_error *err)
{
	vv_stat now;
	bool exists = vv_lstat(&now, e->file, VV_IGNORED) == VV_OK;
	if (exists == e->exists && (!exists || vv_stat_equal(&now, &e->st))) return VV_OK;
	return vv_fail(err, VV_ECONFLICT,
		       "'%s' changed while the patch was applied; nothing was written\n"
		       "try again",
		       vv_text_shows(e->path));
}

vv_status vv_apply_files_commit(vv_apply_files *f, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t changed = 0;

	for (size_t i = 0; i < f->count && rc == VV_OK; i++) {
		if (f->list[i].changes) {
			rc = must_be_unchanged(&f->list[i], err);
		}
	}
	for (size_t i = 0; i < f->count && rc == VV_OK; i++) {
		vv_apply_file *e = &f->list[i];
		if (!e->changes || e->removed ||
		    (f->back && (rc = vv_worktree_watch(f->repo, e->path, e->temp, err)) < 0)) {
			continue;
		}
		if ((rc = vv_rename(e->temp, e->file, err)) == VV_OK) {
			vv_free(e->temp);
			e->temp = NULL;
			changed++;
		}
	}
	for (size_t i = 0; i < f->count && rc == VV_OK; i++) {
		if (f->list[i].changes && f->list[i].removed) {
			rc = vv_unlink(f->list[i].file, true, err);
			changed += rc == VV_OK;
		}
	}
	if (rc < 0 && changed > 0) {
		(void)vv_prefix(err, "%zu file%s already changed, but a later step failed", changed,
				changed == 1 ? " was" : "s were");
	}
	return rc;
}
