/*
 * import: a table of another repository, or a file of a web server, with the place that it came from; or dated files as
 * versions.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/commit_summary.h"
#include "cmd/varve/print/status.h"
#include "lib/clone/imported.h"
#include "lib/clone/snapshots.h"
#include "lib/commit/pick.h"
#include "lib/commit/txn.h"
#include "lib/names/version.h"
#include "lib/remotes/block_peers.h"
#include "repo/git/index/index.h"
#include "repo/git/run_git.h"
#include "transport/line/url.h"

typedef struct options {
	const char *out;
	vv_snapshots files;
	bool link, quiet, allow_unsigned;
	bool dry_run, day_first, month_first;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_STRING('o', "output", out, "OUT",
		   "the path of the table in this repository (default: its own name)"),
	OPT_UNSIGNED,
	OPT_FLAG(0, "link", link, "leave the table's blocks at the source, in all clones"),
	OPT_FLAG('f', "force", files.force,
		 "replace an existing file; accept dated files that would be refused"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
	OPT_FLAG('n', "dry-run", dry_run, "only print which versions would be made"),
	OPT_LIST(0, "date", files.dates, "FILE=DATE",
		 "use DATE for FILE instead of the date in its name"),
	OPT_LIST(0, "skip", files.skip, "FILE", "leave out this file"),
	OPT_FLAG(0, "day-first", day_first, "read 01-10-2026 as the first of October"),
	OPT_FLAG(0, "month-first", month_first, "read 01-10-2026 as the tenth of January"),
	OPT_FLAG(0, "mtime", files.mtime,
		 "for files whose names have no date, use the time of their last change"),
	OPT_LIST('X', "strategy-option", files.how, "RULE", VV_MERGE_RULES_HELP),
	OPT_JSON("the output format of dated files"),
};

static const vv_option_rule option_rules[] = {
	{"--day-first", .excludes = "--month-first"},
	{NULL, NULL, NULL},
};

/* ---- import ---- */

static const vv_absent_option absent[] = {
	{"rev", .hint = "write it before the path: URL#REV:PATH"},
	{"out to table as", .use = "--output"},
	{"append upsert update mode",
	 .hint = "'varve cat --format arrow MORE | varve add --arrow - --mode upsert --columns keep FILE' replaces rows by their key and adds the others; --mode append only adds"},
	{.names = NULL},
};

/* Are the arguments files and folders, not repositories? */
static bool are_files(const vv_context *c)
{
	const char *first = c->argc > 0 ? c->argv[0] : "";
	vv_auto(char) *git = vv_path_join(first, ".git", (char *)NULL);
	vv_auto(char) *head = vv_path_join(first, "HEAD", (char *)NULL);

	return *first && vv_cached_url_len(first) == 0 && vv_exists(first) &&
	       !(git && vv_exists(git)) && !(head && vv_exists(head));
}

static int check_import(const vv_context *c)
{
	const options *o = c->options;

	if (are_files(c)) {
		return o->out ? VV_EXIT_OK
			      : vv_usage_error(
					"-o must name the table of these files; 'varve add %s' "
					"tracks a file in its place",
					vv_text_word(c->argv[0]));
	}
	if (c->argc != 1) {
		return vv_url_words_usage("import", c->argc, c->argv, c->typed_count, c->typed);
	}
	return vv_cached_url_len(c->argv[0]) == 0 && o->link
		       ? vv_usage_error(
				 "--link requires a repository: a file at a URL has no blocks")
		       : VV_EXIT_OK;
}

/* It is committed, for all to read. */
static vv_status check_url(const vv_url *u, vv_error *err)
{
	static const char *const signs[] = {"X-Amz-Signature=", "X-Goog-Signature=", "sig="};

	if (u->secret || (u->kind == VV_URL_HTTP && u->user)) {
		return vv_fail(err, VV_EUSAGE,
			       "the URL of an import is committed: it must not have a password\n"
			       "leave the password out, and keep it in a credential helper of git");
	}
	vv_array_each(signs, u->query ? sizeof(signs) / sizeof(*signs) : 0, sign) {
		const char *at = strstr(u->query, *sign);

		if (at && (at == u->query || at[-1] == '&')) {
			return vv_fail(
				err, VV_EUSAGE,
				"the URL of an import is committed: it must not have a signature, which grants access and expires\nuse the URL without the signature");
		}
	}
	return VV_OK;
}

/* The name that a file has at its server. */
static vv_status name_of(vv_buf *out, const vv_url *u, vv_error *err)
{
	vv_buf_puts(out, vv_path_base(u->path));
	if (out->len > 0 && !memchr(out->data, '%', out->len)) return vv_buf_ok(out, err);
	return vv_fail(err, VV_EUSAGE, "cannot take a file name from '%s'\nspecify one with -o OUT",
		       u->text);
}

/* Like vv_url_read_file, with a hint for the URL of a repository. */
static vv_status read_file_url(vv_url *out, const char *url, vv_error *err)
{
	vv_auto(vv_url) other = {.text = NULL};
	const vv_status rc = vv_url_read_file(out, url, err);

	return rc == VV_EUSAGE && vv_url_read(&other, url, VV_IGNORED) == VV_OK &&
			       other.kind != VV_URL_PATH && other.kind != VV_URL_HTTP
		       ? vv_hint(err, "write a file of another repository as '%s#PATH'", other.text)
		       : rc;
}

static vv_status describe_source(vv_imported *i, vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_url_words *w = &c->urls; /* all that needs this repository is open */
	vv_auto(vv_url) u = {.text = NULL};
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_status rc;

	if (vv_cached_url_len(c->argv[0]) > 0 &&
	    (rc = vv_url_words_read(w, VV_URLS_VERSIONS, 1, c->argv, -1, err)) < 0) {
		return rc;
	}
	const char *url = w->url ? w->url : c->argv[0];
	const char *colon = w->url ? vv_subject_colon(w->argv[0]) : NULL;
	const bool head = !colon || strncmp(w->argv[0], "HEAD:", 5) == 0;
	const char *out = NULL;

	if (o->out) {
		out = o->out;
	} else if (colon) {
		out = vv_path_base(colon + 1);
	}
	if (w->url && !colon) return vv_fail(err, VV_EUSAGE, "'%s' has no path", w->argv[0]);
	rc = colon ? vv_url_read(&u, url, err) : read_file_url(&u, url, err);
	if (rc < 0 || (rc = check_url(&u, err)) < 0 ||
	    (!out && (rc = name_of(&name, &u, err)) < 0) ||
	    (rc = vv_repository_relative(&i->to, c->repo, out ? out : name.data, err)) < 0) {
		return rc;
	}
	i->url = vv_strdup(url);
	i->path = colon ? vv_strdup(colon + 1) : NULL;
	i->rev = head ? NULL : vv_strndup(w->argv[0], (size_t)(colon - w->argv[0]));
	if (!i->url || (!i->path && colon) || (!i->rev && !head)) return vv_fail_nomem(err);
	if (o->link && (rc = vv_text_set(&i->link, "true", err)) < 0) return rc;
	return o->allow_unsigned ? vv_text_set(&i->unsigned_refs, "true", err) : VV_OK;
}

static vv_status stage_table(vv_context *c, const vv_imported *i, const vv_cid *root, vv_error *err)
{
	const options *o = c->options;
	const vv_txn_put_options replace = {.replace = true};
	vv_auto(vv_buf) config = VV_BUF_INIT;
	vv_auto(vv_txn) *t = NULL;
	vv_mem_source bytes;
	vv_source source;
	vv_status rc;

	/* The turn first: another import may be writing its lines. */
	if ((rc = vv_txn_open(&t, c->repo, NULL, NULL, c->progress, err)) < 0 ||
	    (rc = vv_blocks_config_text(&config, c->repo, err)) < 0 ||
	    (rc = vv_imported_write(&config, c->repo, i, err)) < 0) {
		return rc;
	}
	vv_source_mem(&source, &bytes, config.data, config.len, VV_BLOCKS_CONFIG);
	if ((rc = vv_txn_put_root(t, i->to, root, o->files.force, err)) < 0 ||
	    (rc = vv_txn_put(t, VV_BLOCKS_CONFIG, &source, &replace, err)) < 0) {
		return rc;
	}
	return vv_txn_stage(t, err);
}

/* *done: the same import was staged before, perhaps by one that was killed when it had ended. */
static vv_status check_place(bool *done, vv_context *c, const vv_imported *i, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_imported_list) list = {.items = NULL};
	vv_auto(char) *file = NULL;
	vv_status rc = vv_imported_read(&list, c->repo, err);

	*done = false;
	if (rc < 0) return rc;
	if (!(file = vv_repository_file(c->repo, i->to))) return vv_fail_nomem(err);
	bool there = vv_exists(file);
	const vv_imported *known = vv_imported_find(&list, i->to);
	*done = there && known && vv_text_same(known->url, i->url) &&
		vv_text_same(known->path, i->path) && vv_text_same(known->rev, i->rev) &&
		vv_text_same(known->root, i->root) && vv_text_same(known->link, i->link) &&
		vv_text_same(known->unsigned_refs, i->unsigned_refs);
	if (*done || o->files.force || !there) return VV_OK;
	vv_fail(err, VV_EEXISTS, "'%s' already exists", vv_text_shows(i->to));
	return known ? vv_hint(err, "'varve update %s' fetches changes from its source",
			       vv_hint_path(i->to))
		     : vv_hint(err, "use another path with -o, or replace it with -f");
}

/* An import of before whose file is not in the index, as after a power cut or `git reset`: git adds the file, also an edited one. */
static vv_status stage_again(vv_context *c, const vv_imported *i, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(char) *attributes = vv_repository_file(c->repo, ".gitattributes");
	vv_index_entry e;
	vv_status rc = vv_index_open(&x, c->repo, err);

	if (rc < 0) return rc;
	if (vv_index_get(x, i->to, &e)) return VV_OK;
	if (!attributes) return vv_fail_nomem(err);
	const char *const args[] = {"add",
				    "--",
				    i->to,
				    VV_BLOCKS_CONFIG,
				    vv_exists(attributes) ? ".gitattributes" : NULL,
				    NULL};
	const vv_git_call call = {
		.args = args, .repo = c->repo, .in_worktree = true, .more = vv_git_literal};
	return vv_git_must(&call, "cannot stage the file", err);
}

/* ---- dated files ---- */

#define DAY 86400

/* "2026-10-05", "2026-10-05 18:00" where it is not the noon of a day. */
static const char *day_of(const vv_snapshot *i)
{
	const bool noon = i->offset_min == 0 && i->time % DAY == DAY / 2;

	return vv_text_time(i->time + (int64_t)i->offset_min * 60,
			    noon ? VV_TIME_DAY : "%Y-%m-%d %H:%M");
}

static int by_length(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* The time between two files that counts as a gap: twice the usual one. */
static int64_t gap_of(const vv_snapshots *s, vv_error *err)
{
	vv_auto_free int64_t *steps = vv_calloc(s->count + 1, sizeof(*steps));
	size_t n = 0;

	if (!steps) return vv_fail_nomem(err);
	for (size_t k = 1; k < s->count; k++) {
		const int64_t step = s->items[k].time - s->items[k - 1].time;

		if (s->items[k - 1].dated && step >= DAY) {
			steps[n++] = step;
		}
	}
	qsort(steps, n, sizeof(*steps), by_length);
	return n < 2 ? INT64_MAX : 2 * steps[n / 2];
}

static const char *const kinds[] = {[VV_SNAPSHOT_VERSION] = "version",
				    [VV_SNAPSHOT_KNOWN] = "known",
				    [VV_SNAPSHOT_SAME] = "same",
				    [VV_SNAPSHOT_SKIPPED] = "skipped",
				    [VV_SNAPSHOT_ASKS] = "asks"};

static void print_plan(const vv_snapshots *s, int64_t gap)
{
	for (size_t k = 0; k < s->count; k++) {
		const vv_snapshot *i = &s->items[k];

		if (k > 0 && i[-1].dated && i->time - i[-1].time >= gap) {
			vv_out("            gap: no file between %s and %s\n", day_of(i - 1),
			       day_of(i));
		}
		vv_out("%-10s  ", i->dated ? day_of(i) : "no date");
		vv_out_between("", i->file, i->kind == VV_SNAPSHOT_ASKS ? "  ? " : "  ");
		vv_out_between("", vv_buf_cstr(&i->words), "\n");
	}
}

static void json_snapshot(vv_json_out *w, const void *item)
{
	const vv_snapshot *i = item;

	vv_json_put_object(w, {JSON_TEXT("file", i->file)}, {JSON_TEXT("outcome", kinds[i->kind])},
			   {JSON_TEXT("date", i->dated ? day_of(i) : NULL)},
			   {JSON_TEXT("message", vv_buf_cstr(&i->words))},
			   {JSON_OID("commit", &i->commit)});
}

static vv_status json_plan(const vv_snapshots *s, vv_error *err)
{
	return vv_out_object(2, err, {JSON_TEXT("path", s->to)},
			     {JSON_EACH(json_snapshot, "files", s->items, s->count)});
}

static vv_status import_files(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const bool json = vv_wants_json(o->format);
	vv_auto(char) *to = NULL;
	vv_auto(vv_snapshots) s = o->files;
	int64_t gap;
	vv_status rc;

	s.repo = c->repo;
	s.progress = c->progress;
	if (o->day_first || o->month_first) {
		s.order = o->day_first ? VV_DATE_DAY_FIRST : VV_DATE_MONTH_FIRST;
	}
	if ((rc = vv_repository_relative(&to, c->repo, o->out, err)) < 0) return rc;
	s.to = to;
	if ((rc = vv_snapshots_plan(&s, c->argc, c->argv, err)) < 0 ||
	    (gap = gap_of(&s, err)) < 0) {
		return rc < 0 ? rc : VV_ENOMEM;
	}
	if (!o->quiet && !json) {
		print_plan(&s, gap);
	}
	if (s.asks == 0 && !o->dry_run && (rc = vv_snapshots_commit(&s, err)) < 0) {
		return vv_hint(err, "run the same command again for the remaining versions");
	}
	if (json && (rc = json_plan(&s, err)) < 0) return rc;
	if (s.asks > 0) {
		c->code = VV_EXIT_NO;
		vv_note("%s a decision: no version was made (--skip FILE leaves one out)",
			vv_text_counted(s.asks, "file needs", "files need"));
	} else if (!o->quiet) {
		vv_note("%s of %s%s", vv_text_counted(s.versions, "version", NULL),
			vv_text_shows(to), o->dry_run ? " would be made" : "");
	}
	return VV_OK;
}

static vv_status run_import(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	if (are_files(c)) return import_files(c, err);
	vv_auto(vv_imported) i = {.to = NULL};
	vv_auto(char) *site = NULL;
	bool done;
	vv_cid root;
	vv_status rc;

	if ((rc = describe_source(&i, c, err)) < 0 ||
	    (rc = vv_imported_fetch(&i, &root, c->repo, o->files.force, err)) < 0 ||
	    (rc = check_place(&done, c, &i, err)) < 0 ||
	    (rc = vv_imported_site(&site, &i, err)) < 0 ||
	    (rc = vv_block_peer_trust(c->repo, site, err)) < 0) {
		return rc;
	}
	rc = done ? stage_again(c, &i, err) : stage_table(c, &i, &root, err);
	if (rc < 0) return rc;
	if (!o->quiet && !i.path) {
		vv_note("%s: %s; staged for the next commit, with its source in .varveconfig",
			vv_text_shows(i.to), vv_text_url(i.url));
	} else if (!o->quiet) {
		vv_note("%s: %s of %s at %.10s%s%s; staged for the next commit, with "
			"its source in .varveconfig",
			vv_text_shows(i.to), vv_text_shows(i.path), vv_text_url(i.url), i.commit,
			i.licence ? ", licence " : "", i.licence ? vv_text_shows(i.licence) : "");
	}
	return VV_OK;
}

const vv_command vv_cmd_import = {
	.name = "import",
	.group = "peers",
	.summary =
		"import a table from another repository, a file from the web, or dated files as versions",
	.usage = "[-o OUT] [--link] [-f] [-q] URL#[REV:]PATH | URL\n"
		 "-o OUT [-n] [--date FILE=DATE] FILE...",
	.exit_codes = "a dated file needs a decision: no version was made",
	.example = "$ varve import https://github.com/ada/sales.git#prices.csv",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.absent = absent,
	.arguments = "path",
	.rules = option_rules,
	.check = check_import,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT,
	.urls = VV_URLS_OWN,
	.run = run_import,
};
