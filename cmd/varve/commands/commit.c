/*
 * commit: the index (or some paths) as a new version, with Git's hooks, message and identity.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/add.h"
#include "cmd/varve/print/commit.h"
#include "cmd/varve/print/commit_summary.h"
#include "cmd/varve/print/status.h"
#include "lib/commit/make.h"
#include "lib/merge/run.h"
#include "lib/remotes/push_hook.h"
#include "repo/git/history/date.h"

typedef struct options {
	vv_commit_job job;
	vv_strings messages;
	const char *file, *author, *date, *format;
	bool sign, no_sign, no_verify, edit, no_edit, quiet;
} options;

static vv_status print_status(const vv_changes *changes, vv_error *err)
{
	vv_status_style style = {.prefix = ""};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_status_put(&text, changes, &style, err);

	if (rc == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&text), text.len);
	}
	return rc;
}

/* The commit as log has it, or what status has where none was made. */
static vv_status print_json(const vv_commit_job *j, vv_error *err)
{
	const vv_status_style style = {.prefix = "", .json = true};
	vv_auto(vv_buf) value = VV_BUF_INIT;
	vv_status rc = j->made ? vv_commit_json(&value, j->repo, &j->id, err)
			       : vv_status_put(&value, &j->status, &style, err);

	if (rc < 0) return rc;
	vv_out(j->made ? "{\"made\": " : "{\"made\": null,\n\"status\": ");
	vv_out_bytes(vv_buf_cstr(&value), value.len);
	vv_out(j->made ? ",\n\"status\": null}\n" : "}\n");
	return VV_OK;
}

static bool has_tables(const vv_changes *changes)
{
	return vv_array_find(changes->entries, changes->count, it, it->dataset) != NULL;
}

static vv_status print_summary(const vv_commit_job *j, vv_error *err)
{
	vv_commit_view whole = {.repo = j->repo, .style = VV_STYLE_ONELINE, .stat = true};

	return j->other ? vv_commit_print(&whole, &j->id, err)
			: vv_commit_summary_print(j->repo, &j->changes, &j->id, j->commit.message,
						  j->commit.parent_count == 0, err);
}

static vv_status print_commit(const vv_commit_job *j, const options *o, vv_error *err)
{
	vv_error why;
	vv_status rc = VV_OK;

	if (vv_wants_json(o->format)) {
		rc = print_json(j, err);
	} else if (!o->quiet && print_summary(j, &why) < 0) {
		vv_warn("%s", why.message);
	}
	if (has_tables(&j->changes)) {
		vv_push_hook_warn(j->repo, &vv_notes_stderr);
	}
	return rc;
}

/* The options passed to git. */
typedef struct words {
	const char *items[VV_COMMIT_WORDS + 1];
	size_t count;
	vv_buf message;
	char *author, *date, *committer;
} words;

static void words_clear(words *w)
{
	vv_buf_clear(&w->message);
	vv_free_all(w->author, w->date, w->committer);
}
VV_AUTO_CLEAR(words, words_clear)

static void put_word(words *w, bool wanted, const char *word)
{
	if (wanted) {
		w->items[w->count++] = word;
	}
}

/* git's own --date is that of the author alone. */
static vv_status put_date(words *w, const options *o, vv_error *err)
{
	int64_t sec;
	int offset;
	vv_date d;
	vv_status rc = vv_date_span(&d, o->date, err);

	if (rc < 0) return rc;
	vv_date_moment(&d, &sec, &offset);
	w->date = vv_date_text(sec, offset);
	w->committer = w->date ? vv_asprintf("GIT_COMMITTER_DATE=%s", w->date) : NULL;
	put_word(w, true, "--date");
	put_word(w, w->date, w->date);
	return vv_alloc_ok(w->committer, err);
}

static vv_status put_words(words *w, const vv_commit_job *j, const options *o, vv_error *err)
{
	const bool under_way = *vv_state_name(j->repo) && o->messages.count == 0 && !o->file;
	vv_status rc;

	for (size_t i = 0; i < o->messages.count; i++) {
		vv_buf_printf(&w->message, "%s%s", i > 0 ? "\n\n" : "", o->messages.items[i]);
	}
	if ((rc = vv_buf_ok(&w->message, err)) < 0 || (o->date && (rc = put_date(w, o, err)) < 0)) {
		return rc;
	}
	if (o->messages.count > 0) {
		put_word(w, true, "-m");
		put_word(w, true, vv_buf_cstr(&w->message));
	} else if (o->file) {
		put_word(w, true, "-F");
		put_word(w, true, o->file);
	}
	if (o->author) {
		w->author = vv_asprintf("--author=%s", o->author);
		if (!w->author) return vv_fail_nomem(err);
		put_word(w, true, w->author);
	}
	put_word(w, j->amend, "--amend");
	put_word(w, j->allow_empty, "--allow-empty");
	put_word(w, o->sign, "-S");
	put_word(w, o->no_sign, "--no-gpg-sign");
	put_word(w, o->no_verify, "--no-verify");
	put_word(w, o->edit, "--edit");
	put_word(w, o->no_edit && !o->edit, "--no-edit");
	/* a merge's draft names the conflicts in comments, which must be stripped */
	put_word(w, under_way && o->no_edit && !o->edit, "--cleanup=strip");
	return VV_OK;
}

static vv_status make_commit(vv_commit_job *j, const options *o, vv_error *err)
{
	vv_auto(words) w = {.message = VV_BUF_INIT};
	vv_error ignored;
	vv_status rc = put_words(&w, j, o, err);

	if (rc < 0 || (rc = vv_commit_stage(j, err)) < 0) return rc;
	vv_add_report_print(&j->added, NULL, true, false);
	j->git = w.items;
	j->git_env = w.committer;
	j->dir = ".";
	rc = vv_commit_make(j, err);
	if (j->made) {
		vv_status printed = print_commit(j, o, rc == VV_OK ? err : &ignored);

		if (rc == VV_OK && printed < 0) {
			rc = vv_prefix(err, "committed, but a later step failed");
		}
	} else if (rc == VV_OK) {
		rc = vv_wants_json(o->format) ? print_json(j, err) : print_status(&j->status, err);
	}
	return rc;
}

static vv_status run_commit(vv_context *in, vv_error *err)
{
	options *o = in->options;
	vv_commit_job *j = &o->job;

	j->repo = in->repo;
	j->writer = in->writer;
	j->paths = in->paths.count > 0 ? &in->paths : NULL;
	j->facts = !o->quiet && (j->dry_run || !vv_wants_json(o->format));
	j->no_check = o->no_verify;
	vv_status rc = make_commit(j, o, err);
	if (rc == VV_ENOTFOUND && in->argc == 1 && o->messages.count == 0 &&
	    strchr(in->argv[0], ' ')) {
		(void)vv_hint(err, "a message follows -m");
	}
	if (rc == VV_OK && j->made) {
		vv_context_gc_after(in, o->quiet);
	}
	in->code = j->nothing ? VV_EXIT_NO : VV_EXIT_OK;
	vv_commit_job_clear(j);
	return rc;
}

static const vv_option commit_table[] = {
	OPT_LIST('m', "message", messages, "TEXT",
		 "the message; may be repeated, each is a paragraph"),
	OPT_STRING('F', "file", file, "FILE",
		   "read the message from a file; - is the standard input"),
	OPT_FLAG('a', "all", job.all, "stage all changed and removed files first"),
	OPT_FLAG(0, "amend", job.amend, "replace the last commit"),
	OPT_FLAG(0, "allow-empty", job.allow_empty, "commit even if nothing changed"),
	OPT_STRING(0, "author", author, "AUTHOR", "the author: 'NAME <EMAIL>'"),
	OPT_STRING(0, "date", date, "DATE", "the date of author and committer"),
	OPT_FLAG('S', "gpg-sign", sign, "sign the commit (user.signingKey)"),
	OPT_FLAG(0, "no-gpg-sign", no_sign, "do not sign, whatever the settings"),
	OPT_FLAG('n', "no-verify", no_verify,
		 "skip the pre-commit and commit-msg hooks, and the check of varve.json"),
	OPT_FLAG('e', "edit", edit, "open the editor even with -m or -F"),
	OPT_FLAG(0, "no-edit", no_edit, "use the existing message (--amend, a merge)"),
	OPT_FLAG(0, "dry-run", job.dry_run, "only print what would be committed"),
	OPT_FLAG('v', "verbose", job.groups,
		 "also show the groups and bytes that each table added to the store"),
	OPT_FLAG('q', "quiet", quiet, "print only warnings"),
	OPT_JSON("the output format"),
};

static const vv_absent_option absent[] = {
	{"A=m", .line = "varve add -A && varve commit -m ARGS"},
	{"A", .line = "varve add -A && varve commit ARGS"},
	{"author-date", .hint = "the variable GIT_AUTHOR_DATE sets it, as for git"},
	{.names = NULL},
};

static const vv_option_rule option_rules[] = {
	{"-a", .excludes = "PATH"},
	{"-m", .excludes = "-F"},
	{NULL, NULL, NULL},
};

const vv_command vv_cmd_commit = {
	.name = "commit",
	.group = "change",
	.summary = "record the staged changes as a new version",
	.usage = "[-a] [-m TEXT]\n[-m TEXT] PATH...",
	.example = "$ varve commit -m \"March prices\"\n"
		   "[main 3f2a91c] March prices\n"
		   " 1 file changed\n"
		   "  prices.csv: +12 -5 ~64 rows, 1 column added",
	.options = commit_table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(commit_table),
	.options_size = sizeof(options),
	.exit_codes = "nothing to commit, unmerged paths, or refused by a hook or by the check of "
		      "varve.json",
	.arguments = "path",
	.rules = option_rules,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_PATHS | VV_NEEDS_WRITER,
	.run = run_commit,
	.conflict_is_no = true,
};

/* The words of `varve commit` that concludes an operation. Borrowed texts; the caller frees the array. */
static char **make_words(const vv_ending_options *o, int *count)
{
	static char no_edit[] = "--no-edit", edit[] = "--edit", m[] = "-m";
	static char v[] = "-v", j[] = "--json", q[] = "-q", n[] = "--no-verify";
	const struct {
		bool given;
		char *word;
	} flags[] = {
		{o->edit, edit}, {o->verbose, v}, {o->json, j}, {o->quiet, q}, {o->no_verify, n}};
	char **argv = vv_calloc(sizeof(flags) / sizeof(flags[0]) + 2 + 2 * o->messages.count,
				sizeof(*argv));

	*count = 0;
	if (!argv) return NULL;
	vv_array_each(flags, sizeof(flags) / sizeof(flags[0]), flag) {
		if (flag->given) {
			argv[(*count)++] = flag->word;
		}
	}
	if (!o->edit && o->messages.count == 0) {
		argv[(*count)++] = no_edit;
	}
	vv_array_each(o->messages.items, o->messages.count, text) {
		argv[(*count)++] = m;
		argv[(*count)++] = (char *)(uintptr_t)*text;
	}
	return argv;
}

vv_status vv_commit_under_way(vv_context *c, const char *state, const vv_ending_options *o,
			      vv_error *err)
{
	vv_auto_free char **argv = NULL;
	int count;

	if (strcmp(vv_state_name(c->repo), state) != 0) {
		if (o->abort && vv_interruption_was(&c->found, c->name)) {
			return VV_OK; /* done just now */
		}
		return vv_fail(err, VV_EUSAGE, "no %s is in progress", c->name);
	}
	if (o->abort) {
		bool lacking;
		vv_status rc = vv_merge_undo(c->repo, &lacking, err);

		c->code = lacking ? VV_EXIT_NO : VV_EXIT_OK;
		return rc;
	}
	if (o->quit) return vv_state_cleanup(c->repo, err);
	if (!(argv = make_words(o, &count))) return vv_fail_nomem(err);
	vv_context_close(c);
	c->code = vv_command_run(&vv_cmd_commit, count, argv);
	return VV_OK;
}
