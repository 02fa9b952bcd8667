/*
 * serve: serves copies kept here for others: over ssh from this program; over HTTP from varve-web, which
 * listens.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/env.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/keys/key_file.h"
#include "base/progress.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/frame/tool.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/hold/holding.h"
#include "cmd/vault/hold/key_ring.h"
#include "cmd/vault/work/audit.h"
#include "cmd/vault/work/contents.h"
#include "cmd/vault/work/erased.h"
#include "cmd/vault/work/session.h"
#include "cmd/vault/work/spread.h"
#include "cmd/vault/work/vault_status.h"
#include "lib/serve.h"
#include "lib/sync/vault_peer.h"
#include "repo/blocks/reach.h"
#include "transport/line/channel.h"
#include "transport/protocol/block_stream.h"
#include "transport/protocol/message.h"
#include "transport/protocol/serve.h"

/* ---- which question is answered how ---- */

typedef struct options {
	bool stdio, blocks, named, quiet; /* named: the user named the vault and may be asked for a
					   * passphrase; if false, a vault that cannot be opened has no
					   * blocks */
	bool push, only_copies;
	uint64_t timeout;
	const char *http, *hold, *admitted; /* for the help; arguments with them are never parsed
					     * here */
} options;

#define PULSE_MS 250u /* between two signs of life */

typedef struct serving {
	const options *o;
	const vv_notes *notes; /* NULL: quiet */
	vv_repository *repo;
	bool tried, readable;
	vv_vault_session session;
	vv_contents contents;
} serving;

/* --- the vault ------------------------------------------------------------------------------------- */

/* Is it readable without a passphrase? */
static bool is_open_to_all(void)
{
	vv_auto(char) *key = vv_key_ring_path(vv_environ(), "key", VV_IGNORED);
	char did[VV_DID_TEXT];
	bool sealed = false;

	return key && vv_exists(key) && vv_key_file_look(did, &sealed, key, VV_IGNORED) == VV_OK &&
	       (!sealed || vv_env_get(vv_environ(), "VARVE_PASSPHRASE_FILE"));
}

static vv_status open_vault(serving *x, vv_error *err)
{
	const bool named = x->o->named;
	const vv_session_options o = {.need_key = true,
				      .quiet = true,
				      .notes = x->notes,
				      .idle_sec = x->o->timeout,
				      .again = named,
				      .at_once = !named};
	vv_vault_session *s = &x->session;
	vv_status rc;

	if (!named && !is_open_to_all()) {
		return vv_fail(err, VV_EREFUSED,
			       "this machine's key cannot be read without a passphrase");
	}
	if ((rc = vv_vault_session_open(s, x->repo, &o, err)) < 0) return rc;
	if (!named) {
		s->transfer.connect.ask = NULL;
	}
	/* A new clone does not have the ledger yet. */
	if ((rc = vv_vault_session_need_vault(s, err)) < 0 ||
	    (rc = named || !s->state ? vv_vault_session_connect(s, err)
				     : vv_vault_session_reach(s, err)) < 0 ||
	    (rc = vv_vault_session_need_ledger(s, err)) < 0 ||
	    (rc = vv_vault_session_need_reader(s, err)) < 0 ||
	    (rc = vv_contents_open(&x->contents, s, NULL, err)) < 0) {
		return rc;
	}
	vv_vault_session_unlock(s);
	x->readable = true;
	return VV_OK;
}

/* Opens the vault once: if it was named, the first request gets the error. */
static vv_status need_vault(serving *x, vv_error *err)
{
	if (x->tried) return VV_OK;
	x->tried = true;
	vv_status rc = open_vault(x, err);
	return x->o->named ? rc : VV_OK;
}

/* --- blocks ---------------------------------------------------------------------------------------- */

/* A vv_block_get_fn. */
static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	serving *x = payload;

	vv_buf_reset(out);
	if (!x->readable || !vv_contents_has(&x->contents, cid)) {
		return vv_fail(err, VV_EMISSING, "the vault does not have it");
	}
	vv_status rc = vv_contents_get(&x->contents, cid, out, err);
	return rc < 0 && rc != VV_ENOMEM ? vv_recode(err, VV_EMISSING) : rc;
}

/* A client that gets nothing because a holder fails gets an error: it then prefers other sources for a
 * while. */
static vv_status answer_blocks(serving *x, vv_channel *line, const vv_request *q, vv_error *err)
{
	vv_auto(vv_block_out) *out = NULL;
	size_t given = 0;
	vv_status rc;

	if ((rc = need_vault(x, err)) < 0 ||
	    (rc = vv_block_out_open(&out, line, get_block, x, VV_EFFORT_QUICK, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < q->blocks.count; i++) {
		const vv_cid *like = i < q->like.count ? &q->like.items[i] : NULL;
		rc = vv_block_out_put(out, &q->blocks.items[i], like, like != NULL, err);
		given += rc == VV_OK;
		if (rc == VV_EMISSING || rc == VV_ECORRUPT) {
			rc = vv_block_out_absent(out, err);
		}
	}
	if (rc == VV_OK && given == 0 && x->session.failed.code < 0) {
		return vv_error_copy(err, &x->session.failed);
	}
	return rc < 0 ? rc : vv_block_out_flush(out, err);
}

/* ---- keeps: which versions the vault proves to keep, now, before they are dropped.
 *
 * A version counts whose every block the vault lists, and a copy of the vault counts that shows a random leaf of each of
 * its shards ---- */

/* --- what holders show ------------------------------------------------------------------------------ */

/* Takes away from who has the shard those that do not show a leaf of the shard. bad: of each place what failed. */
static void only_proven(const vv_vault_session *s, const vv_spread_shard *sh,
			vv_cid_set *const *bad)
{
	for (size_t i = 0; i < s->place_count; i++) {
		sh->has[i] = sh->has[i] && s->places[i].holder && bad[i] &&
			     !vv_cid_set_has(bad[i], &sh->shard.cid);
	}
}

/* Collects the shards that an audit of one place just found bad. */
static vv_status audit_place(vv_vault_session *s, vv_vault_place *p, vv_cid_set **bad,
			     vv_error *err)
{
	vv_auto(vv_audit) a = {.leaves = UINT64_MAX};
	vv_error why;
	vv_status rc;

	if (!(*bad = vv_cid_set_new())) return vv_fail_nomem(err);
	/* a place that failed is closed, so that it does not count */
	if (vv_audit_run(&a, s, p, &why) == VV_ENOMEM) return vv_fail_nomem(err);
	vv_array_each(a.bad, a.bad_count, cid) {
		if ((rc = vv_cid_set_add(*bad, cid, NULL, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Counts the copies of every live shard that prove a leaf now; a stripe of K+M counts by the rule
 * in spread.h. */
static vv_status count_proven(vv_vault_session *s, vv_cid_set *const *bad, unsigned *copies,
			      vv_error *err)
{
	vv_auto(vv_spread_list) list = {0};
	vv_spread_sum sum = {.least = SIZE_MAX};
	vv_status rc = vv_spread_list_live(&list, s, 0, err);

	if (rc < 0) return rc;
	vv_array_each(list.items, list.count, it) {
		only_proven(s, it, bad);
	}
	rc = vv_spread_count(&sum, s, 1, list.items, list.count, err);
	*copies = sum.least == SIZE_MAX ? 0 : (unsigned)sum.least;
	return rc;
}

static vv_status prove_vault(vv_vault_session *s, unsigned *copies, vv_error *err)
{
	vv_cid_set **bad = vv_calloc(s->place_count + 1, sizeof(vv_cid_set *));
	vv_status rc = bad ? VV_OK : vv_fail_nomem(err);

	*copies = 0;
	for (size_t i = 0; rc == VV_OK && i < s->place_count; i++) {
		if (s->places[i].holder) {
			rc = audit_place(s, &s->places[i], &bad[i], err);
		}
	}
	if (rc == VV_OK) {
		rc = count_proven(s, bad, copies, err);
	}
	vv_array_clear(bad, bad ? s->place_count : 0, one, vv_cid_set_free(*one));
	return rc;
}

/* --- the vault's content ------------------------------------------------------------------------------ */

typedef struct blocks_of {
	const vv_contents *contents;
	bool all;
} blocks_of;

static vv_status on_block(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
			  size_t len VV_UNUSED, vv_status state VV_UNUSED, vv_error *err VV_UNUSED)
{
	blocks_of *b = payload;

	b->all = b->all && vv_contents_has(b->contents, cid);
	return VV_OK;
}

/* Does the vault list every block of the version? */
static vv_status look_below(vv_store *store, const vv_cid *root, blocks_of *b, vv_error *err)
{
	vv_walk w = {.store = store, .budget = UINT64_MAX, .visit = on_block, .payload = b};

	b->all = true;
	return vv_walk_from(&w, root, err);
}

static vv_status find_kept(char *keeps, vv_repository *r, const vv_contents *contents,
			   const vv_cid *roots, size_t count, vv_error *err)
{
	blocks_of b = {.contents = contents};
	vv_store *store;
	vv_status rc = vv_repository_store(r, &store, err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = look_below(store, &roots[i], &b, err);
		keeps[i] = rc == VV_OK && b.all ? '1' : '0';
	}
	return rc;
}

/* keeps[i]: '1' where the vault lists all of roots[i], which is whole here. *copies: the number of proven copies of
 * all of it; a stripe counts by the rule in spread.h. Audit results are recorded. */
static vv_status vault_keeps(serving *x, char *keeps, unsigned *copies, const vv_cid *roots,
			     size_t count, vv_error *err)
{
	const vv_session_options o = {
		.need_key = true, .quiet = true, .notes = x->notes, .idle_sec = x->o->timeout};
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_auto(vv_contents) contents = {0};
	vv_status rc = vv_vault_session_open_to_read(&s, x->repo, &o, err);

	*copies = 0;
	if (rc < 0) return rc;
	/* opened before its shards are requested: another writer's later additions must not count as
	 * proven */
	if ((rc = vv_contents_open(&contents, &s, NULL, err)) < 0 ||
	    (rc = prove_vault(&s, copies, err)) < 0) {
		return rc;
	}
	rc = find_kept(keeps, x->repo, &contents, roots, count, err);
	return rc < 0 ? rc : vv_vault_session_sync(&s, err);
}

static vv_status answer_keeps(serving *x, const vv_cid *roots, size_t count, vv_json_out *w,
			      vv_error *err)
{
	vv_auto(char) *keeps = vv_calloc(count + 1, 1);
	unsigned copies = 0;
	vv_status rc = keeps ? vault_keeps(x, keeps, &copies, roots, count, err)
			     : vv_fail_nomem(err);

	if (rc < 0) return rc;
	vv_json_put_object(w, {JSON_NUMBER("copies", copies)}, {JSON_TEXT("keeps", keeps)});
	return VV_OK;
}

static vv_status answer_where(serving *x, const vv_json *q, const vv_cid *root, vv_json_out *w,
			      vv_error *err)
{
	vv_auto(vv_vault_where) v = {0};
	vv_status rc = vv_vault_where_find(&v, x->repo, x->notes, root,
					   vv_json_get_bool(q, "ask", true), err);

	if (rc == VV_OK) {
		vv_vault_where_put(w, &v);
	}
	return rc;
}

static vv_status answer_erase(serving *x, vv_json_out *w, vv_error *err)
{
	const vv_session_options o = {.need_key = true,
				      .quiet = true,
				      .notes = x->notes,
				      .idle_sec = x->o->timeout,
				      .again = true};
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_auto(vv_vault_erased) v = {.items = 0};
	vv_status rc;

	if ((rc = vv_vault_session_open_to_read(&s, x->repo, &o, err)) < 0 ||
	    (rc = vv_vault_erased_remove(&v, &s, err)) < 0) {
		return rc;
	}
	vv_vault_erased_put(w, &v);
	return VV_OK;
}

/* --- questions ------------------------------------------------------------------------------------- */

static vv_status read_roots(const vv_json *q, vv_arena *arena, vv_cid **out, size_t *count,
			    vv_error *err)
{
	const vv_json *list = vv_json_get(q, "roots");
	vv_status rc;

	*count = 0;
	if (!(*out = vv_arena_calloc(arena, VV_VAULT_ROOTS_MAX, sizeof(**out)))) {
		return vv_fail_nomem(err);
	}
	for (const vv_json *r = list ? list->first : NULL; r; r = r->next) {
		if (*count == VV_VAULT_ROOTS_MAX || !r->text) {
			return vv_fail(err, VV_ECORRUPT, "a list of versions is too long");
		}
		if ((rc = vv_cid_parse(&(*out)[(*count)++], r->text, strlen(r->text), err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status answer_question(serving *x, vv_channel *line, const void *text, size_t len,
				 vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) answer = VV_BUF_INIT;
	vv_json_out w = {.buf = &answer};
	vv_json *q;
	vv_cid *roots;
	size_t count;
	vv_status rc;

	if ((rc = vv_json_read(&q, &arena, text, len, "a question", err)) < 0 ||
	    (rc = read_roots(q, &arena, &roots, &count, err)) < 0) {
		return rc;
	}
	const char *word = vv_json_get_string(q, "word");
	if (word && strcmp(word, "keeps") == 0) {
		rc = answer_keeps(x, roots, count, &w, err);
	} else if (word && strcmp(word, "where") == 0 && count == 1) {
		rc = answer_where(x, q, roots, &w, err);
	} else if (word && strcmp(word, "erase") == 0) {
		rc = answer_erase(x, &w, err);
	} else {
		rc = vv_fail(err, VV_ENOSUPPORT, "a vault does not answer this request");
	}
	if (rc < 0 || (rc = vv_buf_ok(&answer, err)) < 0) return rc;
	return vv_frame_write(line, VV_FRAME_MESSAGE, answer.data, answer.len, err);
}

/* A vv_hold_fn. */
static vv_status answer_request(void *payload, vv_repository *r VV_UNUSED, vv_channel *line,
				const void *bytes, size_t len, vv_error *err)
{
	serving *x = payload;
	const vv_hello hello = {.head = NULL};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_request q;
	vv_status rc;

	if (len > 0 && *(const char *)bytes == '{') {
		return answer_question(x, line, bytes, len, err);
	}
	if ((rc = vv_request_read(&q, &arena, bytes, len, err)) < 0) return rc;
	switch (q.op) {
	case VV_OP_HELLO:
		rc = need_vault(x, err);
		return rc < 0 ? rc : vv_hello_write(line, &hello, err);
	case VV_OP_BLOCKS:
		return answer_blocks(x, line, &q, err);
	default:
		return vv_fail(err, VV_ENOSUPPORT, "a vault serves blocks only, not history");
	}
}

/* ---- the command ---- */

static const vv_option table[] = {
	OPT_STRING(
		0, "http", http, "ADDR",
		"listen on this address: 'varve web serve -h' shows how, and the other options for it"),
	OPT_STRING(0, "hold", hold, "BYTES", "keep sealed copies for others, at most BYTES"),
	OPT_STRING(0, "for", admitted, "DID[=BYTES]",
		   "an identity to keep copies for, with =BYTES to limit it"),
	OPT_FLAG(0, "stdio", stdio,
		 "answer on stdin and stdout, as the settings varve.hold... allow; clients with an "
		 "ssh:// holder run this"),
	OPT_FLAG(0, "push", push, "with --stdio: accept pushes to the repository, too"),
	OPT_FLAG(
		0, "only-copies", only_copies,
		"with --stdio: answer only requests about copies, and none that read the repository"),
	OPT_FLAG(0, "blocks", blocks, "with --stdio: answer from this repository's own vault"),
	OPT_FLAG(0, "named", named, "with --blocks: a passphrase may be asked for"),
	OPT_POSITIVE(
		0, "timeout", timeout, "SECONDS",
		"with --blocks: stop waiting for a holder after this long without a byte (default: 60)"),
	OPT_FLAG('q', "quiet", quiet, "with --blocks: print nothing"),
};

/* The server that varve starts to read the vault. */
static int serve_blocks(const options *o, const char *gitdir)
{
	const vv_notes words = {.words = vv_hint_words};
	serving x = {.o = o, .notes = o->quiet ? NULL : &vv_notes_stderr, .session = {.lock = -1}};
	vv_auto(vv_channel) *line = vv_channel_fds(STDIN_FILENO, STDOUT_FILENO, "varve");
	vv_status rc = VV_ENOMEM;
	vv_error err;

	(void)signal(SIGPIPE, SIG_IGN);
	if (line && (rc = vv_repository_open(&x.repo, gitdir, vv_environ(), &err)) == VV_OK) {
		vv_serve s = {.repo = x.repo,
			      .hold = answer_request,
			      .hold_payload = &x,
			      .only_hold = true,
			      .alive_ms = PULSE_MS};
		vv_repository_listen(x.repo, &words);
		rc = vv_serve_line(&s, line, &err);
	}
	vv_contents_close(&x.contents);
	vv_vault_session_close(&x.session);
	vv_repository_close(x.repo);
	return rc < 0 ? VV_EXIT_TROUBLE : VV_EXIT_OK;
}

static int serve_stdio(void *given, int argc, char **argv)
{
	const options *o = given;
	const vv_holding_options by_settings = {
		.env = vv_environ(), .term = VV_HOLDING_TERM_UNSAID, .notes = &vv_notes_stderr};
	vv_auto(vv_holding) *holding = NULL;
	vv_error err;

	if (!o->stdio || argc != 1) return vv_usage_error("--stdio requires one repository");
	if (o->push + o->only_copies + o->blocks > 1) {
		return vv_usage_error("choose one of --push, --only-copies and --blocks");
	}
	if (o->blocks) return serve_blocks(o, argv[0]);
	if (isatty(STDIN_FILENO)) {
		vv_note("--stdio is run by clients that keep copies here, and reads and writes varve's protocol: it is not for a terminal");
	}
	if (vv_holding_open(&holding, &by_settings, &err) < 0) return vv_report(&err);
	vv_serve_repo s = {.path = argv[0],
			   .env = vv_environ(),
			   .writable = o->push,
			   .words = vv_hint_words,
			   .hold = vv_holding_answer,
			   .hold_payload = holding,
			   .only_hold = o->only_copies};
	vv_status rc = vv_serve_repo_stdio(&s, &err);
	/* the peer has received the error and shows it, also for a broken line */
	return rc < 0 ? VV_EXIT_TROUBLE : VV_EXIT_OK;
}

static bool has_stdio(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--stdio") == 0) return true;
	}
	return false;
}

static int run_vault_serve(void *none VV_UNUSED, int argc, char **argv)
{
	vv_command over_pipe = vv_cmd_vault_serve;

	if (!has_stdio(argc, argv)) return vv_tool_serve_http("varve vault serve", argc, argv);
	over_pipe.raw = false;
	over_pipe.run_alone = serve_stdio;
	return vv_command_run(&over_pipe, argc, argv);
}

const vv_command vv_cmd_vault_serve = {
	.name = "vault serve",
	.group = "who",
	.summary = "keep sealed copies for others",
	.usage =
		"--http ADDR --hold BYTES PATH...\n--through URL PATH...\n--stdio [--push|--only-copies] PATH\n--stdio --blocks [--named] [--timeout SECONDS] [--quiet] GITDIR",
	.example = "$ varve vault serve --http 127.0.0.1:8080 --hold 50g --for ann kept",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run_alone = run_vault_serve,
	.raw = true, /* arguments for varve-web pass unparsed */
};
