/*
 * commit: the index (or some paths) as a new version, with Git's hooks, message and
 * identity. Knows the order in which things happen.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/add.h"
#include "cmd/varve/print/commit_summary.h"
#include "cmd/varve/print/status.h"
#include "lib/work/add/run.h"
#include "lib/work/check/commit_check.h"
#include "lib/work/commit/guard.h"
#include "lib/work/commit/message.h"
#include "lib/work/commit/package_apply.h"
#include "lib/work/diff/changes.h"
#include "lib/work/merge/conflict_list.h"
#include "lib/work/merge/run.h"
#include "lib/work/peers/push_hook.h"
#include "repo/git/history/date.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/conflict_state.h"

enum { LOOSE_MAX = 100 };

typedef struct options {
	vv_strings messages;
	const char *file, *author, *date;
	bool sign, all, amend, allow_empty, no_sign, no_verify, quiet, edit, no_edit, dry_run,
		verbose;
} options;

typedef struct committer {
	bool made; /* the branch has moved, whatever failed then */
	const options *o;
	vv_context *in; /* its index is read only after the pre-commit hook */
	vv_changes changes;
	vv_commit old;    /* --amend: what is replaced; cherry-pick: what is picked */
	bool keep_author; /* of old */
	vv_oid *parents;
	size_t parent_count;
	vv_oid base; /* the tree to compare with, as a commit; null: the empty tree */
	vv_buf message;
	char **described; /* tables that a staged datapackage.json changed */
	size_t described_count;
	bool nothing;               /* nothing to commit was found, and said */
	vv_index_copy index_before; /* -a, PATH...: put back when there is no commit */
} committer;

/* -a, or PATH...: what the work tree has of them is staged first. */
static vv_status stage_first(committer *c, vv_error *err)
{
	vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	vv_add_request req = {c->in->paths.count ? &c->in->paths : NULL,
			      false,
			      false,
			      false,
			      false,
			      true,
			      false,
			      &import};
	vv_add_plan plan = {0};
	vv_add_report rep = {0};
	vv_index *x = NULL;
	vv_writer *w;
	vv_status rc;

	if ((!c->o->all && c->in->paths.count == 0) || c->o->dry_run) {
		return VV_OK;
	}
	/* Unlike Git: staging a table in a conflict would settle it, unseen, for ours. */
	if ((rc = vv_dataset_writer_blocks(c->in->writer, &w, err)) < 0 ||
	    (rc = vv_index_copy_take(&c->index_before, c->in->repo, err)) < 0 ||
	    (rc = vv_index_open(&x, c->in->repo, err)) < 0 ||
	    (rc = vv_conflicts_refuse(c->in->repo, x, err)) < 0 ||
	    (rc = vv_add_plan_make(&plan, c->in->repo, x, c->in->reader, &req, err)) < 0 ||
	    (rc = vv_add_run(&rep, &plan, c->in->repo, x, c->in->writer, &req, false, err)) < 0) {
		vv_progress_end();
		goto done;
	}
	vv_index_copy_mark(&c->index_before, c->in->repo);
	vv_progress_end();
	plan.new_text = 0;
	plan.kept_text = 0;
	vv_add_report_print(&rep, &plan, true, false);
done:
	vv_add_report_clear(&rep);
	vv_add_plan_clear(&plan);
	vv_index_close(x);
	vv_dataset_writer_release(c->in->writer);
	return rc;
}

/* HEAD against the index; with PATH... only these count. */
/* In a dry run: what -a, or the paths, would stage counts as staged. */
static void stage_as_if(const committer *c, vv_changes *changes)
{
	for (size_t i = 0; c->o->dry_run && i < changes->count; i++) {
		vv_change_entry *e = &changes->entries[i];
		const vv_change_facts staged = e->staged_facts;

		if (!strchr("MDT", e->work) || e->staged == 'U' ||
		    (!c->o->all && (c->in->paths.count == 0 ||
				    !vv_pathspec_match(&c->in->paths, e->path, NULL)))) {
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

static vv_status read_changes(committer *c, vv_error *err)
{
	vv_status rc;
	vv_changes_options opts = {.paths = c->in->paths.count ? &c->in->paths : NULL,
				   .no_work = !c->o->dry_run,
				   .facts = !c->o->quiet,
				   .groups = c->o->verbose};

	vv_changes_clear(&c->changes);
	rc = vv_changes_read(&c->changes, c->in->repo, c->in->index, c->in->reader, &opts, err);
	if (rc == VV_OK) {
		stage_as_if(c, &c->changes);
	}
	return rc;
}

/* A staged datapackage.json gives the tables that it describes new roots. */
static vv_status describe(committer *c, vv_error *err)
{
	vv_status rc = vv_describe_for_commit(c->in->repo, c->in->index, c->in->writer, &c->changes,
					      &c->described, &c->described_count, err);

	if (rc == VV_OK && c->described_count > 0) {
		vv_index_copy_mark(&c->index_before, c->in->repo);
		rc = read_changes(c, err);
	}
	return rc;
}

static vv_status add_parent(committer *c, const vv_oid *id, vv_error *err)
{
	vv_oid *parents = vv_realloc_array(c->parents, c->parent_count + 1, sizeof(*parents));

	if (!parents) {
		return vv_fail_nomem(err);
	}
	c->parents = parents;
	parents[c->parent_count++] = *id;
	return VV_OK;
}

/* The commit of a cherry-pick has the author of what is picked. */
static vv_status find_picked(committer *c, vv_error *err)
{
	vv_oid id;
	vv_status rc;

	if (c->o->amend || strcmp(vv_state_name(c->in->repo), "cherry-pick") != 0) {
		return VV_OK;
	}
	if ((rc = vv_state_pick(c->in->repo, &id, err)) == VV_OK &&
	    (rc = vv_commit_read(c->in->repo, &id, &c->old, err)) == VV_OK) {
		c->keep_author = true;
	}
	return rc;
}

static vv_status find_parents(committer *c, vv_error *err)
{
	vv_head head = {0};
	vv_oid *heads = NULL;
	size_t count = 0;
	vv_status rc = vv_head_read(c->in->repo, &head, err);

	if (rc < 0) {
		goto done;
	}
	if (c->o->amend && head.unborn) {
		rc = vv_fail(err, VV_EUSAGE, "there is no commit yet to amend");
		goto done;
	}
	if ((rc = vv_state_merge_heads(c->in->repo, &heads, &count, err)) < 0) {
		goto done;
	}
	if (count > 0 && (c->o->amend || c->in->paths.count > 0)) {
		rc = vv_fail(err, VV_EUSAGE, "a merge is under way: %s",
			     c->o->amend ? "there is nothing to amend before it is committed"
					 : "it is committed as a whole, not by PATH");
		goto done;
	}
	if (c->o->amend) {
		if ((rc = vv_commit_read(c->in->repo, &head.commit, &c->old, err)) < 0) {
			goto done;
		}
		c->keep_author = true;
		for (size_t i = 0; i < c->old.parent_count && rc == VV_OK; i++) {
			rc = add_parent(c, &c->old.parents[i], err);
		}
	} else if (!head.unborn) {
		rc = add_parent(c, &head.commit, err);
		for (size_t i = 0; i < count && rc == VV_OK; i++) {
			rc = add_parent(c, &heads[i], err);
		}
	}
	c->base = head.commit;
done:
	vv_free(heads);
	vv_head_clear(&head);
	return rc;
}

/* Shows what git status would, since there is nothing to do. */
static vv_status show_status(committer *c, vv_error *err)
{
	vv_changes_options opts = {.untracked = true, .facts = true};
	vv_status_style style = {.prefix = "", .comment_char = "#"};
	vv_changes all = {0};
	vv_buf text = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_changes_read(&all, c->in->repo, c->in->index, c->in->reader, &opts, err)) ==
	    VV_OK) {
		stage_as_if(c, &all);
		rc = vv_status_put(&text, &all, &style, err);
	}
	if (rc == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&text), text.len);
	}
	vv_buf_clear(&text);
	vv_changes_clear(&all);
	return rc;
}

static vv_status partial_tree(committer *c, vv_oid *tree, vv_error *err)
{
	size_t n = 0, cap = c->changes.count * 2 + c->described_count + 1;
	const char **paths = vv_calloc(cap, sizeof(*paths));
	vv_status rc;

	if (!paths) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < c->changes.count; i++) {
		paths[n++] = c->changes.entries[i].path;
		if (c->changes.entries[i].from) {
			paths[n++] = c->changes.entries[i].from;
		}
	}
	for (size_t i = 0; i < c->described_count; i++) {
		paths[n++] = c->described[i];
	}
	rc = vv_index_write_tree_only(c->in->index, vv_oid_is_null(&c->base) ? NULL : &c->base,
				      paths, n, tree, err);
	vv_free(paths);
	return rc;
}

static vv_status write_commit(committer *c, vv_oid *id, vv_error *err)
{
	vv_commit_options opts = {.message = c->message.data,
				  .parents = c->parents,
				  .parent_count = c->parent_count,
				  .author = c->o->author,
				  .sign = c->o->sign,
				  .no_sign = c->o->no_sign,
				  .expect = &c->base};
	vv_oid tree;
	vv_status rc = c->in->paths.count > 0 ? partial_tree(c, &tree, err)
					      : vv_index_write_tree(c->in->index, &tree, err);
	char reflog[160];
	vv_buf subject = VV_BUF_INIT;

	if (rc < 0) {
		return rc;
	}
	opts.tree = &tree;
	if (vv_oid_is_null(&c->base)) {
		opts.expect = NULL;
	}
	if (c->keep_author) {
		opts.keep_author = &c->old;
	}
	if (c->o->amend) {
		vv_buf_printf(&subject, "commit (amend): %.*s", (int)strcspn(c->message.data, "\n"),
			      c->message.data);
		strncpy(reflog, vv_buf_cstr(&subject), sizeof(reflog) - 1);
		reflog[sizeof(reflog) - 1] = '\0';
		vv_buf_clear(&subject);
		opts.reflog = reflog;
	}
	if (c->o->date) {
		if ((rc = vv_date_parse(c->o->date, &opts.author_time, &opts.author_offset_min,
					err)) < 0) {
			return rc;
		}
		opts.author_time_set = true;
	}
	return vv_commit_create(c->in->repo, &opts, id, err);
}

static bool has_changes(const committer *c)
{
	return c->changes.staged > 0 || c->parent_count > 1 || c->o->allow_empty || c->o->amend;
}

static vv_status make_message(committer *c, vv_error *err)
{
	const vv_message_options m = {.texts = c->o->messages,
				      .file = c->o->file,
				      .amend = c->o->amend ? &c->old : NULL,
				      .edit = c->o->edit,
				      .no_edit = c->o->no_edit,
				      .no_verify = c->o->no_verify,
				      .changes = &c->changes,
				      .put_changes = vv_status_put_comments};

	return vv_message_make(&c->message, c->in->repo, &m, err);
}

static vv_status run_pre_commit(committer *c, vv_error *err)
{
	bool ran = false;
	vv_status rc;

	if (c->o->no_verify || c->o->dry_run) {
		return VV_OK;
	}
	rc = vv_hook_run(c->in->repo, "pre-commit", NULL, &ran, err);
	if (ran || rc < 0) { /* what it staged was for this commit too */
		vv_index_copy_mark(&c->index_before, c->in->repo);
	}
	return rc;
}

/* What varve.json asks of a commit. An amended one is compared with the parent of the one
 * that it replaces. */
static vv_status check_data(committer *c, vv_error *err)
{
	vv_commit_check check = {.changes = &c->changes,
				 .base = c->parent_count > 0 ? &c->parents[0] : NULL,
				 .message = c->message.data,
				 .paths = c->described,
				 .path_count = c->described_count};
	vv_buf told = VV_BUF_INIT;
	vv_status rc;

	if (c->o->no_verify) {
		return VV_OK;
	}
	check.progress = vv_progress_begin();
	rc = vv_commit_check_run(&check, c->in->repo, c->in->reader, &told, err);
	vv_progress_end();
	for (const char *p = vv_buf_cstr(&told); *p;) {
		size_t len = strcspn(p, "\n");

		vv_note("%.*s", (int)len, p);
		p += len + (p[len] == '\n');
	}
	vv_buf_clear(&told);
	return rc;
}

static bool has_tables(const vv_changes *changes)
{
	bool any = false;

	for (size_t i = 0; i < changes->count && !any; i++) {
		any = changes->entries[i].dataset;
	}
	return any;
}

/* The version is there: what follows must not make it look otherwise. */
static void after_commit(committer *c, const vv_oid *id)
{
	vv_error err;
	uint64_t packed;
	bool ran;

	if (vv_state_cleanup(c->in->repo, &err) < 0 ||
	    vv_conflict_drop_all(c->in->repo, &err) < 0) {
		vv_warn("%s", err.message);
	}
	if (vv_hook_run(c->in->repo, "post-commit", NULL, &ran, &err) < 0) {
		vv_warn("%s", err.message);
	}
	if (!c->o->quiet && vv_commit_summary_print(c->in->repo, &c->changes, id, c->message.data,
						    c->parent_count == 0, &err) < 0) {
		vv_warn("%s", err.message);
	}
	if (vv_git_pack_loose(c->in->repo, LOOSE_MAX, &packed, &err) < 0) {
		vv_warn("%s", err.message);
	}
	if (has_tables(&c->changes)) {
		vv_push_hook_warn(c->in->repo, &vv_notes_stderr);
	}
}

/* From a fresh index to the new commit. */
static vv_status commit_index(committer *c, vv_error *err)
{
	vv_oid id = {{0}};
	vv_status rc;

	if ((rc = run_pre_commit(c, err)) < 0) {
		return rc;
	}
	/* Read only now: the hook may have staged something. */
	if ((rc = vv_context_need(c->in, VV_NEEDS_INDEX, err)) < 0 ||
	    (rc = vv_conflicts_refuse(c->in->repo, c->in->index, err)) < 0 ||
	    (rc = find_parents(c, err)) < 0 || (rc = find_picked(c, err)) < 0 ||
	    (rc = read_changes(c, err)) < 0) {
		return rc;
	}
	if (!c->o->dry_run && (rc = describe(c, err)) < 0) {
		return rc;
	}
	if ((rc = vv_commit_guard(c->in->repo, &c->changes, err)) < 0) {
		return rc;
	}
	if (c->o->dry_run || !has_changes(c)) {
		c->nothing = !has_changes(c);
		return show_status(c, err);
	}
	if ((rc = make_message(c, err)) < 0 || (rc = check_data(c, err)) < 0) {
		return rc;
	}
	/* Where the branch has moved all the same, the commit is made. */
	if ((rc = write_commit(c, &id, err)) == VV_OK || vv_head_is(c->in->repo, NULL, &id)) {
		c->made = true;
		after_commit(c, &id);
	}
	return rc;
}

static void unstage(committer *c)
{
	vv_error err;

	if (c->made) { /* then the index is as the new commit has it */
		return;
	}
	if (vv_index_copy_restore(&c->index_before, c->in->repo, &err) < 0) {
		vv_warn("%s", err.message);
	}
}

static void committer_clear(committer *c)
{
	vv_changes_clear(&c->changes);
	vv_commit_clear(&c->old);
	vv_free(c->parents);
	vv_buf_clear(&c->message);
	vv_names_free(c->described, c->described_count);
	vv_index_copy_clear(&c->index_before);
}

static int check_commit(const vv_context *c)
{
	const options *o = c->options;

	if (o->all && c->argc > 0) {
		return vv_usage_error(
			"-a takes all changed files; with PATH only these are committed");
	}
	return o->messages.count > 0 && o->file ? vv_usage_error("-m and -F exclude each other")
						: VV_EXIT_OK;
}

static vv_status run_commit(vv_context *in, vv_error *err)
{
	committer c = {.o = in->options, .in = in};
	vv_status rc;

	if ((rc = stage_first(&c, err)) == VV_OK && (rc = commit_index(&c, err)) < 0) {
		unstage(&c);
	}
	if (rc == VV_OK && !c.nothing && !c.o->dry_run) {
		vv_context_gc_after(in, c.o->quiet);
	}
	in->code = c.nothing ? VV_EXIT_NO : VV_EXIT_OK;
	committer_clear(&c);
	return rc;
}

static const vv_option commit_table[] = {
	OPT_LIST('m', "message", messages, "TEXT", "the message; each further one is a paragraph"),
	OPT_STRING('F', "file", file, "FILE",
		   "read the message from a file; - is the standard input"),
	OPT_FLAG('a', "all", all, "stage changed and removed files first"),
	OPT_FLAG(0, "amend", amend, "replace the last commit"),
	OPT_FLAG(0, "allow-empty", allow_empty, "commit even if nothing changed"),
	OPT_STRING(0, "author", author, "'NAME <MAIL>'", "who made the change"),
	OPT_STRING(0, "date", date, "DATE", "when it was made"),
	OPT_FLAG('S', "gpg-sign", sign, "sign the commit (user.signingKey)"),
	OPT_FLAG(0, "no-gpg-sign", no_sign, "do not sign, whatever the configuration says"),
	OPT_FLAG('n', "no-verify", no_verify,
		 "skip the pre-commit and commit-msg hooks, and the check of varve.json"),
	OPT_FLAG('e', "edit", edit, "open the editor even with -m or -F"),
	OPT_FLAG(0, "no-edit", no_edit, "use the message as it is (--amend, a merge)"),
	OPT_FLAG(0, "dry-run", dry_run, "only say what would be committed"),
	OPT_FLAG('v', "verbose", verbose,
		 "also show the groups and bytes that each dataset added to the store"),
	OPT_FLAG('q', "quiet", quiet, "print nothing but warnings"),
};

const vv_command vv_cmd_commit = {
	.name = "commit",
	.group = "change",
	.summary = "record what is staged as a new version",
	.usage = "[-a] [-m TEXT] [OPTION...]\n[-m TEXT] [OPTION...] PATH...",
	.example = "$ varve commit -m \"March prices\"\n"
		   "[main 3f2a91c] March prices\n"
		   " 1 file changed\n"
		   "  prices.csv: +12 -5 ~64 rows, 1 column added",
	.options = commit_table,
	.option_count = VV_OPTION_COUNT(commit_table),
	.options_size = sizeof(options),
	.exit_codes =
		"nothing to commit, unmerged paths, or a hook or the check of varve.json said no",
	.arguments = "path",
	.check = check_commit,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_PATHS | VV_NEEDS_WRITER,
	.run = run_commit,
	.conflict_is_no = true,
};

/* `varve commit --no-edit`. The exit code. */
static int conclude(bool verbose)
{
	char no_edit[] = "--no-edit", v[] = "-v";
	char *argv[] = {no_edit, verbose ? v : NULL, NULL};

	return vv_command_run(&vv_cmd_commit, verbose ? 2 : 1, argv);
}

vv_status vv_commit_under_way(vv_context *c, bool abort, bool quit, bool verbose, vv_error *err)
{
	if (strcmp(vv_state_name(c->repo), c->name) != 0) {
		if (abort && vv_journal_was(&c->found, c->name)) {
			return VV_OK; /* done just now */
		}
		return vv_fail(err, VV_EUSAGE, "no %s is under way", c->name);
	}
	if (abort) {
		bool lacking;
		vv_status rc = vv_merge_undo(c->repo, &lacking, err);

		c->code = lacking ? VV_EXIT_NO : VV_EXIT_OK;
		return rc;
	}
	if (quit) {
		return vv_state_cleanup(c->repo, err);
	}
	vv_context_close(c);
	c->code = conclude(verbose);
	return VV_OK;
}
