/*
 * by_git: which tables git leaves as pointers, and how their files come.
 */
#include "lib/worktree/by_git.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/damaged_pointer.h"
#include "lib/sync/needed.h"
#include "lib/tables/materialise.h"
#include "lib/worktree/interrupted.h"
#include "lib/worktree/last_copy.h"
#include "lib/worktree/left_out.h"
#include "lib/worktree/moved.h"
#include "repo/blocks/reach.h"
#include "repo/git/blob.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/state.h"
#include "repo/git/index/worktree.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/known/gap.h"

#define LISTED_MAX 20u
#define GIT_OWN_MIN 128 /* git's own failures, and signals */
#define ENDING_MS 2000u
#define STEP_MS 50
#define NAMES_MAX 160 /* bytes of names in the note on missing blocks */

typedef struct coming {
	char *path;
	uint32_t mode; /* 0: removed */
	vv_oid id;
	bool plain;        /* no table that can be read: a damaged pointer, perhaps */
	vv_made_file made; /* of a large table */
} coming;

/* --- before ------------------------------------------------------------------------------------ */

static bool fetch_version(vv_by_git *b, const vv_cid *root, vv_error *err)
{
	if (!b->needed && !(b->needed = vv_needed_new(b->git.repo))) {
		(void)vv_fail_nomem(err);
		return false;
	}
	return vv_needed_fetch(b->needed, root, err) == VV_OK;
}

/* Is all of the version here, perhaps now? */
static vv_status get_blocks(vv_by_git *b, const vv_cid *root, bool *here, vv_error *err)
{
	vv_store *store;
	vv_error why = {0};
	vv_status rc;

	if ((rc = vv_repository_store(b->git.repo, &store, err)) < 0 ||
	    (rc = vv_store_complete(store, root, here, NULL, err)) < 0 || *here) {
		return rc;
	}
	*here = !b->here_only && fetch_version(b, root, &why);
	return VV_OK;
}

/* A table that git leaves to us: its new file, beside the one that exists. */
static vv_status make_file(vv_by_git *b, coming *c, const vv_pointer *p, vv_error *err)
{
	vv_status rc = vv_made_file_make(&c->made, b->reader, c->path, p, c->mode, err);

	/* Requirements that git makes first, such as a folder, are checked again when it is
	 * placed. */
	return !b->must && (rc == VV_EMISSING || rc == VV_EREFUSED) ? VV_OK : rc;
}

static vv_status fail_gap(vv_by_git *b, const coming *c, const vv_pointer *p, vv_error *err)
{
	b->gap = c->path;
	(void)vv_fail(err, VV_EMISSING, "the blocks of this version are missing here");
	vv_expired_explain(b->git.repo, &p->root, err);
	return vv_prefix_name(err, c->path);
}

static vv_status look_for_gap(vv_by_git *b, const coming *c, const vv_pointer *p, vv_error *err)
{
	vv_gap gap;

	if (b->refuses == VV_GAP_NONE) return VV_OK;
	const vv_status rc = vv_gap_of(&gap, b->git.repo, &p->root, err);
	if (rc < 0 || gap < VV_GAP_EXPIRED || gap > b->refuses) return rc;
	(void)fail_gap(b, c, p, err);
	err->gap = gap;
	return VV_EMISSING;
}

static vv_status prepare_coming(vv_by_git *b, coming *c, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	bool table = false, here = true;
	vv_pointer p;

	if (!S_ISREG(c->mode)) return VV_OK;
	vv_blob_expect(b->git.repo, &c->id);
	vv_status rc = vv_dataset_reader_find_pointer(b->reader, &c->id, &arena, &p, &table, err);
	if (rc < 0 || !table) {
		c->plain = rc == VV_OK;
		return rc;
	}
	b->tables++;
	if ((rc = look_for_gap(b, c, &p, err)) < 0) return rc;
	const bool large = p.bytes > VV_RUNNER_SMUDGE_MAX;
	if ((large || b->must) && (rc = get_blocks(b, &p.root, &here, err)) < 0) return rc;
	if (!here && b->must) return fail_gap(b, c, &p, err);
	return large && here ? make_file(b, c, &p, err) : VV_OK;
}

static vv_status add_coming(vv_by_git *b, const char *path, uint32_t mode, const vv_oid *id,
			    vv_error *err)
{
	char *copy = vv_strdup(path);

	return vv_array_own(b->coming, b->count, b->cap, copy,
			    (coming){.path = copy, .mode = mode, .id = *id})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_by_git_expect(vv_by_git *b, const char *path, uint32_t mode, const vv_oid *id,
			   vv_error *err)
{
	vv_status rc;

	if ((!b->index && (rc = vv_index_open(&b->index, b->git.repo, err)) < 0) ||
	    (rc = vv_last_copy_keep(b->git.repo, b->reader, b->index, path, err)) < 0 ||
	    vv_mode_is_submodule(mode) || /* git writes no file at this path */
	    (rc = add_coming(b, path, mode, id, err)) < 0) {
		return rc;
	}
	return prepare_coming(b, &b->coming[b->count - 1], err);
}

static vv_status on_change(void *payload, const vv_change *c, vv_error *err)
{
	return vv_by_git_expect(payload, c->path, c->new_mode, &c->new_id, err);
}

vv_status vv_by_git_expect_all(vv_by_git *b, vv_error *err)
{
	const vv_oid *from = vv_oid_is_null(&b->git.from) ? NULL : &b->git.from;

	if (vv_oid_is_null(&b->git.to)) return VV_OK;
	return vv_tree_changes(b->git.repo, from, &b->git.to, "", on_change, b, err);
}

/* --- afterwards ---------------------------------------------------------------------------------- */

/* Did git leave the pointer there? *st: of the file. */
static bool is_pointer_file(const vv_by_git *b, const coming *c, vv_stat *st)
{
	vv_auto(char) *file = vv_repository_file(b->git.repo, c->path);

	return file && S_ISREG(c->mode) && vv_lstat(st, file, VV_IGNORED) == VV_OK &&
	       vv_dataset_reader_is_left(file, st, &c->id);
}

/* If the filter requested the blocks it has also reported them. */
static void note_lack(vv_by_git *b, const coming *c, const vv_pointer *p, bool here)
{
	b->lacking |= here || !(b->needed && vv_needed_unwanted(b->needed, &p->root));
	if (b->git.begun && !b->here_only && p->bytes <= VV_RUNNER_SMUDGE_MAX) return;
	if (b->missing++ == 0 || b->names.len < NAMES_MAX) {
		b->named++;
		vv_buf_puts(&b->names, b->missing > 1 ? ", " : "");
		vv_text_put_escaped(&b->names, c->path, strlen(c->path));
	}
}

static void tell_missing(const vv_by_git *b)
{
	const vv_notes *notes = vv_repository_notes(b->git.repo);
	const bool one = b->missing == 1;

	if (b->missing == 0) return;
	vv_notes_put(
		notes,
		one ? "%zu table is written as its pointer only, as blocks are missing here: %s%s"
		    : "%zu tables are written as their pointers only, as blocks are missing here: "
		      "%s%s",
		b->missing, vv_buf_cstr(&b->names), b->named == b->missing ? "" : ", ...");
	vv_notes_hint(notes, VV_HINT_FETCH_AND_RESTORE, one ? vv_buf_cstr(&b->names) : "PATH");
}

/* Replaces the pointer that git left by the table; *put: done. */
static vv_status place_file(vv_by_git *b, coming *c, const vv_stat *pointer, vv_stat *st, bool *put,
			    vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	bool here = true;
	vv_pointer p;
	vv_status rc;

	*put = false;
	if (vv_dataset_reader_pointer(b->reader, &c->id, &arena, &p, VV_IGNORED) < 0) return VV_OK;
	if (!c->made.temp && (rc = get_blocks(b, &p.root, &here, err)) < 0) return rc;
	if (!c->made.temp && here &&
	    (rc = vv_made_file_make(&c->made, b->reader, c->path, &p, c->mode, err)) < 0 &&
	    rc != VV_EMISSING) {
		return rc;
	}
	if (!c->made.temp) {
		note_lack(b, c, &p, here);
		return VV_OK;
	}
	if (chmod(c->made.temp, pointer->mode & 0777) < 0) {
		return vv_fail_errno(err, "cannot set the mode of", c->made.temp);
	}
	*put = true;
	b->placed++;
	return vv_made_file_place(&c->made, b->reader, c->path, &c->id, st, err);
}

vv_status vv_by_git_place(vv_by_git *b, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < b->count; i++) {
		coming *c = &b->coming[i];
		vv_index_entry e;
		vv_stat pointer, st;
		bool put = false;

		if (c->plain &&
		    (rc = vv_damaged_pointer_warn(b->git.repo, &c->id, c->path, err)) < 0) {
			return rc;
		}
		if (!is_pointer_file(b, c, &pointer)) {
			continue;
		}
		if ((!x && (rc = vv_index_open(&x, b->git.repo, err)) < 0) ||
		    (rc = place_file(b, c, &pointer, &st, &put, err)) < 0) {
			return rc;
		}
		if (put && vv_index_get(x, c->path, &e) && vv_oid_equal(&e.id, &c->id)) {
			rc = vv_index_set(x, c->path, e.mode, &c->id, &st, err);
		}
	}
	tell_missing(b);
	return rc < 0 || !x ? rc : vv_index_write(x, err);
}

vv_status vv_by_git_place_all(vv_by_git *b, vv_error *err)
{
	vv_status rc = vv_index_open(&b->index, b->git.repo, err);

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(b->index, &e);) {
		vv_stat st;

		const coming c = {.path = (char *)(uintptr_t)e.path, .mode = e.mode, .id = e.id};
		if (e.stage == 0 && !e.hidden && is_pointer_file(b, &c, &st)) {
			rc = add_coming(b, e.path, e.mode, &e.id, err);
		}
	}
	return rc < 0 ? rc : vv_by_git_place(b, err);
}

/* Files that the user had changed, and lets go of, differ from HEAD alone. */
static vv_status expect_changed(vv_by_git *b, vv_error *err)
{
	const vv_buf *list = &b->git.note.changed;
	vv_status rc = VV_OK;

	for (size_t at = 0; rc == VV_OK && at < list->len; at += strlen(list->data + at) + 1) {
		vv_auto(vv_tree_entry) t = {0};

		rc = vv_tree_entry_at(b->git.repo, &b->git.to, list->data + at, &t, err);
		rc = rc < 0 ? vv_missing_ok(rc, err) : add_coming(b, t.path, t.mode, &t.id, err);
	}
	return rc;
}

/* Names what git would not overwrite. */
static vv_status find_obstacles(vv_by_git *b, vv_error *err)
{
	const vv_notes *notes = vv_repository_notes(b->git.repo);
	size_t found = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < b->count; i++) {
		const char *path = b->coming[i].path;
		vv_auto(char) *file = vv_repository_file(b->git.repo, path);
		vv_index_entry e;
		bool ignored = false;

		if (!file) return vv_fail_nomem(err);
		if (!vv_later_was_changed(&b->git.note, path) || !vv_exists(file)) {
			continue;
		}
		const bool known = vv_index_get(b->index, path, &e);
		if (!known && (rc = vv_path_ignored(b->git.repo, path, &ignored, err)) < 0) {
			return rc;
		}
		if (!ignored && found == 0) {
			vv_notes_put(notes, "local changes to these files would be lost:");
		}
		if (!ignored && found++ < LISTED_MAX) {
			vv_notes_put(notes, "    %s%s", vv_text_shows(path),
				     known ? "" : " (untracked)");
		}
	}
	if (found == 0) return VV_OK;
	if (found > LISTED_MAX) {
		vv_notes_put(notes, "    ... and %zu more", found - LISTED_MAX);
	}
	return vv_fail(err, VV_EREFUSED, "%s\n%s", b->would,
		       "commit your changes or stash them ('git stash') first");
}

/* Git would refuse all files because of a name that the system lacks, and keeps the last of two names that are one
 * file. */
static vv_status refuse_left_out(vv_by_git *b, const char *refused, vv_error *err)
{
	vv_auto(vv_left_out) l = {.repo = b->git.repo};
	bool applies = false;
	vv_status rc = vv_left_out_applies(&applies, b->git.repo, err);

	if (rc < 0 || !applies || !b->index) return rc;
	for (size_t i = 0; rc == VV_OK && i < b->count; i++) {
		const coming *c = &b->coming[i];

		rc = vv_left_out_add(&l, c->path, c->mode ? VV_NAME_COMES : VV_NAME_GOES, err);
	}
	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(b->index, &e);) {
		rc = e.stage == 0 ? vv_left_out_add(&l, e.path, VV_NAME_STAYS, err) : VV_OK;
	}
	if (rc < 0 || (rc = vv_left_out_find(&l, err)) < 0 || !l.first) return rc;
	return vv_fail(err, VV_EREFUSED, "%s: %s\n%s", refused, l.first, VV_LEFT_OUT_REMEDY);
}

static vv_status expect_any(void *payload, const vv_change *c, vv_error *err)
{
	return add_coming(payload, c->path, c->new_mode, &c->new_id, err);
}

/* Writes tables whose pointers git left in the work tree while changing from that commit to
 * HEAD. */
static vv_status complete_tables(vv_repository *r, const vv_oid *from, vv_error *err)
{
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_by_git) b = {.git = {.repo = r}};
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if ((rc = vv_head_read(r, &head, err)) < 0 || head.unborn ||
	    (rc = vv_dataset_reader_open(&reader, r, vv_notes_begin(vv_repository_notes(r)), err)) <
		    0) {
		return rc;
	}
	b.reader = reader;
	rc = vv_tree_changes(r, vv_oid_is_null(from) ? NULL : from, &head.commit, "", expect_any,
			     &b, err);
	rc = rc < 0 ? rc : vv_by_git_place(&b, err);
	vv_notes_end(vv_repository_notes(r));
	return rc;
}

vv_status vv_by_git_undo(vv_by_git *b, vv_status rc)
{
	bool undone;
	vv_error why;

	/* If that fails the note stays, as for a command that can only be completed. */
	if (b->git.what && !(vv_oid_is_null(&b->git.to) && b->git.code > 1) && b->git.begun &&
	    (vv_interrupted_undo(b->git.repo, &b->git.note, true, &undone, &why) < 0 ||
	     (undone && complete_tables(b->git.repo, &b->git.to, &why) < 0) ||
	     vv_later_drop(b->git.repo, &why) < 0)) {
		vv_notes_warn(vv_repository_notes(b->git.repo), "%s", why.message);
	}
	return rc;
}

/* git switch ends with 0 also where it could not write a file. */
static bool has_written(const vv_by_git *b)
{
	static const char unable[] = "error: unable to ";
	const char *said = vv_buf_cstr(&b->git.said), *at = strstr(said, unable);

	return !at || (at > said && at[-1] != '\n');
}

/* Did a git that failed make the switch? A post-checkout hook, which runs afterwards, may fail. */
static bool has_switched(const vv_by_git *b)
{
	const vv_later *note = &b->git.note;
	const char *said = vv_buf_cstr(&b->git.said);
	vv_auto(vv_head) head = {0};

	return b->git.code > 0 && b->git.code < GIT_OWN_MIN && b->git.what && !b->git.command &&
	       !vv_oid_is_null(&note->to) &&
	       vv_head_read(b->git.repo, &head, VV_IGNORED) == VV_OK &&
	       vv_oid_equal(&head.commit, &note->to) &&
	       (!note->ref || (head.branch && strcmp(head.branch, note->ref) == 0)) &&
	       (!vv_oid_equal(&note->from, &note->to) ||
		(!strstr(said, "error: ") && !strstr(said, "fatal: ")));
}

static bool is_under_way(const vv_by_git *b)
{
	vv_auto(vv_index) *x = NULL;
	const char *state = vv_state_name(b->git.repo);

	return (*state && strcmp(state, "bisect") != 0) ||
	       (vv_index_open(&x, b->git.repo, VV_IGNORED) == VV_OK && vv_index_has_conflicts(x));
}

vv_status vv_by_git_refresh_index(const vv_by_git *b, const char *refused, vv_error *err)
{
	static const char *const args[] = {"update-index", "-q", "--refresh", NULL};
	vv_auto(vv_runner) git = {.repo = b->git.repo,
				  .args = args,
				  .what = b->git.what,
				  .from = b->git.from,
				  .locks = true};

	return vv_runner_run_whole(&git, refused, err);
}

vv_status vv_by_git_run(vv_by_git *b, const char *refused, vv_error *err)
{
	vv_status rc = vv_runner_begin(&b->git, err);

	if (rc == VV_OK && ((rc = refuse_left_out(b, refused, err)) < 0 ||
			    (b->would && (rc = find_obstacles(b, err)) < 0))) {
		(void)vv_later_drop(b->git.repo, VV_IGNORED);
		return rc;
	}
	rc = rc < 0 ? rc : vv_runner_run(&b->git, err);
	vv_notes_end(vv_repository_notes(b->git.repo));
	b->stopped = rc == VV_OK && b->stops && b->git.code == 1 && is_under_way(b);
	const bool hook_failed = rc == VV_OK && has_switched(b);
	if (rc == VV_OK && b->git.code != 0 && !b->stopped && !hook_failed) {
		rc = vv_runner_fail(&b->git, refused, err);
	}
	if (rc < 0) { /* git may have failed half way */
		return vv_runner_later(&b->git, vv_by_git_undo(b, rc), err);
	}
	vv_dataset_reader_refresh(b->reader);
	if (!b->quiet && has_written(b)) {
		vv_runner_tell(&b->git);
	}
	rc = vv_oid_is_null(&b->git.to) ? VV_OK : expect_changed(b, err);
	rc = rc < 0 ? rc : vv_by_git_place(b, err);
	if (rc == VV_OK && b->stops && is_under_way(b)) { /* it outlives the command */
		rc = vv_state_sync(b->git.repo, err);
	}
	if (rc == VV_OK && b->git.what && !b->keep &&
	    (rc = vv_runner_settle(&b->git, err)) == VV_OK) {
		rc = vv_later_drop(b->git.repo, err);
	}
	if (rc == VV_OK && hook_failed) {
		return vv_fail(
			err, VV_EREFUSED,
			"HEAD was moved, but git then ended with exit code %d, as the hook "
			"post-checkout did\nfiles, index and HEAD are complete; see the hook's "
			"messages",
			b->git.code);
	}
	if (rc == VV_OK && !has_written(b)) {
		(void)vv_runner_fail(&b->git, refused, err);
		return vv_prefix(err, "HEAD was moved, but a later step failed");
	}
	return vv_runner_later(&b->git, rc, err);
}

static vv_status stop_at_change(void *payload, const vv_change *c VV_UNUSED,
				vv_error *err VV_UNUSED)
{
	*(bool *)payload = true;
	return VV_OK;
}

/* Has HEAD what git was to bring? */
static bool has_come(vv_repository *r, const vv_later *note)
{
	vv_auto(vv_head) head = {0};
	bool differs = false;

	return vv_head_read(r, &head, VV_IGNORED) == VV_OK && !head.unborn &&
	       vv_tree_changes(r, &note->to, &head.commit, "", stop_at_change, &differs,
			       VV_IGNORED) == VV_OK &&
	       !differs;
}

static vv_status drop_state(vv_repository *r, vv_error *err)
{
	vv_status rc = vv_state_cleanup(r, err);

	return rc < 0 ? rc : vv_conflict_drop_all(r, err);
}

/* For a command that can only be completed: may `command` run? If everything equals HEAD no work is
 * left. */
static vv_status may_run(vv_repository *r, const vv_later *note, const char *command, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(vv_runner) look = {.repo = r};
	vv_status rc;

	if (command &&
	    (strcmp(command, note->command) == 0 || strcmp(command, VV_BY_GIT_QUIT) == 0)) {
		return VV_OK;
	}
	if ((rc = vv_head_read(r, &head, err)) < 0 || !vv_oid_equal(&head.commit, &note->from) ||
	    (rc = vv_runner_list_changed(&look, err)) < 0) {
		return rc;
	}
	if (look.note.changed.len == 0) {
		return strcmp(note->command, "restore") == 0 ? VV_OK : drop_state(r, err);
	}
	return vv_fail(
		err, VV_EREFUSED,
		"%s was interrupted and is not complete\n'varve %s' completes it, 'varve " VV_BY_GIT_QUIT
		"' leaves files and index unchanged",
		vv_text_shows(note->what), vv_text_shows(note->command));
}

/* Reads the note, and waits a moment for the git of an ended process. */
static vv_status read_note(vv_later *note, vv_repository *r, vv_error *err)
{
	const uint64_t until = vv_monotonic_ms() + ENDING_MS;
	vv_status rc;

	while ((rc = vv_later_read(note, r, err)) == VV_OK && !note->alive && note->git != 0) {
		if (vv_monotonic_ms() >= until) {
			return vv_fail(err, VV_ELOCKED,
				       "%s was interrupted, but its git, process %" PRIu64
				       ", still runs\nwait until that process ends, or end it",
				       vv_text_shows(note->what), note->git);
		}
		vv_later_clear(note);
		vv_sleep_ms(STEP_MS);
	}
	return rc;
}

vv_status vv_by_git_recover(vv_repository *r, const char *command, vv_recovered *out, char was[32],
			    vv_error *err)
{
	vv_auto(vv_later) note = {0};
	bool undone, come, moved = false;
	vv_status rc = read_note(&note, r, err);

	*out = VV_RECOVERED_NOTHING;
	if (rc < 0 || note.alive) return rc == VV_ENOTFOUND ? VV_OK : rc;
	vv_later_sweep_locks(&note, r);
	/* A git that is about to conclude it, with an editor open, needs the files of its state. */
	if ((rc = vv_runner_wait_for_index(r, err)) < 0) return rc;
	if (note.command && vv_oid_is_null(&note.to) &&
	    (rc = may_run(r, &note, command, err)) < 0) {
		return rc;
	}
	if (vv_interrupted_is_past(r, &note)) {
		vv_notes_put(vv_repository_notes(r),
			     "%s was interrupted; it was not undone, since git has been run since",
			     vv_text_shows(note.what));
		return vv_later_drop(r, err);
	}
	if (note.locks && note.changed.len > 0 &&
	    (rc = vv_moved_recover(r, &note.changed, &moved, err)) < 0) {
		return rc;
	}
	if ((rc = vv_interrupted_undo(r, &note, false, &undone, err)) < 0 ||
	    (rc = complete_tables(r, undone ? &note.to : &note.from, err)) < 0) {
		return rc;
	}
	come = !undone && has_come(r, &note);
	if ((come && note.command && (rc = drop_state(r, err)) < 0) ||
	    (rc = vv_later_drop(r, err)) < 0) {
		return rc;
	}
	if (undone) {
		*out = VV_RECOVERED_UNDONE;
	} else if (come) {
		*out = VV_RECOVERED_COMPLETE;
	} else {
		*out = VV_RECOVERED_NOTHING;
	}
	(void)snprintf(was, 32, "%s", note.command ? note.command : "");
	if (vv_oid_is_null(&note.to)) {
		if (command && strcmp(command, VV_BY_GIT_QUIT) == 0) {
			vv_notes_put(
				vv_repository_notes(r),
				"%s was interrupted, and is now abandoned; files and index were "
				"not changed",
				vv_text_shows(note.what));
		} else if (note.locks) {
			vv_notes_put(vv_repository_notes(r), "%s was interrupted; %s",
				     vv_text_shows(note.what),
				     !moved && vv_head_is(r, NULL, &note.from)
					     ? "run it again"
					     : "it had already completed");
		}
		return VV_OK; /* it runs again */
	}
	vv_notes_put(vv_repository_notes(r), "%s was interrupted; %s", vv_text_shows(note.what),
		     undone ? "its changes were undone"
		     : come ? "it was completed"
			    : "it was not undone, since HEAD has moved on");
	return VV_OK;
}

/* The prospect of an interrupted command, in words for messages. */
static const char *outlook_words(vv_repository *r, const vv_later *note)
{
	if (vv_oid_is_null(&note->to) && !note->back) {
		return "run it again, or abandon it with 'varve " VV_BY_GIT_QUIT "'";
	}
	if (!note->back && vv_interrupted_is_past(r, note)) {
		return "it will not be undone, since git has been run since";
	}
	return "the next command that changes this work tree undoes or completes it";
}

void vv_by_git_tell(vv_repository *r)
{
	vv_auto(vv_later) note = {0};
	vv_error why;
	vv_status rc = vv_later_read(&note, r, &why);

	if (rc == VV_OK && !note.alive) {
		vv_notes_put(vv_repository_notes(r), "%s was interrupted; %s",
			     vv_text_shows(note.what), outlook_words(r, &note));
	} else if (rc < 0 && rc != VV_ENOTFOUND) {
		vv_notes_warn(vv_repository_notes(r), "%s", why.message);
	}
}

void vv_by_git_clear(vv_by_git *b)
{
	vv_array_clear(b->coming, b->count, it, (vv_made_file_clear(&it->made), vv_free(it->path)));
	vv_buf_clear(&b->names);
	vv_index_close(b->index);
	vv_needed_free(b->needed);
	vv_runner_clear(&b->git);
}
