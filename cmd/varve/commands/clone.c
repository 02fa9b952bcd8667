/*
 * clone: another repository, with its history and its tables, in a new folder.
 */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/first_files.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/work/peers/fetch_run.h"
#include "lib/work/peers/push_hook.h"
#include "lib/work/peers/reach.h"
#include "lib/work/peers/unfinished.h"
#include "repo/git/config.h"
#include "repo/git/history/history.h"
#include "repo/git/repository_init.h"
#include "repo/transfer/incoming.h"
#include "transport/line/url.h"

typedef struct options {
	bool bare, quiet, verbose, no_checkout, git_host, single, lazy;
	const char *branch, *origin, *program;
	vv_strings from;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "bare", bare, "make no work tree: a repository to push to and serve from"),
	OPT_STRING('b', "branch", branch, "NAME",
		   "check out this branch instead of the one that HEAD names there"),
	OPT_STRING('o', "origin", origin, "NAME", "the name of the remote (default: origin)"),
	OPT_LIST(0, "from", from, "PEER", "get blocks from this URL as well; may be repeated"),
	OPT_STRING(0, "varve", program, "PROGRAM", "the path of varve on the far side of ssh"),
	OPT_FLAG(0, "single-branch", single,
		 "get one branch: --branch, or the one that HEAD names there"),
	OPT_FLAG(0, "lazy", lazy, "get history alone, and the data of a version when it is needed"),
	OPT_FLAG(0, "git-host", git_host,
		 "take the far side for a Git host without varve: its blocks are in a ref"),
	OPT_FLAG('n', "no-checkout", no_checkout, "leave the work tree empty"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "give up a peer that is silent for this long (60)"),
	OPT_FLAG('v', "verbose", verbose,
		 "also show how many blocks arrived, and from which peers"),
	OPT_FLAG('q', "quiet", quiet, "print nothing when all went well"),
};

typedef struct run {
	const options *o;
	const char *url;
	char *absolute; /* of a path, else NULL */
	char *dir;
	char *single; /* the one branch that is wanted; NULL: all */
	vv_unfinished unfinished;
	bool fetched; /* all of it is here */
	bool lacking; /* some tables were written as pointers */
	vv_repository *repo;
	vv_fetch_job job;
} run;

/* The last part of the URL, without .git. */
static vv_status name_dir(run *r, vv_error *err)
{
	const char *end = r->url + strlen(r->url), *start;

	while (end > r->url + 1 && end[-1] == '/') {
		end--;
	}
	if (end - r->url > 5 && strncmp(end - 5, "/.git", 5) == 0) {
		end -= 5;
	}
	start = end;
	while (start > r->url && start[-1] != '/' && start[-1] != ':') {
		start--;
	}
	if (end - start > 4 && strncmp(end - 4, ".git", 4) == 0) {
		end -= 4;
	}
	if (end == start || (end - start == 1 && *start == '.') ||
	    strncmp(start, "..", (size_t)(end - start)) == 0) {
		vv_fail(err, VV_EUSAGE, "'%s' does not say what to call the folder",
			vv_text_url(r->url));
		return vv_hint(err, "varve clone URL DIR");
	}
	vv_buf b = VV_BUF_INIT;
	vv_buf_put(&b, start, (size_t)(end - start));
	vv_buf_puts(&b, r->o->bare ? ".git" : "");
	r->dir = vv_buf_detach(&b);
	return r->dir ? VV_OK : vv_fail_nomem(err);
}

/* A path is kept absolute: the clone stands elsewhere. */
static vv_status fix_url(run *r, vv_error *err)
{
	vv_url u;
	char cwd[4096];
	vv_status rc = vv_url_read(&u, r->url, err);

	if (rc == VV_OK && u.kind == VV_URL_PATH && r->url[0] != '/' &&
	    strncmp(r->url, "file:", 5) != 0) {
		if (!getcwd(cwd, sizeof(cwd))) {
			rc = vv_fail_errno(err, "cannot find the current folder", NULL);
		} else {
			vv_buf b = VV_BUF_INIT;
			vv_buf_printf(&b, "%s/%s", cwd, r->url);
			r->absolute = vv_buf_detach(&b);
			rc = r->absolute ? VV_OK : vv_fail_nomem(err);
			r->url = r->absolute ? r->absolute : r->url;
		}
	}
	if (rc == VV_OK) {
		vv_url_clear(&u);
	}
	return rc;
}

static const char *remote_name(const run *r)
{
	return r->o->origin ? r->o->origin : "origin";
}

/* The branch that HEAD names at a remote: r->single. VV_EIO, VV_ENOTFOUND: it does not answer, or has none. */
static vv_status ask_head(run *r, vv_transfer *t, const vv_remote *m, vv_error *err)
{
	vv_reached there = {0};
	vv_status rc = vv_reach(&there, t, m, false, err);

	if (rc == VV_OK) {
		const char *head = there.hello->head;
		if (!head || strncmp(head, "refs/heads/", 11) != 0) {
			vv_fail(err, VV_ENOTFOUND, "HEAD there names no branch");
			rc = vv_hint(err, "say which one with --branch");
		} else if (!(r->single = vv_strdup(head + 11))) {
			rc = vv_fail_nomem(err);
		}
	}
	vv_reached_close(&there);
	return rc;
}

/* --single-branch without a name: the other side is asked for its HEAD; where it does not answer, those that
 * --from names, as for the history. */
static vv_status choose_single(run *r, vv_error *err)
{
	const vv_remote m = {.url = (char *)(uintptr_t)r->url,
			     .program = (char *)(uintptr_t)r->o->program,
			     .kind = r->o->git_host ? (char *)(uintptr_t) "git" : NULL};
	vv_transfer t;
	vv_error why;
	vv_status rc;

	if (r->o->branch) {
		r->single = vv_strdup(r->o->branch);
		return r->single ? VV_OK : vv_fail_nomem(err);
	}
	if ((rc = vv_transfer_open(&t, r->repo, &vv_notes_stderr, r->o->quiet, r->o->timeout,
				   err)) < 0) {
		return rc;
	}
	rc = ask_head(r, &t, &m, err);
	for (size_t i = 0; (rc == VV_EIO || rc == VV_ENOTFOUND) && i < r->o->from.count; i++) {
		vv_remote peer = {0};
		if (vv_remote_find(&peer, r->repo, r->o->from.items[i], &why) == VV_OK &&
		    ask_head(r, &t, &peer, &why) == VV_OK) {
			rc = VV_OK;
		}
		vv_remote_clear(&peer);
	}
	vv_transfer_close(&t);
	return rc;
}

static vv_status configure(run *r, vv_error *err)
{
	const char *name = remote_name(r), *which = r->single ? r->single : "*";
	vv_buf spec = VV_BUF_INIT;
	char *url = vv_remote_key(name, "url"), *fetch = vv_remote_key(name, "fetch"),
	     *program = vv_remote_key(name, "varve");
	vv_status rc;

	if (r->o->bare) {
		vv_buf_printf(&spec, "+refs/heads/%s:refs/heads/%s", which, which);
	} else {
		vv_buf_printf(&spec, "+refs/heads/%s:refs/remotes/%s/%s", which, name, which);
	}
	/* The URL last: by it the next attempt knows that all else is set. */
	if (!url || !fetch || !program) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_buf_ok(&spec, err)) == VV_OK) {
		rc = vv_config_set(r->repo, fetch, spec.data, err);
	}
	if (rc == VV_OK && r->o->git_host) {
		char *kind = vv_remote_key(name, "varveKind");
		rc = kind ? vv_config_set(r->repo, kind, "git", err) : vv_fail_nomem(err);
		vv_free(kind);
	}
	if (rc == VV_OK && r->o->lazy) {
		char *lazy = vv_remote_key(name, "varveLazy");
		rc = lazy ? vv_config_set(r->repo, lazy, "true", err) : vv_fail_nomem(err);
		vv_free(lazy);
	}
	if (rc == VV_OK && r->o->program) {
		rc = vv_config_set(r->repo, program, r->o->program, err);
	}
	if (rc == VV_OK) {
		rc = vv_config_set(r->repo, url, r->url, err);
	}
	vv_free(url);
	vv_free(fetch);
	vv_free(program);
	vv_buf_clear(&spec);
	return rc;
}

/* --- after the fetch ------------------------------------------------------------------------- */

static const vv_ref_move *find_branch(const run *r, const char *branch)
{
	for (size_t i = 0; i < r->job.plan.count; i++) {
		if (strcmp(r->job.plan.moves[i].from, branch) == 0) {
			return &r->job.plan.moves[i];
		}
	}
	return NULL;
}

/* The branch to begin with: the one asked for, else HEAD's there. NULL: none has commits. */
static vv_status choose_branch(run *r, vv_buf *branch, const vv_ref_move **move, vv_error *err)
{
	*move = NULL;
	if (r->o->branch) {
		vv_buf_printf(branch, "refs/heads/%s", r->o->branch);
	} else if (r->job.remote_head) {
		vv_buf_puts(branch, r->job.remote_head);
	}
	vv_status rc = vv_buf_ok(branch, err);
	if (rc < 0 || branch->len == 0) {
		return rc;
	}
	*move = find_branch(r, branch->data);
	if (!*move && r->o->branch) {
		return vv_fail(err, VV_ENOTFOUND, "the remote has no branch '%s'",
			       vv_text_shows(r->o->branch));
	}
	return VV_OK;
}

/* The branch comes to stand where it stands there; files that were written already stay, and so
 * does the commit that they are of. */
static vv_status set_branch(run *r, const char *branch, const vv_oid *id, vv_oid *out,
			    vv_error *err)
{
	vv_ref now;
	vv_error absent;
	bool there = vv_ref_get(r->repo, branch, &now, &absent) == VV_OK;

	*out = there && vv_first_files_there(r->repo) ? now.id : *id;
	bool same = there && vv_oid_equal(&now.id, out);
	if (there) {
		vv_ref_clear(&now);
	}
	return same ? VV_OK : vv_ref_update(r->repo, branch, out, NULL, there, "clone", err);
}

static vv_status set_head(run *r, vv_error *err)
{
	vv_buf branch = VV_BUF_INIT;
	const vv_ref_move *m;
	vv_oid id;
	vv_status rc = choose_branch(r, &branch, &m, err);

	if (rc < 0) {
		goto done;
	}
	if (branch.len > 0 && strncmp(branch.data, "refs/heads/", 11) == 0) {
		if ((rc = vv_head_set_branch(r->repo, branch.data, "clone", err)) < 0) {
			goto done;
		}
		if (!r->o->bare &&
		    ((m && (rc = set_branch(r, branch.data, &m->id, &id, err)) < 0) ||
		     (rc = vv_branch_follow(r->repo, branch.data, remote_name(r), branch.data,
					    err)) < 0)) {
			goto done;
		}
		if (m && !r->o->bare && !r->o->no_checkout) {
			vv_first_files f = {.resumed = r->unfinished.resumed,
					    .fetch = r->o->lazy,
					    .quiet = r->o->quiet};
			if ((rc = vv_first_files_write(r->repo, &f, &id, err)) < 0) {
				goto done;
			}
			r->lacking = f.lacking;
		}
	}
	if (r->job.blocks_head) {
		vv_warn("the default branch there has the blocks of tables: '%s' is taken",
			branch.len > 0 ? vv_text_shows(branch.data + 11) : "");
		vv_note("hint: make it the default branch in the settings of the host");
	}
	if (!m && !r->o->quiet) {
		vv_note(r->job.plan.count == 0
				? "the remote is empty: it has no commits yet"
				: "the remote's HEAD names no branch with commits: nothing is checked out");
	}
done:
	vv_buf_clear(&branch);
	return rc;
}

static vv_status fetch(run *r, vv_error *err)
{
	r->job.repo = r->repo;
	r->job.remote = remote_name(r);
	r->job.from = r->o->from;
	r->job.tags = !r->o->single; /* else those of the branch follow */
	r->job.quiet = r->o->quiet;
	r->job.verbose = r->o->verbose;
	r->job.keep_missing = true;
	r->job.idle_sec = r->o->timeout;
	r->job.hide_refs = true;
	return vv_fetch_job_run(&r->job, err);
}

static vv_status clone(run *r, vv_error *err)
{
	const vv_init_options init = {.bare = r->o->bare, .program = "varve", .env = vv_environ()};
	bool created;
	vv_status rc;

	if ((rc = fix_url(r, err)) < 0 || (!r->dir && (rc = name_dir(r, err)) < 0) ||
	    (rc = vv_unfinished_begin(&r->unfinished, r->dir, vv_environ(), r->o->bare, r->url,
				      remote_name(r), err)) < 0) {
		return rc;
	}
	if (!r->o->quiet) {
		vv_note(r->unfinished.resumed ? "continuing the clone in '%s'"
					      : "cloning into '%s'",
			vv_text_shows(r->dir));
	}
	if ((rc = vv_repository_init(&r->repo, r->dir, &init, &created, err)) < 0) {
		return rc;
	}
	vv_repository_listen(r->repo, &vv_notes_stderr);
	if ((rc = vv_push_hook_set(r->repo, r->o->quiet ? NULL : &vv_notes_stderr, err)) < 0 ||
	    (r->o->single && (rc = choose_single(r, err)) < 0) || (rc = configure(r, err)) < 0 ||
	    (rc = fetch(r, err)) < 0) {
		return rc;
	}
	r->fetched = true;
	if ((rc = set_head(r, err)) < 0) {
		return rc;
	}
	return vv_unfinished_end(&r->unfinished, err);
}

/* Blocks that came, whether they wait or are in the store. */
static uint64_t kept_blocks(run *r)
{
	uint64_t kept = 0;
	vv_store *store;
	vv_store_stats stats = {0};
	vv_error ignored;

	if (r->repo) {
		(void)vv_incoming_count(r->repo, &kept, &ignored);
		if (vv_repository_store(r->repo, &store, &ignored) == VV_OK) {
			(void)vv_store_stats_get(store, &stats, &ignored);
		}
	}
	return kept + stats.blocks;
}

/* A clone that failed leaves nothing, unless blocks came that the next attempt can use. */
static void clean_up(run *r, vv_status rc, vv_error *err)
{
	uint64_t kept = kept_blocks(r);

	vv_repository_close(r->repo);
	r->repo = NULL;
	if (rc == VV_EREFUSED || rc == VV_EUSAGE || (r->fetched && rc == VV_ENOTFOUND)) {
		kept = 0; /* the next attempt will have to be another */
	} else if (r->fetched) {
		vv_hint(err,
			"what has arrived is kept in '%s': the same clone again continues from there",
			vv_text_shows(r->dir));
		return;
	}
	if (kept > 0) {
		vv_hint(err, "%s are kept in '%s': the same clone again continues from there",
			vv_text_counted(kept, "block", NULL), vv_text_shows(r->dir));
	} else if (!r->unfinished.resumed) {
		vv_unfinished_abandon(&r->unfinished);
	}
}

static int run_clone(void *opts, int argc, char **argv)
{
	run r = {.o = opts};
	vv_error err;

	if (argc < 1 || argc > 2) {
		return vv_usage_error("clone takes a URL and perhaps a folder");
	}
	r.url = argv[0];
	if (argc > 1 && !(r.dir = vv_strdup(argv[1]))) {
		vv_fail_nomem(&err);
		return vv_report_trouble(&err);
	}
	vv_fetch_job_init(&r.job, NULL);
	vv_status rc = clone(&r, &err);
	if (rc < 0) {
		clean_up(&r, rc, &err);
	} else if (!r.o->quiet && r.o->lazy) {
		vv_note("%s of datasets known; the data of each is fetched when it is needed",
			vv_text_counted(r.job.elsewhere, "version", "versions"));
	} else if (!r.o->quiet && r.job.missing == 0 && r.job.versions > 0) {
		vv_note(r.job.versions == 1 ? "the one version of a dataset is complete"
					    : "all %s versions of datasets are complete",
			vv_text_count(r.job.versions));
	}
	bool missing = r.job.missing > 0 || r.lacking;
	vv_fetch_job_clear(&r.job);
	vv_repository_close(r.repo);
	vv_unfinished_clear(&r.unfinished);
	vv_free(r.absolute);
	vv_free(r.dir);
	vv_free(r.single);
	return rc < 0 ? vv_report_trouble(&err) : missing ? VV_EXIT_NO : VV_EXIT_OK;
}

const vv_command vv_cmd_clone = {
	.name = "clone",
	.group = "start",
	.summary = "make a copy of another repository, with its tables",
	.usage =
		"[--bare] [-b BRANCH] [--single-branch] [--lazy] [-o NAME] [--from PEER]... URL [DIR]",
	.example = "$ varve clone ssh://ada@data.example.org/srv/sales\n"
		   "cloning into 'sales'\n"
		   "received 6 commits, 6 versions of datasets (6.4 MB on the line, 1.4 MB/s)\n"
		   "all 6 versions of datasets are complete",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "some versions lack blocks that no peer had, or tables were not written",
	.arguments = "path",
	.run_alone = run_clone,
};
