/*
 * recover: a repository again from its sealed copies, on an empty machine.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/output.h"
#include "cmd/work/commit/checkout.h"
#include "cmd/work/commit/switch_tree.h"
#include "cmd/work/vault/recover.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/repository_init.h"
#include "transport/line/url.h"

typedef struct options {
	const char *key, *expect, *vault, *to;
	bool bare, no_checkout, quiet;
} options;

static const vv_option table[] = {
	OPT_STRING('k', "key", key, "FILE",
		   "the key: a file of 'varve key export', or one with the recovery key"),
	OPT_STRING(0, "to", to, "DIR", "the folder to make (default: the current one)"),
	OPT_STRING(0, "expect", expect, "HEAD", "fail unless the holders have this head"),
	OPT_STRING(0, "vault", vault, "ID", "this vault, where the holders have several"),
	OPT_FLAG(0, "bare", bare, "make no work tree"),
	OPT_FLAG('n', "no-checkout", no_checkout, "leave the work tree empty"),
	OPT_FLAG('q', "quiet", quiet, "print only what is missing"),
};

static vv_status on_missing(void *payload, const char *line, vv_error *err)
{
	(void)payload;
	(void)err;
	vv_progress_end();
	vv_out("missing: ");
	vv_out_text(line, strlen(line));
	vv_out("\n");
	return VV_OK;
}

static vv_status on_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	(void)ref;
	(void)err;
	(*(size_t *)payload)++;
	return VV_OK;
}

static vv_status check_empty(vv_repository *repo, vv_error *err)
{
	size_t refs = 0;
	vv_status rc = vv_refs_each(repo, "", on_ref, &refs, err);

	if (rc == VV_OK && refs > 0) {
		vv_fail(err, VV_EREFUSED, "there is a repository with commits here already");
		rc = vv_hint(err, "recover into an empty folder: --to DIR");
	}
	return rc;
}

static vv_status write_files(vv_repository *repo, bool quiet, vv_error *err)
{
	const vv_oid nothing = {{0}};
	vv_index *index = NULL;
	vv_dataset_reader *reader = NULL;
	vv_checkout checkout = {0};
	vv_tree_switch s = {0};
	vv_head head = {0};
	vv_status rc = vv_head_read(repo, &head, err);

	if (rc < 0 || head.unborn) {
		vv_head_clear(&head);
		return rc;
	}
	if ((rc = vv_index_open(&index, repo, err)) == VV_OK &&
	    (rc = vv_dataset_reader_open(&reader, repo, quiet ? NULL : vv_progress_begin(), err)) ==
		    VV_OK) {
		vv_checkout_init(&checkout, repo, reader, index);
		checkout.pointer_ok = true;
		if ((rc = vv_tree_switch_plan(&s, &checkout, &nothing, &head.commit, true, err)) ==
			    VV_OK &&
		    (rc = vv_tree_switch_run(&s, err)) == VV_OK &&
		    (rc = vv_index_write(index, err)) == VV_OK) {
			rc = vv_repository_settle(repo, err);
		}
		vv_progress_end();
		if (rc == VV_OK) {
			vv_checkout_note_missing(&checkout);
		}
		vv_tree_switch_clear(&s);
		vv_checkout_clear(&checkout);
	}
	vv_dataset_reader_close(reader);
	vv_index_close(index);
	vv_head_clear(&head);
	return rc;
}

/* Folders are kept as absolute paths. */
static vv_status fix_urls(char **out, int argc, char **argv, vv_error *err)
{
	char cwd[4096];
	vv_url u;
	vv_status rc;

	if (!getcwd(cwd, sizeof(cwd))) {
		return vv_fail_errno(err, "cannot find the current folder", NULL);
	}
	for (int i = 0; i < argc; i++) {
		if ((rc = vv_url_read(&u, argv[i], err)) < 0) {
			return rc;
		}
		out[i] = u.kind == VV_URL_PATH ? vv_path_absolute(cwd, u.path) : vv_strdup(argv[i]);
		vv_url_clear(&u);
		if (!out[i]) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* A vault that .varveconfig, as it was committed, does not name. */
static vv_status keep_policy(const vv_vault_session *s, vv_error *err)
{
	vv_vault_policy there;
	vv_status rc = vv_vault_policy_read(&there, s->repo, err);

	return rc == VV_OK && vv_cid_is_null(&there.vault)
		       ? vv_vault_policy_write(&s->policy, s->repo, err)
		       : rc;
}

static void tell(const options *o, const vv_recover *x, const vv_vault_session *s)
{
	char head[VV_CID_TEXT + 1], did[VV_DID_TEXT], when[32];
	time_t t = (time_t)x->head_time;
	struct tm tm;

	for (size_t i = 0; i < s->place_count; i++) {
		if (!s->places[i].holder) {
			vv_warn("%s", s->places[i].why.message);
		}
	}
	if (o->quiet) {
		return;
	}
	vv_cid_text(head, &x->head);
	vv_did_text(did, x->head_author);
	when[0] = '\0';
	if (gmtime_r(&t, &tm)) {
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
	vv_note("head %s of %s, by %s", head, when, did);
	vv_note("%zu of %s had it already", x->shown,
		vv_text_counted(x->asked, "holder that answered", "holders that answered"));
	vv_note("recovered %s, %s of Git, %s", vv_text_counted(x->blocks, "block", NULL),
		vv_text_counted(x->objects, "object", NULL), vv_text_counted(x->refs, "ref", NULL));
}

static vv_status recover(const options *o, vv_recover *x, vv_repository *repo, int *code,
			 vv_error *err)
{
	const vv_session_options so = {
		.key_file = o->key, .need_key = true, .quiet = o->quiet, .notes = &vv_notes_stderr};
	vv_vault_session s;
	vv_status rc;

	if ((rc = check_empty(repo, err)) < 0 ||
	    (rc = vv_vault_session_open(&s, repo, &so, err)) < 0) {
		return rc;
	}
	if ((rc = vv_recover_run(x, &s, err)) == VV_OK) {
		if (!o->bare && !o->no_checkout) {
			rc = write_files(repo, o->quiet, err);
		}
		if (rc == VV_OK) {
			rc = keep_policy(&s, err);
		}
		vv_progress_end();
		tell(o, x, &s);
		*code = x->missing_shards + x->missing_versions + x->missing_records + x->older > 0
				? VV_EXIT_NO
				: VV_EXIT_OK;
	}
	vv_vault_session_close(&s);
	return rc;
}

/* Nothing that is there is written over: the folder is empty, or has no more than what an attempt before
 * left, which is finished. */
static vv_status check_folder(const char *folder, bool bare, vv_error *err)
{
	char **names = NULL;
	size_t count = 0;
	vv_status rc = VV_OK;

	if (bare || !vv_exists(folder)) {
		return VV_OK;
	}
	if ((rc = vv_list_dir(&names, &count, folder, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		if (strcmp(names[i], ".git") != 0) {
			rc = vv_fail(err, VV_EREFUSED, "the folder '%s' is there and not empty",
				     vv_text_shows(folder));
			vv_hint(err, "recover into an empty folder: --to DIR");
		}
	}
	vv_names_free(names, count);
	return rc;
}

static vv_status begin(vv_repository **out, const char *folder, const options *o, bool *created,
		       vv_error *err)
{
	const vv_init_options init = {.bare = o->bare, .program = "varve"};
	vv_status rc = check_folder(folder, o->bare, err);

	return rc < 0 ? rc : vv_repository_init(out, folder, &init, created, err);
}

/* Records of another vault must not be in the way of the right one. */
static void take_back(vv_repository **repo, const char *folder)
{
	char *git_dir = vv_strdup(vv_repository_gitdir(*repo));

	vv_repository_close(*repo);
	*repo = NULL;
	if (git_dir && vv_remove_tree(git_dir, NULL) == VV_OK) {
		(void)rmdir(folder); /* where it is empty */
	}
	vv_free(git_dir);
}

static int run_recover(void *opts, int argc, char **argv)
{
	const options *o = opts;
	vv_recover x = {.missing = on_missing};
	vv_repository *repo = NULL;
	vv_cid expect, vault;
	const char *folder = o->to ? o->to : ".";
	bool created = false;
	int code = VV_EXIT_OK;
	char **urls;
	vv_error err;
	vv_status rc;

	if (argc == 0 || !o->key) {
		return vv_usage_error("recover wants --key FILE, and the URL of a holder");
	}
	if ((o->expect && vv_cid_parse(&expect, o->expect, strlen(o->expect), &err) < 0) ||
	    (o->vault && vv_cid_parse(&vault, o->vault, strlen(o->vault), &err) < 0)) {
		return vv_report_trouble(&err);
	}
	if (!(urls = vv_calloc((size_t)argc + 1, sizeof(*urls)))) {
		vv_fail_nomem(&err);
		return vv_report_trouble(&err);
	}
	x.urls = (const char *const *)urls;
	x.url_count = (size_t)argc;
	x.expect = o->expect ? &expect : NULL;
	x.vault = o->vault ? &vault : NULL;
	if ((rc = fix_urls(urls, argc, argv, &err)) == VV_OK &&
	    (rc = begin(&repo, folder, o, &created, &err)) == VV_OK) {
		vv_repository_listen(repo, &vv_notes_stderr);
		rc = recover(o, &x, repo, &code, &err);
		if (rc < 0 && created && !o->bare && x.blocks == 0 && x.objects == 0) {
			take_back(&repo, folder);
		}
	}
	vv_progress_end();
	vv_repository_close(repo);
	vv_recover_clear(&x);
	vv_names_free(urls, (size_t)argc);
	return rc < 0 ? vv_report_trouble(&err) : code;
}

const vv_command vv_cmd_recover = {
	.name = "recover",
	.group = "vault",
	.summary = "make a repository again from its sealed copies, on an empty machine",
	.usage = "--key FILE [--to DIR] [--expect HEAD] [--vault ID] [--bare] URL...",
	.example = "$ varve recover --key paper.txt --to sales media/stick\n"
		   "head bafyrei... of ...Z, by did:key:z6Mk...\n"
		   "1 of 1 holder that answered had it already\n"
		   "recovered 2 blocks, 7 objects of Git, 1 ref",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "something is missing",
	.arguments = "path",
	.run_alone = run_recover,
};
