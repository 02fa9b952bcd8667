/*
 * git: plain git clones and fetches: the program git upload-pack answers.
 *
 * It shows the refs that varve's protocol shows, by settings that follow the repository's own. With protocol 2, git would send
 * any object whose id a client knows; so the wanted ids are checked before git is started.
 */
#include "transport/server/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/decompress.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/refs.h"
#include "repo/git/oid.h"
#include "repo/git/program.h"
#include "repo/git/run_git.h"
#include "transport/server/git_wants.h"

#define SERVICE "git-upload-pack"
#define TYPE "application/x-" SERVICE
#define BODY_MAX ((size_t)16 << 20) /* of a request, unpacked */
#define ARGS_MAX 512u
#define FIXED_ARGS 40u
#define AT_ONCE 4u /* gits of a server; further requests wait */
#define WAIT_MS 60000u
#define STEP_MS 50u
#define CPU_SEC 600u
#define MEMORY ((uint64_t)512 << 20) /* of each process of git */
#define RESERVED ((uint64_t)64 << 20)
#define PROTOCOL_MAX 64u /* bytes of the header Git-Protocol */

/* As vv_ref_is_served. */
static const char *const shown[] = {"refs/heads", "refs/tags", "refs/varve/heads",
				    "refs/varve/expired"};

/* --- settings --------------------------------------------------------------------------- */

typedef struct settings {
	vv_string_list args; /* "-c", "key=value", ... */
} settings;

static void settings_clear(settings *s)
{
	vv_string_list_clear(&s->args);
}

VV_AUTO_CLEAR(settings, settings_clear)

static vv_status add_setting(settings *s, const char *key, const char *mark, const char *value,
			     vv_error *err)
{
	const vv_status rc = vv_string_list_add(&s->args, vv_strdup("-c"), err);

	return rc < 0 ? rc
		      : vv_string_list_add(&s->args, vv_asprintf("%s=%s%s", key, mark, value), err);
}

static bool is_below(const char *name, const char *folder)
{
	const size_t len = strlen(folder);

	return strncmp(name, folder, len) == 0 && (name[len] == '\0' || name[len] == '/');
}

/* A pattern that shows refs again: only as far as peers may see them. */
static vv_status add_shown(settings *s, const char *pattern, vv_error *err)
{
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const bool inside = is_below(pattern, shown[i]);
		vv_status rc;

		if ((inside || is_below(shown[i], pattern)) &&
		    (rc = add_setting(s, "uploadpack.hideRefs", "!", inside ? pattern : shown[i],
				      err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* First all are hidden, then those of peers shown, then the repository's own patterns follow: the last one decides. */
static vv_status add_refs(settings *s, const vv_hidden_refs *hidden, vv_error *err)
{
	vv_status rc = add_setting(s, "uploadpack.hideRefs", "", "refs", err);

	if (rc < 0 || (rc = add_shown(s, "refs", err)) < 0) return rc;
	for (size_t i = 0; i < hidden->patterns.count; i++) {
		const char *pattern = hidden->patterns.items[i];
		const bool shows = *pattern == '!';

		pattern += shows;
		pattern += *pattern == '^';
		rc = shows ? add_shown(s, pattern, err)
			   : add_setting(s, "uploadpack.hideRefs", "", pattern, err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* HEAD is a name of a branch, which must not be hidden. */
static vv_status add_head(settings *s, vv_repository *r, const vv_hidden_refs *hidden,
			  vv_error *err)
{
	vv_auto(vv_head) head = {0};
	const vv_status rc = vv_head_read(r, &head, err);

	if (rc < 0 || (head.branch && vv_ref_is_served(hidden, head.branch))) return rc;
	return add_setting(s, "uploadpack.hideRefs", "", "HEAD", err);
}

static vv_status make_settings(settings *s, vv_repository *r, const vv_hidden_refs *hidden,
			       vv_error *err)
{
	static const char *const off[] = {
		"uploadpack.allowTipSHA1InWant", "uploadpack.allowReachableSHA1InWant",
		"uploadpack.allowAnySHA1InWant", "uploadpack.allowFilter",
		"uploadpack.allowRefInWant",     "transfer.advertiseObjectInfo"};
	static const char *const limits[][2] = {{"pack.threads", "1"},
						{"pack.windowMemory", "64m"},
						{"pack.deltaCacheSize", "32m"},
						{"core.bigFileThreshold", "32m"}};
	vv_status rc = add_refs(s, hidden, err);

	if (rc < 0 || (rc = add_head(s, r, hidden, err)) < 0) return rc;
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		if ((rc = add_setting(s, off[i], "", "false", err)) < 0) return rc;
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if ((rc = add_setting(s, limits[i][0], "", limits[i][1], err)) < 0) return rc;
	}
	return s->args.count + FIXED_ARGS > ARGS_MAX
		       ? vv_fail(err, VV_EREFUSED,
				 "the settings of hidden refs have too many patterns")
		       : VV_OK;
}

/* --- the request ----------------------------------------------------------------------------- */

static ssize_t read_ring(void *payload, void *buf, size_t len, vv_error *err)
{
	http_request *q = payload;

	return vv_ring_read(q->stream.in, buf, len, 0, err);
}

static vv_status read_body(http_request *q, vv_buf *out, vv_error *err)
{
	vv_auto(vv_decompress) *packed = NULL;
	char step[8192];
	vv_status rc;
	ssize_t n;

	if (http_header(q, "Content-Encoding") &&
	    (rc = vv_decompress_open(&packed, read_ring, q, "request", err)) < 0) {
		return rc;
	}
	while ((n = packed ? vv_decompress_read(packed, step, sizeof(step), err)
			   : read_ring(q, step, sizeof(step), err)) > 0) {
		if (out->len + (size_t)n > BODY_MAX) {
			return vv_fail(err, VV_EINPUT, "the request is longer than %s",
				       vv_text_bytes(BODY_MAX));
		}
		vv_buf_put(out, step, (size_t)n);
	}
	return n < 0 ? (vv_status)n : vv_buf_ok(out, err);
}

/* Ids that no commit of a shown ref reaches; a tag may name a file. */
typedef struct tips {
	const vv_hidden_refs *hidden;
	const vv_oids *wants;
	bool *known;
} tips;

static vv_status mark_tip(void *payload, const vv_ref *ref, vv_error *err VV_UNUSED)
{
	const tips *t = payload;

	for (size_t i = 0; i < t->wants->count; i++) {
		if (!t->known[i] && vv_oid_equal(&t->wants->items[i], &ref->id)) {
			t->known[i] = vv_ref_is_served(t->hidden, ref->name);
		}
	}
	return VV_OK;
}

static vv_status check_wants(const http_request *q, vv_repository *r, const vv_hidden_refs *hidden,
			     const vv_buf *body, vv_error *err)
{
	vv_auto(vv_oids) wants = {0};
	vv_status rc = vv_git_wants_read(&wants, vv_buf_cstr(body), body->len, err);

	if (rc < 0 || wants.count == 0) return rc;
	vv_auto_free bool *known = vv_calloc(wants.count, sizeof(*known));
	if (!known) return vv_fail_nomem(err);
	if ((rc = vv_reachable_commits(q->repository->reach, wants.items, wants.count, known,
				       err)) < 0 ||
	    (rc = vv_refs_each(r, "refs/tags/", mark_tip, &(tips){hidden, &wants, known}, err)) <
		    0) {
		return rc;
	}
	const size_t at = vv_find_place(i, wants.count, !known[i]);
	return at < wants.count
		       ? vv_fail(err, VV_EREFUSED, "no branch or tag of this server has %s",
				 vv_oid_shows(&wants.items[at]))
		       : VV_OK;
}

/* --- git ------------------------------------------------------------------------------------------ */

static bool is_ended(void *request)
{
	const http_request *q = request;

	return vv_ring_stopped(q->stream.out);
}

/* False: too many gits ran for too long, or the client left. */
static bool wait_turn(http_request *q)
{
	const uint64_t end = vv_monotonic_ms() + WAIT_MS;

	while (atomic_fetch_add(&q->server->gits, 1) >= AT_ONCE) {
		atomic_fetch_sub(&q->server->gits, 1);
		if (is_ended(q) || vv_monotonic_ms() >= end) return false;
		vv_sleep_ms(STEP_MS);
	}
	return true;
}

/* The value of Git-Protocol, for git's environment; only as git itself writes it. */
static void put_protocol(char *out, size_t size, const http_request *q)
{
	const char *value = http_header(q, "Git-Protocol");
	const bool good = value && strlen(value) < PROTOCOL_MAX &&
			  value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789=:.")] == '\0';

	(void)snprintf(out, size, "GIT_PROTOCOL%s%s", good ? "=" : "", good ? value : "");
}

/* If git has sent something, the client reads the reason there. */
static vv_status judge_answer(http_request *q, int code, vv_buf *said, bool sent, vv_error *err)
{
	if (code == 0) return VV_OK;
	const char *text = vv_buf_cstr(said);
	(void)vv_fail(err, VV_EPROGRAM, "git ended with exit code %d: %s", code,
		      vv_text_show(text, strcspn(text, "\n")));
	if (!sent || code > 128) return err->code;
	(void)snprintf(q->problem, sizeof(q->problem), "%s", err->message);
	return VV_OK;
}

typedef struct output {
	http_request *q;
	bool sent;
} output;

static vv_status put_answer(void *payload, const void *bytes, size_t len, vv_error *err)
{
	output *o = payload;

	o->sent = true;
	return http_stream_out(o->q, bytes, len, err);
}

static vv_status run_git(http_request *q, vv_repository *r, const settings *s, const vv_buf *body,
			 bool refs, vv_error *err)
{
	static const char service_line[] = "001e# service=" SERVICE "\n0000";
	const char *argv[ARGS_MAX], *const more[] = {"GIT_NO_LAZY_FETCH=1", q->git_protocol, NULL};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_auto(vv_env) *env = NULL;
	output o = {.q = q};
	vv_status rc = vv_git_env_elsewhere(&env, q->server->o.env, err);
	size_t n = 0;
	int code;

	if (rc < 0 ||
	    (refs && (rc = http_stream_out(q, service_line, sizeof(service_line) - 1, err)) < 0)) {
		return rc;
	}
	argv[n++] = "git";
	for (size_t i = 0; i < s->args.count; i++) {
		argv[n++] = s->args.items[i];
	}
	argv[n++] = "upload-pack";
	argv[n++] = "--stateless-rpc";
	if (refs) {
		argv[n++] = "--advertise-refs";
	}
	argv[n++] = vv_repository_gitdir(r);
	argv[n] = NULL;
	const vv_run run = {.argv = argv,
			    .env = env,
			    .more = more,
			    .input = body->data,
			    .len = body->len,
			    .take = put_answer,
			    .payload = &o,
			    .errors = &said,
			    .stopped = is_ended,
			    .stopped_payload = q,
			    .cpu_seconds = CPU_SEC,
			    .data = MEMORY,
			    .tree = true};
	rc = vv_run_program(&run, &code, err);
	return rc < 0 ? rc : judge_answer(q, code, &said, o.sent || refs, err);
}

static vv_status answer_git(http_request *q, vv_error *err)
{
	const bool refs = http_is_get(q);
	vv_auto(vv_repository) *r = NULL;
	vv_auto(vv_hidden_refs) hidden = {0};
	vv_auto(settings) s = {0};
	vv_auto(vv_buf) body = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_repository_open(&r, q->repository->path, q->server->o.env, err)) < 0 ||
	    (rc = vv_hidden_refs_load(&hidden, r, "uploadpack", err)) < 0 ||
	    (!refs && ((rc = read_body(q, &body, err)) < 0 ||
		       (rc = check_wants(q, r, &hidden, &body, err)) < 0)) ||
	    (rc = make_settings(&s, r, &hidden, err)) < 0) {
		return rc;
	}
	if (!wait_turn(q)) return vv_fail(err, VV_ELOCKED, "too many clients of git at once");
	rc = run_git(q, r, &s, &body, refs, err);
	atomic_fetch_sub(&q->server->gits, 1);
	return rc;
}

/* --- the route ---------------------------------------------------------------------------------------- */

const char *http_git_words(const char *below)
{
	static const char *const words[] = {"info/refs", SERVICE, "git-receive-pack"};
	const size_t at = vv_find_place(i, sizeof(words) / sizeof(words[0]),
					strcmp(words[i], below) == 0);

	return at < sizeof(words) / sizeof(words[0]) ? words[at] : NULL;
}

/* True: an answer was queued, *result. */
static bool is_refused(http_request *q, bool refs, enum MHD_Result *result)
{
	vv_auto(vv_buf) service = VV_BUF_INIT;
	const char *type = http_header(q, "Content-Type"),
		   *coding = http_header(q, "Content-Encoding");
	bool bad = false;

	if (refs) {
		(void)http_parameter(q, "service", &service, &bad);
	}
	if (strcmp(q->rest, "git-receive-pack") == 0 ||
	    strcmp(vv_buf_cstr(&service), "git-receive-pack") == 0) {
		*result = http_say(q, MHD_HTTP_FORBIDDEN,
				   "this server accepts pushes from varve alone, not from git");
	} else if (refs ? !http_is_get(q) : strcmp(q->method, "POST") != 0) {
		*result = http_say_allow(q, "this address is for git");
	} else if (refs && strcmp(vv_buf_cstr(&service), SERVICE) != 0) {
		*result = http_say(q, MHD_HTTP_FORBIDDEN,
				   "this server requires git's smart protocol");
	} else if (!refs && (!type || strcmp(type, TYPE "-request") != 0)) {
		*result = http_say(q, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
				   "requests of git must have the Content-Type " TYPE "-request");
	} else if (!refs && coding && strcmp(coding, "gzip") != 0 &&
		   strcmp(coding, "x-gzip") != 0) {
		*result = http_say(q, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
				   "requests of git must be plain or compressed with gzip");
	} else {
		return false;
	}
	return true;
}

enum MHD_Result http_git(http_request *q, bool *more)
{
	const bool refs = strcmp(q->rest, "info/refs") == 0;
	const uint64_t memory = RESERVED < q->server->o.request_memory
					? RESERVED
					: q->server->o.request_memory;
	enum MHD_Result result;

	*more = false;
	if (is_refused(q, refs, &result)) return result;
	if (http_reserve(q, memory) != 0) {
		return http_say(q, MHD_HTTP_SERVICE_UNAVAILABLE, "busy; try again later");
	}
	q->answer_type = refs ? TYPE "-advertisement" : TYPE "-result";
	put_protocol(q->git_protocol, sizeof(q->git_protocol), q);
	if (!http_stream_start(q, answer_git, !refs)) return http_say_error(q, &q->stream.err);
	if (refs) return http_body_end(q);
	http_connection_phase(q->connection, HTTP_TAKE);
	*more = true;
	return MHD_YES;
}
