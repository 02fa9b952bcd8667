/*
 * check: checks data against its schema, the project's rules and its past.
 *
 * Exit 0: valid; 1: invalid; 2: not reported. An error on the way is never mistaken for an answer.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/check_reports.h"
#include "dataset/schema/declared.h"
#include "lib/check/files.h"
#include "lib/check/other_rules.h"
#include "lib/check/rule_tests.h"
#include "lib/check/run.h"
#include "lib/check/suggest.h"
#include "lib/names/near_file.h"
#include "lib/names/version.h"
#include "repo/git/history/date.h"
#include "repo/git/history/refs.h"

#define LIMIT 20u
#define SCHEMA_MAX ((size_t)64 << 20)

typedef struct options {
	vv_strings select, skip, accept, outputs;
	const char *base, *rules_from, *format, *fail_on, *limit, *now, *failed_rows, *passed_rows,
		*why, *schema, *rules, *save, *trust, *log, *from;
	bool cached, worktree, no_base, new_only, files, list_rules, test_rules, explain, suggest,
		quiet, no_cache;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "cached", cached, "check the index, from which the next commit is made"),
	OPT_FLAG(0, "staged", cached, "the same as --cached"),
	OPT_FLAG(0, "worktree", worktree, "check the work tree (the default without REV)"),
	OPT_STRING(0, "base", base, "REV", "compare with REV instead of the parent"),
	OPT_FLAG(0, "no-base", no_base, "do not compare with another version"),
	OPT_STRING(0, "rules-from", rules_from, "REV",
		   "apply the rules and descriptions of REV; for a range the default is its start"),
	OPT_FLAG(
		0, "new-only", new_only,
		"report only problems that the base did not have (the default base is the merge base with the upstream branch)"),
	OPT_LIST(
		0, "select", select, "WHAT",
		"apply only these rules: a rule's name or code, '#tag' or @owner; for a pattern of paths, "
		"check only these tables; may be repeated"),
	OPT_LIST(0, "skip", skip, "RULE",
		 "do not apply these rules, named as for --select; may be repeated"),
	OPT_FLAG(
		0, "list-rules", list_rules,
		"list all rules; with '--format checks', print those of the tables, also of varve.json and "
		"datapackage.json, as lines of varve.checks"),
	OPT_FLAG(
		0, "explain", explain,
		"list each rule, the columns that it reads, and how many row groups have a cached result"),
	OPT_FLAG(
		0, "test-rules", test_rules,
		"test the rules of varve.checks with the example rows below them, instead of checking the data"),
	OPT_MAYBE_ONCE(
		0, "log", log, "RULE", "",
		"show since which commit each rule, or only RULE, holds or fails; this checks all versions; with '--format html', put it above the findings"),
	OPT_STRING(
		0, "limit", limit, "N",
		"list at most N findings for each rule and column; 0: up to 16 MiB of findings (default: 20)"),
	OPT_CHOICE(0, "fail-on", fail_on, "SEVERITY", "error|warning",
		   "the lowest severity that makes data invalid (default: error)"),
	OPT_STRING(0, "now", now, "TIME", "measure freshness at this time instead of now"),
	OPT_LIST(0, "accept", accept, "RULE",
		 "accept the findings of this rule in PATH; requires --why"),
	OPT_ONCE(0, "why", why, "TEXT", "the reason for --accept"),
	OPT_CHOICE(0, "format", format, "FORMAT", VV_REPORT_FORMS "|checks",
		   "the format of the report (default: text; for checks, see --list-rules)"),
	OPT_WORD(0, "json", format, "json", "short for --format json"),
	OPT_LIST('o', "output", outputs, "[FORMAT=]FILE",
		 "also write the report to FILE, in the format of its name; may be repeated"),
	OPT_ONCE(0, "failed-rows", failed_rows, "FILE",
		 "write every faulty row to FILE, with the reasons"),
	OPT_ONCE(0, "passed-rows", passed_rows, "FILE",
		 "write all other rows to FILE, in the form of the data file"),
	OPT_FLAG('q', "quiet", quiet, "print nothing"),
	OPT_FLAG(0, "files", files,
		 "the arguments are files, in or out of a repository; datapackage.json: all that "
		 "it describes; "
		 "'-': standard input"),
	OPT_ONCE(0, "schema", schema, "FILE", "check against this Table Schema"),
	OPT_ONCE(0, "rules", rules, "FILE",
		 "with --files: the project's rules (varve.json or *.checks)"),
	OPT_ONCE(0, "from", from, "FILE",
		 "print rules of dbt, Soda, Great Expectations or ODCS as lines of varve.checks"),
	OPT_FLAG(0, "suggest", suggest,
		 "print rules that held in all versions, as lines of varve.checks"),
	OPT_ONCE(0, "save-result", save, "FILE", "save the results in FILE, for another machine"),
	OPT_ONCE(0, "trust-result", trust, "FILE", "trust a result written by --save-result"),
	OPT_FLAG(0, "no-cache", no_cache, "read everything again, without caches"),
};

static const vv_absent_option absent[] = {
	{"strict fail-on-warning werror warnings-as-errors", .use = "--fail-on warning"},
	{"against compare since diff", .use = "--base"},
	{"exclude ignore", .use = "--skip"},
	{"rule", .line = "printf '[%s]\\nRULE\\n' FILE >> varve.checks && varve check FILE\n"
			 "varve check --select VALUE ARGS"},
	{"only include", .use = "--select"},
	{"junit", .use = "--format junit"},
	{"sarif", .use = "--format sarif"},
	{"github", .use = "--format github"},
	{"html", .use = "--format html"},
	{"md markdown", .use = "--format markdown"},
	{"all verbose v ci", .use = ""},
	{"exit-zero", .line = "varve check ARGS || true"},
	{"out out-file output-file report=FILE", .use = "--output"},
	{"report", .use = "--format"},
	{"unique",
	 .line = "printf '[%s]\\nunique (VALUE)\\n' FILE >> varve.checks && varve check FILE"},
	{"not-null required notnull",
	 .line = "printf '[%s]\\nVALUE is not null\\n' FILE >> varve.checks && varve check FILE"},
	VV_ABSENT_WRITTEN,
	{.names = NULL},
};

/* One command under way. */
typedef struct check {
	const options *o;
	vv_context *in;
	vv_check_run run;
	vv_buf schema;
	vv_diff_side side, base;
	bool has_base, range;
	vv_oid exclude, start; /* start: start of the range, whose rules apply */
	bool has_exclude, has_start;
	vv_check_owner owner;
	int argc;
	char **argv;       /* paths */
	int pattern_count; /* of --select, behind them */
	char **paths;      /* all of these */
	const char **only; /* the other words of --select */
	vv_buf spelled;    /* --list-rules --format checks */
	vv_buf overview;   /* --log --format html */
	vv_explained explained;
} check;

static vv_status set_side(vv_diff_side *s, vv_side_kind kind, const char *name, vv_error *err)
{
	*s = (vv_diff_side){.kind = kind, .name = vv_strdup(name)};
	return s->name ? VV_OK : vv_fail_nomem(err);
}

static bool spells_checks(const options *o)
{
	return o->format && strcmp(o->format, "checks") == 0;
}

/* --log alone; as HTML it is an overview above the findings of a check. */
static bool logs_only(const options *o)
{
	return o->log && !(o->format && strcmp(o->format, "html") == 0);
}

static bool splits_rows(const options *o)
{
	return o->failed_rows || o->passed_rows;
}

static int check_outputs(const vv_context *c)
{
	return vv_check_output_names(c, &((const options *)c->options)->outputs);
}

static vv_status check_usage(const options *o, vv_error *err)
{
	const char *both = NULL;

	if (o->base && o->no_base) {
		both = "--base and --no-base";
	} else if (o->cached && o->worktree) {
		both = "--cached and --worktree";
	} else if (o->new_only && o->no_base) {
		both = "--new-only and --no-base";
	} else if (o->files && (o->base || o->cached || o->worktree || o->new_only)) {
		both = "--files and versions";
	} else if ((o->log || o->suggest) &&
		   (o->base || o->no_base || o->cached || o->new_only || o->files ||
		    o->failed_rows || o->passed_rows || o->outputs.count > 0)) {
		both = "--log or --suggest, and options that choose a version or write a report,";
	} else if (o->suggest &&
		   (o->log || o->select.count > 0 || o->skip.count > 0 || o->format)) {
		both = "--suggest and --log, --select, --skip or --format";
	} else if (o->explain && (o->log || o->suggest || o->list_rules || splits_rows(o) ||
				  o->outputs.count > 0)) {
		both = "--explain and options that check or write a report";
	} else if (o->no_cache && (o->save || o->trust)) {
		both = "--no-cache and --save-result or --trust-result";
	}

	if (both) return vv_fail(err, VV_EUSAGE, "%s cannot be used together", both);
	if (o->accept.count > 0 && (!o->why || !*o->why)) {
		return vv_fail(err, VV_EUSAGE, "--accept requires a reason: --why TEXT");
	}
	if (spells_checks(o) && !o->list_rules) {
		return vv_fail(err, VV_EUSAGE, "--format checks requires --list-rules");
	}
	if (o->rules && !o->files) {
		return vv_fail(err, VV_EUSAGE,
			       "--rules requires --files\n"
			       "'varve check --files --rules FILE PATH' applies other rules than "
			       "those at the top of the repository");
	}
	if (o->limit) {
		uint64_t n;

		if (!vv_parse_u64(&n, o->limit, strlen(o->limit))) {
			return vv_fail(err, VV_EUSAGE, "--limit requires a number, not '%s'",
				       vv_text_shows(o->limit));
		}
	}
	return vv_check_output_parse(&o->outputs, err);
}

/* --accept names rules, whatever is checked. */
static vv_status check_names(const options *o, vv_error *err)
{
	vv_auto(vv_rule_set) set = {0};
	vv_status rc = vv_rule_set_for(&set, NULL, "", err);

	/* words after --select and --skip may be those of varve.checks, which is not read yet */
	return rc < 0 ? rc : vv_rule_set_only(&set, o->accept.items, o->accept.count, err);
}

/* REV or A..B off the front of the arguments. */
static vv_status take_revision(check *c, vv_error *err)
{
	vv_repository *r = c->run.repo;
	int dashdash = c->in->dashdash;
	vv_range range;

	if (c->argc == 0 || dashdash == 0) return VV_OK;
	vv_context_versions_first(c->in);
	const char *word = c->argv[0];
	vv_status rc = vv_rev_range(r, c->argv[0], &range, err);
	if (rc < 0) {
		bool path = dashdash < 0 &&
			    (vv_subject_file_len(c->argv[0]) > 0 || strpbrk(c->argv[0], "*?["));

		if (path) return VV_OK;
		return dashdash < 0 ? vv_near_file_hint(r, word, "check", err) : rc;
	}
	if (dashdash > 1 || (dashdash < 0 && c->argc > 1 && vv_subject_file_len(c->argv[1]) == 0 &&
			     vv_rev_commit(r, c->argv[1], &range.exclude, VV_IGNORED) == VV_OK)) {
		return vv_fail(
			err, VV_EUSAGE,
			"check accepts one version or one range, not two versions\n"
			"'%s..%s' names the commits after the first version, up to the second",
			vv_text_shows(c->argv[0]), vv_text_shows(c->argv[1]));
	}
	if (c->o->cached || c->o->worktree) {
		return vv_fail(err, VV_EUSAGE, "%s and a version cannot be used together",
			       c->o->cached ? "--cached" : "--worktree");
	}
	c->range = range.has_exclude || range.new_branch;
	c->start = range.exclude;
	c->has_start = range.has_exclude;
	if (range.new_branch &&
	    (rc = vv_rev_default_branch(r, &c->start, &c->has_start, err)) < 0) {
		return rc;
	}
	if (range.new_branch && range.has_exclude && vv_oid_equal(&range.exclude, &range.include)) {
		c->range = false; /* nothing beyond the default branch: the version itself */
		word = strstr(word, "..");
		word += word[2] == '.' ? 3 : 2;
		word = *word ? word : "HEAD";
	}
	if (range.symmetric) {
		rc = vv_merge_base(r, &range.exclude, &range.include, &c->exclude, err);
	} else {
		c->exclude = range.exclude;
		rc = VV_OK;
	}
	c->has_exclude = c->range && range.has_exclude;
	c->has_start = c->range && c->has_start;
	if (rc == VV_OK) {
		rc = vv_diff_side_commit(&c->side, r, &range.include, c->range ? NULL : word, err);
	}
	c->argc--;
	c->argv++;
	return rc;
}

/* A word of --select that is about paths: rules have no such names. */
static bool is_pattern(const char *word)
{
	return *word != '#' && *word != '@' && strpbrk(word, "./*?[");
}

/* Words of --select are rules, or patterns of paths, which follow the arguments in c->argv. */
static vv_status take_selected(check *c, vv_error *err)
{
	const vv_strings *words = &c->o->select;

	c->paths = vv_calloc((size_t)c->argc + words->count + 1, sizeof(*c->paths));
	c->only = vv_calloc(words->count + 1, sizeof(*c->only));
	c->run.only_used = vv_calloc(words->count + 1, sizeof(*c->run.only_used));
	if (!c->paths || !c->only || !c->run.only_used) return vv_fail_nomem(err);
	memcpy(c->paths, c->argv, (size_t)c->argc * sizeof(*c->paths));
	vv_array_each(words->items, words->count, it) {
		if (is_pattern(*it)) {
			memcpy(&c->paths[c->argc + c->pattern_count++], it, sizeof(*c->paths));
		} else {
			c->only[c->run.only_count++] = *it;
		}
	}
	c->argv = c->paths;
	c->run.only = c->only;
	if (c->o->log && *c->o->log) {
		c->run.only = &c->o->log;
		c->run.only_count = 1;
	}
	return VV_OK;
}

static vv_status find_side(check *c, vv_error *err)
{
	vv_status rc = take_revision(c, err);

	c->argc += c->pattern_count;
	if (rc < 0 || c->side.name) return rc;
	if (!c->o->cached && vv_repository_is_bare(c->run.repo)) {
		return vv_fail(err, VV_EUSAGE,
			       "a bare repository has no work tree to check\n"
			       "name a version: varve check HEAD");
	}
	return c->o->cached ? set_side(&c->side, VV_SIDE_INDEX, "the index", err)
			    : set_side(&c->side, VV_SIDE_WORK, "the work tree", err);
}

/* Where the checked version and the branch that it is to go to parted. */
static vv_status find_merge_base(check *c, const vv_oid *commit, const vv_head *head, vv_error *err)
{
	vv_auto(char) *upstream = NULL;
	uint64_t ahead, behind;
	vv_oid there, base;
	vv_status rc = VV_ENOTFOUND;

	if (head->branch) {
		rc = vv_branch_upstream(c->run.repo, head->branch, &upstream, &ahead, &behind, err);
	}
	if (rc == VV_ENOTFOUND) {
		return vv_check_no_upstream(c->run.repo, head, err);
	}
	if (rc < 0 || (rc = vv_rev_commit(c->run.repo, upstream, &there, err)) < 0 ||
	    (rc = vv_merge_base(c->run.repo, commit, &there, &base, err)) < 0) {
		goto done;
	}
	rc = vv_diff_side_commit(&c->base, c->run.repo, &base, "where it left the upstream", err);
done:
	if (rc == VV_ENOTFOUND) {
		vv_hint(err, "in a shallow clone: git fetch --unshallow; or name a base: --base "
			     "origin/main");
	}
	c->has_base = rc == VV_OK;
	return rc;
}

/* --base 000...0: the branch is new; its base is where it left the default branch. A version of
 * that branch itself is compared as without --base. */
static vv_status find_fork_point(check *c, bool *found, vv_error *err)
{
	vv_head head = {.unborn = false};
	vv_oid commit = c->side.commit, fork;
	vv_status rc = VV_OK;

	*found = false;
	if (c->side.kind != VV_SIDE_COMMIT) {
		if ((rc = vv_head_read(c->run.repo, &head, err)) < 0) return rc;
		commit = head.commit;
		vv_head_clear(&head);
	}
	if (!head.unborn &&
	    (rc = vv_rev_fork_point(c->run.repo, &commit, &fork, found, err)) == VV_OK && *found) {
		*found = !vv_oid_equal(&fork, &commit);
		c->has_base = *found;
		rc = *found ? vv_diff_side_commit(&c->base, c->run.repo, &fork,
						  "where it left the default branch", err)
			    : VV_OK;
	}
	return rc;
}

static vv_status find_base(check *c, vv_error *err)
{
	vv_repository *r = c->run.repo;
	bool no_branch = c->o->base && vv_rev_is_null(c->o->base, strlen(c->o->base));
	vv_auto(vv_head) head = {0};
	vv_oid commit;
	vv_status rc;

	if (c->o->no_base) return VV_OK;
	if (no_branch) {
		bool found;

		if ((rc = find_fork_point(c, &found, err)) < 0 || found) {
			return rc < 0 ? vv_prefix(err, "--base") : rc;
		}
	} else if (c->o->base) {
		if ((rc = vv_rev_commit(r, c->o->base, &commit, err)) == VV_OK) {
			rc = vv_diff_side_commit(&c->base, r, &commit, c->o->base, err);
		}
		c->has_base = rc == VV_OK;
		return rc < 0 ? vv_prefix(err, "--base") : rc;
	}
	if (c->range) {
		/* each commit has its own base: with --new-only a problem is reported at the commit
		 * that introduced it */
		return VV_OK;
	}
	if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
	if (c->o->new_only && !head.unborn) {
		rc = find_merge_base(
			c, c->side.kind == VV_SIDE_COMMIT ? &c->side.commit : &head.commit, &head,
			err);
	} else if (c->side.kind == VV_SIDE_COMMIT) {
		rc = vv_check_parent(r, &c->side.commit, &c->base, &c->has_base, err);
	} else if (!head.unborn) {
		c->has_base = true;
		rc = vv_diff_side_commit(&c->base, r, &head.commit, "HEAD", err);
	}
	return rc;
}

static vv_status set_time(check *c, vv_error *err)
{
	int zone;

	if (c->o->now) {
		vv_status rc = vv_date_parse(c->o->now, &c->run.now, &zone, err);

		return rc < 0 ? vv_prefix(err, "--now") : rc;
	}
	c->run.now = vv_now_sec();
	return VV_OK;
}

static vv_status open_cache(check *c, vv_error *err)
{
	const options *o = c->o;
	vv_auto(char) *dir = NULL;

	if (o->no_cache) return VV_OK;
	if (c->run.repo &&
	    !(dir = vv_path_join(vv_repository_varvedir(c->run.repo), "cache", "check", NULL))) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_check_cache_open(&c->run.cache, dir, err);
	if (rc == VV_OK && o->trust &&
	    (rc = vv_check_cache_trust(c->run.cache, o->trust, err)) < 0) {
		vv_prefix(err, "--trust-result");
		if (rc == VV_EINPUT) {
			vv_hint(err, "make a new file with --save-result FILE");
		}
	}
	return rc;
}

/* A whole datapackage.json is not a schema: none of it would be checked. Other errors in the file
 * are reported as findings. */
static vv_status refuse_package(const check *c, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *top;
	vv_status rc = VV_OK;

	if (vv_json_read(&top, &arena, vv_buf_cstr(&c->schema), c->schema.len, c->o->schema,
			 VV_IGNORED) == VV_OK &&
	    vv_json_get(top, "resources") && !vv_json_get(top, "fields")) {
		rc = vv_fail(err, VV_EUSAGE,
			     "--schema: %s is a data package, not a Table Schema\n"
			     "name a file that has only the 'schema' of one of its resources",
			     vv_text_shows(c->o->schema));
	}
	return rc;
}

static vv_status read_schema(check *c, vv_error *err)
{
	vv_status rc;

	if (!c->o->schema) return VV_OK;
	if ((rc = vv_read_file(&c->schema, c->o->schema, SCHEMA_MAX, err)) < 0) {
		return vv_prefix(err, "--schema");
	}
	c->run.schema = &c->schema;
	c->run.schema_name = c->o->schema;
	return refuse_package(c, err);
}

static vv_report_options report_options(check *c, const vv_rules_file *rules)
{
	const options *o = c->o;
	vv_report_options ro = {.limit = LIMIT,
				.fail_on = vv_rules_fail_on(rules),
				.new_only = o->new_only,
				.color = *vv_color_on(VV_RED) != '\0',
				.width = vv_out_limit(),
				.overview = vv_buf_cstr(&c->overview)};

	vv_rules_limit(rules, &ro.limit);
	if (o->limit) {
		vv_parse_u64(&ro.limit, o->limit, strlen(o->limit));
	}
	if (o->fail_on) {
		ro.fail_on = strcmp(o->fail_on, "warning") == 0 ? VV_SEVERITY_WARNING
								: VV_SEVERITY_ERROR;
	}
	c->run.limit = ro.limit;
	return ro;
}

static vv_status make_report(check *c, const vv_rules_file *rules, vv_error *err)
{
	vv_report_options ro = report_options(c, rules);

	return vv_report_new(&c->run.report, &ro, err);
}

/* How the same is reported for all. */
static void show_accepted(const check *c)
{
	vv_array_each(c->o->accept.items, c->o->accept.count, rule) {
		vv_array_each(c->argv, c->argc, path) {
			vv_auto(vv_buf) b = VV_BUF_INIT;
			vv_json_out w = {.buf = &b};
			vv_json_put_object(&w, {JSON_TEXT("rule", *rule)},
					   {JSON_TEXT("path", *path)},
					   {JSON_TEXT("why", c->o->why)});
			vv_note("to accept the findings for everyone, add to %s: \"accept\": [%s]",
				VV_RULES_NAME, vv_text_show(vv_buf_cstr(&b), b.len));
		}
	}
}

/* varve.json, or a file of rules as varve.checks has them. */
static vv_status read_rules(vv_rules_file **out, vv_buf *text, const char *name, vv_error *err)
{
	if (strcmp(vv_path_ext(name), "checks") != 0) {
		return vv_rules_file_read(out, vv_buf_cstr(text), text->len, name, err);
	}
	vv_status rc = vv_rules_file_add(out, vv_buf_cstr(text), text->len, name, err);
	vv_buf_reset(text);
	vv_buf_puts(text, "{}");
	return rc;
}

static vv_status check_files(check *c, vv_error *err)
{
	vv_auto(vv_rules_file) *rules = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	unsigned cpus = vv_cpu_count();
	char folder[PATH_MAX];
	vv_status rc = VV_OK;

	if (c->argc == 0) return vv_fail(err, VV_EUSAGE, "--files requires files");
	if (c->pattern_count > 0) {
		return vv_fail(err, VV_EUSAGE,
			       "--files and --select with paths cannot be used together");
	}
	if (splits_rows(c->o) && c->argc > 1) {
		return vv_fail(err, VV_EUSAGE,
			       "--failed-rows and --passed-rows take one file, not %d", c->argc);
	}
	if (c->o->rules && ((rc = vv_read_file(&text, c->o->rules, VV_RULES_MAX, err)) < 0 ||
			    (rc = read_rules(&rules, &text, c->o->rules, err)) < 0)) {
		vv_prefix(err, "--rules");
		return rc;
	}
	c->run.pool = vv_pool_new(cpus > 1 ? cpus - 1 : 0);
	if (!c->run.pool) return vv_fail_nomem(err);
	if ((rc = set_side(&c->side, VV_SIDE_WORK, "the files", err)) < 0 ||
	    (rc = make_report(c, rules, err)) < 0) {
		return rc;
	}
	c->run.rules_name = c->o->rules;
	c->run.rules_text = rules ? &text : NULL;
	c->run.folder = getcwd(folder, sizeof(folder));
	return vv_check_files(&c->run, rules, &c->side, c->argc, c->argv, err);
}

/* --rules-from; for a range, or 000...0, the commit at its start, so that a request cannot loosen its own
 * rules. */
static vv_status find_owner(check *c, vv_error *err)
{
	const char *word = c->o->rules_from;
	vv_status rc;

	if (word && !vv_rev_is_null(word, strlen(word))) {
		if ((rc = vv_rev_commit(c->run.repo, word, &c->start, err)) < 0) {
			return vv_prefix(err, "--rules-from");
		}
		c->has_start = true;
	} else if (!c->range) {
		return VV_OK;
	}
	return c->has_start
		       ? vv_check_owner_read(&c->owner, c->run.repo, &c->start, word, NULL, err)
		       : VV_OK;
}

static vv_status check_range(check *c, vv_error *err)
{
	vv_check_request q = {.include = c->side.commit,
			      .exclude = c->exclude,
			      .has_exclude = c->has_exclude,
			      .base = c->has_base ? &c->base : NULL,
			      .owner = c->has_start ? &c->owner : NULL,
			      .argc = c->argc,
			      .argv = c->argv,
			      .report = report_options(c, c->owner.rules)};

	if (splits_rows(c->o) || c->o->explain) {
		return vv_fail(err, VV_EUSAGE, "%s one version, not a range",
			       splits_rows(c->o) ? "--failed-rows and --passed-rows take"
						 : "--explain accepts");
	}
	c->run.no_base = c->o->no_base;
	return vv_check_request_run(&c->run, &q, err);
}

/* HEAD, or REV, whose rules are c->side's. */
static vv_status find_history(check *c, vv_oid *commit, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (c->argc > 0 && vv_rev_commit(c->run.repo, c->argv[0], commit, VV_IGNORED) == VV_OK) {
		rc = take_revision(c, err);
	} else {
		rc = vv_repository_is_bare(c->run.repo)
			     ? VV_OK
			     : set_side(&c->side, VV_SIDE_WORK, "the work tree", err);
		if (rc == VV_OK && (rc = vv_head_read(c->run.repo, &head, err)) == VV_OK) {
			rc = head.unborn ? vv_fail(err, VV_ENOTFOUND,
						   "the branch does not have a commit yet")
					 : VV_OK;
			*commit = head.commit;
		}
		if (rc == VV_OK && !c->side.name) {
			rc = vv_diff_side_commit(&c->side, c->run.repo, commit, "HEAD", err);
		}
	}
	c->argc += c->pattern_count;
	if (rc < 0 || (rc = vv_context_need(c->in, VV_NEEDS_READER, err)) < 0) return rc;
	c->run.reader = c->in->reader;
	return VV_OK;
}

/* --suggest: lines of varve.checks. */
static vv_status suggest_checks(check *c, vv_error *err)
{
	size_t tables;
	vv_oid commit;
	vv_status rc = find_history(c, &commit, err);

	if (rc < 0 || (rc = vv_check_suggest(&c->spelled, &tables, &c->run, &commit, &c->side,
					     c->argc, c->argv, err)) < 0) {
		return rc;
	}
	vv_out_bytes(vv_buf_cstr(&c->spelled), c->spelled.len);
	if (c->spelled.len == 0) {
		vv_note("nothing to suggest for %s", vv_text_counted(tables, "table", NULL));
	}
	return VV_OK;
}

/* --log: all versions up to HEAD, or REV. */
static vv_status check_log(check *c, vv_error *err)
{
	vv_auto(vv_timeline) t = {.commit_count = 0};
	vv_oid commit;
	vv_status rc = find_history(c, &commit, err);

	if (rc < 0) return rc;
	if ((rc = vv_timeline_read(&t, &c->run, &commit, &c->side, c->argc, c->argv, err)) < 0 ||
	    (rc = vv_timeline_sum(&t, &c->run, &commit, &c->side, c->argc, c->argv, err)) < 0) {
		return rc;
	}
	if (t.commit_count == 0 && c->argc > 0) {
		return vv_fail(err, VV_ENOTFOUND, "no version has a table that matches '%s'",
			       vv_text_shows(c->argv[0]));
	}
	if (!logs_only(c->o)) {
		vv_check_log_html(&c->overview, &t);
		return vv_buf_ok(&c->overview, err);
	}
	c->in->code = vv_check_log_print(&t, c->run.only_count > 0, c->o->quiet,
					 vv_wants_json(c->o->format))
			      ? VV_EXIT_OK
			      : VV_EXIT_NO;
	return VV_OK;
}

static vv_status check_versions(check *c, vv_error *err)
{
	vv_auto(vv_rules_file) *own = NULL;
	vv_status rc = VV_OK;

	if (logs_only(c->o)) return check_log(c, err);
	if (c->o->suggest) return suggest_checks(c, err);
	if ((rc = c->o->log ? check_log(c, err) : find_side(c, err)) < 0 ||
	    (rc = find_base(c, err)) < 0 || (rc = find_owner(c, err)) < 0 ||
	    (rc = vv_context_need(c->in, VV_NEEDS_READER, err)) < 0) {
		return rc;
	}
	c->run.reader = c->in->reader;
	if (c->range) return check_range(c, err);
	if (c->has_start) {
		c->run.owner = &c->owner;
	} else if ((rc = vv_check_rules_read(&own, c->run.reader, &c->side, err)) < 0) {
		return rc;
	}
	if ((rc = make_report(c, c->has_start ? c->owner.rules : own, err)) < 0) return rc;
	c->run.keep_verdicts = !c->o->save && !c->o->trust; /* these have the facts of groups */
	const vv_diff_side *base = c->has_base ? &c->base : NULL;
	return vv_check_side(&c->run, &c->side, base, c->argc, c->argv, err);
}

static void check_clear(check *c)
{
	vv_check_cache_close(c->run.cache);
	vv_failed_rows_free(c->run.rows);
	vv_pool_free(c->run.pool);
	vv_report_free(c->run.report);
	vv_check_owner_clear(&c->owner);
	vv_buf_clear(&c->schema);
	vv_diff_side_clear(&c->side);
	vv_diff_side_clear(&c->base);
	vv_free_all(c->run.only_used, c->paths, c->only);
	vv_buf_clear_all(&c->spelled, &c->overview);
	vv_explained_clear(&c->explained);
}
VV_AUTO_CLEAR(check, check_clear)

static vv_status run_checks(check *c, vv_error *err)
{
	const options *o = c->o;
	vv_status rc = VV_OK;

	c->run.env = vv_environ();
	c->run.temp_dir = vv_env_temp_dir(c->run.env);
	if ((rc = check_usage(o, err)) < 0 || (rc = check_names(o, err)) < 0 ||
	    (rc = set_time(c, err)) < 0 || (rc = read_schema(c, err)) < 0 ||
	    (splits_rows(o) &&
	     (rc = vv_failed_rows_new(&c->run.rows, o->failed_rows, o->passed_rows, c->run.temp_dir,
				      err)) < 0) ||
	    (!o->files && (rc = vv_context_need(c->in, VV_NEEDS_REPOSITORY, err)) < 0)) {
		return rc;
	}
	c->run.repo = c->in->repo;
	c->run.no_documents = c->run.repo && !vv_documents_are_read(c->run.repo);
	c->run.words = vv_hint_words;
	if ((rc = open_cache(c, err)) < 0 ||
	    (rc = o->files ? check_files(c, err) : check_versions(c, err)) < 0) {
		return rc;
	}
	return o->save ? vv_check_cache_save(c->run.cache, o->save, err) : VV_OK;
}

/* only: one of them; NULL: all. */
static void list_rules(const options *o, const char *only)
{
	const char *name, *values;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = {.buf = &b, .indent = 1};
	bool json = vv_wants_json(o->format);

	if (json) {
		vv_json_open_array(&w);
	}
	for (const vv_rule *r = vv_rules; r->code; r++) {
		if (only && strcmp(r->code, only) != 0) {
			continue;
		}
		const char *severity = "off";

		if (r->by_default == VV_SEVERITY_ERROR) {
			severity = "error";
		} else if (r->by_default == VV_SEVERITY_WARNING) {
			severity = "warning";
		}

		if (!json) {
			vv_buf_printf(&b, "%-20s %-8s %s\n", r->code, severity, r->what);
			continue;
		}
		vv_json_open_object(&w);
		vv_json_put_members(
			&w, {JSON_TEXT("rule", r->code)}, {JSON_TEXT("severity", severity)},
			{JSON_TEXT("title", r->title)}, {JSON_TEXT("description", r->what)},
			{JSON_BOOL("comparesWithBase", r->of_base)}, {JSON_OBJECT("settings")});
		for (size_t i = 0; (name = vv_rule_member(r, &i, &values));) {
			vv_json_add_string(&w, name, values);
		}
		vv_json_close_object(&w);
		vv_json_close_object(&w);
	}
	if (json) {
		vv_json_close_array(&w);
		vv_buf_putc(&b, '\n');
	}
	vv_out_bytes(vv_buf_cstr(&b), b.len);
}

/* Warns of requests that matched nothing. */
static void show_empty(const check *c)
{
	vv_report_totals t;

	vv_report_totals_get(c->run.report, &t);
	if (t.datasets == 0 && !c->range && c->run.only_count == 0) {
		vv_check_warn_no_tables(c->side.kind == VV_SIDE_WORK ? c->run.repo : NULL);
	}
	for (size_t i = 0; i < c->run.only_count && (t.datasets > 0 || !c->range); i++) {
		if (!c->run.only_used[i]) {
			vv_warn("nothing was checked by %s: no table has such a rule, or %s does "
				"not set its bounds",
				vv_text_shows(c->run.only[i]), VV_RULES_NAME);
		}
	}
}

static void show_spelled(const check *c)
{
	vv_report_totals t;

	vv_report_totals_get(c->run.report, &t);
	vv_out_bytes(vv_buf_cstr(&c->spelled), c->spelled.len);
	if (t.invalid > 0) {
		vv_warn("the rules of %s have errors and are not listed: 'varve check' shows the errors",
			vv_text_counted(t.invalid, "table", NULL));
	}
}

/* --from: the lines, and how many checks have none. */
static vv_status run_from(const options *o, vv_error *err)
{
	const vv_env *env = vv_environ();
	char folder[PATH_MAX];
	vv_auto(char) *file = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t left = 0;
	vv_status rc;

	if (!getcwd(folder, sizeof(folder))) {
		return vv_fail(err, VV_EIO, "the current folder cannot be read");
	}
	if (!(file = vv_path_absolute(folder, o->from))) return vv_fail_nomem(err);
	if (!vv_exists(file)) {
		return vv_fail(err, VV_ENOTFOUND, "--from: no such file '%s'",
			       vv_text_shows(o->from));
	}
	if ((rc = vv_other_rules_read(&text, &left, env, file, err)) < 0) {
		return vv_prefix(err, "--from");
	}
	vv_out_bytes(vv_buf_cstr(&text), text.len);
	if (left > 0) {
		vv_note("%s not converted: see the comments in the output",
			vv_text_counted(left, "check was", "checks were"));
	}
	return VV_OK;
}

/* --test-rules: the rows that fail their expectation, and the number tried. */
static vv_status run_tests(vv_context *in, vv_error *err)
{
	const options *o = in->options;
	vv_auto(vv_rule_tests) t = {.rows = 0};
	vv_status rc = vv_context_need(in, VV_NEEDS_REPOSITORY | VV_NEEDS_READER, err);

	if (rc < 0) return rc;
	vv_auto(check) c = {.o = o,
			    .in = in,
			    .argc = in->argc,
			    .argv = in->argv,
			    .run = {.repo = in->repo,
				    .reader = in->reader,
				    .temp_dir = vv_env_temp_dir(vv_environ())}};
	if ((rc = find_side(&c, err)) == VV_OK) {
		rc = vv_rule_tests_run(&t, &c.run, &c.side, c.argc, c.argv, err);
	}
	if (rc == VV_OK) {
		in->code = t.wrong > 0 ? VV_EXIT_NO : VV_EXIT_OK;
		if (!o->quiet) {
			vv_out_bytes(vv_buf_cstr(&t.text), t.text.len);
			vv_out("%s under %s: ", vv_text_counted(t.rows, "row", NULL),
			       vv_text_counted(t.rules, "rule", NULL));
			vv_out("%s wrong; %s without rows\n",
			       t.wrong > 0 ? vv_text_count(t.wrong) : "none",
			       vv_text_counted(t.without, "rule", NULL));
		}
	}
	return rc;
}

static vv_status run_check(vv_context *in, vv_error *err)
{
	const options *o = in->options;
	vv_auto(check) c = {.o = o,
			    .in = in,
			    .argc = in->argc,
			    .argv = in->argv,
			    .run = {.skip = o->skip.items,
				    .skip_count = o->skip.count,
				    .new_only = o->new_only,
				    .spelled = spells_checks(o) ? &c.spelled : NULL,
				    .accept = o->accept.items,
				    .accept_count = o->accept.count,
				    .accept_why = o->why}};
	vv_check_output out = {.form = VV_REPORT_TEXT, .quiet = o->quiet, .outputs = &o->outputs};
	vv_status rc;

	const char *rule = o->explain && in->argc == 1 && vv_rule_find(in->argv[0]) ? in->argv[0]
										    : NULL;
	if (rule || (o->list_rules && !spells_checks(o))) {
		list_rules(o, rule);
		return VV_OK;
	}
	if (o->from) return run_from(o, err);
	if (o->test_rules) return run_tests(in, err);
	if (o->format && !spells_checks(o)) {
		vv_report_form_parse(&out.form, o->format, strlen(o->format));
	}
	vv_error_clear(err);
	if (o->explain) {
		vv_explained_init(&c.explained, vv_wants_json(o->format));
		c.run.explain = vv_explained_add;
		c.run.explain_payload = &c.explained;
	}
	if ((rc = take_selected(&c, err)) < 0 ||
	    (rc = vv_context_need(in, VV_NEEDS_PROGRESS, err)) < 0) {
		return rc;
	}
	c.run.progress = in->progress;
	rc = vv_check_fault(run_checks(&c, err), err);
	if (rc == VV_OK && spells_checks(o)) {
		show_spelled(&c);
	} else if (rc == VV_OK && o->explain) {
		rc = vv_explained_print(&c.explained, err);
	} else if (rc == VV_OK && !logs_only(o) && !o->suggest) {
		in->code = vv_report_valid(c.run.report) ? VV_EXIT_OK : VV_EXIT_NO;
		rc = vv_check_output_write(&out, c.run.report, err);
	}
	if (rc == VV_OK && !logs_only(o) && !o->suggest && !spells_checks(o) && !o->explain) {
		show_accepted(&c);
		show_empty(&c);
		if (c.run.unread.code < 0) {
			rc = vv_error_copy(err, &c.run.unread);
		}
	}
	return rc;
}

const vv_command vv_cmd_check = {
	.name = "check",
	.group = "look",
	.summary = "validate data: against its schema, the project's rules, and its past",
	.usage =
		"[REV | A..B | --cached] [--] [PATH...]\n"
		"--files [--schema FILE] FILE... | datapackage.json | -\n"
		"--from FILE | --suggest [REV] [PATH...] | --list-rules | --explain | --test-rules | --log[=RULE] [REV] [PATH...]",
	.example = "$ varve check prices.csv\n"
		   "prices.csv: 47,123 rows, 4 columns, against HEAD (1e8185a): 2 warnings\n"
		   "\n"
		   "  warning type-contradiction, column price, 2 times: is not a number\n"
		   "    expected: a number, as in the base; it was detected, and is now string\n"
		   "    if it is intended: varve schema --missing price=tba prices.csv\n"
		   "     line    row  key       value\n"
		   "       18     17  id=4711   'tba'\n"
		   "    31210  31209  id=90210  'tba'\n"
		   "\n"
		   "valid: 2 warnings in 1 table",
	.options = table,
	.absent = absent,
	.check = check_outputs,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "the data is invalid",
	.arguments = "ref",
	.gets = true,
	.run = run_check,
};
