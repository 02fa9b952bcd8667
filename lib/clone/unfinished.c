/*
 * unfinished: recognises and removes leftovers of a killed clone or recovery.
 *
 *   DIR/.git/varve/cloning   (of a bare one DIR/varve/cloning)
 *       the URL, '\n', and the line "made" where the clone made DIR
 *
 * Before the mark is written there are only the folders down to it, all of them empty.
 */
#include "lib/clone/unfinished.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/named.h"
#include "lib/remotes/remote.h"
#include "repo/git/history/refs.h"
#include "repo/git/repository.h"

#define MARK "cloning"
#define MARK_MAX 65536u
#define MADE "made\n"
#define PROBE_NAME "_git2_"
#define PROBE_TARGET "testing"
#define TEMP_NAME ".varve-" /* base/file's and the work tree's */

/* --- whose folder is it? ------------------------------------------------------------------ */

typedef enum inside { NOTHING, OURS, OTHERS } inside;

/* Classifies the folder: empty, only the name (and temporary files), or others, too. */
static inside look_inside(const char *dir, const char *name)
{
	vv_auto(vv_folder) f = {0};
	inside is = vv_folder_read(&f, dir, true, VV_IGNORED) < 0 ? OTHERS : NOTHING;

	while (is != OTHERS && vv_folder_next(&f)) {
		is = strcmp(f.name, name) == 0                            ? OURS
		     : strncmp(f.name, TEMP_NAME, strlen(TEMP_NAME)) == 0 ? is
									  : OTHERS;
	}
	return is;
}

/* Does it contain only the folders down to the mark, as before the mark is written? */
static bool is_way_to_mark(const vv_unfinished *u)
{
	bool bare = strcmp(u->dir, u->gitdir) == 0;
	inside is = bare ? OURS : look_inside(u->dir, ".git");

	if (is == OURS) {
		is = look_inside(u->gitdir, "varve");
	}
	if (is == OURS) {
		is = look_inside(u->varvedir, MARK);
	}
	return is != OTHERS;
}

/* *made: as the mark has it. */
static bool mark_is_of(const vv_unfinished *u, const char *url, bool *made)
{
	size_t len = strlen(url);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_stat st;
	bool same = false;

	*made = false;
	if (vv_lstat(&st, u->mark, VV_IGNORED) == VV_OK && S_ISREG(st.mode) &&
	    vv_read_regular(&text, u->mark, MARK_MAX, VV_IGNORED) == VV_OK) {
		const char *p = vv_buf_cstr(&text);

		same = strncmp(p, url, len) == 0 && (p[len] == '\n' || p[len] == '\0');
		*made = same && p[len] == '\n' && strcmp(p + len + 1, MADE) == 0;
	}
	return same;
}

static vv_status refuse_folder(const vv_unfinished *u, bool is_clone, vv_error *err)
{
	vv_fail(err, VV_EREFUSED, "destination folder '%s' already exists and is not empty",
		vv_text_shows(u->dir));
	return is_clone ? vv_hint(err, "name another folder after the URL")
			: vv_hint(err, "recover into an empty folder: --to DIR");
}

static vv_status check_folder(vv_unfinished *u, const char *url, bool is_clone, vv_error *err)
{
	bool made;

	u->resumed = false;
	if (!vv_exists(u->dir)) {
		u->made = true;
		return VV_OK;
	}
	if (!vv_is_folder(u->dir)) {
		return vv_fail(err, VV_EREFUSED, "'%s' already exists", vv_text_shows(u->dir));
	}
	if (mark_is_of(u, url, &made)) {
		u->resumed = true;
		u->made = made;
		return VV_OK;
	}
	return is_way_to_mark(u) ? VV_OK : refuse_folder(u, is_clone, err);
}

/* --- the mark ------------------------------------------------------------------------------- */

/* Locks the mark. */
static vv_status lock_mark(vv_unfinished *u, bool is_clone, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_mkdirs(u->varvedir, err)) < 0) return rc;
	u->lock_fd = vv_lock(u->mark, true, 0, err);
	if (u->lock_fd == VV_ELOCKED) {
		return vv_fail(err, VV_ELOCKED,
			       "another %s into '%s' is running\nwait until it ends",
			       is_clone ? "clone" : "recovery", vv_text_shows(u->dir));
	}
	return u->lock_fd < 0 ? (vv_status)u->lock_fd : VV_OK;
}

static vv_status write_mark(const vv_unfinished *u, const char *url, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *above = vv_path_dir(u->dir);
	vv_status rc;

	if (!above) return vv_fail_nomem(err);
	vv_buf_printf(&text, "%s\n%s", url, u->made ? MADE : "");
	if ((rc = vv_buf_ok(&text, err)) < 0) return rc;
	if (ftruncate(u->lock_fd, 0) < 0 || lseek(u->lock_fd, 0, SEEK_SET) < 0) {
		return vv_fail_errno(err, "cannot write", u->mark);
	}
	if ((rc = vv_write_full(u->lock_fd, text.data, text.len, u->mark, err)) < 0 ||
	    (rc = vv_fsync(u->lock_fd, u->mark, err)) < 0 ||
	    (rc = vv_fsync_dir(u->varvedir, err)) < 0 || (rc = vv_fsync_dir(u->gitdir, err)) < 0) {
		return rc;
	}
	rc = vv_fsync_dir(u->dir, err);
	return rc < 0 || !u->made ? rc : vv_fsync_dir(above, err);
}

/* --- leftovers ---------------------------------------------------------------------- */

/* Removes all in the folder but one name; a missing folder is fine. */
static vv_status remove_all_but(const char *dir, const char *name, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		rc = strcmp(f.name, name) != 0 ? vv_remove_tree(f.path, err) : VV_OK;
	}
	return rc;
}

static bool is_left_half(const char *name)
{
	return vv_path_ends(name, ".lock") || (strncmp(name, TEMP_NAME, strlen(TEMP_NAME)) == 0 &&
					       strlen(name) >= strlen(TEMP_NAME) + 12);
}

/* Takes the entry away if it is a lock or a temporary file; a folder is to be looked at later. */
static vv_status sweep_entry(vv_string_list *todo, const vv_folder *f, bool locks, vv_error *err)
{
	vv_stat st;

	if (vv_lstat(&st, f->path, VV_IGNORED) < 0) return VV_OK;
	if (S_ISDIR(st.mode)) return vv_string_list_add(todo, vv_strdup(f->path), err);
	return is_left_half(f->name) && (locks || f->name[0] == '.') ? vv_unlink(f->path, true, err)
								     : VV_OK;
}

/* Removes locks (in Git's folder) and temporary files, which are unused: the mark is ours. skip:
 * names that are not entered. */
static vv_status sweep_folder(const char *top, const char *const *skip, bool locks, vv_error *err)
{
	vv_auto(vv_string_list) todo = {0};
	vv_status rc = vv_string_list_add(&todo, vv_strdup(top), err);

	while (rc == VV_OK && todo.count > 0) {
		vv_auto(char) *dir = todo.items[--todo.count];
		vv_auto(vv_folder) f = {0};

		rc = vv_folder_read(&f, dir, true, err);
		while (rc == VV_OK && vv_folder_next(&f)) {
			const bool skipped = strcmp(dir, top) == 0 &&
					     vv_texts_have(skip, f.name, strlen(f.name));

			rc = skipped ? VV_OK : sweep_entry(&todo, &f, locks, err);
		}
	}
	return rc;
}

static bool is_same_folder(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static vv_status on_ref(void *payload, const vv_ref *ref VV_UNUSED, vv_error *err VV_UNUSED)
{
	*(bool *)payload = true;
	return VV_OK;
}

/* Does it have this URL, or the name? remote NULL: does it have any refs, which are made last? */
static bool has_remote(vv_repository *r, const char *url, const char *remote)
{
	const bool named = vv_named_is(url, strlen(url));
	vv_auto(char) *key = remote ? vv_remote_key(remote, named ? VV_NAMED_SETTING : "url")
				    : NULL,
		      *is = NULL;
	bool has = false;

	if (!remote) return vv_refs_each(r, "", on_ref, &has, VV_IGNORED) == VV_OK && has;
	return key && vv_config_string(r, key, &is, VV_IGNORED) == VV_OK && strcmp(is, url) == 0;
}

/* Has the earlier attempt made all of the repository, its remote too? */
static bool is_configured(const vv_unfinished *u, const char *url, const char *remote)
{
	vv_auto(vv_repository) *r = NULL;
	return vv_repository_open(&r, u->dir, u->env, VV_IGNORED) == VV_OK &&
	       is_same_folder(vv_repository_varvedir(r), u->varvedir) && has_remote(r, url, remote);
}

/* libgit2 tries in the work tree whether symbolic links can be made: "_git2_<letters>" is an
 * empty file at first, then a link. */
static bool is_probe(const char *path)
{
	char target[sizeof(PROBE_TARGET) + 1];
	vv_stat st;
	ssize_t len = readlink(path, target, sizeof(target));

	if (len >= 0) {
		return len == (ssize_t)strlen(PROBE_TARGET) &&
		       memcmp(target, PROBE_TARGET, (size_t)len) == 0;
	}
	return vv_lstat(&st, path, VV_IGNORED) == VV_OK && S_ISREG(st.mode) && st.size == 0;
}

static vv_status remove_probes(const char *dir, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, false, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		rc = strncmp(f.name, PROBE_NAME, strlen(PROBE_NAME)) == 0 && is_probe(f.path)
			     ? vv_unlink(f.path, true, err)
			     : VV_OK;
	}
	return rc;
}

static vv_status clear_the_way(const vv_unfinished *u, const char *url, const char *remote,
			       vv_error *err)
{
	static const char *const not_git[] = {"varve", "objects", "hooks", NULL};
	static const char *const not_ours[] = {".git", NULL}, *const nothing[] = {NULL};
	bool bare = strcmp(u->dir, u->gitdir) == 0;
	vv_status rc;

	if ((rc = sweep_folder(u->gitdir, not_git, true, err)) < 0 ||
	    (rc = sweep_folder(u->varvedir, nothing, false, err)) < 0 ||
	    (!bare && (rc = sweep_folder(u->dir, not_ours, false, err)) < 0)) {
		return rc;
	}
	if (is_configured(u, url, remote)) return VV_OK;
	rc = bare ? VV_OK : remove_probes(u->dir, err);
	return rc < 0 ? rc : remove_all_but(u->gitdir, "varve", err);
}

/* --- the steps ------------------------------------------------------------------------------ */

vv_status vv_unfinished_begin(vv_unfinished *u, const char *dir, const vv_env *env, bool bare,
			      const char *url, const char *remote, vv_error *err)
{
	vv_stat st;
	vv_status rc;

	*u = (vv_unfinished){.lock_fd = -1, .env = env, .dir = vv_strdup(dir)};
	u->gitdir = bare ? vv_strdup(dir) : vv_path_join(dir, ".git", (char *)NULL);
	u->varvedir = u->gitdir ? vv_path_join(u->gitdir, "varve", (char *)NULL) : NULL;
	u->mark = u->varvedir ? vv_path_join(u->varvedir, MARK, (char *)NULL) : NULL;
	if (!u->dir || !u->mark) return vv_fail_nomem(err);
	if ((rc = check_folder(u, url, remote != NULL, err)) < 0 ||
	    (rc = lock_mark(u, remote != NULL, err)) < 0) {
		return rc;
	}
	/* Again, since no other process can be working now. */
	bool resumed = u->resumed;
	if ((rc = check_folder(u, url, remote != NULL, err)) < 0) {
		if (vv_fstat(&st, u->lock_fd, u->mark, VV_IGNORED) == VV_OK && st.size == 0) {
			(void)vv_unlink(u->mark, true, VV_IGNORED); /* made by the lock */
		}
		vv_fd_close(&u->lock_fd); /* nothing here is ours to abandon */
		return rc;
	}
	if (resumed || u->resumed) return clear_the_way(u, url, remote, err);
	return write_mark(u, url, err);
}

vv_status vv_unfinished_end(vv_unfinished *u, vv_error *err)
{
	vv_status rc = vv_unlink(u->mark, true, err);

	/* Without the mark the clone is complete. If a power cut restores the mark, that is harmless: the same clone
	 * continues. */
	if (rc == VV_OK) {
		(void)vv_fsync_dir(u->varvedir, VV_IGNORED);
	}
	return rc;
}

void vv_unfinished_abandon(vv_unfinished *u)
{
	if (u->lock_fd < 0 || !u->gitdir || !u->varvedir || !u->mark ||
	    remove_all_but(u->gitdir, "varve", VV_IGNORED) < 0 ||
	    remove_all_but(u->varvedir, MARK, VV_IGNORED) < 0 ||
	    vv_unlink(u->mark, true, VV_IGNORED) < 0) {
		return;
	}
	(void)rmdir(u->varvedir);
	(void)rmdir(u->gitdir);
	if (u->made) {
		(void)rmdir(u->dir);
	}
}

void vv_unfinished_clear(vv_unfinished *u)
{
	if (u->mark) {
		vv_fd_close(&u->lock_fd);
	}
	vv_free_all(u->mark, u->varvedir, u->gitdir, u->dir);
	memset(u, 0, sizeof(*u));
}
