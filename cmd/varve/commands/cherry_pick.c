/*
 * cherry_pick: what another commit changed, made once more on HEAD (cherry-pick), or taken back
 * by a new commit (revert): a merge whose base is the commit's parent or, taking it back, the
 * commit.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/commit_summary.h"
#include "cmd/varve/print/status.h"
#include "lib/work/merge/run.h"
#include "lib/work/record/merge_commit.h"
#include "repo/git/history/history.h"

typedef struct options {
	bool no_commit, edit, note_origin, abort, resume, quit, quiet, verbose;
	uint64_t mainline; /* of a merge: which parent it is compared with, from 1; 0: not said */
} options;

typedef struct picker {
	const options *o;
	bool revert;
	vv_repository *repo;
	vv_dataset_writer *writer;
	vv_index *index; /* anew for each commit */
	vv_head head;
	vv_commit commit;
	vv_oid parent; /* null: it has none */
	char *short_id;
	vv_buf message, label, reflog;
	bool conflicts, empty, lacking;
} picker;

static const char *verb(const picker *p)
{
	return p->revert ? "revert" : "cherry-pick";
}

static void clear_one(picker *p)
{
	vv_index_close(p->index);
	p->index = NULL;
	vv_head_clear(&p->head);
	vv_commit_clear(&p->commit);
	vv_free(p->short_id);
	p->short_id = NULL;
	vv_buf_clear(&p->message);
	vv_buf_clear(&p->label);
	vv_buf_clear(&p->reflog);
}

static vv_status find_parent(picker *p, vv_error *err)
{
	size_t count = p->commit.parent_count;

	memset(&p->parent, 0, sizeof(p->parent));
	if (p->o->mainline > count || (p->o->mainline > 0 && count < 2)) {
		return vv_fail(err, VV_EUSAGE, "%s has no parent %llu to compare with", p->short_id,
			       (unsigned long long)p->o->mainline);
	}
	if (count > 1 && p->o->mainline == 0) {
		vv_fail(err, VV_EUSAGE, "%s is a merge", p->short_id);
		return vv_hint(err, "-m 1 takes its changes against its first parent");
	}
	if (count > 0) {
		p->parent = p->commit.parents[p->o->mainline ? p->o->mainline - 1 : 0];
	}
	return VV_OK;
}

static vv_status make_message(picker *p, vv_error *err)
{
	char id[VV_OID_TEXT + 1], parent[VV_OID_TEXT + 1];
	size_t len;
	const char *subject = vv_commit_subject(&p->commit, &len);
	vv_buf *m = &p->message;

	vv_oid_text(id, &p->commit.id);
	vv_oid_text(parent, &p->parent);
	if (p->revert) {
		vv_buf_printf(m, "Revert \"%.*s\"\n\nThis reverts commit %s", (int)len, subject,
			      id);
		if (p->commit.parent_count > 1) {
			vv_buf_printf(m, ", reversing\nchanges made to %s", parent);
		}
		vv_buf_puts(m, ".\n");
		vv_buf_printf(&p->label, "parent of %s", p->short_id);
	} else {
		vv_buf_puts(m, p->commit.message);
		if (m->len > 0 && m->data[m->len - 1] != '\n') {
			vv_buf_putc(m, '\n');
		}
		if (p->o->note_origin) {
			vv_buf_printf(m, "\n(cherry picked from commit %s)\n", id);
		}
		vv_buf_printf(&p->label, "%s", p->short_id);
	}
	vv_buf_printf(&p->label, " (%.*s)", (int)len, subject);
	vv_buf_printf(&p->reflog, "%s: %.*s", verb(p), (int)strcspn(vv_buf_cstr(m), "\n"),
		      vv_buf_cstr(m));
	if (p->label.failed || p->reflog.failed) return vv_fail_nomem(err);
	return vv_buf_ok(m, err);
}

static vv_status commit_pick(picker *p, vv_merge_job *j, vv_error *err)
{
	vv_merge_commit c = {.repo = p->repo,
			     .writer = p->writer,
			     .index = p->index,
			     .message = p->message.data,
			     .parents = &p->head.commit,
			     .parent_count = 1,
			     .keep_author = p->revert ? NULL : &p->commit,
			     .reflog = p->reflog.data,
			     .after = "post-commit",
			     .editor = p->o->edit ? vv_editor_run : NULL,
			     .no_verify = true,
			     .quiet = p->o->quiet,
			     .verbose = p->o->verbose,
			     .put_changes = vv_status_put_comments,
			     .journal = &j->journal};
	vv_status rc = vv_merge_commit_make(&c, err);

	vv_commit_summary_print_merge(&c);
	if (rc < 0 && !c.made && vv_merge_stays(j, rc, err)) {
		vv_note("all is staged: 'varve %s --continue' commits it, 'varve %s --abort' "
			"goes back",
			verb(p), verb(p));
	}
	vv_merge_commit_clear(&c);
	return rc;
}

static const char *branch_name(const picker *p)
{
	if (!p->head.branch) return "HEAD";
	return strncmp(p->head.branch, "refs/heads/", 11) == 0 ? p->head.branch + 11
							       : p->head.branch;
}

static vv_status merge_pick(picker *p, vv_error *err)
{
	vv_merge_job j = {.repo = p->repo,
			  .writer = p->writer,
			  .index = p->index,
			  .base = p->revert ? p->commit.id : p->parent,
			  .ours = p->head.commit,
			  .theirs = p->revert ? p->parent : p->commit.id,
			  .theirs_commit = p->commit.id,
			  .names = {"base", branch_name(p), p->label.data},
			  .labels = {p->revert ? p->short_id : "parent", "HEAD", p->label.data},
			  .state = p->o->no_commit ? NULL : verb(p),
			  .commits = !p->o->no_commit,
			  .message = p->message.data};
	vv_status rc = vv_merge_plan(&j, verb(p), err);

	if (rc == VV_OK && vv_merge_is_empty(&j)) {
		p->empty = true; /* nothing is left under way */
		vv_note("%s changes nothing here: %s", p->short_id,
			p->revert ? "it is already reverted" : "its changes are there already");
	} else if (rc == VV_OK && (rc = vv_merge_apply(&j, err)) == VV_OK) {
		vv_progress_end();
		p->conflicts = j.conflicts > 0;
		if (!p->o->quiet || p->conflicts) {
			vv_out_bytes(vv_buf_cstr(&j.report), j.report.len);
		}
		p->lacking |= vv_checkout_note_missing(&j.checkout);
		if (p->conflicts && p->o->no_commit) {
			vv_note("resolve the conflicts; the result is staged, not committed");
		} else if (p->conflicts) {
			vv_note("resolve the conflicts, then 'varve %s --continue'; 'varve %s "
				"--abort' goes back",
				verb(p), verb(p));
		} else if (!p->o->no_commit) {
			rc = commit_pick(p, &j, err);
		}
	}
	vv_merge_job_clear(&j);
	return rc;
}

static vv_status pick_one(picker *p, const char *word, vv_error *err)
{
	vv_oid id;
	vv_status rc;

	if ((rc = vv_head_read(p->repo, &p->head, err)) < 0) return rc;
	if (p->head.unborn) {
		return vv_fail(err, VV_EUSAGE, "there is no commit yet to %s onto", verb(p));
	}
	if ((rc = vv_rev_commit(p->repo, word, &id, err)) < 0 ||
	    (rc = vv_commit_read(p->repo, &id, &p->commit, err)) < 0 ||
	    (rc = vv_rev_short(p->repo, &id, &p->short_id, err)) < 0 ||
	    (rc = find_parent(p, err)) < 0 || (rc = make_message(p, err)) < 0 ||
	    (rc = vv_index_open(&p->index, p->repo, err)) < 0) {
		return rc;
	}
	return merge_pick(p, err);
}

static vv_status pick_all(picker *p, int argc, char **argv, vv_error *err)
{
	vv_status rc = VV_OK;

	for (int i = 0; rc == VV_OK && !p->conflicts && i < argc; i++) {
		rc = pick_one(p, argv[i], err);
		clear_one(p);
		if ((rc < 0 || p->conflicts) && i + 1 < argc) {
			vv_note("not done yet: %s%s", vv_text_shows(argv[i + 1]),
				i + 2 < argc ? " and what follows" : "");
		}
	}
	return rc;
}

static int check_pick(const vv_context *c)
{
	const options *o = c->options;
	int under_way = o->abort + o->resume + o->quit;

	if (under_way > 1 || (under_way > 0 && c->argc > 0)) {
		return vv_usage_error("--abort, --continue and --quit take no other options");
	}
	if (under_way == 0 && c->argc == 0) return vv_usage_error("%s needs a commit", c->name);
	return c->argc > 1 && o->no_commit
		       ? vv_usage_error("--no-commit takes one commit at a time")
		       : VV_EXIT_OK;
}

static vv_status pick(vv_context *c, bool revert, vv_error *err)
{
	const options *o = c->options;
	picker p = {.o = o, .revert = revert, .repo = c->repo};
	vv_status rc;

	if (o->abort || o->resume || o->quit) {
		return vv_commit_under_way(c, o->abort, o->quit, o->verbose, err);
	}
	if ((rc = vv_merge_need_no_state(c->repo, err)) == VV_OK &&
	    (rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_WRITER, err)) == VV_OK) {
		p.writer = c->writer;
		rc = pick_all(&p, c->argc, c->argv, err);
	}
	vv_progress_end();
	if (rc == VV_OK && !p.conflicts && !o->no_commit) {
		vv_context_gc_after(c, o->quiet);
	}
	/* What an interrupted one of these has done already is done. */
	c->code = p.conflicts || p.lacking ||
				  (p.empty &&
				   !(c->found.finished && vv_journal_was(&c->found, c->name)))
			  ? VV_EXIT_NO
			  : VV_EXIT_OK;
	return rc;
}

#define PICK_OPTIONS                                                                               \
	OPT_FLAG('e', "edit", edit, "open the editor on the message"),                             \
		OPT_FLAG(0, "abort", abort, "abandon it and restore the previous state"),          \
		OPT_FLAG(0, "continue", resume, "commit it once its conflicts are resolved"),      \
		OPT_FLAG(0, "quit", quit, "forget it, and leave files and index as they are"),     \
		OPT_FLAG('v', "verbose", verbose,                                                  \
			 "also show the groups and bytes that each dataset added to the store"),   \
		OPT_FLAG('q', "quiet", quiet, "print only conflicts and warnings")

static const vv_option cherry_pick_table[] = {
	OPT_FLAG('n', "no-commit", no_commit, "only stage the change"),
	OPT_NUMBER('m', "mainline", mainline, "N",
		   "for a merge, apply its changes against parent N"),
	OPT_FLAG('x', NULL, note_origin, "name the original commit in the message"),
	PICK_OPTIONS,
};

static vv_status run_cherry_pick(vv_context *c, vv_error *err)
{
	return pick(c, false, err);
}

const vv_command vv_cmd_cherry_pick = {
	.name = "cherry-pick",
	.group = "history",
	.summary = "apply the change of another commit here",
	.usage = "[-n] [-x] [-m N] COMMIT...\n--continue | --abort | --quit",
	.example = "$ varve cherry-pick spring\n"
		   "[main 8c1f0a2] Correct two prices\n"
		   " 1 file changed",
	.options = cherry_pick_table,
	.option_count = VV_OPTION_COUNT(cherry_pick_table),
	.options_size = sizeof(options),
	.exit_codes = "there are conflicts, or the change is already there, or "
		      "tables were not written, since their blocks cannot be had",
	.arguments = "ref",
	.check = check_pick,
	.needs = VV_NEEDS_RIGHT,
	.run = run_cherry_pick,
};

static const vv_option revert_table[] = {
	OPT_FLAG('n', "no-commit", no_commit, "only stage the change"),
	OPT_NUMBER('m', "mainline", mainline, "N",
		   "for a merge, go back to the version of parent N"),
	PICK_OPTIONS,
};

static vv_status run_revert(vv_context *c, vv_error *err)
{
	return pick(c, true, err);
}

const vv_command vv_cmd_revert = {
	.name = "revert",
	.group = "history",
	.summary = "undo the changes of a commit with a new commit",
	.usage = "[-n] [-m N] COMMIT...\n--continue | --abort | --quit",
	.example = "$ varve revert HEAD~2\n"
		   "[main 5d0b7e1] Revert \"March prices\"\n"
		   " 1 file changed",
	.options = revert_table,
	.option_count = VV_OPTION_COUNT(revert_table),
	.options_size = sizeof(options),
	.exit_codes = "there are conflicts, or it is already reverted, or "
		      "tables were not written, since their blocks cannot be had",
	.arguments = "ref",
	.check = check_pick,
	.needs = VV_NEEDS_RIGHT,
	.run = run_revert,
};
