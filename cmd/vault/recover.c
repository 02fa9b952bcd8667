/*
 * recover: a repository again from its sealed copies, on an empty machine.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/sealed/holder_open.h"
#include "cmd/vault/work/policy.h"
#include "cmd/vault/work/recover.h"
#include "lib/clone/first_files.h"
#include "lib/clone/unfinished.h"
#include "lib/remotes/push_hook.h"
#include "repo/git/history/history.h"
#include "repo/git/repository_init.h"

typedef struct options {
	const char *key, *expect, *vault, *to;
	bool bare, no_checkout, quiet;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_STRING(
		'k', "key", key, "FILE",
		"a file of 'varve vault key export', or one with the recovery key (default: this machine's key)"),
	OPT_STRING(0, "to", to, "DIR",
		   "the folder for the repository, new or empty (default: the current one)"),
	OPT_STRING(0, "expect", expect, "HEAD", "fail unless the holders have this head"),
	OPT_STRING(0, "vault", vault, "ID", "recover this vault, if the holders have several"),
	OPT_FLAG(0, "bare", bare, "make no work tree"),
	OPT_FLAG('n', "no-checkout", no_checkout, "leave the work tree empty"),
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS",
		     "stop waiting for a holder after this long without a byte (default: 60)"),
	OPT_FLAG('q', "quiet", quiet, "print only missing versions"),
};

static void on_missing(const char *line)
{
	vv_out_between("missing: ", line, "\n");
}

/* Keeps the policy of a vault that the committed .varveconfig does not name. */
static vv_status keep_policy(const vv_vault_session *s, vv_error *err)
{
	vv_vault_policy there;
	vv_status rc = vv_vault_policy_read(&there, s->repo, err);

	return rc == VV_OK && vv_cid_is_null(&there.vault)
		       ? vv_vault_policy_write(&s->policy, s->repo, err)
		       : rc;
}

static void print_result(const options *o, const vv_recover *x, const vv_vault_session *s)
{
	char did[VV_DID_TEXT];

	vv_array_each(s->places, s->place_count, place) {
		if (!place->holder) {
			vv_warn("%s", place->why.message);
		}
	}
	vv_array_each(vv_ledger_authors(s->ledger),
		      x->beside > 0 ? vv_ledger_author_count(s->ledger) : 0, a) {
		vv_did_text(did, a->key);
		if (a->fork[0]) {
			vv_warn("the key %s is in use on two machines, and signed two heads: the refs of both were written, those of one below refs/recovered/%s-...",
				did, did + 8);
		}
	}
	if (o->quiet) return;
	vv_did_text(did, x->head_author);
	vv_note("head %s of %s, by %s", vv_cid_shows(&x->head), vv_text_utc((int64_t)x->head_time),
		did);
	vv_note("%zu of %s had the complete ledger", x->shown,
		vv_text_counted(x->asked, "holder that answered", "holders that answered"));
	vv_note("recovered %s, %s of Git, %s", vv_text_counted(x->blocks, "block", NULL),
		vv_text_counted(x->objects, "object", NULL), vv_text_counted(x->refs, "ref", NULL));
}

/* First the commit of an earlier attempt, for which the vault may have a newer one. */
static vv_status write_files(const options *o, vv_repository *repo, const vv_oid *before,
			     vv_error *err)
{
	vv_first_files f = {.progress = o->quiet ? NULL : vv_progress_begin(), .before = before};
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(repo, &head, err);

	if (rc == VV_OK && !head.unborn) {
		rc = vv_first_files_write(repo, &f, &head.commit, err);
	}
	return rc;
}

/* The commit that an earlier attempt wrote files of; false: none. */
static bool read_before(const vv_unfinished *u, vv_repository *repo, vv_oid *out)
{
	vv_auto(vv_head) head = {0};
	const bool there = u->resumed && vv_first_files_there(repo) &&
			   vv_head_read(repo, &head, VV_IGNORED) == VV_OK && !head.unborn;

	*out = head.commit;
	return there;
}

static vv_status recover_repository(const options *o, vv_unfinished *u, vv_recover *x,
				    vv_repository *repo, int *code, vv_error *err)
{
	const vv_session_options so = {.key_file = o->key,
				       .need_key = true,
				       .quiet = o->quiet,
				       .notes = &vv_notes_stderr,
				       .idle_sec = o->timeout,
				       .again = true,
				       .beside = o->timeout == 0 && x->url_count > 1};
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_oid before;
	const bool again = read_before(u, repo, &before);
	vv_status rc;

	if ((rc = vv_vault_session_open(&s, repo, &so, err)) < 0) return rc;
	if ((rc = vv_recover_run(x, &s, err)) == VV_OK) {
		if (!o->bare && !o->no_checkout) {
			rc = write_files(o, repo, again ? &before : NULL, err);
		}
		if (rc == VV_OK && (rc = keep_policy(&s, err)) == VV_OK) {
			rc = vv_unfinished_end(u, err);
		}
		print_result(o, x, &s);
		*code = x->missing_shards + x->missing_versions + x->missing_records + x->older +
						x->beside >
					0
				? VV_EXIT_NO
				: VV_EXIT_OK;
	}
	return rc;
}

/* Takes the folder: an empty one, or one that an earlier attempt began. By its whole path, since a repository may be
 * around it. */
static vv_status begin_recovery(vv_repository **out, vv_unfinished *u, const options *o,
				vv_error *err)
{
	const vv_init_options init = {.bare = o->bare, .program = "varve", .env = vv_environ()};
	char cwd[4096];
	vv_auto(char) *folder = NULL;
	bool created;
	vv_status rc;

	if (!getcwd(cwd, sizeof(cwd))) {
		return vv_fail_errno(err, "cannot find the current folder", NULL);
	}
	if (!(folder = vv_path_absolute(cwd, o->to ? o->to : "."))) return vv_fail_nomem(err);
	if ((rc = vv_unfinished_begin(u, folder, vv_environ(), o->bare, "recover", NULL, err)) ==
	    VV_OK) {
		if (u->resumed && !o->quiet) {
			vv_note("continuing the recovery in '%s'", vv_text_shows(folder));
		}
		rc = vv_repository_init(out, folder, &init, &created, err);
		rc = rc < 0 ? rc : vv_push_hook_set(*out, &vv_notes_stderr, err);
	}
	return rc;
}

/* A recovery that failed leaves nothing, unless something came that the next attempt can use: records of another
 * vault must not be in the way of the right one. */
static void clean_up(vv_unfinished *u, const vv_recover *x, vv_repository **repo, vv_error *err)
{
	vv_repository_close(*repo);
	*repo = NULL;
	if (x->blocks + x->objects > 0) {
		vv_hint(err, "received data is kept: run the same command again to continue");
	} else if (!u->resumed) {
		vv_unfinished_abandon(u);
	}
}

static int run_recover(void *opts, int argc, char **argv)
{
	const options *o = opts;

	if (argc == 0) return vv_usage_error("recover requires the URL of a holder");
	vv_auto(vv_unfinished) unfinished = {.lock_fd = -1};
	vv_auto(vv_repository) *repo = NULL;
	vv_cid expect, vault;
	char **urls = vv_calloc((size_t)argc + 1, sizeof(*urls));
	vv_auto(vv_recover) x = {.missing = on_missing,
				 .urls = (const char *const *)urls,
				 .url_count = (size_t)argc,
				 .expect = o->expect ? &expect : NULL,
				 .vault = o->vault ? &vault : NULL};
	int code = VV_EXIT_OK;
	vv_error err;
	vv_status rc = urls ? VV_OK : vv_fail_nomem(&err);

	if (rc == VV_OK && o->expect) {
		rc = vv_cid_parse(&expect, o->expect, strlen(o->expect), &err);
	}
	if (rc == VV_OK && o->vault) {
		rc = vv_cid_parse(&vault, o->vault, strlen(o->vault), &err);
	}
	for (int i = 0; rc == VV_OK && i < argc; i++) {
		rc = vv_vault_holder_url(&urls[i], argv[i], &err);
	}
	if (rc == VV_OK && (rc = begin_recovery(&repo, &unfinished, o, &err)) == VV_OK) {
		vv_repository_listen(repo, &vv_notes_stderr);
		rc = recover_repository(o, &unfinished, &x, repo, &code, &err);
	}
	if (rc < 0 && unfinished.lock_fd >= 0) { /* the folder is ours */
		clean_up(&unfinished, &x, &repo, &err);
	}
	vv_names_free(urls, (size_t)argc);
	return rc < 0 ? vv_report_trouble(&err) : code;
}

const vv_command vv_cmd_vault_recover = {
	.name = "vault recover",
	.group = "care",
	.summary = "restore a repository from its sealed copies, on an empty machine",
	.usage = "[--key FILE] [--to DIR] [--expect HEAD] [--vault ID] [--bare] URL...",
	.example = "$ varve vault recover --key paper.txt --to sales media/stick\n"
		   "head bafyrei... of ...Z, by did:key:z6Mk...\n"
		   "1 of 1 holder that answered had the complete ledger\n"
		   "recovered 2 blocks, 7 objects of Git, 1 ref",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "some data is missing, or one key signed two heads",
	.arguments = "path",
	.run_alone = run_recover,
};
