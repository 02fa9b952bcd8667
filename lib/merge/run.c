/*
 * run: the order of a merge: rows first, then what may be lost is looked at, then
 * files, records, state and, last, the index.
 */
#include "lib/merge/run.h"

#include <string.h>
#include <sys/stat.h>

#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/rules.h"
#include "lib/worktree/checkout.h"
#include "repo/git/history/history.h"
#include "repo/git/merge/conflict_state.h"

enum { LISTED_MAX = 20 };

/* --- what stands in the way ------------------------------------------------------------- */

vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err)
{
	const char *state = vv_state_shown(r);

	if (*state == '\0' || strcmp(state, "bisect") == 0) return VV_OK;
	vv_fail(err, VV_EREFUSED, "%s %s is under way", strchr("au", *state) ? "an" : "a", state);
	if (strcmp(state, "rebase") == 0 || strcmp(state, "am") == 0) {
		return vv_hint(err, "'git %s --continue' continues, 'git %s --abort' ends it",
			       state, state);
	}
	return vv_hint(err, "'varve %s --continue' concludes it, 'varve %s --abort' ends it", state,
		       state);
}

typedef struct staged_names {
	const vv_notes *notes;
	size_t count;
} staged_names;

static vv_status name_staged(void *payload, const vv_change *c, vv_error *err VV_UNUSED)
{
	staged_names *s = payload;

	if (++s->count == 1) {
		vv_notes_put(s->notes, "these changes are staged, and not committed:");
	}
	if (s->count <= LISTED_MAX) {
		vv_notes_put(s->notes, "    %s", vv_text_shows(c->path));
	}
	return VV_OK;
}

vv_status vv_merge_need_clean_index(vv_repository *r, vv_index *x, const vv_oid *head,
				    const char *what, vv_error *err)
{
	staged_names staged = {vv_repository_notes(r), 0};
	vv_status rc;

	if (vv_index_has_conflicts(x)) {
		vv_fail(err, VV_EREFUSED, "there are unresolved conflicts");
		return vv_hint_code(err, VV_HINT_CONFLICTS);
	}
	if ((rc = vv_index_changes(r, x, vv_oid_is_null(head) ? NULL : head, name_staged, &staged,
				   err)) < 0) {
		return rc;
	}
	if (staged.count > LISTED_MAX) {
		vv_notes_put(staged.notes, "    ... and %zu more", staged.count - LISTED_MAX);
	}
	if (staged.count > 0) {
		return vv_fail(err, VV_EREFUSED,
			       "the %s would mix with them; nothing was done\n"
			       "commit them, or put them away with 'git stash'",
			       what);
	}
	return VV_OK;
}

/* --- planning ------------------------------------------------------------------------------ */

static void say_theirs(vv_merge_job *j, const vv_merge_stats *s)
{
	if (s->took_theirs) {
		vv_buf_printf(&j->report, "as %s has it", vv_text_shows(j->names[VV_THEIRS]));
		return;
	}
	vv_buf_printf(&j->report, "from %s ", vv_text_shows(j->names[VV_THEIRS]));
	vv_buf_printf(&j->report, "%s cell%s", vv_text_count(s->cells_from_theirs),
		      s->cells_from_theirs == 1 ? "" : "s");
	if (s->rows_from_theirs > 0) {
		vv_buf_printf(&j->report, ", %s new row%s", vv_text_count(s->rows_from_theirs),
			      s->rows_from_theirs == 1 ? "" : "s");
	}
	if (s->rows_removed_by_theirs > 0) {
		vv_buf_printf(&j->report, ", %s row%s removed",
			      vv_text_count(s->rows_removed_by_theirs),
			      s->rows_removed_by_theirs == 1 ? "" : "s");
	}
}

static void say_table(vv_merge_job *j, const vv_merge_conflict *c, const vv_dataset_merged *d)
{
	const vv_merge_stats *s = &d->stats;
	vv_auto(vv_buf) rules = VV_BUF_INIT;

	vv_merge_rules_describe(&rules, s);
	const char *path = vv_text_shows(c->path);
	if (d->record.count + d->record.left_out > 0) {
		vv_buf_printf(&j->report, "CONFLICT (content): %s: ", path);
		vv_conflict_record_describe(&j->report, &d->record);
		if (rules.len > 0) {
			vv_buf_printf(&j->report, "; %s", vv_buf_cstr(&rules));
		}
		(void)vv_hint_put(&j->report, "; ", vv_repository_words(j->repo),
				  VV_HINT_CONFLICTS);
		vv_buf_putc(&j->report, '\n');
		return;
	}
	vv_buf_printf(&j->report, "merged %s: ", path);
	if (rules.len == 0 ||
	    s->cells_from_theirs + s->rows_from_theirs + s->rows_removed_by_theirs > 0) {
		say_theirs(j, s);
		vv_buf_puts(&j->report, rules.len > 0 ? "; " : "");
	}
	if (rules.len > 0) {
		vv_buf_printf(&j->report, "%s, no conflict", vv_buf_cstr(&rules));
	}
	vv_buf_putc(&j->report, '\n');
}

static void say_other(vv_merge_job *j, const vv_merge_conflict *c)
{
	const char *path = vv_text_shows(c->path),
		   *kept = j->names[c->ours.mode ? VV_OURS : VV_THEIRS];
	vv_buf *b = &j->report;

	if (c->dispute == VV_DISPUTE_REMOVED) {
		vv_buf_printf(b, "CONFLICT (modify/delete): %s: removed in %s", path,
			      vv_text_shows(j->names[c->ours.mode ? VV_THEIRS : VV_OURS]));
		vv_buf_printf(b, " and changed in %s, which is left here\n", vv_text_shows(kept));
	} else if (c->dispute == VV_DISPUTE_PLACE && c->result.mode) {
		vv_buf_printf(b, "CONFLICT (rename): %s: only %s has it under this name\n", path,
			      vv_text_shows(kept));
	} else if (c->dispute == VV_DISPUTE_PLACE && (c->ours.mode || c->theirs.mode)) {
		vv_buf_printf(b,
			      "CONFLICT (file/directory): %s: there is a folder of this name; the "
			      "file is only in the index\n",
			      path);
	} else if (c->dispute == VV_DISPUTE_PLACE) {
		vv_buf_printf(b, "CONFLICT (rename): %s: renamed differently on both sides\n",
			      path);
	} else if (c->marks) {
		vv_buf_printf(b,
			      "CONFLICT (%s): %s: both sides changed it; the places are marked\n",
			      c->base.mode ? "content" : "add/add", path);
	} else {
		vv_buf_printf(b, "CONFLICT (%s): %s: both sides changed it; %s is left here\n",
			      c->base.mode ? "content" : "add/add", path,
			      vv_text_shows(j->names[VV_OURS]));
	}
}

static vv_status merge_dataset(vv_merge_job *j, size_t i, vv_error *err)
{
	const vv_merge_conflict *c = vv_merged_at(j->merged, i);
	vv_dataset_merge in = {.repo = j->repo,
			       .writer = j->writer,
			       .path = c->path,
			       .sides = {c->base, c->ours, c->theirs},
			       .commits = {j->base, j->ours, j->theirs_commit},
			       .names = {j->names[0], j->names[1], j->names[2]},
			       .into = &j->ours,
			       .how = j->how,
			       .dry = j->dry};
	vv_dataset_merged *d = &j->tables[i];
	vv_status rc = vv_dataset_merge_run(d, &in, err);

	if (rc < 0) return rc;
	vv_merged_put(j->merged, i, d->result.mode, &d->result.id);
	j->settled[i] = d->record.count == 0 && d->record.left_out == 0;
	say_table(j, c, d);
	return VV_OK;
}

static bool is_file(const vv_merge_side *s)
{
	return S_ISREG(s->mode);
}

static vv_status merge_conflicts(vv_merge_job *j, vv_error *err)
{
	size_t count = vv_merged_count(j->merged);
	vv_status rc = VV_OK;

	j->tables = vv_calloc(count + 1, sizeof(*j->tables));
	j->settled = vv_calloc(count + 1, sizeof(*j->settled));
	if (!j->tables || !j->settled) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		vv_dataset_merged_init(&j->tables[i]);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_merge_conflict *c = vv_merged_at(j->merged, i);

		if (c->dataset && c->dispute == VV_DISPUTE_CONTENT && is_file(&c->ours) &&
		    is_file(&c->theirs)) {
			rc = merge_dataset(j, i, err);
		} else {
			say_other(j, c);
		}
		j->conflicts += rc == VV_OK && !j->settled[i];
	}
	return rc;
}

/* What is in conflict is settled in its file, or the way back puts the file of HEAD there: edits would be lost. */
static vv_status need_clean_files(vv_merge_job *j, const char *what, vv_error *err)
{
	const vv_notes *notes = vv_repository_notes(j->repo);
	vv_checkout checkout = {j->repo, vv_dataset_writer_reader(j->writer), j->index};
	size_t edited = 0;
	vv_status rc;

	for (size_t i = 0; i < vv_merged_count(j->merged); i++) {
		const vv_merge_conflict *c = vv_merged_at(j->merged, i);
		vv_index_entry e;
		bool clean = true;

		if (!j->settled[i] && vv_index_get(j->index, c->path, &e) &&
		    (rc = vv_checkout_is_clean(&checkout, &e, &clean, err)) < 0) {
			return rc;
		}
		if (clean) {
			continue;
		}
		if (edited++ == 0) {
			vv_notes_put(notes, "local changes to these files would be lost:");
		}
		if (edited <= LISTED_MAX) {
			vv_notes_put(notes, "    %s", vv_text_shows(c->path));
		}
	}
	if (edited == 0) return VV_OK;
	return vv_fail(err, VV_EREFUSED,
		       "they are in conflict in the %s; nothing was done\n"
		       "commit them, or put them away with 'git stash' first",
		       what);
}

vv_status vv_merge_try(vv_merge_job *j, vv_error *err)
{
	vv_status rc = vv_merge_trees(&j->merged, j->repo, &j->base, &j->ours, &j->theirs,
				      &j->labels, err);

	j->dry = true;
	if (rc < 0 || (rc = merge_conflicts(j, err)) < 0) return rc;
	return vv_buf_ok(&j->report, err);
}

vv_status vv_merge_plan(vv_merge_job *j, const char *what, vv_error *err)
{
	vv_status rc;

	j->command = what;
	if ((rc = vv_merge_need_clean_index(j->repo, j->index, &j->ours, what, err)) < 0 ||
	    (rc = vv_merge_trees(&j->merged, j->repo, &j->base, &j->ours, &j->theirs, &j->labels,
				 err)) < 0 ||
	    (rc = merge_conflicts(j, err)) < 0 ||
	    (rc = vv_merged_tree(j->merged, &j->tree, err)) < 0 ||
	    (rc = vv_buf_ok(&j->report, err)) < 0) {
		return rc;
	}
	/* The files are made of these blocks. */
	if ((rc = vv_dataset_writer_commit(j->writer, err)) < 0) return rc;
	vv_dataset_writer_settle(j->writer);
	if ((rc = need_clean_files(j, what, err)) < 0) return rc;
	j->what = vv_asprintf("the %s of '%s'", what, j->names[VV_THEIRS]);
	j->by_git = (vv_by_git){.git = {.repo = j->repo,
					.what = j->what,
					.from = j->ours,
					.to = j->tree,
					.command = what},
				.reader = vv_dataset_writer_reader(j->writer),
				.keep = true};
	return j->what ? vv_by_git_expect_all(&j->by_git, err) : vv_fail_nomem(err);
}

bool vv_merge_is_empty(const vv_merge_job *j)
{
	return j->by_git.count == 0 && j->conflicts == 0;
}

/* --- carrying out ----------------------------------------------------------------------------- */

static vv_status set_conflict(vv_merge_job *j, size_t i, vv_error *err)
{
	const vv_merge_conflict *c = vv_merged_at(j->merged, i);
	const vv_index_side sides[3] = {{c->base.mode, c->base.id},
					{c->ours.mode, c->ours.id},
					{c->theirs.mode, c->theirs.id}};
	vv_status rc = vv_index_set_conflict(j->index, c->path, sides, err);

	if (rc == VV_OK && j->tables[i].record.path) {
		rc = vv_conflict_record_save(j->repo, &j->tables[i].record, err);
	}
	return rc;
}

static vv_status set_conflicts(vv_merge_job *j, vv_error *err)
{
	vv_status rc = vv_conflict_drop_all(j->repo, err);

	for (size_t i = 0; rc == VV_OK && i < vv_merged_count(j->merged); i++) {
		if (!j->settled[i]) {
			rc = set_conflict(j, i, err);
		}
	}
	return rc;
}

static vv_status begin_state(vv_merge_job *j, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (!j->state) return VV_OK;
	vv_buf_puts(&text, j->message);
	for (size_t i = 0, any = 0; i < vv_merged_count(j->merged); i++) {
		if (!j->settled[i]) {
			vv_buf_printf(&text, "%s#\t%s\n", any++ ? "" : "\n# Conflicts:\n",
				      vv_text_shows(vv_merged_at(j->merged, i)->path));
		}
	}
	if ((rc = vv_buf_ok(&text, err)) == VV_OK &&
	    (rc = vv_state_orig_head(j->repo, &j->ours, err)) == VV_OK) {
		rc = strcmp(j->state, "merge") == 0
			     ? vv_state_begin_merge(j->repo, &j->theirs_commit, 1, text.data, err)
			     : vv_state_begin_pick(j->repo, j->state, &j->theirs_commit, text.data,
						   err);
	}
	if (rc == VV_OK && !(j->commits && j->conflicts == 0)) {
		rc = vv_state_sync(j->repo, err); /* it outlives the command */
	}
	return rc;
}

static vv_status change_files(vv_merge_job *j, vv_error *err)
{
	char ours[VV_OID_TEXT + 1], tree[VV_OID_TEXT + 1];
	const char *const args[] = {"read-tree", "-m", "-u", ours, tree, NULL};
	vv_auto(char) *would = vv_asprintf("the %s would overwrite them; nothing was done",
					   j->command);

	vv_oid_text(ours, &j->ours);
	vv_oid_text(tree, &j->tree);
	j->by_git.git.args = args;
	j->by_git.would = would;
	vv_status rc = would ? vv_by_git_run(&j->by_git, would, err) : vv_fail_nomem(err);
	j->by_git.git.args = NULL;
	j->by_git.would = NULL;
	return rc;
}

vv_status vv_merge_apply(vv_merge_job *j, vv_error *err)
{
	vv_status rc = change_files(j, err);

	if (rc == VV_OK &&
	    ((rc = vv_index_reload(j->index, err)) < 0 || (rc = set_conflicts(j, err)) < 0 ||
	     (rc = begin_state(j, err)) < 0 || (rc = vv_index_write(j->index, err)) < 0)) {
		rc = vv_by_git_undo(&j->by_git, rc);
	}
	if (rc == VV_OK &&
	    (!j->commits || j->conflicts > 0)) { /* else half done until it is committed */
		rc = vv_later_drop(j->repo, err);
	}
	vv_dataset_writer_release(j->writer);
	return rc;
}

bool vv_merge_stays(vv_merge_job *j, vv_status rc)
{
	/* a hook, an editor, what signs, or nobody's name: to be mended, and concluded then */
	const bool stays = rc == VV_ECONFLICT || rc == VV_EREFUSED || rc == VV_EUSAGE ||
			   rc == VV_ENOSUPPORT;

	if (stays) {
		(void)vv_later_drop(j->repo, VV_IGNORED);
	} else {
		(void)vv_by_git_undo(&j->by_git, rc);
	}
	return stays;
}

void vv_merge_job_clear(vv_merge_job *j)
{
	for (size_t i = 0; j->tables && i < vv_merged_count(j->merged); i++) {
		vv_dataset_merged_clear(&j->tables[i]);
	}
	vv_free_all(j->tables, j->settled);
	vv_merged_free(j->merged);
	vv_by_git_clear(&j->by_git);
	vv_free(j->what);
	vv_buf_clear(&j->report);
	memset(j, 0, sizeof(*j));
}
