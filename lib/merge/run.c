/*
 * run: git merges in a separate Git folder, whose HEAD is the commit that is merged into: it writes only .gitattributes,
 * files in conflict and its objects there. Nothing of that waits for the disk; unless the run is dry, all blocks and
 * objects are then made durable together, before anything names them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hint_text.h"
#include "base/os.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/merge/apply_index.h"
#include "lib/merge/rules.h"
#include "lib/merge/run.h"
#include "lib/names/nearest_kept.h"
#include "repo/git/drivers.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/worktree.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/pointer.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

#define OWN_MAX 8u /* entries of the environment */
#define LOCK_WAIT_MS 60000u

static const char *const settings[] = {
	"core.sparseCheckout=true", "core.sparseCheckoutCone=false", "core.splitIndex=false",
	"core.fsmonitor=false",     "core.hooksPath=/dev/null",      "filter.varve.process=",
	"filter.varve.clean=",      "filter.varve.smudge=",          "filter.varve.required=false",
	"rerere.enabled=false",     "maintenance.auto=false"};
enum { LISTED_MAX = 20 };
enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

/* --- the folder ------------------------------------------------------------------------------- */

static vv_status put_text(const vv_merge_job *j, const char *name, const char *text, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(j->folder, name, (char *)NULL);
	vv_status rc = file ? vv_mkdirs_above(file, err) : vv_fail_nomem(err);

	return rc < 0 ? rc : vv_write_file(file, text, strlen(text), false, err);
}

static vv_status write_guide(const vv_merge_job *j, bool trial, vv_error *err)
{
	const vv_merge_guide guide = {.dry = j->dry,
				      .trial = trial,
				      .base = j->base,
				      .theirs = j->theirs,
				      .names = {j->names[1], j->names[2]}};

	return vv_merge_guide_write(&guide, j->folder, err);
}

static vv_status make_folder(vv_merge_job *j, vv_error *err)
{
	const char *temp = vv_env_temp_dir(vv_repository_env(j->repo));
	vv_status rc;

	if (!(j->folder = vv_path_join(temp, "varve-merge-XXXXXX", (char *)NULL))) {
		return vv_fail_nomem(err);
	}
	if (!mkdtemp(j->folder)) {
		rc = vv_fail_errno(err, "cannot make a folder in", temp);
		vv_free(j->folder);
		j->folder = NULL;
		return rc;
	}
	if ((rc = write_guide(j, !j->dry, err)) < 0 ||
	    (rc = put_text(j, "git/commondir", vv_repository_commondir(j->repo), err)) < 0 ||
	    (rc = put_text(j, "git/HEAD", vv_oid_shows(&j->ours), err)) < 0 ||
	    (rc = put_text(j, "git/info/sparse-checkout", ".gitattributes\n", err)) < 0) {
		return rc;
	}
	return put_text(j, "tree/.gitattributes", "", err); /* for the folders */
}

/* --- attributes ------------------------------------------------------------------------------- */

/* Paths at which theirs has a table: ours need not have a line for it yet. */
typedef struct tables {
	const vv_merge_job *job;
	vv_buf lines;
} tables;

static vv_status add_table(void *payload, const vv_change *c, vv_error *err)
{
	tables *t = payload;
	bool is = false;
	vv_status rc = VV_OK;

	if (S_ISREG(c->new_mode)) {
		rc = vv_dataset_reader_is_pointer(t->job->reader, &c->new_id, &is, err);
	}
	return rc < 0 || !is ? rc : vv_attr_put_tracked(&t->lines, &c->path, 1, true, err);
}

static vv_status put_user_lines(const vv_merge_job *j, vv_buf *out, vv_error *err)
{
	const char *home = vv_env_get(vv_repository_env(j->repo), "HOME"),
		   *xdg = vv_env_get(vv_repository_env(j->repo), "XDG_CONFIG_HOME");
	vv_auto(char) *given = NULL, *file = NULL;
	vv_status rc = vv_config_string(j->repo, "core.attributesfile", &given, err);

	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	vv_error_clear(err);
	home = home ? home : "";
	if (rc == VV_OK) {
		file = strncmp(given, "~/", 2) == 0 ? vv_path_join(home, given + 2, (char *)NULL)
						    : vv_strdup(given);
	} else if (xdg && *xdg) {
		file = vv_path_join(xdg, "git", "attributes", (char *)NULL);
	} else {
		file = vv_path_join(home, ".config", "git", "attributes", (char *)NULL);
	}
	return vv_missing_ok(vv_read_file(out, file, (size_t)16 << 20, err), err);
}

/* Lines of lesser weight than those of the branch: the user's own, before these that tables which theirs brings are merged as
 * such. */
static vv_status write_attributes(vv_merge_job *j, vv_error *err)
{
	tables t = {.job = j, .lines = VV_BUF_INIT};
	vv_status rc = VV_OK;

	if (!vv_oid_is_null(&j->theirs)) {
		rc = vv_tree_changes(j->repo, vv_oid_is_null(&j->base) ? NULL : &j->base,
				     &j->theirs, "", add_table, &t, err);
	}
	vv_buf_puts(&t.lines, "\n* !filter !diff !text\n");
	rc = rc < 0 ? rc : put_user_lines(j, &t.lines, err);
	rc = rc < 0 ? rc : vv_buf_ok(&t.lines, err);
	rc = rc < 0 ? rc : put_text(j, "attributes", vv_buf_cstr(&t.lines), err);
	vv_buf_clear(&t.lines);
	return rc;
}

/* --- git in it -------------------------------------------------------------------------------- */

static vv_status make_words(vv_merge_job *j, vv_error *err)
{
	vv_auto(vv_buf) rules = VV_BUF_INIT;
	vv_auto(char) *own = NULL;

	vv_buf_reset(&j->lfs);
	if (vv_config_string(j->repo, VV_LFS_MERGE_DRIVER, &own, VV_IGNORED) < 0) {
		vv_lfs_merge_setting(&j->lfs);
	}
	vv_array_each(j->how.items, j->how.count, it) {
		vv_buf_printf(&rules, "%s\n", *it);
	}
	j->attributes = vv_asprintf("core.attributesFile=%s/attributes", j->folder);
	j->guide = vv_asprintf(VV_MERGE_FOLDER_VAR "=%s", j->folder);
	j->rules = vv_asprintf(VV_MERGE_RULES_VAR "=%s", vv_buf_cstr(&rules));
	return j->attributes && j->guide && j->rules && !j->lfs.failed ? vv_buf_ok(&rules, err)
								       : vv_fail_nomem(err);
}

/* Compares two entries of an environment. */
static bool is_same_name(const char *a, const char *b)
{
	const size_t len = strcspn(a, "=");

	return len == strcspn(b, "=") && memcmp(a, b, len) == 0;
}

/* Opens the folder as a repository, with its paths in the environment. */
static vv_status open_inside(vv_repository **out, const vv_merge_job *j, vv_error *err)
{
	const char *const *given = vv_env_list(vv_repository_env(j->repo));
	const char *objects = vv_repository_objects(j->repo),
		   *more = vv_env_get(vv_repository_env(j->repo),
				      "GIT_ALTERNATE_OBJECT_DIRECTORIES");
	vv_auto(char) *dir = vv_asprintf("GIT_DIR=%s/git", j->folder),
		      *tree = vv_asprintf("GIT_WORK_TREE=%s/tree", j->folder),
		      *index = vv_asprintf("GIT_INDEX_FILE=%s/git/index", j->folder),
		      *here = vv_asprintf("GIT_OBJECT_DIRECTORY=%s/objects", j->folder),
		      *there = vv_asprintf("GIT_ALTERNATE_OBJECT_DIRECTORIES=%s%s%s", objects,
					   more ? VV_OS_PATH_SEPARATOR : "", more ? more : "");
	vv_auto(vv_env) *env = NULL;
	const size_t count = vv_texts_count(given);
	size_t n = 0;
	vv_status rc;

	vv_auto_free const char **list = vv_calloc(count + OWN_MAX + 1, sizeof(*list));
	if (!list || !dir || !tree || !index || !here || !there) return vv_fail_nomem(err);
	list[n++] = dir;
	list[n++] = tree;
	list[n++] = index;
	list[n++] = here;
	list[n++] = there;
	list[n++] = j->guide;
	list[n++] = j->rules;
	list[n++] = "GIT_EDITOR=:";
	for (size_t own = n, i = 0; i < count; i++) {
		if (!vv_array_find(list, own, it, is_same_name(*it, given[i]))) {
			list[n++] = given[i];
		}
	}
	if ((rc = put_text(j, "objects/info/made", "", err)) < 0 ||
	    (rc = vv_env_new(&env, list, err)) < 0 ||
	    (rc = vv_repository_open_unchecked(out, NULL, env, err)) < 0) {
		return rc;
	}
	vv_repository_listen(*out, vv_repository_notes(j->repo));
	return VV_OK;
}

static size_t put_settings(const vv_merge_job *j, const char **args)
{
	args[0] = args[2] = "-c";
	args[1] = j->attributes;
	args[3] = j->lfs.data;
	return j->lfs.len > 0 ? 4 : 2;
}

static vv_status run_trial(vv_runner *r, vv_repository *inside, const vv_merge_job *j,
			   const char *const *words, vv_error *err)
{
	const char *args[VV_GIT_ARGS_MAX];
	size_t n = put_settings(j, args);

	vv_array_each(settings, SETTINGS, it) {
		args[n++] = "-c";
		args[n++] = *it;
	}
	for (size_t i = 0; words[i]; i++) {
		args[n++] = words[i];
	}
	args[n] = NULL;
	const vv_git_call call = {
		.args = args, .repo = inside, .in_worktree = true, .output = &r->output};
	vv_buf_reset(&r->output);
	vv_buf_reset(&r->said);
	r->repo = inside;
	return vv_git_run(&call, &r->said, &r->code, err);
}

/* Skips git's own messages about conflicts, which it repeats. */
static void tell_output(const vv_runner *r)
{
	static const char *const own[] = {"error: could not ", "hint: ", "Automatic merge "};

	for (const char *p = vv_buf_cstr(&r->said); *p;) {
		const size_t len = strcspn(p, "\r\n");

		if (len > 0 && !vv_array_find(own, sizeof(own) / sizeof(own[0]), it,
					      strncmp(p, *it, strlen(*it)) == 0)) {
			vv_notes_put(vv_repository_notes(r->repo), "%s", vv_text_show(p, len));
		}
		p += len + strspn(p + len, "\r\n");
	}
}

/* The tree of git's result for the work tree, if it wrote one; else the index's. */
static vv_status read_tree(vv_merge_job *j, vv_runner *r, vv_repository *inside, vv_error *err)
{
	static const char *const write_tree[] = {"write-tree", NULL};
	vv_auto(char) *file = vv_path_join(j->folder, "git/AUTO_MERGE", (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_buf *from = &text;
	vv_status rc = file ? vv_read_regular(&text, file, 4096, err) : vv_fail_nomem(err);

	if (rc == VV_ENOTFOUND) {
		rc = run_trial(r, inside, j, write_tree, err);
		from = &r->output;
	}
	if (rc < 0) return rc;
	return vv_oid_parse(&j->tree, vv_buf_cstr(from), strcspn(vv_buf_cstr(from), "\n"))
		       ? VV_OK
		       : vv_runner_fail(r, "not merged", err);
}

static vv_status read_conflicts(vv_merge_job *j, vv_repository *inside, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_status rc = vv_index_open(&x, inside, err);

	return rc < 0 ? rc : vv_conflict_list_known(&j->conflicts, inside, j->reader, x, NULL, err);
}

static vv_status merge_inside(vv_merge_job *j, vv_runner *git, vv_repository *inside, vv_error *err)
{
	static const char *const read_head[] = {"read-tree", "-m", "-u", "HEAD", NULL};
	const char *words[VV_MERGE_WORDS + 6] = {j->verb};
	const bool merge = strcmp(j->verb, "merge") == 0;
	size_t n = 1;
	vv_status rc;

	words[n++] = merge ? "--no-commit" : "-n";
	if (merge) {
		words[n++] = "--no-ff";
	}
	if (j->exact) {
		words[n++] = "-Xfind-renames=100%";
	}
	for (size_t i = 0; j->words[i]; i++) {
		words[n++] = j->words[i];
	}
	if ((rc = run_trial(git, inside, j, read_head, err)) < 0) return rc;
	if (git->code == 0 && (rc = run_trial(git, inside, j, words, err)) < 0) return rc;
	/* git may take a driver that failed for a conflict */
	if ((rc = vv_merge_failure_read(j->folder, VV_OK, err)) < 0) return rc;
	if (git->code > 1) return vv_runner_fail(git, "not merged", err);
	tell_output(git);
	if ((rc = vv_merge_report_read(&j->tables, j->folder, err)) < 0 ||
	    (rc = read_conflicts(j, inside, err)) < 0) {
		return rc;
	}
	vv_buf_put(&j->report, git->output.data, git->output.len);
	return read_tree(j, git, inside, err);
}

static vv_status wait_for_blocks(const vv_merge_job *j, vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(j->repo, &store, err);

	return rc < 0 ? rc : vv_store_wait_all(store, LOCK_WAIT_MS, err);
}

/* The blocks are durable, and the objects are staged: the caller's git finds them, and does not write them again. */
static vv_status keep_trial(vv_merge_job *j, vv_error *err)
{
	vv_auto(char) *made = vv_path_join(j->folder, "objects", (char *)NULL);
	vv_status rc = made ? wait_for_blocks(j, err) : vv_fail_nomem(err);

	if (rc < 0 || (rc = vv_repository_stage_objects(j->repo, made, err)) < 0) return rc;
	return write_guide(j, false, err);
}

static vv_status try_once(vv_merge_job *j, vv_error *err)
{
	vv_auto(vv_repository) *inside = NULL;
	vv_auto(vv_runner) git = {.repo = NULL};
	vv_status rc;

	if ((rc = make_folder(j, err)) < 0 || (rc = write_attributes(j, err)) < 0 ||
	    (rc = make_words(j, err)) < 0 || (rc = vv_repository_flush(j->repo, err)) < 0 ||
	    (!j->dry && (rc = wait_for_blocks(j, err)) < 0) ||
	    (rc = open_inside(&inside, j, err)) < 0) {
		return rc;
	}
	return merge_inside(j, &git, inside, err);
}

static bool has_apart(const vv_merge_job *j)
{
	return vv_array_find(j->tables.tables, j->tables.count, it, it->apart) != NULL;
}

static void forget_trial(vv_merge_job *j)
{
	if (j->folder) {
		(void)vv_remove_tree(j->folder, VV_IGNORED);
	}
	vv_free_all(j->folder, j->attributes, j->guide, j->rules);
	j->folder = j->attributes = j->guide = j->rules = NULL;
	vv_merge_report_clear(&j->tables);
	vv_conflict_list_clear(&j->conflicts);
	vv_buf_clear(&j->report);
}

/* --- report ------------------------------------------------------------------------------ */

static void say_theirs(vv_merge_job *j, const vv_merge_stats *s)
{
	if (s->took_theirs) {
		vv_buf_printf(&j->report, "as %s has it", vv_text_shows(j->names[VV_THEIRS]));
		return;
	}
	vv_buf_printf(&j->report, "from %s ", vv_text_shows(j->names[VV_THEIRS]));
	vv_apply_put_taken(&j->report, s, "the columns or the form");
}

const vv_conflict_record *vv_merge_record(const vv_merge_job *j, const vv_merged_table *t)
{
	const vv_conflict_path *p = vv_array_find(
		j->conflicts.paths, t->conflicts ? j->conflicts.count : 0, it,
		strcmp(it->path, t->path) == 0 && it->dataset && !it->unknown);

	return p ? &p->record : NULL;
}

static void say_table(vv_merge_job *j, const vv_merged_table *t)
{
	const vv_merge_stats *s = &t->stats;
	const vv_conflict_record *record = vv_merge_record(j, t);
	vv_auto(vv_buf) rules = VV_BUF_INIT;

	vv_merge_rules_describe(&rules, s);
	if (record) {
		vv_conflict_record_report(&j->report, record, t->path, vv_buf_cstr(&rules),
					  vv_repository_words(j->repo));
		return;
	}
	vv_buf_printf(&j->report, "merged %s: ", vv_text_shows(t->path));
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

/* Is it a line of git about a table that our report has? */
static bool is_told(const vv_merge_job *j, const char *line, size_t len)
{
	static const char in[] = "Merge conflict in ";

	vv_array_each(j->tables.tables, j->tables.count, table) {
		const size_t n = strlen(table->path);

		if (n + sizeof(in) <= len && table->conflicts &&
		    memcmp(line + len - n, table->path, n) == 0 &&
		    memcmp(line + len - n - (sizeof(in) - 1), in, sizeof(in) - 1) == 0) {
			return true;
		}
	}
	return false;
}

/* Converts git's output to the report. */
static vv_status describe_output(vv_merge_job *j, vv_error *err)
{
	vv_auto(vv_buf) said = j->report;

	j->report = (vv_buf)VV_BUF_INIT;
	vv_array_each(j->tables.tables, j->tables.count, t) {
		if (vv_merge_report_find(&j->tables, t->path, NULL) == t) {
			say_table(j, t);
		}
	}
	for (vv_line l = {.rest = vv_buf_cstr(&said)}; vv_line_next(&l);) {
		if (strncmp(l.text, "CONFLICT", 8) == 0 && !is_told(j, l.text, l.len)) {
			vv_text_put_escaped(&j->report, l.text, l.len);
			vv_buf_putc(&j->report, '\n');
		}
	}
	return vv_buf_ok(&j->report, err);
}
/* git merges several bases into one. */
static vv_status find_base(vv_merge_job *j, vv_error *err)
{
	vv_auto_free vv_oid *bases = NULL;
	size_t count = 0;

	if (strcmp(j->verb, "merge") != 0) return VV_OK;
	vv_status rc = vv_merge_bases(j->repo, &j->ours, &j->theirs, &bases, &count, err);
	if (rc == VV_OK && count == 1) {
		j->base = bases[0];
	}
	return rc;
}

vv_status vv_merge_try(vv_merge_job *j, vv_error *err)
{
	vv_status rc = vv_merge_rules_check_columns(j->repo, j->reader, &j->how, &j->ours,
						    &j->theirs, err);

	if (rc < 0 || (rc = find_base(j, err)) < 0) return rc;
	rc = try_once(j, err);

	if (rc == VV_OK && has_apart(j)) {
		forget_trial(j);
		j->exact = true;
		rc = try_once(j, err);
	}
	rc = rc < 0 || j->dry ? rc : keep_trial(j, err);
	vv_notes_end(vv_repository_notes(j->repo));
	return rc < 0 ? rc : describe_output(j, err);
}

static vv_status note_change(void *payload, const vv_change *c VV_UNUSED, vv_error *err VV_UNUSED)
{
	*(bool *)payload = false;
	return VV_OK;
}

vv_status vv_merge_is_empty(bool *empty, const vv_merge_job *j, vv_error *err)
{
	*empty = j->conflicts.count == 0;
	return vv_tree_changes(j->repo, &j->ours, &j->tree, "", note_change, empty, err);
}

void vv_merge_put_rules(vv_merge_job *j, size_t *count)
{
	for (size_t i = j->how.count; i > 0; i--) {
		const char *word = j->how.items[i - 1];

		if (strcmp(word, "ours") == 0 || strcmp(word, "theirs") == 0) {
			j->words[(*count)++] = "-X";
			j->words[(*count)++] = word;
			return;
		}
	}
}

/* --- where the user is ------------------------------------------------------------------------ */

/* A conflict is resolved in its file, or undone by restoring HEAD's file: edits would be lost, also if git need not write
 * it. */
static vv_status expect_conflicts(vv_merge_job *j, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < j->conflicts.count; i++) {
		const char *path = j->conflicts.paths[i].path;
		vv_auto(vv_tree_entry) was = {0}, is = {0};

		if ((rc = vv_tree_entry_at(j->repo, &j->ours, path, &was, err)) < 0 ||
		    (rc = vv_tree_entry_at(j->repo, &j->tree, path, &is, err)) < 0) {
			rc = vv_missing_ok(rc, err);
		} else if (was.mode == is.mode && vv_oid_equal(&was.id, &is.id)) {
			rc = vv_by_git_expect(&j->by_git, path, is.mode, &is.id, err);
		}
	}
	return rc;
}

/* lax: files that the filter refuses count as plain text. Suppresses git's hints on conflicts, which
 * name git's commands. */
static vv_status apply_by_git(vv_merge_job *j, const char *const *options, bool terminal, bool lax,
			      vv_error *err)
{
	const char *command = j->command ? j->command : j->verb,
		   *args[VV_GIT_ARGS_MAX], *const more[] = {j->guide, j->rules, NULL};
	vv_auto(char) *would = vv_asprintf("the %s would overwrite these files; nothing was done",
					   command);
	size_t n = j->folder ? put_settings(j, args) : 0;
	vv_status rc;

	if (lax) {
		args[n++] = "-c";
		args[n++] = "filter.varve.required=false";
	}
	args[n++] = j->verb;
	if (j->exact) {
		args[n++] = "-Xfind-renames=100%";
	}
	for (size_t i = 0; options[i]; i++) {
		args[n++] = options[i];
	}
	for (size_t i = 0; j->words[i]; i++) {
		args[n++] = j->words[i];
	}
	args[n] = NULL;
	vv_free(j->what);
	j->what = vv_asprintf("the %s of '%s'", command, j->names[VV_THEIRS]);
	if (!would || !j->what) return vv_fail_nomem(err);
	vv_by_git_clear(&j->by_git);
	j->by_git = (vv_by_git){
		.git = {.repo = j->repo,
			.args = args,
			.more = j->folder ? more : NULL,
			.what = j->what,
			.from = j->ours,
			.to = j->tree,
			.command = command,
			.terminal = terminal && j->conflicts.count == 0},
		.reader = j->reader,
		.would = would,
		.refuses = strcmp(j->verb, "merge") == 0 ? VV_GAP_NONE : VV_GAP_EXPIRED,
		.keep = true,
		.stops = true,
		.quiet = lax || j->goes_on ||
			 j->conflicts.count > 0}; /* its hints name git's commands */
	rc = vv_by_git_expect_all(&j->by_git, err);
	if (j->by_git.gap) {
		vv_nearest_kept_hint(j->repo, vv_oid_shows(&j->theirs), j->by_git.gap, err);
	}
	if (rc < 0 || (rc = expect_conflicts(j, err)) < 0 ||
	    (rc = vv_conflict_drop_all(j->repo, err)) < 0) {
		return rc;
	}
	rc = vv_by_git_run(&j->by_git, "nothing was done", err);
	j->by_git.git.args = j->by_git.git.more = NULL;
	j->by_git.would = NULL;
	return rc;
}

static vv_status read_left(vv_merge_job *j, vv_error *err)
{
	vv_conflict_list_clear(&j->conflicts);
	return read_conflicts(j, j->repo, err);
}

static vv_status begin_state(vv_merge_job *j, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT;
	vv_status rc = vv_state_message(j->repo, &message, err);

	rc = rc < 0 ? rc
		    : vv_state_begin_pick(j->repo, j->state, &j->of, vv_buf_cstr(&message), err);
	return rc < 0 ? rc : vv_state_sync(j->repo, err);
}

vv_status vv_merge_apply(vv_merge_job *j, const char *const *options, bool terminal, vv_error *err)
{
	vv_status rc = apply_by_git(j, options, terminal, false, err);

	/* git merge first stashes uncommitted changes. A file that the filter refuses is then stored as text. */
	if (rc < 0 && strstr(vv_buf_cstr(&j->by_git.git.said), "stash failed")) {
		rc = apply_by_git(j, options, terminal, true, err);
	}
	if (rc < 0) return rc;
	if (j->folder && (rc = vv_merge_failure_read(j->folder, VV_OK, err)) < 0) {
		return vv_by_git_undo(&j->by_git, rc);
	}
	if ((j->by_git.stopped && (rc = read_left(j, err)) < 0) ||
	    (j->state && (j->waits || j->conflicts.count > 0) && (rc = begin_state(j, err)) < 0) ||
	    (rc = vv_runner_settle(&j->by_git.git, err)) < 0 ||
	    (rc = vv_later_drop(j->repo, err)) < 0) {
		return vv_runner_later(&j->by_git.git, rc, err);
	}
	return VV_OK;
}

void vv_merge_job_clear(vv_merge_job *j)
{
	forget_trial(j);
	vv_by_git_clear(&j->by_git);
	vv_free(j->what);
	vv_buf_clear(&j->lfs);
	memset(j, 0, sizeof(*j));
}

vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err)
{
	const char *state = vv_state_shown(r);

	if (*state == '\0' || strcmp(state, "bisect") == 0) return VV_OK;
	vv_fail(err, VV_EREFUSED, "%s %s is in progress", strchr("au", *state) ? "an" : "a", state);
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
			       "the %s would mix with these changes; nothing was done\ncommit the "
			       "changes, or stash them with 'git stash'",
			       what);
	}
	return VV_OK;
}
