/*
 * later: the note's parts, and which locks git takes.
 */
#include "repo/git/verb/later.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/lock.h"
#include "repo/git/repository_internal.h"

#define NAME "later"
#define GIT_NAME "git"
#define UNDO "undo" /* in that file */
#define FORM "varve-later "
#define VERSION "1"
#define DYING_MS 1000u
#define STEP_MS 50
#define NOTE_MAX ((size_t)1 << 30)

static char *place_of(const vv_repository *r)
{
	return vv_path_join(r->statedir, NAME, (char *)NULL);
}

static char *git_place_of(const vv_repository *r)
{
	return vv_path_join(r->statedir, GIT_NAME, (char *)NULL);
}

static void put_part(vv_buf *b, const char *text)
{
	vv_buf_put(b, text, strlen(text) + 1);
}

vv_status vv_later_must_be_free(vv_repository *r, vv_error *err)
{
	vv_auto(vv_later) there = {0};
	const vv_status rc = vv_later_read(&there, r, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	if (!there.back || there.own) return VV_OK;
	return vv_fail(err, VV_ELOCKED,
		       "another varve process is changing files of this work tree\ntry again when "
		       "that process has ended");
}

vv_status vv_later_append(vv_repository *r, const char *parts, size_t len, vv_error *err)
{
	vv_auto(char) *place = place_of(r);
	vv_auto(vv_fd) fd = place ? vv_open_own(place, O_WRONLY | O_APPEND, err)
				  : (int)vv_fail_nomem(err);

	return fd < 0 ? (vv_status)fd : vv_write_full(fd, parts, len, place, err);
}

static vv_status forget_git(const vv_repository *r, vv_error *err)
{
	vv_auto(char) *place = git_place_of(r);

	return vv_unlink(place, true, err);
}

static void write_git(vv_repository *r, const char *text)
{
	vv_auto(char) *place = git_place_of(r);
	vv_auto(vv_fd) fd = vv_open_own(place, O_WRONLY | O_CREAT | O_TRUNC, VV_IGNORED);

	if (fd >= 0 && vv_write_full(fd, text, strlen(text), place, VV_IGNORED) == VV_OK) {
		(void)vv_share_fd(r, fd, place, VV_IGNORED);
	}
}

void vv_later_name_git(vv_repository *r, pid_t pid)
{
	const vv_holder git = vv_holder_of(vv_repository_holder(r), (uint64_t)pid);
	char text[VV_HOLDER_TEXT];

	vv_holder_text(text, &git);
	write_git(r, text);
}

bool vv_later_undo_begun(vv_repository *r)
{
	vv_auto(char) *place = git_place_of(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;

	return vv_read_regular(&text, place, VV_HOLDER_TEXT, VV_IGNORED) == VV_OK &&
	       strcmp(vv_buf_cstr(&text), UNDO) == 0;
}

bool vv_later_begin_undo(vv_repository *r)
{
	const bool begun = vv_later_undo_begun(r);

	if (!begun) {
		write_git(r, UNDO);
	}
	return begun;
}

/* The pid of the git that the file names, if it runs; else 0. */
static uint64_t read_git(vv_repository *r)
{
	vv_auto(char) *place = git_place_of(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_holder git;
	vv_stat st;

	if (vv_lstat(&st, place, VV_IGNORED) < 0 ||
	    vv_read_regular(&text, place, VV_HOLDER_TEXT, VV_IGNORED) < 0 ||
	    !vv_holder_parse(&git, vv_buf_cstr(&text)) ||
	    vv_holder_state_of(&git, vv_repository_holder(r), st.mtime_sec) != VV_HOLDER_ALIVE) {
		return 0;
	}
	return git.pid;
}

static const char *kind_word(const vv_later *l)
{
	if (l->back) return "back";
	if (l->locks) return "locks";
	return l->discards ? "discards" : "";
}

vv_status vv_later_write(vv_repository *r, vv_later *l, vv_error *err)
{
	vv_auto(char) *place = place_of(r);
	vv_auto(vv_buf) b = VV_BUF_INIT;
	char holder[VV_HOLDER_TEXT];
	vv_status rc;

	if (!place) return vv_fail_nomem(err);
	if ((rc = vv_later_must_be_free(r, err)) < 0) return rc;
	if ((rc = forget_git(r, err)) < 0) return rc;
	vv_holder_text(holder, vv_repository_holder(r));
	put_part(&b, FORM VERSION);
	put_part(&b, holder);
	put_part(&b, l->what);
	put_part(&b, vv_oid_shows(&l->from));
	put_part(&b, vv_oid_shows(&l->to));
	put_part(&b, l->ref ? l->ref : "");
	put_part(&b, vv_oid_shows(&l->ref_old));
	put_part(&b, l->command ? l->command : "");
	put_part(&b, kind_word(l));
	vv_buf_put(&b, l->changed.data, l->changed.len);
	if ((rc = vv_buf_ok(&b, err)) < 0 || (rc = vv_mkdirs(r->statedir, err)) < 0 ||
	    (rc = vv_write_file(place, b.data, b.len, true, err)) < 0 ||
	    (rc = vv_lstat(&l->made, place, err)) < 0) {
		return rc;
	}
	return vv_share(r, place, err);
}

/* The next part, borrowed; NULL: there is none. */
static const char *next_part(const vv_buf *b, size_t *at)
{
	const char *part = *at < b->len ? b->data + *at : NULL,
		   *end = part ? memchr(part, '\0', b->len - *at) : NULL;

	*at = end ? (size_t)(end - b->data) + 1 : b->len;
	return end ? part : NULL;
}

vv_status vv_later_fail_damaged(const vv_repository *r, vv_error *err)
{
	vv_auto(char) *place = place_of(r);

	return vv_fail(err, VV_ECORRUPT,
		       "'%s', the record of an interrupted command, is damaged\ncheck the "
		       "files with 'git status', then remove the record",
		       vv_text_shows(place));
}

static vv_status read_parts(vv_later *l, vv_holder *holder, const vv_repository *r, vv_error *err)
{
	size_t at = 0;
	const char *form = next_part(&l->text, &at), *who = next_part(&l->text, &at);

	l->what = next_part(&l->text, &at);
	const char *from = next_part(&l->text, &at), *to = next_part(&l->text, &at);
	l->ref = next_part(&l->text, &at);
	const char *old = next_part(&l->text, &at);
	l->command = next_part(&l->text, &at);
	const char *discards = next_part(&l->text, &at);
	if (form && strncmp(form, FORM, strlen(FORM)) == 0 && strcmp(form, FORM VERSION) != 0) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"a command of a newer varve was interrupted here, and this varve cannot "
			"complete it\nupgrade varve, or run a command with the newer varve");
	}
	if (!form || !who || !l->what || !discards || strcmp(form, FORM VERSION) != 0 ||
	    (strcmp(discards, "back") == 0 && !*l->command) || !vv_holder_parse(holder, who) ||
	    !vv_oid_parse(&l->from, from, strlen(from)) || !vv_oid_parse(&l->to, to, strlen(to)) ||
	    !vv_oid_parse(&l->ref_old, old, strlen(old))) {
		return vv_later_fail_damaged(r, err);
	}
	l->ref = *l->ref ? l->ref : NULL;
	l->command = *l->command ? l->command : NULL;
	l->discards = strcmp(discards, "discards") == 0;
	l->locks = strcmp(discards, "locks") == 0;
	l->back = strcmp(discards, "back") == 0;
	vv_buf_put(&l->changed, l->text.data + at, l->text.len - at);
	return vv_buf_ok(&l->changed, err);
}

vv_status vv_later_read(vv_later *out, vv_repository *r, vv_error *err)
{
	vv_auto(char) *place = place_of(r);
	char own[VV_HOLDER_TEXT];
	vv_holder holder;
	vv_stat again;
	vv_status rc;

	*out = (vv_later){.text = VV_BUF_INIT, .changed = VV_BUF_INIT};
	if ((rc = vv_lstat(&out->made, place, err)) < 0 ||
	    (rc = vv_read_regular(&out->text, place, NOTE_MAX, err)) < 0 ||
	    (rc = read_parts(out, &holder, r, err)) < 0) {
		return rc;
	}
	vv_holder_text(own, vv_repository_holder(r));
	out->own = strcmp(vv_buf_cstr(&out->text) + sizeof(FORM VERSION), own) == 0;
	out->alive = vv_holder_state_of(&holder, vv_repository_holder(r), out->made.mtime_sec) !=
		     VV_HOLDER_DEAD;
	if (!out->alive) {
		/* it may have completed since: a process drops its note before it ends */
		if ((rc = vv_lstat(&again, place, err)) < 0) return rc;
		out->alive = again.ino != out->made.ino;
	}
	out->git = out->alive ? 0 : read_git(r);
	return VV_OK;
}

vv_status vv_later_drop(vv_repository *r, vv_error *err)
{
	vv_auto(char) *place = place_of(r);

	vv_status rc = vv_unlink(place, true, err);
	if (rc < 0 || (rc = forget_git(r, err)) < 0) return rc;
	return vv_fsync_dir(r->statedir, err);
}

void vv_later_clear(vv_later *l)
{
	vv_buf_clear_all(&l->changed, &l->text);
}

bool vv_later_is_older(const vv_later *l, const vv_stat *st)
{
	return st->ctime_sec < l->made.mtime_sec ||
	       (st->ctime_sec == l->made.mtime_sec && st->ctime_nsec < l->made.mtime_nsec);
}

bool vv_later_was_written(const vv_later *l, const vv_stat *st)
{
	return st->mtime_sec > l->made.mtime_sec ||
	       (st->mtime_sec == l->made.mtime_sec && st->mtime_nsec >= l->made.mtime_nsec);
}

bool vv_later_index_written(const vv_later *l, const vv_repository *r, vv_stat *st)
{
	return vv_lstat(st, r->index_file, VV_IGNORED) == VV_OK && vv_later_was_written(l, st);
}

bool vv_later_was_changed(const vv_later *l, const char *path)
{
	const char *part;

	for (size_t at = 0; (part = next_part(&l->changed, &at)) != NULL;) {
		if (strcmp(part, path) == 0) return true;
	}
	return false;
}

/* --- locks --------------------------------------------------------------------------------- */

/* A lock, and the inode that it had when it was found. */
typedef struct found_lock {
	char *path;
	uint64_t ino;
} found_lock;

typedef struct found_locks {
	const vv_later *note;
	const vv_repository *repo;
	found_lock *items;
	size_t count, cap;
} found_locks;

static void found_locks_clear(found_locks *f)
{
	vv_array_clear(f->items, f->count, it, vv_free(it->path));
	*f = (found_locks){.note = f->note, .repo = f->repo};
}
VV_AUTO_CLEAR(found_locks, found_locks_clear)

static bool is_left(const vv_later *l, const char *lock, uint64_t *ino)
{
	vv_stat st;
	const bool left = vv_lstat(&st, lock, VV_IGNORED) == VV_OK && S_ISREG(st.mode) &&
			  !vv_later_is_older(l, &st);

	*ino = left ? st.ino : 0;
	return left;
}

static void add_lock(found_locks *f, const char *path)
{
	found_lock lock = {0};

	if (is_left(f->note, path, &lock.ino) && (lock.path = vv_strdup(path)) != NULL) {
		(void)vv_array_own(f->items, f->count, f->cap, lock.path, lock);
	}
}

/* Adds the locks in a folder, and its folders to todo. The index's lock may be elsewhere. */
static void add_locks_in(found_locks *f, const char *folder, vv_string_list *todo)
{
	vv_auto(vv_folder) in = {0};

	(void)vv_folder_read(&in, folder, true, VV_IGNORED);
	while (vv_folder_next(&in)) {
		const bool lock = vv_path_ends(in.name, ".lock");

		if (todo && !lock && (in.kind == VV_ENTRY_FOLDER || in.kind == VV_ENTRY_UNKNOWN)) {
			(void)vv_string_list_add(todo, vv_strdup(in.path), VV_IGNORED);
		} else if (lock && strcmp(in.name, "index.lock") != 0) {
			add_lock(f, in.path);
		}
	}
}

static void find_locks(found_locks *f)
{
	static const char *const places[] = {"",
					     "info",
					     "objects",
					     "objects/info",
					     "objects/info/commit-graphs",
					     "objects/pack"};
	const vv_repository *r = f->repo;
	vv_auto(char) *index = vv_asprintf("%s.lock", r->index_file);
	vv_auto(vv_string_list) todo = {0};

	found_locks_clear(f);
	if (index) {
		add_lock(f, index);
	}
	if (strcmp(r->gitdir, r->commondir) != 0) {
		add_locks_in(f, r->gitdir, NULL);
	}
	vv_array_each(places, sizeof(places) / sizeof(places[0]), place) {
		vv_auto(char) *folder = vv_path_join(r->commondir, *place, (char *)NULL);

		if (folder) {
			add_locks_in(f, folder, NULL);
		}
	}
	(void)vv_string_list_add(&todo, vv_path_join(r->commondir, "refs", (char *)NULL),
				 VV_IGNORED);
	while (todo.count > 0) {
		vv_auto(char) *folder = todo.items[--todo.count];

		add_locks_in(f, folder, &todo);
	}
}

/* Removes the locks that are unchanged. */
static void remove_locks(const found_locks *f)
{
	uint64_t ino;

	vv_array_each(f->items, f->count, lock) {
		if (is_left(f->note, lock->path, &ino) && ino == lock->ino) {
			(void)vv_unlink(lock->path, true, VV_IGNORED);
		}
	}
}

static void report_lock(const found_locks *f, const found_lock *lock, const char *who)
{
	vv_auto(char) *index = vv_asprintf("%s.lock", f->repo->index_file);

	if (index && strcmp(index, lock->path) == 0) return;
	vv_notes_warn(
		f->repo->notes,
		"the lock '%s' was not removed, since %s may hold it; otherwise remove it with "
		"'rm -f %s'",
		vv_text_shows(lock->path), who, vv_text_word(lock->path));
}

/* Removes the locks, or waits. False: some stay, and *who may own them. */
static bool try_sweep(found_locks *f, char who[VV_TENANT_WORDS])
{
	find_locks(f);
	for (int looks = 0; looks < 2; looks++) { /* twice: a lock may exist for a moment */
		vv_array_each(f->items, f->count, lock) {
			if (vv_git_lock_tenants(who, f->repo, lock->path) != VV_TENANTS_NONE) {
				return false;
			}
		}
		if (f->count > 0 && looks == 0) {
			vv_sleep_ms(STEP_MS);
		}
	}
	remove_locks(f);
	return true;
}

void vv_later_sweep_locks(const vv_later *l, vv_repository *r)
{
	const uint64_t until = vv_monotonic_ms() + DYING_MS;
	vv_auto(found_locks) f = {.note = l, .repo = r};
	char who[VV_TENANT_WORDS];

	while (!try_sweep(&f, who)) {
		if (vv_monotonic_ms() >= until) {
			vv_array_each(f.items, f.count, lock) {
				report_lock(&f, lock, who);
			}
			return;
		}
		vv_sleep_ms(STEP_MS);
	}
}
