/*
 * index_files: ordinary files between work tree and index: staged, compared, written. Tables never
 * come here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/index/attributes_internal.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/index/worktree.h"
#include "repo/git/program.h"
#include "repo/git/quarantine.h"

#define LINK_BYTES_MAX 65536u
#define FILE_BYTES_MAX ((uint64_t)2 << 30) /* whole in memory when written or converted */

enum { MODE_PLAIN = 0100644, MODE_PROGRAM = 0100755, MODE_LINK = 0120000, MODE_MODULE = 0160000 };

static bool is_link_mode(uint32_t mode)
{
	return (mode & 0170000) == MODE_LINK;
}

/* The target of a symbolic link. */
static vv_status read_link(const char *file, vv_buf *out, vv_error *err)
{
	char text[4096];
	ssize_t len = readlink(file, text, sizeof(text));

	if (len < 0) return vv_fail_errno(err, "cannot read the symbolic link", file);
	if ((size_t)len == sizeof(text)) {
		return vv_fail(err, VV_EREFUSED, "the symbolic link '%s' is too long",
			       vv_text_shows(file));
	}
	vv_buf_put(out, text, (size_t)len);
	return vv_buf_ok(out, err);
}

/* --- into the index --------------------------------------------------------------- */

static vv_status convert_file(vv_repository *r, git_filter_list *filters, const char *path,
			      const vv_stat *st, git_buf *out, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r, path);
	vv_auto(vv_buf) in = VV_BUF_INIT;
	vv_status rc;

	if (st->size > FILE_BYTES_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' is too large to convert its line ends: %s\n"
			       "mark it '-text' in .gitattributes",
			       vv_text_shows(path), vv_text_bytes(st->size));
	}
	if ((rc = vv_read_regular(&in, file, (size_t)FILE_BYTES_MAX, err)) < 0) return rc;
	int code = git_filter_list_apply_to_buffer(out, filters, vv_buf_cstr(&in), in.len);
	return code < 0 ? vv_git_fail(err, code, "cannot convert '%s'", vv_text_shows(path))
			: VV_OK;
}

static vv_status store_plain(vv_repository *r, const char *path, const char *file,
			     const vv_stat *st, git_oid *id, vv_error *err)
{
	vv_auto(vv_fd) fd = vv_open_regular(file, O_NOFOLLOW, err);

	return fd < 0 ? (vv_status)fd : vv_quarantine_write_fd(r, fd, path, st->size, id, err);
}

static vv_status store_link(vv_repository *r, const char *file, git_oid *id, vv_error *err)
{
	vv_auto(vv_buf) in = VV_BUF_INIT;
	vv_status rc = read_link(file, &in, err);

	return rc < 0 ? rc : vv_quarantine_write(r, GIT_OBJECT_BLOB, in.data, in.len, id, err);
}

/* git's blob of a file whose filter libgit2 cannot run, such as Git LFS's: its id, or the blob itself. */
static vv_status hash_by_git(vv_repository *r, const char *path, bool store, git_oid *id,
			     vv_error *err)
{
	const char *argv[] = {"git",         "-C", r->workdir, "-c", "core.fsync=all",
			      "hash-object", "--", path,       NULL, NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	int code;
	vv_status rc;

	if (store) {
		argv[6] = "-w";
		argv[7] = "--";
		argv[8] = path;
	}
	if ((rc = vv_program_run(r->env, argv, NULL, 0, &out, &code, err)) < 0) return rc;
	return code == 0 && out.len >= VV_OID_TEXT &&
			       vv_oid_parse(vv_from_git_out(id), out.data, VV_OID_TEXT)
		       ? VV_OK
		       : vv_fail(err, VV_EIO, "git could not read '%s' through its filter",
				 vv_text_shows(path));
}

/* git syncs the object's file, but not its folders. */
static vv_status store_by_git(vv_repository *r, const char *path, git_oid *id, vv_error *err)
{
	vv_status rc = hash_by_git(r, path, true, id, err);

	if (rc < 0) return rc;
	vv_auto(char) *folder = vv_asprintf("%s/%.2s", r->objects, vv_oid_shows(vv_from_git(id)));
	if ((rc = vv_alloc_ok(folder, err)) < 0 || !vv_exists(folder)) return rc; /* in a pack */
	rc = vv_syncs_add_path(&r->later, folder, err);
	return rc < 0 ? rc : vv_syncs_add_path(&r->later, r->objects, err);
}

static vv_status store_file(vv_repository *r, const char *path, const char *file, const vv_stat *st,
			    git_oid *id, vv_error *err)
{
	vv_auto(git_filter_list) *filters = NULL;
	vv_auto(git_buf) out = {NULL, 0, 0};
	vv_conversion conversion;
	vv_status rc;

	if (S_ISLNK(st->mode)) return store_link(r, file, id, err);
	if ((rc = vv_conversion_of(r, path, &conversion, err)) < 0) return rc;
	if (conversion.foreign) return store_by_git(r, path, id, err);
	if ((rc = vv_filters_of(r, path, &conversion, false, &filters, err)) < 0) return rc;
	if (!filters) return store_plain(r, path, file, st, id, err);
	rc = convert_file(r, filters, path, st, &out, err);
	return rc < 0 ? rc : vv_quarantine_write(r, GIT_OBJECT_BLOB, out.ptr, out.size, id, err);
}

/* The mode to record: core.fileMode determines whether the file system's x bit counts. */
static vv_status mode_of(const vv_index *x, const char *path, const vv_stat *st, uint32_t *mode,
			 vv_error *err)
{
	vv_index_entry e;
	bool trusted;
	vv_status rc;

	if (S_ISLNK(st->mode)) {
		*mode = MODE_LINK;
		return VV_OK;
	}
	if ((rc = vv_config_bool(x->repo, "core.filemode", true, &trusted, err)) < 0) return rc;
	if (trusted) {
		*mode = st->mode & 0100 ? MODE_PROGRAM : MODE_PLAIN;
	} else if (vv_index_get(x, path, &e) && (e.mode & 0170000) == 0100000) {
		*mode = e.mode;
	} else {
		*mode = MODE_PLAIN;
	}
	return VV_OK;
}

static vv_status check_addable(const char *path, const vv_stat *st, vv_error *err)
{
	if (S_ISDIR(st->mode)) {
		return vv_fail(
			err, VV_EREFUSED,
			"'%s' is a folder or a repository of its own\n"
			"to record a repository within this one, use 'git submodule add' or 'git add'",
			vv_text_shows(path));
	}
	if (!S_ISREG(st->mode) && !S_ISLNK(st->mode)) {
		return vv_fail(err, VV_EREFUSED, "'%s' is not a regular file or a symbolic link",
			       vv_text_shows(path));
	}
	return VV_OK;
}

vv_status vv_index_may_add_file(vv_index *x, const char *path, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(x->repo, path);
	vv_stat st;
	vv_status rc;

	if ((rc = vv_lstat(&st, file, err)) < 0) return vv_missing_ok(rc, err);
	rc = vv_worktree_check_above(x->repo, path, err);
	return rc < 0 ? rc : check_addable(path, &st, err);
}

vv_status vv_index_add_file(vv_index *x, const char *path, vv_error *err)
{
	vv_auto(char) *file = NULL;
	vv_stat before, after;
	uint32_t mode;
	vv_oid id;
	vv_status rc;

	if ((rc = vv_path_check_plain(path, err)) < 0) return rc;
	if (!(file = vv_repository_file(x->repo, path))) {
		return vv_fail(err, x->repo->workdir ? VV_ENOMEM : VV_EUSAGE,
			       "cannot add in a bare repository");
	}
	if ((rc = vv_lstat(&before, file, err)) == VV_ENOTFOUND) {
		rc = vv_index_remove(x, path, err);
		return rc == VV_ENOTFOUND
			       ? vv_fail(err, VV_ENOTFOUND,
					 "'%s' is neither in the work tree nor in the index",
					 vv_text_shows(path))
			       : rc;
	}
	if (rc < 0 || (rc = vv_worktree_check_above(x->repo, path, err)) < 0 ||
	    (rc = check_addable(path, &before, err)) < 0 ||
	    (rc = mode_of(x, path, &before, &mode, err)) < 0) {
		return rc;
	}
	(void)vv_stat_wait(&before);
	if ((rc = store_file(x->repo, path, file, &before, vv_to_git_out(&id), err)) < 0 ||
	    (rc = vv_lstat(&after, file, err)) < 0) {
		return rc;
	}
	if (!vv_stat_equal(&before, &after)) {
		return vv_fail(err, VV_ECONFLICT, "'%s' changed while it was being read",
			       vv_text_shows(path));
	}
	return vv_index_set(x, path, mode, &id, &after, err);
}

vv_status vv_index_submodule(const vv_index *x, const char *path, vv_oid *out, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(x->repo, path);
	vv_auto(git_repository) *sub = NULL;

	if (!file) return vv_fail_nomem(err);
	int code = git_repository_open_ext(&sub, file, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	code = code < 0 ? code : git_reference_name_to_id(vv_to_git_out(out), sub, "HEAD");
	vv_status rc;

	if (code == 0) {
		rc = VV_OK;
	} else if (!sub && code == GIT_ENOTFOUND) {
		rc = vv_fail(err, VV_ENOTFOUND, "the submodule '%s' is not set up",
			     vv_text_shows(path));
	} else {
		rc = vv_git_fail(err, code,
				 sub ? "the submodule '%s' has no commit"
				     : "cannot open the submodule '%s'",
				 vv_text_shows(path));
	}
	return rc == VV_ENOTFOUND && sub ? vv_recode(err, VV_EREFUSED) : rc;
}

/* --- comparing ----------------------------------------------------------------------- */

static bool has_other_size(vv_repository *r, const vv_oid *blob, const vv_stat *st)
{
	uint64_t size;

	return vv_blob_size(r, blob, &size, VV_IGNORED) == VV_OK && size != st->size;
}

/* Null where the size alone shows that it is not this blob. */
static vv_status hash_file(vv_repository *r, const char *path, const char *file, const vv_stat *st,
			   const vv_oid *blob, git_oid *id, vv_error *err)
{
	vv_conversion conversion;
	vv_auto(git_filter_list) *filters = NULL;
	vv_auto(vv_buf) in = VV_BUF_INIT;
	vv_auto(git_buf) out = {NULL, 0, 0};
	vv_status rc = VV_OK;
	int code = 0;

	if (S_ISLNK(st->mode)) {
		if ((rc = read_link(file, &in, err)) == VV_OK) {
			rc = vv_git_name(id, in.data, in.len, GIT_OBJECT_BLOB, err);
		}
	} else if ((rc = vv_conversion_of(r, path, &conversion, err)) < 0) {
		return rc;
	} else if (conversion.foreign) {
		return hash_by_git(r, path, false, id, err);
	} else if ((rc = vv_filters_of(r, path, &conversion, false, &filters, err)) < 0) {
		return rc;
	} else if (!filters && has_other_size(r, blob, st)) {
		memset(id, 0, sizeof(*id));
	} else if (!filters) {
		code = git_odb_hashfile(id, file, GIT_OBJECT_BLOB);
	} else if ((rc = convert_file(r, filters, path, st, &out, err)) == VV_OK) {
		rc = vv_git_name(id, out.ptr, out.size, GIT_OBJECT_BLOB, err);
	}
	return code < 0 ? vv_git_fail(err, code, "cannot read '%s'", vv_text_shows(path)) : rc;
}

/* Whether type and x bit are still the entry's; *settled when that decides. */
static vv_status compare_mode(vv_index *x, const vv_index_entry *e, const vv_stat *st,
			      vv_file_state *out, bool *settled, vv_error *err)
{
	uint32_t mode;
	vv_status rc;

	*settled = true;
	if ((e->mode & 0170000) == MODE_MODULE) {
		*out = S_ISDIR(st->mode) ? VV_FILE_SAME : VV_FILE_TYPE_CHANGED;
		return VV_OK;
	}
	if (is_link_mode(e->mode) ? !S_ISLNK(st->mode) : !S_ISREG(st->mode)) {
		*out = S_ISDIR(st->mode) ? VV_FILE_DELETED : VV_FILE_TYPE_CHANGED;
		return VV_OK;
	}
	*settled = false;
	if ((rc = mode_of(x, e->path, st, &mode, err)) == VV_OK && mode != e->mode) {
		*out = VV_FILE_MODIFIED;
		*settled = true;
	}
	return rc;
}

vv_status vv_index_work_mode(vv_index *x, const vv_index_entry *e, uint32_t *out, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(x->repo, e->path);
	vv_stat st;

	*out = e->mode;
	if (!file) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, VV_IGNORED) < 0 || !S_ISREG(st.mode)) return VV_OK;
	return mode_of(x, e->path, &st, out, err);
}

vv_status vv_index_file_state(vv_index *x, const vv_index_entry *e, vv_file_state *out,
			      vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(x->repo, e->path);
	vv_stat st;
	git_oid id;
	bool settled;

	if (!file) {
		return vv_fail(err, x->repo->workdir ? VV_ENOMEM : VV_EUSAGE,
			       "a bare repository has no work tree to compare with");
	}
	*out = VV_FILE_SAME;
	vv_status rc = vv_lstat(&st, file, err);
	if (rc == VV_ENOTFOUND ||
	    (rc == VV_OK && vv_worktree_check_above(x->repo, e->path, NULL) < 0)) {
		*out = VV_FILE_DELETED;
		return VV_OK;
	}
	if (rc < 0 || vv_index_stat_clean(x, e, &st) ||
	    (rc = compare_mode(x, e, &st, out, &settled, err)) < 0 || settled ||
	    (rc = hash_file(x->repo, e->path, file, &st, &e->id, &id, err)) < 0) {
		return rc;
	}
	if (e->intent_to_add || !git_oid_equal(&id, vv_to_git(&e->id))) {
		*out = VV_FILE_MODIFIED;
	}
	return VV_OK;
}

/* --- out of the repository ------------------------------------------------------------- */

static vv_status smudge_by_git(vv_repository *r, const char *path, const vv_oid *id, vv_buf *out,
			       vv_error *err)
{
	char hex[VV_OID_TEXT + 1];
	const char *argv[] = {"git", "-C", r->workdir, "cat-file", "--filters", NULL, hex, NULL};
	vv_status rc;
	int code;

	vv_oid_text(hex, id);
	vv_auto(char) *option = vv_asprintf("--path=%s", path);
	argv[5] = option;
	if ((rc = vv_alloc_ok(option, err)) < 0 || (rc = vv_repository_flush(r, err)) < 0 ||
	    (rc = vv_program_run(r->env, argv, NULL, 0, out, &code, err)) < 0) {
		return rc;
	}
	return code == 0 ? VV_OK
			 : vv_fail(err, VV_EIO, "git could not write '%s' through its filter",
				   vv_text_shows(path));
}

static vv_status content_for(vv_repository *r, const char *path, const vv_oid *id, vv_buf *out,
			     vv_error *err)
{
	vv_conversion conversion;
	vv_auto(git_filter_list) *filters = NULL;
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	vv_auto(git_buf) made = {NULL, 0, 0};
	vv_status rc;
	int code;

	if ((rc = vv_conversion_of(r, path, &conversion, err)) < 0) return rc;
	if (conversion.foreign) return smudge_by_git(r, path, id, out, err);
	if ((rc = vv_filters_of(r, path, &conversion, true, &filters, err)) < 0 || !filters) {
		return rc < 0 ? rc : vv_blob_read(r, id, FILE_BYTES_MAX, out, err);
	}
	if ((rc = vv_blob_read(r, id, FILE_BYTES_MAX, &raw, err)) < 0) return rc;
	if ((code = git_filter_list_apply_to_buffer(&made, filters, vv_buf_cstr(&raw), raw.len)) <
	    0) {
		return vv_git_fail(err, code, "cannot convert '%s'", vv_text_shows(path));
	}
	vv_buf_put(out, made.ptr ? made.ptr : "", made.size);
	return vv_buf_ok(out, err);
}

static vv_status write_regular(const vv_index *x, const char *path, const char *file, uint32_t mode,
			       const vv_buf *bytes, vv_error *err)
{
	vv_auto(char) *temp_dir = vv_worktree_temp_dir(x->repo, file);
	vv_auto(vv_new_file) f = {0};
	vv_status rc;

	if ((rc = vv_new_file_open(&f, temp_dir, ".varve-", err)) < 0 ||
	    (rc = vv_new_file_put(&f, vv_buf_cstr(bytes), bytes->len, err)) < 0 ||
	    (rc = vv_worktree_mode(f.fd, file, mode, err)) < 0 ||
	    (rc = vv_new_file_end(&f, false, err)) < 0 ||
	    (rc = vv_worktree_watch(x->repo, path, f.temp, err)) < 0) {
		return rc;
	}
	return vv_new_file_place(&f, file, err);
}

static vv_status write_link(const vv_index *x, const char *path, const char *file,
			    const vv_buf *target, vv_error *err)
{
	char name[sizeof(".varve-") + VV_TEMP_RANDOM] = ".varve-";
	vv_status rc;

	vv_temp_name(name + strlen(name));
	vv_auto(char) *temp_dir = vv_worktree_temp_dir(x->repo, file),
		      *temp = temp_dir ? vv_path_join(temp_dir, name, NULL) : NULL;
	if (!temp) return vv_fail_nomem(err);
	if (target->len == 0 || strlen(target->data) != target->len) {
		return vv_fail(err, VV_ECORRUPT, "the symbolic link '%s' has no usable target",
			       vv_text_shows(file));
	}
	if (vv_sys_ops.symlink(target->data, temp) < 0) {
		return vv_fail_errno(err, "cannot make the symbolic link", file);
	}
	if ((rc = vv_worktree_watch(x->repo, path, temp, err)) < 0 ||
	    (rc = vv_rename(temp, file, err)) < 0) {
		(void)vv_unlink(temp, true, NULL);
	}
	return rc;
}

static vv_status write_bytes(const vv_index *x, const char *path, const char *file, uint32_t mode,
			     const vv_buf *bytes, vv_error *err)
{
	vv_status rc;

	/* Folders are made below folders alone. */
	if ((rc = vv_worktree_check_above(x->repo, path, err)) < 0 ||
	    (rc = vv_mkdirs_above(file, err)) < 0) {
		return rc;
	}
	return is_link_mode(mode) ? write_link(x, path, file, bytes, err)
				  : write_regular(x, path, file, mode, bytes, err);
}

vv_status vv_worktree_write_file(vv_index *x, const char *path, uint32_t mode, const vv_oid *id,
				 vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_auto(char) *file = NULL;
	vv_stat st;
	vv_status rc;

	if ((mode & 0170000) == MODE_MODULE) return VV_OK;
	if (mode != MODE_PLAIN && mode != MODE_PROGRAM && !is_link_mode(mode) && mode != 0100664) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "'%s' has the mode %06o, which cannot be written",
			       vv_text_shows(path), mode);
	}
	if ((rc = vv_path_check_plain(path, err)) < 0) return rc;
	if (!(file = vv_repository_file(x->repo, path))) {
		return vv_fail(err, x->repo->workdir ? VV_ENOMEM : VV_EUSAGE,
			       "a bare repository has no work tree to write to");
	}
	rc = is_link_mode(mode) ? vv_blob_read(x->repo, id, LINK_BYTES_MAX, &bytes, err)
				: content_for(x->repo, path, id, &bytes, err);
	if (rc < 0) return rc;
	if ((rc = write_bytes(x, path, file, mode, &bytes, err)) < 0) {
		/* The obstacle is more informative than a failed rename. */
		vv_error why;
		const vv_status room = vv_worktree_make_room(x->repo, path, &why);

		return room < 0 ? vv_error_copy(err, &why) : rc;
	}
	if ((rc = vv_lstat(&st, file, err)) < 0) return rc;
	return vv_index_set(x, path, mode, id, &st, err);
}
