/*
 * lock: taking, waiting for and taking over Git's lock files.
 */
#include "repo/git/lock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/repository_internal.h"

#define LOCK_WAIT_MS 5000u
#define TAKE_OVER_WAIT_MS 1000u
#define NAME_LEN_MAX 255u

/* Reads the lock's holder; false: not a lock of varve, or it no longer exists. */
static bool read_lock(char text[VV_HOLDER_TEXT], vv_holder *holder, vv_stat *st,
		      const char *lock_path)
{
	ssize_t len = readlink(lock_path, text, VV_HOLDER_TEXT - 1);

	if (len < 0 || vv_lstat(st, lock_path, NULL) < 0) return false;
	text[len] = '\0';
	return vv_holder_parse(holder, text);
}

const vv_holder *vv_repository_holder(vv_repository *r)
{
	if (r->self.pid != (uint64_t)getpid()) {
		r->self = vv_holder_self();
	}
	return &r->self;
}

/* Removes libgit2's files for new_path. */
static void remove_new(const vv_git_lock *l)
{
	(void)vv_unlink(l->new_path, true, NULL);
	vv_auto(char) *other = vv_asprintf("%s.lock", l->new_path);
	if (other) {
		(void)vv_unlink(other, true, NULL);
	}
}

/* Removes the lock of a dead process. Two processes that find it must not both do so, as the second
 * could remove the lock that the first has made since: so the remover locks takeover.lock, and
 * checks again. */
static bool take_over(const vv_git_lock *l, const char *seen, const vv_holder *holder)
{
	vv_auto(char) *arbiter = vv_path_join(l->repo->varvedir, "takeover.lock", (char *)NULL);
	char text[VV_HOLDER_TEXT];
	vv_holder again;
	vv_stat st;
	bool gone = false;

	(void)vv_mkdirs(l->repo->varvedir, NULL);
	vv_auto(vv_fd) fd = vv_lock(arbiter, true, TAKE_OVER_WAIT_MS, NULL);
	if (fd < 0) return false;
	(void)vv_share_fd(l->repo, fd, arbiter, NULL);
	if (read_lock(text, &again, &st, l->lock_path) && strcmp(text, seen) == 0) {
		remove_new(l);
		gone = vv_unlink(l->lock_path, false, NULL) == VV_OK;
	}
	if (gone) {
		vv_notes_put(l->repo->notes,
			     "removed '%s', left by an interrupted varve (process %llu)",
			     vv_text_shows(l->lock_path), (unsigned long long)holder->pid);
	}
	return gone;
}

vv_tenants vv_git_lock_tenants(char who[VV_TENANT_WORDS], const vv_repository *r,
			       const char *lock_path)
{
	const vv_tenancy folders = {.git = r->gitdir,
				    .common = r->commondir,
				    .work = r->workdir,
				    .own = {r->varvedir, r->statedir}};

	return vv_tenants_find(who, &folders, lock_path);
}

/* Sets err for the lock of another program. */
static vv_status fail_foreign(const vv_git_lock *l, vv_error *err)
{
	const char *lock = l->lock_path;
	char who[VV_TENANT_WORDS];

	switch (vv_git_lock_tenants(who, l->repo, lock)) {
	case VV_TENANTS_SOME:
		return vv_fail(err, VV_ELOCKED,
			       "another program holds the lock '%s': probably %s\nwait until that "
			       "process ends, or end it",
			       vv_text_shows(lock), who);
	case VV_TENANTS_NONE:
		return vv_fail(
			err, VV_ELOCKED,
			"another program holds the lock '%s', but none that could was "
			"found\nif no git or varve is running here, remove the file: rm -f %s",
			vv_text_shows(lock), vv_text_word(lock));
	default:
		return vv_fail(err, VV_ELOCKED,
			       "another program holds the lock '%s', perhaps %s\nwait until that "
			       "program ends; if no git or varve is running here, remove the file: "
			       "rm -f %s",
			       vv_text_shows(lock), who, vv_text_word(lock));
	}
}

static vv_status fail_locked(const vv_git_lock *l, vv_error *err)
{
	char text[VV_HOLDER_TEXT];
	vv_holder holder;
	vv_stat st;

	if (!read_lock(text, &holder, &st, l->lock_path)) {
		return fail_foreign(l, err);
	}
	(void)vv_fail(err, VV_ELOCKED, "varve, process %llu on '%s', holds the lock '%s'",
		      (unsigned long long)holder.pid, vv_text_shows(holder.host),
		      vv_text_shows(l->lock_path));
	if (vv_holder_state_of(&holder, vv_repository_holder(l->repo), st.mtime_sec) ==
	    VV_HOLDER_ELSEWHERE) {
		return vv_hint(
			err,
			"wait until that process ends; varve cannot check a process of another "
			"machine: if that process no longer runs, remove the lock file");
	}
	return vv_hint(err, "wait until that process ends, or end it");
}

/* One attempt: VV_OK, VV_EEXISTS, or another failure. */
static vv_status make_lock(const vv_git_lock *l, const vv_git_lock *like, const char *text,
			   vv_error *err)
{
	if (like && like->held && link(like->lock_path, l->lock_path) == 0) return VV_OK;
	if (vv_sys_ops.symlink(text, l->lock_path) == 0) return VV_OK;
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) {
		return vv_fail_errno(err, "cannot create", l->lock_path);
	}
	/* A file system without symbolic links: the lock's owner is then unknown. */
	int fd = vv_open(l->lock_path, O_WRONLY | O_CREAT | O_EXCL, 0666, err);
	return fd < 0 ? (vv_status)fd : vv_close(fd, l->lock_path, err);
}

static vv_status wait_and_make(const vv_git_lock *l, const vv_git_lock *like, unsigned wait_ms,
			       vv_error *err)
{
	uint64_t until = vv_monotonic_ms() + wait_ms;
	char text[VV_HOLDER_TEXT], seen[VV_HOLDER_TEXT];
	unsigned pause_ms = 5;
	vv_holder holder;
	vv_stat st;
	vv_status rc;

	vv_holder_text(text, vv_repository_holder(l->repo));
	while ((rc = make_lock(l, like, text, err)) == VV_EEXISTS) {
		if (read_lock(seen, &holder, &st, l->lock_path) &&
		    vv_holder_state_of(&holder, vv_repository_holder(l->repo), st.mtime_sec) ==
			    VV_HOLDER_DEAD &&
		    take_over(l, seen, &holder)) {
			continue;
		}
		if (vv_monotonic_ms() >= until) return fail_locked(l, err);
		vv_sleep_ms(pause_ms);
		pause_ms *= pause_ms < 250 ? 2 : 1;
	}
	return rc;
}

/* "<path>~.lock". Ref names in Git do not contain '~', and a name ending in ".lock" is not a ref
 * for it. */
static char *new_path_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	vv_buf b = VV_BUF_INIT;

	if (strlen(name) + strlen("~.lock") <= NAME_LEN_MAX) {
		vv_buf_printf(&b, "%s~.lock", path);
	} else {
		vv_buf_put(&b, path, (size_t)(name - path));
		vv_buf_printf(&b, "~%016llx.lock",
			      (unsigned long long)vv_xxh3(name, strlen(name), 0));
	}
	return vv_buf_detach(&b);
}

/* If it cannot be removed, a rename to an unused name is equivalent. */
static void remove_lock(vv_git_lock *l)
{
	if (vv_unlink(l->lock_path, true, NULL) < 0 &&
	    vv_rename(l->lock_path, l->new_path, NULL) == VV_OK) {
		(void)vv_unlink(l->new_path, true, NULL);
	}
	l->held = false;
}

static void clear_lock(vv_git_lock *l)
{
	vv_free_all(l->new_path, l->lock_path, l->path);
	memset(l, 0, sizeof(*l));
}

bool vv_git_lock_sweep(vv_repository *r, const char *lock_path)
{
	size_t len = strlen(lock_path), end = strlen(".lock");
	char text[VV_HOLDER_TEXT];
	vv_git_lock l = {.repo = r};
	vv_holder holder;
	vv_stat st;

	if (!vv_path_ends(lock_path, ".lock") || !read_lock(text, &holder, &st, lock_path) ||
	    vv_holder_state_of(&holder, vv_repository_holder(r), st.mtime_sec) != VV_HOLDER_DEAD) {
		return false;
	}
	l.lock_path = vv_strdup(lock_path);
	l.path = vv_strndup(lock_path, len - end);
	l.new_path = l.path ? new_path_of(l.path) : NULL;
	bool gone = l.lock_path && l.new_path && take_over(&l, text, &holder);
	clear_lock(&l);
	return gone;
}

/* Removes a file's dead lock, and leftovers of its new content after a power cut without a lock. */
static void sweep_lock(vv_repository *r, const char *path)
{
	vv_auto(char) *new_path = new_path_of(path);
	vv_auto(vv_buf) lock = VV_BUF_INIT, other = VV_BUF_INIT;
	vv_git_lock l;

	vv_buf_printf(&lock, "%s.lock", path);
	vv_buf_printf(&other, "%s.lock", new_path ? new_path : "");
	if (new_path && !lock.failed && !other.failed) {
		(void)vv_git_lock_sweep(r, lock.data);
		if ((vv_exists(new_path) || vv_exists(other.data)) && !vv_exists(lock.data) &&
		    vv_git_lock_take(&l, r, path, NULL) == VV_OK) {
			vv_git_lock_release(&l);
		}
	}
}

static void sweep_in(vv_repository *r, const char *dir, const char *name)
{
	vv_auto(char) *path = vv_path_join(dir, name, (char *)NULL);

	if (path) {
		sweep_lock(r, path);
	}
}

/* Removes dead locks of a folder of refs; adds its folders. It may have many refs: entries known as
 * files need no further call. */
static void sweep_folder(vv_repository *r, vv_string_list *todo, const char *folder)
{
	vv_auto(vv_folder) f = {0};
	vv_stat st;

	(void)vv_folder_read(&f, folder, true, VV_IGNORED);
	while (vv_folder_next(&f)) {
		const bool lock = vv_path_ends(f.name, ".lock");

		if (f.name[0] != '.' &&
		    (f.kind == VV_ENTRY_FOLDER ||
		     (f.kind == VV_ENTRY_UNKNOWN && !lock && vv_lstat(&st, f.path, NULL) == VV_OK &&
		      S_ISDIR(st.mode)))) {
			(void)vv_string_list_add(todo, vv_strdup(f.path), VV_IGNORED);
		} else if (f.name[0] != '.' && lock) {
			(void)vv_git_lock_sweep(r, f.path);
		}
	}
}

static void sweep_refs(vv_repository *r)
{
	vv_auto(vv_string_list) todo = {0};
	char *top = vv_path_join(r->commondir, "refs", (char *)NULL);

	(void)vv_string_list_add(&todo, top, VV_IGNORED);
	while (todo.count > 0) {
		vv_auto(char) *folder = todo.items[--todo.count];

		sweep_folder(r, &todo, folder);
	}
}

void vv_repository_sweep_locks(vv_repository *r)
{
	sweep_lock(r, r->index_file);
	sweep_refs(r);
	sweep_in(r, r->gitdir, "HEAD");
	sweep_in(r, r->commondir, "config");
	sweep_in(r, r->commondir, "packed-refs");
}

static vv_status open_lock(vv_git_lock *l, vv_repository *r, const char *path,
			   const vv_git_lock *like, unsigned wait_ms, vv_error *err)
{
	*l = (vv_git_lock){0};
	if (!path) return vv_fail_nomem(err);
	l->repo = r;
	l->path = vv_strdup(path);
	l->lock_path = vv_asprintf("%s.lock", path);
	l->new_path = new_path_of(path);
	vv_status rc = l->path && l->lock_path && l->new_path ? wait_and_make(l, like, wait_ms, err)
							      : vv_fail_nomem(err);
	l->held = rc == VV_OK;
	if (rc < 0) {
		clear_lock(l);
	} else {
		remove_new(l); /* of one whose lock a power cut took away */
	}
	return rc;
}

vv_status vv_git_lock_take(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err)
{
	return open_lock(l, r, path, NULL, LOCK_WAIT_MS, err);
}

vv_status vv_git_lock_take_next(vv_git_lock *l, vv_repository *r, const char *path,
				const vv_git_lock *before, vv_error *err)
{
	return open_lock(l, r, path, before, LOCK_WAIT_MS, err);
}

vv_status vv_git_lock_try(vv_git_lock *l, vv_repository *r, const char *path, vv_error *err)
{
	return open_lock(l, r, path, NULL, 0, err);
}

void vv_git_lock_release(vv_git_lock *l)
{
	if (l->held) {
		remove_new(l); /* while it is certainly ours */
		remove_lock(l);
	}
	clear_lock(l);
}

int vv_git_lock_open_new(vv_git_lock *l, vv_error *err)
{
	assert(l->held);
	return vv_open(l->new_path, O_WRONLY | O_CREAT | O_EXCL, 0666, err);
}

vv_status vv_git_lock_replace(vv_git_lock *l, bool sync_dir, vv_error *err)
{
	vv_status rc = vv_rename(l->new_path, l->path, err);

	if (rc == VV_OK) {
		remove_lock(l);
	}
	if (rc == VV_OK && sync_dir) {
		vv_auto(char) *dir = vv_path_dir(l->path);
		rc = dir ? vv_fsync_dir(dir, err) : vv_fail_nomem(err);
	}
	vv_git_lock_release(l);
	return rc;
}

vv_status vv_git_lock_fill(vv_git_lock *l, const void *bytes, size_t len, vv_error *err)
{
	int fd = vv_git_lock_open_new(l, err);
	vv_status rc;

	if (fd < 0) {
		vv_git_lock_release(l);
		return (vv_status)fd;
	}
	if ((rc = vv_write_full(fd, bytes, len, l->new_path, err)) == VV_OK &&
	    (rc = vv_share_fd(l->repo, fd, l->new_path, err)) == VV_OK) {
		rc = vv_repository_sync(l->repo, fd, l->new_path, err);
	}
	if ((rc = vv_close_after(rc, fd, l->new_path, err)) < 0) {
		vv_git_lock_release(l);
	}
	return rc;
}

vv_status vv_git_lock_write(vv_git_lock *l, const void *bytes, size_t len, bool sync_dir,
			    vv_error *err)
{
	vv_status rc = vv_git_lock_fill(l, bytes, len, err);

	return rc < 0 ? rc : vv_git_lock_replace(l, sync_dir, err);
}
