/*
 * merge_file: Git's merge driver for tables (merge.varve.driver) and for .gitattributes
 * (merge.varve-lines.driver). With git's arguments and exit codes for drivers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/merge/conflict_columns.h"
#include "lib/merge/conflict_solve.h"
#include "lib/merge/guide.h"
#include "lib/merge/one_table.h"
#include "lib/merge/rules.h"
#include "lib/merge/tables.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attribute_merge.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/verb/caller.h"

extern char **environ;

typedef struct options {
	bool base, pointers;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "base", base,
		 "the result is one of several bases: conflicts have base's value"),
	OPT_FLAG(0, "pointers", pointers, "only where a side is a pointer of varve"),
};

#define MERGE_TROUBLE 129 /* what git takes for a driver that could not run */
#define SIDE_MAX ((size_t)1 << 31)
#define OPTIONS_MAX ((size_t)64 << 10)

typedef struct driver {
	vv_repository *repo;
	vv_dataset_writer *writer;
	vv_head head;
	char *theirs;       /* what git merge calls the other side */
	const char *folder; /* shared with the varve that runs git; NULL: none does */
	vv_merge_guide guide;
	bool virtual_base; /* the result is one of several bases */
	char *rules;       /* the lines of VV_MERGE_RULES_VAR, of which in.how is made */
	vv_dataset_merge in;
	vv_dataset_merged out;
	const char *ours_file;
} driver;

/* git merge sets GITHEAD_<commit>=<name> for each merged commit. */
static vv_status find_names(driver *d, vv_error *err)
{
	vv_status rc = vv_head_read(d->repo, &d->head, err);

	if (rc < 0) return rc;
	d->in.commits[VV_OURS] = d->head.commit;
	if (d->folder) {
		d->in.commits[VV_BASE] = d->guide.base;
		d->in.commits[VV_THEIRS] = d->guide.theirs;
		d->in.names[VV_OURS] = d->guide.names[0];
		d->in.names[VV_THEIRS] = d->guide.names[1];
		d->in.dry = d->guide.dry;
		return VV_OK;
	}
	d->in.names[VV_OURS] = "HEAD";
	if (d->head.branch) {
		d->in.names[VV_OURS] = strncmp(d->head.branch, "refs/heads/", 11) == 0
					       ? d->head.branch + 11
					       : d->head.branch;
	}
	for (char **e = environ; *e && !d->theirs; e++) {
		const char *equals = strchr(*e, '=');

		if (strncmp(*e, "GITHEAD_", 8) != 0 || !equals ||
		    !vv_oid_parse(&d->in.commits[VV_THEIRS], *e + 8, (size_t)(equals - *e) - 8)) {
			continue;
		}
		if (!(d->theirs = vv_strdup(equals + 1))) return vv_fail_nomem(err);
		d->in.names[VV_THEIRS] = d->theirs;
	}
	if (!d->theirs) { /* a rebase does not name the commit that it picks, but the branch */
		(void)vv_rev_commit(d->repo, "rebase-merge/orig-head", &d->in.commits[VV_THEIRS],
				    VV_IGNORED);
		(void)vv_rev_commit(d->repo, "rebase-merge/onto", &d->in.onto, VV_IGNORED);
	}
	return VV_OK;
}

/* The last side in a file of strategy options that a rebase, or a pick of several commits, keeps until it is continued. */
static const char *kept_side(const vv_repository *r, const char *name)
{
	vv_auto(char) *file = vv_path_join(vv_repository_gitdir(r), name, (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *side = NULL;

	if (!file || vv_read_regular(&text, file, OPTIONS_MAX, VV_IGNORED) < 0) return NULL;
	(void)vv_buf_cstr(&text);
	for (char *word = strtok(text.data, " \t\n=-'\""); word;
	     word = strtok(NULL, " \t\n=-'\"")) {
		if (strcmp(word, "ours") == 0) {
			side = "ours";
		} else if (strcmp(word, "theirs") == 0) {
			side = "theirs";
		}
	}
	return side;
}

/* Reads git's own option -X, which git does not pass to a driver. */
static const char *find_side(const driver *d)
{
	vv_auto(vv_caller) git = {0};
	const char *side;

	vv_caller_find(&git, d->repo);
	if ((side = vv_caller_favours(&git))) return side;
	if (vv_caller_is(&git, "rebase")) return kept_side(d->repo, "rebase-merge/strategy_opts");
	if (!vv_caller_is(&git, "cherry-pick") && !vv_caller_is(&git, "revert")) return NULL;
	return kept_side(d->repo, "sequencer/opts");
}

static vv_status find_rules(driver *d, vv_error *err)
{
	const char *text = vv_env_get(vv_environ(), VV_MERGE_RULES_VAR);
	size_t count = 0;

	if (!d->folder && (!text || !*text)) {
		text = find_side(d);
	}
	if (!text || !*text) return VV_OK;
	d->rules = vv_strdup(text);
	d->in.how.items = vv_calloc(strlen(text) + 1, sizeof(*d->in.how.items));
	if (!d->rules || !d->in.how.items) return vv_fail_nomem(err);
	for (char *word = strtok(d->rules, "\n"); word; word = strtok(NULL, "\n")) {
		d->in.how.items[count++] = word;
	}
	d->in.how.count = count;
	return VV_OK;
}

/* An empty file means no side: git has no other way to pass a missing base. */
static vv_status read_side(driver *d, size_t side, const char *file, vv_buf *content, vv_error *err)
{
	vv_status rc = vv_read_regular(content, file, SIDE_MAX, err);

	if (rc < 0 || (content->len == 0 && side == VV_BASE)) return rc;
	d->in.sides[side].mode = 0100644;
	return vv_blob_id(vv_buf_cstr(content), content->len, &d->in.sides[side].id, err);
}

/* A side's content as a blob, which git has. */
static vv_status take_side(driver *d, size_t side, const char *file, vv_error *err)
{
	vv_auto(vv_buf) content = VV_BUF_INIT;
	vv_oid *id = &d->in.sides[side].id;
	uint64_t size;
	vv_status rc = read_side(d, side, file, &content, err);

	if (rc < 0 || !d->in.sides[side].mode) return rc;
	if (vv_blob_size(d->repo, id, &size, VV_IGNORED) < 0) {
		rc = vv_blob_write(d->repo, vv_buf_cstr(&content), content.len, id, err);
	}
	if (rc == VV_OK) {
		vv_blob_keep(d->repo, id, &content);
	}
	return rc;
}

static vv_status put_result(driver *d, vv_error *err)
{
	vv_auto(vv_buf) content = VV_BUF_INIT;
	vv_status rc = vv_blob_read(d->repo, &d->out.result.id, SIDE_MAX, &content, err);

	return rc < 0 ? rc
		      : vv_write_file(d->ours_file, vv_buf_cstr(&content), content.len, false, err);
}

static bool same_sides(const driver *d, size_t a, size_t b)
{
	return d->in.sides[a].mode && d->in.sides[b].mode &&
	       vv_oid_equal(&d->in.sides[a].id, &d->in.sides[b].id);
}

static vv_status say_conflicts(driver *d, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	vv_conflict_record_describe(&text, &d->out.record);
	if ((rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_conflict_record_save(d->repo, &d->out.record, err)) < 0 || d->folder) {
		return rc;
	}
	vv_note("varve: %s: %s; 'varve conflicts' lists them", vv_text_shows(d->in.path),
		text.data);
	if (d->in.apart) {
		vv_note("hint: abort, and use 'varve merge' or 'varve cherry-pick', which compare "
			"only related tables");
	}
	return VV_OK;
}

/* Writes the result of the trial for the same sides, if there are no conflicts. This needs no repository: to open one
 * takes longer than all else, and git runs a driver for each table. */
static vv_status replay_result(driver *d, char *const *files, bool *found, vv_error *err)
{
	vv_auto(vv_merge_report) report = {0};
	vv_auto(vv_buf) content = VV_BUF_INIT;
	vv_oid sides[3];
	vv_status rc;

	*found = false;
	if (d->virtual_base || d->guide.trial || d->guide.dry) return VV_OK;
	for (size_t i = 0; i < 3; i++) {
		vv_buf_reset(&content);
		if ((rc = read_side(d, i, files[i], &content, err)) < 0) return rc;
		sides[i] = d->in.sides[i].id;
	}
	if ((rc = vv_merge_report_read(&report, d->folder, err)) < 0) return rc;
	const vv_merged_table *t = vv_merge_report_find(&report, d->in.path, sides);
	vv_buf_reset(&content);
	if (!t || t->conflicts) return VV_OK;
	rc = vv_merge_report_content(&content, d->folder, t, err);
	if (rc < 0) return vv_missing_ok(rc, err);
	*found = true;
	return vv_write_file(d->ours_file, vv_buf_cstr(&content), content.len, false, err);
}

/* Replays the trial's merge of the same sides with its conflicts. */
static vv_status replay_conflicts(driver *d, bool *found, vv_error *err)
{
	const vv_oid sides[3] = {d->in.sides[0].id, d->in.sides[1].id, d->in.sides[2].id};
	vv_auto(vv_merge_report) report = {0};
	vv_auto(char) *own = vv_conflict_file(d->repo, d->in.path);
	vv_auto(vv_buf) record = VV_BUF_INIT;
	vv_status rc = own ? vv_merge_report_read(&report, d->folder, err) : vv_fail_nomem(err);
	const vv_merged_table *t = vv_merge_report_find(&report, d->in.path, sides);

	*found = rc == VV_OK && t && t->conflicts;
	if (!*found) return rc;
	d->out.result.id = t->result;
	vv_auto(char) *file = vv_path_join(d->folder, "git/varve/conflicts", vv_path_base(own),
					   (char *)NULL);

	if ((rc = file ? vv_read_regular(&record, file, SIDE_MAX, err) : vv_fail_nomem(err)) < 0 ||
	    (rc = vv_conflict_write(d->repo, d->in.path, &record, err)) < 0) {
		return rc;
	}
	return put_result(d, err);
}

static vv_status report_merged(const driver *d, bool conflicts, vv_error *err)
{
	vv_auto(vv_buf) content = VV_BUF_INIT;
	const vv_merged_table t = {
		.path = d->in.path,
		.sides = {d->in.sides[0].id, d->in.sides[1].id, d->in.sides[2].id},
		.result = d->out.result.id,
		.conflicts = conflicts,
		.apart = d->in.apart != NULL,
		.stats = d->out.stats};

	if (!d->folder) return VV_OK;
	if (!conflicts && d->guide.trial) {
		vv_status rc = vv_blob_read(d->repo, &t.result, SIDE_MAX, &content, err);
		if (rc < 0) return rc;
	}
	return vv_merge_report_add(d->folder, &t, &content, err);
}

/* varve waits for all blocks of the trial before anything names them. */
static vv_status wait_later(const driver *d, vv_error *err)
{
	vv_store *store;
	vv_status rc;

	if (!d->guide.trial) return VV_OK;
	if ((rc = vv_repository_store(d->repo, &store, err)) == VV_OK) {
		vv_store_wait_by_other(store);
	}
	return rc;
}

/* With several merge bases, git merges them first; cells that both changed keep their old value
 * there. */
static vv_status merge_bases(driver *d, vv_error *err)
{
	vv_status rc;

	d->in.no_rules = true;
	d->in.dry = false; /* the next merge reads these blocks */
	memset(d->in.commits, 0, sizeof(d->in.commits));
	if ((rc = vv_dataset_merge_run(&d->out, &d->in, err)) < 0) return rc;
	rc = vv_conflict_columns_take(&d->out, &d->in, VV_TAKE_BASE, err);
	if (rc == VV_OK && d->out.record.count + d->out.record.left_out > 0) {
		rc = vv_conflict_solve_all(d->repo, d->writer, &d->out.record, VV_BASE,
					   &d->out.result.id, err);
	}
	if (rc == VV_ENOSUPPORT) {
		d->out.result = d->in.sides[d->in.sides[VV_BASE].mode ? VV_BASE : VV_OURS];
		rc = VV_OK;
	}
	if (rc < 0 || (rc = vv_dataset_writer_commit(d->writer, err)) < 0) return rc;
	return put_result(d, err);
}

static vv_status merge_sides(driver *d, bool *conflicts, vv_error *err)
{
	bool one, found = false;
	vv_status rc;

	if (same_sides(d, VV_OURS, VV_THEIRS) || same_sides(d, VV_BASE, VV_THEIRS)) return VV_OK;
	if (same_sides(d, VV_BASE, VV_OURS)) {
		d->out.result = d->in.sides[VV_THEIRS];
		return put_result(d, err);
	}
	if (d->virtual_base) return merge_bases(d, err);
	if (d->folder && !d->in.dry && !d->guide.trial &&
	    ((rc = replay_conflicts(d, &found, err)) < 0 || found)) {
		*conflicts = found;
		return rc;
	}
	if ((rc = vv_one_table_check(&one, &d->in, err)) < 0) return rc;
	d->in.apart = one ? NULL
			  : "git compared it with an unrelated table, as it detected a "
			    "rename";
	if ((rc = vv_dataset_merge_run(&d->out, &d->in, err)) < 0 ||
	    (rc = vv_dataset_writer_commit(d->writer, err)) < 0) {
		return rc;
	}
	*conflicts = d->out.record.count > 0 || d->out.record.left_out > 0;
	if ((*conflicts && (rc = vv_repository_flush(d->repo, err)) < 0) ||
	    (rc = put_result(d, err)) < 0 || (*conflicts && (rc = say_conflicts(d, err)) < 0) ||
	    (rc = report_merged(d, *conflicts, err)) < 0 || *conflicts) {
		return rc;
	}
	vv_repository_discard(d->repo); /* git stores the file itself */
	return VV_OK;
}

static int check_merge_file(const vv_context *c)
{
	if (c->argc == 4) return VV_EXIT_OK;
	vv_usage_error("merge-file takes BASE OURS THEIRS PATH; git calls it");
	return MERGE_TROUBLE;
}

static vv_status merge_lines(vv_context *c, vv_error *err)
{
	vv_auto(vv_buf) base = VV_BUF_INIT, ours = VV_BUF_INIT, theirs = VV_BUF_INIT,
			text = VV_BUF_INIT;
	bool conflict = false;
	vv_status rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err);

	if (rc < 0 || (rc = vv_read_regular(&base, c->argv[0], SIDE_MAX, err)) < 0 ||
	    (rc = vv_read_regular(&ours, c->argv[1], SIDE_MAX, err)) < 0 ||
	    (rc = vv_read_regular(&theirs, c->argv[2], SIDE_MAX, err)) < 0 ||
	    (rc = vv_attr_merge(&text, &conflict, &base, &ours, &theirs, err)) < 0) {
		return rc;
	}
	c->code = conflict ? VV_EXIT_NO : VV_EXIT_OK;
	return vv_write_file(c->argv[1], vv_buf_cstr(&text), text.len, false, err);
}

static vv_status has_pointer(const driver *d, bool *any, vv_error *err)
{
	vv_dataset_reader *reader = vv_dataset_writer_reader(d->writer);
	vv_status rc;
	*any = false;
	vv_array_each(d->in.sides, 3, side) {
		if (side->mode &&
		    ((rc = vv_dataset_reader_is_pointer(reader, &side->id, any, err)) < 0 ||
		     *any)) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status merge_file(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	driver d = {.ours_file = c->argv[1],
		    .in = {.path = c->argv[3]},
		    .folder = vv_env_get(vv_environ(), VV_MERGE_FOLDER_VAR),
		    .virtual_base = o->base};
	bool conflicts = false, any = true, found = false;
	vv_error killed;
	vv_status rc = VV_OK;

	if (d.folder) {
		(void)vv_fail(&killed, VV_EPROGRAM, "%s: the merge driver was interrupted",
			      vv_text_shows(d.in.path));
		vv_merge_failure_write(d.folder, &killed);
		rc = vv_merge_guide_read(&d.guide, d.folder, err);
		rc = rc < 0 ? rc : replay_result(&d, c->argv, &found, err);
	}
	if (rc < 0 || found) {
		goto done;
	}
	rc = vv_context_need(c, VV_NEEDS_WRITER, err);
	d.repo = d.in.repo = c->repo;
	d.writer = d.in.writer = c->writer;
	if (rc < 0 || (rc = find_names(&d, err)) < 0 || (rc = wait_later(&d, err)) < 0 ||
	    (rc = find_rules(&d, err)) < 0 || (rc = take_side(&d, VV_BASE, c->argv[0], err)) < 0 ||
	    (rc = take_side(&d, VV_OURS, c->argv[1], err)) < 0 ||
	    (rc = take_side(&d, VV_THEIRS, c->argv[2], err)) < 0) {
		goto done;
	}
	if (o->pointers && (rc = has_pointer(&d, &any, err)) < 0) {
		goto done;
	}
	conflicts = !any;
	rc = any ? merge_sides(&d, &conflicts, err) : VV_OK;
done:
	vv_dataset_merged_clear(&d.out);
	vv_head_clear(&d.head);
	vv_free_all(d.theirs, d.in.how.items, d.rules);
	vv_buf_clear(&d.guide.text);
	if (rc < 0 && d.folder) {
		vv_merge_failure_write(d.folder, err);
	} else if (d.folder) {
		vv_merge_failure_clear(d.folder);
	}
	c->code = conflicts ? VV_EXIT_NO : VV_EXIT_OK;
	return rc;
}

/* lint-staged applies unstaged changes so, after a formatter has changed the table: the result would be
 * staged, and the unstaged changes committed. */
static vv_status refuse_in_hook(vv_context *c, vv_error *err)
{
	vv_auto(vv_caller) git = {0};

	vv_caller_find(&git, NULL);
	if (!vv_caller_adds_to_commit(&git)) return VV_OK;
	return vv_fail(
		err, VV_EREFUSED,
		"%s: a hook has changed this table, and applies its unstaged changes to the commit\n"
		"stage the whole table, or stash its other changes",
		vv_text_shows(c->argv[3]));
}

/* git reads 1 as conflicts: errors are above that */
static vv_status run_merge_file(vv_context *c, vv_error *err)
{
	const bool lines = strcmp(vv_path_base(c->argv[3]), ".gitattributes") == 0;

	vv_status rc = refuse_in_hook(c, err);
	if (rc == VV_OK && lines) {
		rc = merge_lines(c, err);
	} else if (rc == VV_OK) {
		rc = merge_file(c, err);
	}
	if (rc < 0) {
		if (!vv_env_get(vv_environ(), VV_MERGE_FOLDER_VAR)) {
			(void)vv_report(err);
		}
		c->code = MERGE_TROUBLE;
	}
	return VV_OK;
}

const vv_command vv_cmd_merge_file = {
	.name = "merge-file",
	.group = "care",
	.summary = "called by git when both sides changed a table",
	.usage = "[--base] [--pointers] BASE OURS THEIRS PATH",
	.example = "$ git config merge.varve.driver 'varve merge-file -- %O %A %B %P'",
	.exit_codes = "there are conflicts, and ours is in their places; 129: could not run",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.hidden = true,
	.check = check_merge_file,
	.run = run_merge_file,
};
