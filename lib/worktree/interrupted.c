/*
 * interrupted: which files are git's work, and how they go back.
 */
#include "lib/worktree/interrupted.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/table.h"
#include "lib/worktree/checkout.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/state.h"
#include "repo/git/index/worktree.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"
#include "repo/git/verb/runner.h"

typedef struct undoing {
	vv_repository *repo;
	const vv_later *note;
	bool ours; /* whatever is in a file is git's */
	/* Another git has written the index since, with the old entries: later files are not
	 * git's. */
	bool rewritten;
	vv_stat index_made;
	vv_index *index;
	vv_dataset_reader *reader;
	vv_checkout checkout;
	vv_buf back,
		gone; /* paths that HEAD has; that only the index has to lose; each ended by a NUL */
	size_t left;
} undoing;

static void undoing_clear(undoing *u)
{
	vv_dataset_reader_close(u->reader);
	vv_index_close(u->index);
	vv_buf_clear_all(&u->back, &u->gone);
}
VV_AUTO_CLEAR(undoing, undoing_clear)

static bool has_entry(const undoing *u, const char *path, uint32_t mode, const vv_oid *id)
{
	vv_index_entry e;
	const bool has = vv_index_get(u->index, path, &e);

	return mode ? has && e.mode == mode && vv_oid_equal(&e.id, id) : !has;
}

typedef enum content { ABSENT, UNTOUCHED, OLD, NEW, HALF, OTHER } content;

/* A file beside the bytes that a table has. */
typedef struct beside {
	int fd;
	const char *file;
	uint64_t at;
	bool differs, ends; /* a byte does; the file is shorter */
} beside;

static vv_status look_at_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	beside *b = payload;
	const char *p = bytes;
	char buf[16384];

	while (len > 0 && !b->differs && !b->ends) {
		const size_t want = len < sizeof(buf) ? len : sizeof(buf);
		const ssize_t n = vv_pread_full(b->fd, buf, want, b->at, b->file, err);

		if (n < 0) return (vv_status)n;
		b->differs = memcmp(buf, p, (size_t)n) != 0;
		b->ends = (size_t)n < want;
		b->at += (size_t)n;
		p += n;
		len -= (size_t)n;
	}
	return VV_OK;
}

/* The file beside the table of a pointer: NEW where it has just these bytes, HALF where it ends before. */
static vv_status compare_table(undoing *u, const char *file, uint64_t size, const vv_oid *id,
			       content *out, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const vv_bytes_options opts = {.pool = vv_dataset_reader_pool(u->reader), .old_fd = -1};
	beside b = {.fd = -1, .file = file};
	vv_auto(vv_table) t = {0};
	vv_pointer p;
	vv_status rc;

	if ((rc = vv_dataset_reader_pointer(u->reader, id, &arena, &p, err)) < 0) return rc;
	if (size > p.bytes || (b.fd = vv_open_regular(file, O_NOFOLLOW, VV_IGNORED)) < 0) return rc;
	if ((rc = vv_dataset_open_stored(&t, u->repo, &p.root, err)) == VV_OK) {
		rc = vv_table_file(&t, look_at_bytes, &b, &opts, err);
	}
	(void)vv_close(b.fd, NULL, VV_IGNORED);
	if (rc < 0 || b.differs) {
		*out = OTHER;
	} else if (b.ends) {
		*out = HALF;
	} else {
		*out = NEW;
	}
	return rc == VV_EMISSING ? VV_OK : rc; /* git cannot have written it */
}

/* NEW: the file has this version; HALF: it has the beginning of it; else OTHER. */
static vv_status compare_version(undoing *u, const char *path, const char *file, const vv_stat *st,
				 uint32_t mode, const vv_oid *id, content *out, vv_error *err)
{
	vv_index_entry e = {.path = path, .mode = mode, .id = *id}, own;
	bool table = false, same = false;
	vv_status rc = VV_OK;

	*out = OTHER;
	if (mode == 0) return VV_OK;
	if (vv_index_get(u->index, path, &own) && own.mode == mode && vv_oid_equal(&own.id, id)) {
		e = own;
	}
	if (S_ISREG(mode) && S_ISREG(st->mode) && !vv_index_stat_clean(u->index, &e, st) &&
	    !vv_dataset_reader_holds_pointer(file, st)) {
		rc = vv_dataset_reader_is_pointer(u->reader, id, &table, err);
	}
	if (rc == VV_OK && table) return compare_table(u, file, st->size, id, out, err);
	if (rc < 0 || (rc = vv_checkout_is_clean(&u->checkout, &e, &same, err)) < 0) return rc;
	*out = same ? NEW : OTHER;
	return VV_OK;
}

/* Was the file changed after `made`? */
static bool is_newer(const vv_stat *st, const vv_stat *made)
{
	return st->ctime_sec > made->mtime_sec ||
	       (st->ctime_sec == made->mtime_sec && st->ctime_nsec > made->mtime_nsec);
}

static vv_status read_content(undoing *u, const vv_change *c, content *out, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(u->repo, c->path);
	const bool ours = u->ours && !vv_later_was_changed(u->note, c->path);
	vv_stat st;
	vv_status rc;

	*out = OTHER;
	if (!file) return vv_fail_nomem(err);
	if (vv_worktree_check_above(u->repo, c->path, VV_IGNORED) < 0) return VV_OK;
	if (vv_lstat(&st, file, VV_IGNORED) < 0) {
		*out = ABSENT;
		return VV_OK;
	}
	if (vv_later_is_older(u->note, &st)) {
		*out = UNTOUCHED;
		return VV_OK;
	}
	if (u->rewritten && is_newer(&st, &u->index_made)) return VV_OK;
	if ((rc = compare_version(u, c->path, file, &st, c->old_mode, &c->old_id, out, err)) < 0 ||
	    *out == NEW) {
		*out = OLD;
		return rc;
	}
	if ((rc = compare_version(u, c->path, file, &st, c->new_mode, &c->new_id, out, err)) < 0) {
		return rc;
	}
	if (*out == OTHER && S_ISREG(st.mode) && (ours || st.size == 0)) {
		*out = HALF;
	}
	return VV_OK;
}

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	undoing *u = payload;
	const bool new_entry = has_entry(u, c->path, c->new_mode, &c->new_id) ||
			       vv_index_is_unmerged(u->index, c->path);
	const bool changed = vv_later_was_changed(u->note, c->path);
	content is;
	vv_status rc;

	if (changed && !u->note->discards) {
		/* The file stays, and is untracked again. */
		if (!c->old_mode && new_entry && strcmp(u->note->what, VV_LATER_MIGRATION) == 0) {
			vv_buf_put(&u->gone, c->path, strlen(c->path) + 1);
		}
		return VV_OK;
	}
	if ((rc = read_content(u, c, &is, err)) < 0) return rc;
	if ((is == UNTOUCHED && !new_entry) || (changed && is == OTHER)) return VV_OK;
	if (is == OTHER ||
	    (!changed && !new_entry && !has_entry(u, c->path, c->old_mode, &c->old_id))) {
		u->left++;
		vv_notes_put(vv_repository_notes(u->repo), "    %s: edited since, so not restored",
			     vv_text_shows(c->path));
		return VV_OK;
	}
	if (c->old_mode && ((is != OLD && is != UNTOUCHED) || new_entry)) {
		vv_buf_put(&u->back, c->path, strlen(c->path) + 1);
	}
	if (!c->old_mode && (is == NEW || is == HALF) &&
	    (rc = vv_worktree_remove(u->repo, c->path, err)) < 0) {
		return rc;
	}
	if (!c->old_mode && new_entry) {
		vv_buf_put(&u->gone, c->path, strlen(c->path) + 1);
	}
	return VV_OK;
}

/* A path that is equal in both commits. */
static vv_status on_same(undoing *u, const vv_tree_entry *t, vv_error *err)
{
	const vv_change c = {.path = t->path,
			     .old_mode = t->mode,
			     .new_mode = t->mode,
			     .old_id = t->id,
			     .new_id = t->id};

	return on_change(u, &c, err);
}

/* Paths that were changed, and are equal in both commits: git may have begun to restore them. */
static vv_status look_at_discarded(undoing *u, vv_error *err)
{
	const vv_buf *list = &u->note->changed;
	vv_status rc = VV_OK;

	for (size_t at = 0; rc == VV_OK && u->note->discards && at < list->len;
	     at += strlen(list->data + at) + 1) {
		vv_auto(vv_tree_entry) t = {0};

		rc = vv_tree_entry_at(u->repo, &u->note->from, list->data + at, &t, err);
		rc = rc < 0 ? vv_missing_ok(rc, err) : on_same(u, &t, err);
	}
	return rc;
}

/* Conflicts whose file is as HEAD has it. */
static vv_status look_at_unmerged(undoing *u, vv_error *err)
{
	vv_status rc = VV_OK;

	for (vv_index_entry e = {0};
	     rc == VV_OK && u->note->command && vv_index_next(u->index, &e);) {
		vv_auto(vv_tree_entry) t = {0};

		if (e.stage != 0) {
			rc = vv_tree_entry_at(u->repo, &u->note->from, e.path, &t, err);
			rc = rc < 0 ? vv_missing_ok(rc, err) : on_same(u, &t, err);
		}
	}
	return rc;
}

static vv_status run_git(vv_repository *r, const char *const *args, const vv_buf *paths,
			 vv_error *err)
{
	vv_auto(vv_runner) git = {.repo = r,
				  .args = args,
				  .more = vv_git_literal,
				  .undoes = true,
				  .input = paths->data,
				  .len = paths->len};
	vv_status rc;

	if (paths->len == 0) return VV_OK;
	if ((rc = vv_runner_run(&git, err)) < 0) return rc;
	return git.code == 0 ? VV_OK : vv_runner_fail(&git, "the files were not restored", err);
}

vv_status vv_interrupted_put_back(vv_repository *r, const vv_oid *from, const vv_buf *back,
				  const vv_buf *gone, vv_error *err)
{
	static const char *const remove[] = {"update-index", "--force-remove", "-z", "--stdin",
					     NULL};
	vv_auto(char) *source = vv_asprintf("--source=%s", vv_oid_shows(from));
	const char *const restore[] = {"restore",
				       "--staged",
				       "--worktree",
				       source,
				       "--pathspec-from-file=-",
				       "--pathspec-file-nul",
				       NULL};
	vv_status rc;

	if (!source) return vv_fail_nomem(err);
	if ((rc = vv_buf_ok(back, err)) < 0 || (rc = vv_buf_ok(gone, err)) < 0 ||
	    (rc = run_git(r, remove, gone, err)) < 0) {
		return rc;
	}
	return run_git(r, restore, back, err);
}

/* A branch that was made or moved, and HEAD did not follow. */
static vv_status put_back_ref(const undoing *u, vv_error *err)
{
	const vv_later *l = u->note;
	const bool made = vv_oid_is_null(&l->ref_old);
	vv_auto(vv_ref) ref = {0};

	if (!l->ref || vv_ref_get(u->repo, l->ref, &ref, VV_IGNORED) < 0 ||
	    !vv_oid_equal(&ref.id, &l->to) || vv_oid_equal(&l->ref_old, &l->to)) {
		return VV_OK;
	}
	return made ? vv_ref_delete(u->repo, l->ref, &l->to, err)
		    : vv_ref_update(u->repo, l->ref, &l->ref_old, &l->to, true, "varve: undo", err);
}

/* How many paths have the old and the new entry in the index. */
typedef struct sides {
	const undoing *u;
	size_t all, old, new;
} sides;

static vv_status count_side(void *payload, const vv_change *c, vv_error *err VV_UNUSED)
{
	sides *s = payload;

	if (vv_later_was_changed(s->u->note, c->path)) return VV_OK;
	s->all++;
	s->old += has_entry(s->u, c->path, c->old_mode, &c->old_id);
	s->new += has_entry(s->u, c->path, c->new_mode, &c->new_id);
	return VV_OK;
}

static vv_status count_sides(undoing *u, sides *s, vv_error *err)
{
	const vv_oid *from = vv_oid_is_null(&u->note->from) ? NULL : &u->note->from;

	*s = (sides){.u = u};
	return vv_tree_changes(u->repo, from, &u->note->to, "", count_side, s, err);
}

/* git's index has all new entries. A merge may have any. */
static bool has_foreign_index(undoing *u)
{
	sides s;

	return !u->note->command && vv_later_index_written(u->note, u->repo, &u->index_made) &&
	       vv_index_open(&u->index, u->repo, VV_IGNORED) == VV_OK &&
	       count_sides(u, &s, VV_IGNORED) == VV_OK && s.old < s.all && s.new < s.all;
}

/* Did another command move HEAD to where it had been? git writes the reflog before HEAD, so the last
 * entry of the interrupted command has another commit. */
static bool was_reset(const undoing *u)
{
	const size_t len = 2 * VV_OID_TEXT + 1;
	vv_auto(char) *log = vv_path_join(vv_repository_gitdir(u->repo), "logs/HEAD", (char *)NULL);
	vv_auto(vv_fd) fd = log ? vv_open_regular(log, O_NOFOLLOW, VV_IGNORED) : -1;
	char tail[8192];
	vv_oid to;
	vv_stat st;

	if (fd < 0 || vv_fstat(&st, fd, log, VV_IGNORED) < 0 ||
	    !vv_later_was_written(u->note, &st) || vv_oid_equal(&u->note->from, &u->note->to)) {
		return false;
	}
	const uint64_t from = st.size > sizeof(tail) ? st.size - sizeof(tail) : 0;
	ssize_t n = vv_pread_full(fd, tail, sizeof(tail), from, log, VV_IGNORED);
	while (n > 0 && tail[n - 1] == '\n') {
		n--;
	}
	ssize_t begin = n;
	while (begin > 0 && tail[begin - 1] != '\n') {
		begin--;
	}
	const char *line = tail + begin;
	return n > 0 && (size_t)(tail + n - line) > len &&
	       vv_oid_parse(&to, line + VV_OID_TEXT + 1, VV_OID_TEXT) &&
	       vv_oid_equal(&to, &u->note->from);
}

static vv_status take_back(undoing *u, vv_error *err)
{
	const vv_oid *from = vv_oid_is_null(&u->note->from) ? NULL : &u->note->from;
	sides now = {0};
	vv_status rc;

	if ((rc = vv_index_open(&u->index, u->repo, err)) < 0 ||
	    (rc = vv_dataset_reader_open(&u->reader, u->repo,
					 vv_notes_begin(vv_repository_notes(u->repo)), err)) < 0) {
		return rc;
	}
	u->checkout = (vv_checkout){u->repo, u->reader, u->index};
	if (!u->ours && !vv_later_begin_undo(u->repo) &&
	    vv_later_index_written(u->note, u->repo, &u->index_made) &&
	    (rc = count_sides(u, &now, err)) < 0) {
		return rc;
	}
	u->rewritten = now.all > 0 && now.old == now.all;
	if ((rc = vv_tree_changes(u->repo, from, &u->note->to, "", on_change, u, err)) < 0 ||
	    (rc = look_at_discarded(u, err)) < 0 || (rc = look_at_unmerged(u, err)) < 0 ||
	    (rc = vv_interrupted_put_back(u->repo, &u->note->from, &u->back, &u->gone, err)) < 0) {
		return rc;
	}
	if (u->note->command && ((rc = vv_state_cleanup(u->repo, err)) < 0 ||
				 (rc = vv_conflict_drop_all(u->repo, err)) < 0)) {
		return rc;
	}
	return put_back_ref(u, err);
}

/* Removes the versions for a merge driver, which git writes beside the files and leaves if it is killed or fails; and the
 * driver's unfinished files. */
static vv_status remove_versions(vv_repository *r, vv_error *err)
{
	static const char begins[] = ".merge_file_";
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_folder) f = {0};
	vv_index_entry e;

	vv_temp_sweep(vv_repository_workdir(r), VV_WRITE_TEMP);
	vv_status rc = vv_folder_read(&f, vv_repository_workdir(r), false, err);
	while (rc == VV_OK && vv_folder_next(&f)) {
		if (strncmp(f.name, begins, sizeof(begins) - 1) == 0 &&
		    strlen(f.name) == sizeof(begins) - 1 + strlen("XXXXXX") &&
		    (x || (rc = vv_index_open(&x, r, err)) == VV_OK) &&
		    !vv_index_get(x, f.name, &e)) {
			rc = vv_worktree_remove(r, f.name, err);
		}
	}
	return rc;
}

static bool is_on(vv_repository *r, const vv_oid *commit, const vv_oid *parent)
{
	vv_auto(vv_commit) c = {0};

	return vv_commit_read(r, commit, &c, VV_IGNORED) == VV_OK && c.parent_count > 0 &&
	       vv_oid_equal(&c.parents[0], parent);
}

/* Has HEAD not moved? For two branches at one commit the name decides. */
static bool is_undoable(const vv_head *head, const vv_later *note)
{
	return vv_oid_equal(&head->commit, &note->from) && !vv_oid_is_null(&note->to) &&
	       (!vv_oid_equal(&note->from, &note->to) ||
		(note->ref && (!head->branch || strcmp(head->branch, note->ref) != 0)));
}

bool vv_interrupted_is_past(vv_repository *r, const vv_later *note)
{
	vv_auto(undoing) u = {.repo = r, .note = note};
	vv_auto(vv_head) head = {0};

	return vv_head_read(r, &head, VV_IGNORED) == VV_OK && is_undoable(&head, note) &&
	       !vv_later_undo_begun(r) && (was_reset(&u) || has_foreign_index(&u));
}

vv_status vv_interrupted_undo(vv_repository *r, const vv_later *note, bool ours, bool *undone,
			      vv_error *err)
{
	vv_auto(undoing) u = {.repo = r, .note = note, .ours = ours};
	vv_auto(vv_head) head = {0};
	vv_status rc = remove_versions(r, err);

	rc = rc < 0 ? rc : vv_head_read(r, &head, err);
	*undone = rc == VV_OK && is_undoable(&head, note);
	if (rc == VV_OK && *undone) {
		rc = take_back(&u, err);
	} else if (rc == VV_OK && note->command && is_on(r, &head.commit, &note->from)) {
		rc = vv_state_cleanup(r, err); /* git made the commit, and was about to remove it */
	}
	vv_notes_end(vv_repository_notes(r));
	return rc < 0 ? vv_prefix(err, "%s was interrupted and cannot be undone",
				  vv_text_shows(note->what))
		      : rc;
}
