/*
 * make: the order in which things happen on the way to a commit.
 */
#include "lib/commit/make.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "dataset/table/root.h"
#include "lib/check/commit_check.h"
#include "lib/commit/finish.h"
#include "lib/commit/message.h"
#include "lib/commit/package_apply.h"
#include "lib/merge/conflict_list.h"
#include "lib/merge/rules.h"
#include "lib/status/changes.h"
#include "lib/tables/dataset_import.h"
#include "lib/worktree/add.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/tree.h"
#include "repo/git/verb/hook.h"
#include "repo/git/verb/runner.h"

/* ---- guard: what must never get into a commit ---- */

static vv_status refuse_entry(const vv_change_entry *e, const char *why, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED, "%s is tracked by varve, but %s; nothing was committed",
		       vv_text_shows(e->path), why);
}

/* Does the pointer's text match its root? Checked only if the root is stored here. */
static vv_status check_pointer(vv_repository *r, const vv_change_entry *e, const vv_buf *text,
			       const vv_pointer *p, vv_error *err)
{
	vv_store *store;
	bool holds;
	vv_status rc = vv_repository_store(r, &store, err);

	if (rc < 0) return rc;
	rc = vv_root_pointer_holds(&holds, store, text->data, text->len, &p->root, err);
	if (rc == VV_OK && !holds) {
		rc = refuse_entry(e, "its pointer was edited, or merged as text", err);
		vv_hint_code(err, VV_HINT_ADD, e->path);
	}
	return rc == VV_EMISSING ? VV_OK : rc;
}

/* The staged blob must be a pointer that fits its root. */
static vv_status check_blob(vv_repository *r, const vv_change_entry *e, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	vv_status rc;

	if ((rc = vv_pointer_blob_read(&b, &arena, r, &e->index_id, err)) < 0) return rc;
	if (b.found == VV_OK) return check_pointer(r, e, &b.text, &b.pointer, err);
	if (b.found != VV_ENOTFOUND) {
		(void)vv_error_copy(err, &b.why);
		return vv_prefix(err, "%s: its staged pointer is damaged", vv_text_shows(e->path));
	}
	if (b.size == 0) return VV_OK;
	rc = refuse_entry(e, "is staged as plain text", err);
	vv_hint_code(err, VV_HINT_ADD_FIX_OR_UNTRACK, e->path);
	return rc;
}

/* libgit2 matches a path with every line of .gitattributes: it is called only if the result matters. */
static vv_status check_entry(vv_repository *r, const vv_change_entry *e, vv_error *err)
{
	vv_error why = {0};
	bool tracked = false;
	vv_status found, rc;

	if (!vv_add_may(e->path) || (found = check_blob(r, e, &why)) == VV_OK) return VV_OK;
	if ((rc = vv_attr_tracked(r, e->path, &tracked, err)) < 0 || !tracked) return rc;
	*err = why;
	return found;
}

/* In a merge 'git checkout --theirs' brings a pointer without its side's line; else it is only warned of. */
static vv_status check_tracked(vv_repository *r, const vv_change_entry *e, vv_error *err)
{
	bool tracked;
	vv_status rc = vv_attr_tracked(r, e->path, &tracked, err);

	if (rc < 0 || tracked) return rc;
	vv_fail(err, VV_EREFUSED,
		"%s: no line of .gitattributes tracks this file, so clones would contain its "
		"pointer instead of its data",
		vv_text_shows(e->path));
	return vv_hint_code(err, VV_HINT_TRACK, e->path);
}

/* VV_EREFUSED when a staged path that varve tracks is not a pointer (bulk text, conflict markers),
 * or a pointer that does not match its root; or, in a merge, a pointer that is not tracked. The
 * error has the way out. */
static vv_status commit_guard(vv_repository *r, const vv_changes *changes, vv_error *err)
{
	vv_auto(vv_attr_list) lines = {0};
	const bool merges = *vv_state_name(r) && strcmp(vv_state_name(r), "bisect") != 0;
	vv_status rc = vv_attr_list_read(&lines, r, NULL, VV_ATTR_FILTER_LINES, err);

	if (rc < 0) return rc;
	vv_array_each(changes->entries, changes->count, e) {
		if (!S_ISREG(e->index_mode) || strchr(" ?", e->staged)) {
			continue;
		}
		if ((vv_attr_list_concerns(&lines, e->path) && (rc = check_entry(r, e, err)) < 0) ||
		    (merges && e->dataset && (rc = check_tracked(r, e, err)) < 0)) {
			return rc;
		}
	}
	return VV_OK;
}

/* ---- make ---- */

/* --- staging ----------------------------------------------------------------------------- */

static vv_status stage_paths(vv_commit_job *j, vv_error *err)
{
	vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	vv_add_request req = {.paths = j->paths, .as_tracked = true, .options = &import};
	vv_auto(vv_add_plan) plan = {0};
	vv_auto(vv_index) *x = NULL;
	vv_writer *w;
	vv_status rc;

	/* Unlike Git: staging a table in a conflict would settle it, unseen, for ours. */
	if ((rc = vv_dataset_writer_blocks(j->writer, &w, err)) < 0 ||
	    (rc = vv_index_copy_take(&j->index_before, j->repo, err)) < 0 ||
	    (rc = vv_index_open(&x, j->repo, err)) < 0 ||
	    (rc = vv_conflicts_refuse(j->repo, x, err)) < 0 ||
	    (rc = vv_add_plan_make(&plan, j->repo, x, vv_dataset_writer_reader(j->writer), &req,
				   err)) < 0 ||
	    (rc = vv_add_run(&j->added, &plan, j->repo, x, j->writer, &req, false, err)) < 0) {
		return rc;
	}
	vv_index_copy_mark(&j->index_before, j->repo);
	return VV_OK;
}

vv_status vv_commit_stage(vv_commit_job *j, vv_error *err)
{
	if ((!j->all && !j->paths) || j->dry_run) return VV_OK;
	const vv_status rc = stage_paths(j, err);

	vv_notes_end(vv_repository_notes(j->repo));
	vv_dataset_writer_release(j->writer);
	return rc;
}

/* In a dry run: what all, or the paths, would stage counts as staged. */
static void stage_as_if(const vv_commit_job *j, vv_changes *changes)
{
	for (size_t i = 0; j->dry_run && i < changes->count; i++) {
		vv_change_entry *e = &changes->entries[i];
		const vv_change_facts staged = e->staged_facts;

		if (!strchr("MDT", e->work) || e->staged == 'U' ||
		    (!j->all && (!j->paths || !vv_pathspec_match(j->paths, e->path, NULL)))) {
			continue;
		}
		changes->unstaged--;
		if (e->staged == ' ') {
			changes->staged++;
			e->staged = e->work;
		} else if (e->work == 'D') { /* added, and gone again */
			changes->staged -= e->staged == 'A';
			e->staged = e->staged == 'A' ? ' ' : 'D';
		}
		e->staged_facts = e->work_facts;
		e->work_facts = staged;
		e->work = ' ';
	}
}

/* --- content of the commit ------------------------------------------------------------------- */

/* HEAD against the index; with paths only these count. */
static vv_status read_changes(vv_commit_job *j, vv_error *err)
{
	vv_changes_options opts = {
		.paths = j->paths, .no_work = !j->dry_run, .facts = j->facts, .groups = j->groups};

	vv_changes_clear(&j->changes);
	vv_status rc = vv_changes_read(&j->changes, j->repo, j->index,
				       vv_dataset_writer_reader(j->writer), &opts, err);
	if (rc == VV_OK) {
		stage_as_if(j, &j->changes);
	}
	return rc;
}

/* Updates the roots of tables that a staged datapackage.json describes. */
static vv_status describe_tables(vv_commit_job *j, vv_error *err)
{
	if (j->dry_run) return VV_OK;
	vv_status rc = vv_describe_for_commit(j->repo, j->index, j->writer, &j->changes,
					      &j->described, &j->described_count, err);
	if (rc == VV_OK && j->described_count > 0) {
		vv_index_copy_mark(&j->index_before, j->repo);
		rc = read_changes(j, err);
	}
	return rc;
}

static vv_status add_parent(vv_commit_job *j, const vv_oid *id, vv_error *err)
{
	vv_oid *parents = vv_realloc_array(j->parents, j->parent_count + 1, sizeof(*parents));

	if (!parents) return vv_fail_nomem(err);
	j->parents = parents;
	parents[j->parent_count++] = *id;
	return VV_OK;
}

static vv_status find_parents(vv_commit_job *j, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto_free vv_oid *heads = NULL;
	size_t count = 0;
	vv_status rc = vv_head_read(j->repo, &head, err);

	if (rc < 0 || (rc = vv_state_merge_heads(j->repo, &heads, &count, err)) < 0) return rc;
	if (!head.unborn) {
		rc = add_parent(j, &head.commit, err);
		for (size_t i = 0; i < count && rc == VV_OK; i++) {
			rc = add_parent(j, &heads[i], err);
		}
	}
	j->base = head.commit;
	return rc;
}

static bool has_changes(const vv_commit_job *j)
{
	return j->changes.staged > 0 || j->parent_count > 1 || j->allow_empty || j->amend;
}

/* Reads the status to show, since nothing is to be committed. */
static vv_status read_status(vv_commit_job *j, vv_error *err)
{
	vv_changes_options opts = {
		.untracked = true, .kinds = true, .facts = true, .upstream = true};
	vv_status rc = vv_changes_read(&j->status, j->repo, j->index,
				       vv_dataset_writer_reader(j->writer), &opts, err);

	if (rc == VV_OK) {
		stage_as_if(j, &j->status);
	}
	return rc;
}

/* --- the commit -------------------------------------------------------------------------- */

/* Compares the commit with the staged changes. */
typedef struct comparison {
	vv_commit_job *job;
	size_t next, count;
} comparison;

static vv_status compare_change(void *payload, const vv_change *c, vv_error *err VV_UNUSED)
{
	comparison *m = payload;
	const vv_changes *all = &m->job->changes;

	for (size_t n = 0; n < all->count; n++, m->next++) { /* nearly in the same order */
		const vv_change_entry *e = &all->entries[m->next % all->count];

		if (strcmp(e->path, c->path) == 0) {
			m->count++;
			m->job->other |= e->index_mode != c->new_mode ||
					 (c->new_mode && !vv_oid_equal(&e->index_id, &c->new_id));
			return VV_OK;
		}
		if (e->from && strcmp(e->from, c->path) == 0) {
			m->count++;
			return VV_OK;
		}
	}
	m->job->other = true;
	return VV_OK;
}

static vv_status compare_commit(vv_commit_job *j, vv_error *err)
{
	comparison m = {.job = j};
	size_t count = 0;

	vv_array_each(j->changes.entries, j->changes.count, e) {
		count += e->staged == 'R' ? 2 : e->staged != ' ' && e->staged != '?';
	}
	vv_status rc = vv_tree_changes(j->repo, vv_oid_is_null(&j->base) ? NULL : &j->base, &j->id,
				       "", compare_change, &m, err);
	j->other |= m.count != count;
	return rc;
}

/* The paths that are committed, each ended by a NUL, for git to read: its stdin is the editor's. */
static vv_status write_paths(const vv_commit_job *j, const char *file, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_array_each(j->changes.entries, j->changes.count, e) {
		if (!strchr(" ?", e->staged)) {
			vv_buf_printf(&b, ":(top,literal)%s%c", e->path, '\0');
		}
		if (e->from) {
			vv_buf_printf(&b, ":(top,literal)%s%c", e->from, '\0');
		}
	}
	vv_array_each(j->described, j->described_count, path) {
		vv_buf_printf(&b, ":(top,literal)%s%c", *path, '\0');
	}
	vv_status rc = vv_buf_ok(&b, err);
	return rc < 0 ? rc : vv_write_file(file, b.data, b.len, false, err);
}

static vv_status read_made(vv_commit_job *j, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(j->repo, &head, err);

	j->id = head.commit;
	if (rc < 0 || (rc = vv_commit_read(j->repo, &j->id, &j->commit, err)) < 0) return rc;
	return compare_commit(j, err);
}

/* git does not report which of these stopped it. */
static vv_status hint_hook(const vv_commit_job *j, vv_error *err)
{
	static const char *const names[] = {"pre-commit", "prepare-commit-msg", "commit-msg"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		vv_auto(vv_hook_found) f = {0};

		if (vv_hook_find(&f, j->repo, names[i], "", "varve", VV_IGNORED) == VV_OK &&
		    f.runs) {
			vv_hint(err, "the hook %s may have refused the commit",
				vv_text_shows(f.path));
		}
	}
	return err->code;
}

static vv_status commit_by_git(vv_commit_job *j, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_statedir(j->repo), "commit-paths",
					   (char *)NULL);
	vv_auto(char) *from = file ? vv_asprintf("--pathspec-from-file=%s", file) : NULL;
	const char *args[VV_COMMIT_WORDS + 6] = {"commit", "-q"};
	/* the paths have magic words */
	enum { MODES = 4 };
	const char *const more[MODES + 2] = {"GIT_LITERAL_PATHSPECS=0",
					     "GIT_GLOB_PATHSPECS=0",
					     "GIT_NOGLOB_PATHSPECS=0",
					     "GIT_ICASE_PATHSPECS=0",
					     j->git_env,
					     NULL};
	size_t n = 2;
	vv_status rc;

	if (!from) return vv_fail_nomem(err);
	for (size_t i = 0; j->git[i] && i < VV_COMMIT_WORDS; i++) {
		args[n++] = j->git[i];
	}
	if (j->paths) {
		if ((rc = write_paths(j, file, err)) < 0) return rc;
		args[n++] = from;
		args[n] = "--pathspec-file-nul";
	}
	vv_auto(vv_runner) git = {.repo = j->repo,
				  .args = args,
				  .more = j->paths ? more : more + MODES,
				  .dir = j->dir,
				  .terminal = true,
				  .what = "the commit",
				  .from = j->base,
				  .locks = true};
	if ((rc = vv_runner_run(&git, err)) == VV_OK &&
	    (rc = vv_later_drop(j->repo, err)) == VV_OK && git.code == 0) {
		rc = vv_runner_settle(&git, err);
	}
	if (j->paths) {
		(void)vv_unlink(file, true, VV_IGNORED);
	}
	j->made = git.code == 0;
	if (!j->made && rc == VV_OK) {
		rc = vv_fail(err, git.code == 1 ? VV_ECONFLICT : VV_EREFUSED,
			     "git commit ended with exit code %d: nothing was committed", git.code);
		return git.code == 1 ? hint_hook(j, err) : vv_runner_name_disk(&git, err);
	}
	if (j->made) { /* the first failure counts */
		const vv_status read = read_made(j, rc < 0 ? VV_IGNORED : err);

		rc = rc < 0 ? rc : read;
	}
	return vv_runner_later(&git, rc, err);
}

static vv_status commit_by_library(vv_commit_job *j, vv_error *err)
{
	const vv_message_options m = {.texts = {&j->message, j->message != NULL},
				      .no_hooks = j->no_hooks};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_oid tree;
	vv_commit_options opts = {.tree = &tree,
				  .parents = j->parents,
				  .parent_count = j->parent_count,
				  .author = j->author,
				  .author_time = j->author_time,
				  .author_offset_min = j->author_offset_min,
				  .author_time_set = j->author_time_set,
				  .both_times = j->both_times,
				  .expect = vv_oid_is_null(&j->base) ? NULL : &j->base};
	vv_status rc;

	if ((rc = vv_message_make(&text, j->repo, &m, err)) < 0 ||
	    (rc = vv_index_write_tree(j->index, &tree, err)) < 0) {
		return rc;
	}
	opts.message = text.data;
	/* Where the branch has moved all the same, the commit is made. */
	rc = vv_commit_create(j->repo, &opts, &j->id, err);
	j->made = rc == VV_OK || vv_head_is(j->repo, NULL, &j->id);
	return rc;
}

static vv_status run_pre_commit(vv_commit_job *j, vv_error *err)
{
	bool ran = false;

	if (j->git || j->no_hooks) return VV_OK;
	vv_status rc = vv_hook_run(j->repo, "pre-commit", NULL, &ran, err);
	if (ran || rc < 0) { /* changes staged by the hook are committed, too */
		vv_index_copy_mark_hook(&j->index_before, j->repo);
	}
	return rc;
}

/* The check of commits that varve.json requires. An amended one is compared with the parent of the
 * one that it replaces. */
static vv_status check_data(vv_commit_job *j, vv_error *err)
{
	const vv_notes *notes = vv_repository_notes(j->repo);
	vv_oid before;
	const bool has_base = j->parent_count > 0 &&
			      (!j->amend ||
			       vv_rev_commit(j->repo, "HEAD^", &before, VV_IGNORED) == VV_OK);
	vv_commit_check check = {.changes = &j->changes,
				 .base = !has_base  ? NULL
					 : j->amend ? &before
						    : &j->parents[0],
				 .paths = j->described,
				 .path_count = j->described_count};
	vv_auto(vv_buf) told = VV_BUF_INIT;

	vv_array_each(j->changes.entries, j->changes.count, e) {
		if (strcmp(e->path, VV_RULES_NAME) == 0 && !strchr(" ?", e->staged)) {
			vv_merge_rules_warn(vv_dataset_writer_reader(j->writer), j->repo, j->index,
					    &e->index_id);
		}
	}
	if (j->no_check) return VV_OK;
	check.progress = vv_notes_begin(notes);
	vv_status rc = vv_commit_check_run(&check, j->repo, vv_dataset_writer_reader(j->writer),
					   &told, err);
	vv_notes_end(notes);
	for (vv_line l = {.rest = vv_buf_cstr(&told)}; vv_line_next(&l);) {
		vv_notes_put(notes, "%.*s", (int)l.len, l.text);
	}
	return rc;
}

static vv_status must_be_expected(const vv_commit_job *j, vv_error *err)
{
	if (!j->expect || vv_oid_equal(j->expect, &j->base)) return VV_OK;
	return vv_fail(err, VV_ECONFLICT, "the branch is not at the expected commit");
}

/* From a fresh index to the new commit. */
static vv_status commit_index(vv_commit_job *j, vv_error *err)
{
	vv_status rc;

	if ((rc = run_pre_commit(j, err)) < 0) return rc;
	/* Read only now: the hook may have staged something. */
	if ((rc = vv_index_open(&j->index, j->repo, err)) < 0 ||
	    (rc = vv_conflicts_refuse(j->repo, j->index, err)) < 0 ||
	    (rc = find_parents(j, err)) < 0 || (rc = must_be_expected(j, err)) < 0 ||
	    (rc = read_changes(j, err)) < 0 || (rc = describe_tables(j, err)) < 0 ||
	    (rc = commit_guard(j->repo, &j->changes, err)) < 0) {
		return rc;
	}
	j->nothing = !has_changes(j);
	if (j->dry_run || j->nothing) return read_status(j, err);
	if ((rc = check_data(j, err)) < 0) return rc;
	rc = j->git ? commit_by_git(j, err) : commit_by_library(j, err);
	if (j->made) {
		vv_commit_finish(j->repo, j->back, j->git || j->no_hooks ? NULL : "post-commit");
	}
	return rc;
}

/* git rewrites the index when it starts, with new stats. Does it still have the staged entries? */
static bool has_same_entries(const vv_commit_job *j)
{
	vv_auto(vv_index) *now = NULL;
	bool same = j->index && vv_index_open(&now, j->repo, VV_IGNORED) == VV_OK &&
		    vv_index_count(now) == vv_index_count(j->index);

	for (size_t i = 0; same && i < vv_index_count(now); i++) {
		const vv_index_entry a = vv_index_at(j->index, i), b = vv_index_at(now, i);

		same = strcmp(a.path, b.path) == 0 && a.stage == b.stage && a.mode == b.mode &&
		       vv_oid_equal(&a.id, &b.id);
	}
	return same;
}

vv_status vv_commit_make(vv_commit_job *j, vv_error *err)
{
	vv_error later;
	vv_status rc = commit_index(j, err);

	if (rc < 0 && j->git && j->index_before.marked && has_same_entries(j)) {
		vv_index_copy_mark_hook(&j->index_before, j->repo);
	}
	/* After the commit the index equals it. A way back undoes its own changes. */
	if (rc < 0 && !j->made && vv_index_copy_restore(&j->index_before, j->repo, &later) < 0 &&
	    !(j->back && *j->back)) {
		vv_notes_warn(vv_repository_notes(j->repo), "%s", later.message);
	}
	return rc;
}

void vv_commit_job_clear(vv_commit_job *j)
{
	vv_add_report_clear(&j->added);
	vv_changes_clear(&j->changes);
	vv_changes_clear(&j->status);
	vv_commit_clear(&j->commit);
	vv_free(j->parents);
	vv_names_free(j->described, j->described_count);
	vv_index_close(j->index);
	vv_index_copy_clear(&j->index_before);
}
