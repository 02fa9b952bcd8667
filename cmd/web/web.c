/*
 * web: in which order a request is understood, which addresses redirect, and how an answer is named
 * for caches.
 */
#include "cmd/web/web.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/api.h"
#include "cmd/web/model/check.h"
#include "cmd/web/model/memo.h"
#include "cmd/web/model/missing.h"
#include "cmd/web/model/verb.h"
#include "repo/git/config.h"
#include "repo/git/history/revision.h"
#include "transport/server/words.h"

#define PAGE_KEPT_S 3600u
#define SLOW_MS 20u /* what took longer to make is remembered */

/* No script, style, picture or data but from here; nothing may frame a page. */
static const char page_policy[] =
	"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

struct vv_web {
	vv_web_options o;
	vv_block_cache *memo;
};

vv_web *vv_web_open(const vv_web_options *o)
{
	vv_web *w = vv_calloc(1, sizeof(*w));

	if (w && !(w->memo = vv_block_cache_new(VV_WEB_MEMO_BYTES))) {
		vv_free(w);
		return NULL;
	}
	if (w) {
		w->o = *o;
	}
	return w;
}

void vv_web_close(vv_web *w)
{
	if (w) {
		vv_block_cache_free(w->memo);
		vv_free(w);
	}
}

typedef struct request {
	vv_web *web;
	const vv_http_call *call;
	const vv_http_ask *ask;
	const vv_http_reply *to;
	vv_arena arena;
	const char *base; /* R */
	vv_web_address address;
	vv_web_visit visit;
	vv_web_asked asked;
	vv_web_reply reply;
	char etag[192];
	bool begun; /* the head is out: what fails now breaks the answer off */
} request;

/* --- answers ------------------------------------------------------------------------------------- */

static void reply_clear(vv_web_reply *r)
{
	vv_buf_clear_all(&r->body, &r->location);
	memset(r, 0, sizeof(*r));
}

/* tag: of the content, "": none; what: what else an answer depends on. */
static void make_etag(request *q, const char *tag, const vv_buf *what)
{
	const vv_hash128 h = vv_xxh3_128(vv_buf_cstr(what), what->len, 0);

	(void)snprintf(q->etag, sizeof(q->etag), "%s%s%016llx", tag, *tag ? "-" : "",
		       (unsigned long long)(h.lo ^ h.hi));
}

static vv_status send_reply(request *q, vv_error *err)
{
	vv_web_reply *r = &q->reply;
	vv_http_head head = {.status = r->status ? r->status : 200,
			     .type = r->type,
			     .policy = page_policy,
			     .fixed = r->fixed,
			     .no_store = r->no_store,
			     .kept_s = r->kept_s,
			     .size = r->body.len};
	bool wanted;
	vv_status rc;

	if ((rc = vv_buf_ok(&r->body, err)) < 0 || (rc = vv_buf_ok(&r->location, err)) < 0) {
		return rc;
	}
	head.location = r->location.len > 0 ? r->location.data : NULL;
	if (head.status == 200 && !r->no_store) {
		make_etag(q, r->tag, &r->body);
		head.etag = q->etag;
	}
	if (q->asked.commit.hex[0] && !q->asked.commit.work && !q->asked.commit.none) {
		head.commit = q->asked.commit.hex;
	}
	q->begun = true;
	if ((rc = q->to->begin(q->to->out, &head, &wanted, err)) < 0 || !wanted) return rc;
	return q->to->write(q->to->out, r->body.data, r->body.len, err);
}

static unsigned status_of(vv_status code)
{
	if (code == VV_ENOTFOUND || code == VV_EMISSING) return 404;
	if (code == VV_EUSAGE || code == VV_EINPUT) return 400;
	if (code == VV_EREFUSED) return 413;
	if (code == VV_ENOMEM || code == VV_ELOCKED) return 503;
	return 0;
}

/* The page, or the JSON, of an error. Errors without a status of their own remain errors, for the log. */
static vv_status send_trouble(request *q, const vv_error *why, vv_error *err)
{
	const vv_web_pages *pages = q->web->o.pages;
	vv_error shown = *why;

	if (status_of(why->code) == 0) return vv_error_copy(err, why);
	if (why->code == VV_EMISSING && q->asked.visit && q->address.path &&
	    q->asked.commit.hex[0] && q->address.place != VV_WEB_AT_COMPARE) {
		(void)vv_web_missing_say(&q->visit, NULL, &q->asked.commit, q->address.path,
					 &shown);
	}
	reply_clear(&q->reply);
	q->reply.status = status_of(why->code);
	q->reply.no_store = true;
	vv_status rc = q->address.api ? vv_web_api_trouble(&q->asked, &shown, &q->reply, err)
				      : pages->trouble(&q->asked, &shown, &q->reply, err);
	return rc < 0 ? rc : send_reply(q, err);
}

static vv_status redirect_request(request *q, const vv_web_address *to, unsigned status,
				  vv_error *err)
{
	reply_clear(&q->reply);
	q->reply.status = status;
	q->reply.no_store = true;
	vv_web_address_put(&q->reply.location, to);
	return send_reply(q, err);
}

/* --- which versions -------------------------------------------------------------------------------- */

/* HEAD's version; none in a repository that has no commits yet. */
static vv_status find_head(request *q, vv_error *err)
{
	const unsigned empty = 1u << VV_WEB_AT_OVERVIEW | 1u << VV_WEB_AT_REFS |
			       1u << VV_WEB_AT_COMMITS | 1u << VV_WEB_AT_FEED |
			       1u << VV_WEB_AT_HISTORY | 1u << VV_WEB_AT_CONFLICTS |
			       1u << VV_WEB_AT_DESK;
	vv_status rc = vv_web_commit_head(&q->visit, &q->asked.commit, err);

	if (rc == VV_ENOTFOUND && (empty & 1u << q->address.place)) {
		vv_error_clear(err);
		q->asked.commit = vv_web_none;
		rc = VV_OK;
	}
	return rc;
}

static vv_status find_both(request *q, vv_error *err)
{
	vv_web_asked *k = &q->asked;
	vv_web_address *a = &q->address;
	bool fixed_a = false, fixed_b = false;

	vv_status rc = !a->rev ? vv_web_commit_head(&q->visit, &k->commit, err)
			       : vv_web_commit_find(&q->visit, a->rev, &k->commit, &fixed_b, err);
	if (rc < 0) return rc;
	if (!a->other_rev) {
		k->fixed = false;
		return vv_web_commit_before(&q->visit, &k->commit, &k->other, err);
	}
	if ((rc = vv_web_commit_find(&q->visit, a->other_rev, &k->other, &fixed_a, err)) < 0) {
		return rc;
	}
	k->fixed = fixed_a && fixed_b && !a->from_base;
	if (!a->from_base) return VV_OK;
	vv_web_commit base = k->other;
	return vv_web_commit_base(&q->visit, &base, &k->commit, &k->other, err);
}

static vv_status find_versions(request *q, vv_error *err)
{
	switch (q->address.place) {
	case VV_WEB_AT_ASSET:
		return VV_OK;
	case VV_WEB_AT_COMPARE:
		return find_both(q, err);
	default:
		return q->address.rev ? vv_web_commit_find(&q->visit, q->address.rev,
							   &q->asked.commit, &q->asked.fixed, err)
				      : find_head(q, err);
	}
}

/* Pages are shown at addresses that name commits, so that a copied one means the same tomorrow. */
static bool is_to_move(const request *q)
{
	const vv_web_address *a = &q->address;
	const vv_web_asked *k = &q->asked;

	if (a->moved) return true;
	if (a->api || a->has_form || k->fixed) return false;
	switch (a->place) {
	case VV_WEB_AT_COMPARE:
		return !a->rev || !a->other_rev || a->from_base ||
		       strcmp(a->rev, k->commit.hex) != 0 ||
		       strcmp(a->other_rev, k->other.hex) != 0;
	case VV_WEB_AT_TREE:
	case VV_WEB_AT_TABLE:
	case VV_WEB_AT_ROW:
	case VV_WEB_AT_COLUMNS:
	case VV_WEB_AT_CHECK:
		return strcmp(a->rev, k->commit.hex) != 0;
	default:
		return false;
	}
}

static vv_status move_to_version(request *q, vv_error *err)
{
	vv_web_address to = q->address;

	if (to.rev || to.place == VV_WEB_AT_COMPARE) {
		to.rev = q->asked.commit.hex;
	}
	to.other_rev = q->address.place == VV_WEB_AT_COMPARE ? q->asked.other.hex : NULL;
	to.from_base = false;
	return redirect_request(q, &to, 302, err);
}

/* --- rows as a file ---------------------------------------------------------------------------------- */

/* A name for the file: unusual characters become '_'. */
static const char *download_name(request *q)
{
	const char *base = vv_path_base(q->address.path), *ext = vv_path_ext(base);
	size_t len = strlen(base) - (*ext ? strlen(ext) + 1 : 0);
	char *name = vv_arena_printf(&q->arena, "%.*s-%.8s.%s", (int)(len < 100 ? len : 100), base,
				     q->asked.commit.hex, vv_web_forms[q->address.form].end);

	for (char *p = name; p && *p; p++) {
		if (*p <= 32 || *p >= 127 || strchr("\"\\/;%", *p)) {
			*p = '_';
		}
	}
	return name;
}

/* The head is sent with the first rows, so that earlier failures can be reported. */
static vv_status write_rows(void *payload, const void *bytes, size_t len, vv_error *err)
{
	request *q = payload;
	vv_http_head head = {.status = 200,
			     .type = vv_web_forms[q->address.form].type,
			     .etag = q->etag[0] ? q->etag : NULL,
			     .fixed = q->asked.fixed,
			     .size = UINT64_MAX,
			     .download = download_name(q),
			     .commit = q->asked.commit.work ? NULL : q->asked.commit.hex};
	bool wanted = true;
	vv_status rc;

	if (!q->begun) {
		q->begun = true;
		if ((rc = q->to->begin(q->to->out, &head, &wanted, err)) < 0) return rc;
		if (wanted && q->address.form == VV_WEB_CSV_MARKED &&
		    (rc = q->to->write(q->to->out, "\xef\xbb\xbf", 3, err)) < 0) {
			return rc;
		}
	}
	return wanted ? q->to->write(q->to->out, bytes, len, err)
		      : vv_fail(err, VV_EIO, "only the head was requested");
}

/* The same content at the same address is the same file. */
static void name_rows(request *q, const vv_web_table *t)
{
	vv_auto(vv_buf) address = VV_BUF_INIT;

	vv_web_address_put(&address, &q->address);
	vv_buf_printf(&address, " %s %d", t->identity, (int)q->address.form);
	if (!address.failed) {
		make_etag(q, t->tag, &address);
	}
}

static vv_status give_rows(request *q, vv_error *err)
{
	vv_web_table *t;
	vv_status rc;

	if (!q->address.path) {
		return vv_fail(
			err, VV_EUSAGE,
			"the address does not name a table\nwrite table/REV/PATH?format=csv");
	}
	if ((rc = vv_web_table_open(&q->visit, &q->asked.commit, q->address.path, &t, err)) < 0) {
		return rc;
	}
	name_rows(q, t);
	rc = vv_web_rows_write(&q->visit, t, &q->address.rows, q->address.form, write_rows, q, err);
	return rc == VV_OK && q->visit.failed ? vv_fail_nomem(err) : rc;
}

/* --- a request --------------------------------------------------------------------------------------- */

static vv_status give_asset(request *q, vv_error *err)
{
	vv_status rc = q->web->o.pages->asset(q->address.name, &q->reply, err);
	return rc < 0 ? rc : send_reply(q, err);
}

/* The button of the form that was sent. */
static vv_web_verb verb_of(const request *q)
{
	vv_web_verb verb = {.path = q->address.path,
			    .fields = q->ask->parameters,
			    .field_count = q->ask->parameter_count};

	verb.name = vv_web_field(&verb, "do");
	return verb;
}

static bool has_token(const request *q, const vv_web_verb *verb)
{
	const char *token = q->web->o.token;

	return token && strcmp(vv_web_field(verb, "token"), token) == 0;
}

static vv_status refuse_form(vv_error *err)
{
	return vv_fail(err, VV_EUSAGE,
		       "this form is from an earlier run of 'varve web'\nopen its page again");
}

/* Shows the form whose button failed, with the typed values. */
static vv_status show_again(request *q, const vv_web_verb *verb, const vv_web_done *done,
			    const vv_error *why, vv_error *err)
{
	vv_web_address *a = &q->address;
	vv_status rc;

	if (done->page == VV_WEB_TO_ROW) {
		*a = (vv_web_address){.base = a->base,
				      .place = VV_WEB_AT_ROW,
				      .rev = VV_WEB_WORK,
				      .path = a->path,
				      .key = done->key,
				      .cell = done->column};
	}
	q->asked.verb = verb;
	q->asked.why = why;
	q->asked.wrong = done->column;
	if ((rc = find_versions(q, err)) < 0) return rc;
	q->reply.status = 400;
	q->reply.no_store = true;
	if ((rc = q->web->o.pages->page(&q->asked, &q->reply, err)) < 0) return rc;
	return q->visit.failed ? vv_fail_nomem(err) : send_reply(q, err);
}

static vv_status press_button(request *q, vv_error *err)
{
	const vv_web_verb verb = verb_of(q);
	vv_web_address to = {.base = q->base, .place = VV_WEB_AT_DESK};
	vv_web_done done;
	vv_error why;
	vv_status rc;

	if (!has_token(q, &verb) || q->address.api ||
	    (q->address.place != VV_WEB_AT_CONFLICTS && q->address.place != VV_WEB_AT_DESK)) {
		return refuse_form(err);
	}
	if ((rc = vv_web_do(&q->visit, &verb, &done, &why)) == VV_EUSAGE && done.again) {
		return show_again(q, &verb, &done, &why, err);
	}
	if (rc < 0) return vv_error_copy(err, &why);
	to.name = done.note;
	to.done = done.done;
	to.since = done.since;
	to.after = done.after;
	if (done.page == VV_WEB_TO_CONFLICTS) {
		to.place = VV_WEB_AT_CONFLICTS;
		to.of = q->address.of;
		to.name = done.key ? q->address.path : NULL;
		to.key = done.key;
		to.cell = done.column;
	} else if (done.page == VV_WEB_TO_DESK && done.key) {
		to.name = q->address.path;
		to.key = done.key;
	} else if (done.page == VV_WEB_TO_LOGIN) {
		to.login = true;
	} else if (done.page == VV_WEB_TO_COMPARE) {
		to.place = VV_WEB_AT_COMPARE;
		to.other_rev = "HEAD";
		to.rev = VV_WEB_WORK;
		to.path = q->address.path;
	} else if (done.page == VV_WEB_TO_ROW) {
		to.place = VV_WEB_AT_TABLE;
		to.rev = VV_WEB_WORK;
		to.path = q->address.path;
		to.rows.jump = done.key;
	}
	return redirect_request(q, &to, 303, err);
}

/* A cached answer's facts; its body follows. */
typedef struct kept_answer {
	const char *type;
	char tag[sizeof(((vv_web_reply *)NULL)->tag)];
	uint64_t made_ms;
} kept_answer;

/* With what else it depends on: the verdict, and the host where a cell's page suggests corrections. */
static void put_answer_key(vv_buf *key, const request *q)
{
	static const char *const names[] = {"remote.origin.url", "remote.origin.varvekind",
					    "varve.issues"};

	vv_buf_reset(key);
	vv_array_each(names, sizeof(names) / sizeof(names[0]), name) {
		vv_auto(char) *value = NULL;
		(void)vv_config_string(q->visit.repo, *name, &value, VV_IGNORED);
		vv_buf_printf(key, "%s ", value ? value : "");
	}
	vv_buf_printf(key, "answer %s %s %d ", q->call->repository, q->asked.origin,
		      vv_web_check_is_known(q->asked.visit, &q->asked.commit));
	vv_web_address_put(key, &q->address);
}

/* True if the answer may be kept for an hour. Pages with the owner's bar may not: the bar shows changes. */
static bool is_fixed_page(const request *q)
{
	return q->asked.fixed && (q->address.api || !q->asked.token);
}

/* The page or the JSON of the address. A comparison, a row or a column of whole commit ids that took long is made once an hour, and again when the verdict on its version is known. */
static vv_status make_answer(request *q, vv_error *err)
{
	const uint64_t now = vv_monotonic_ms();
	vv_web_reply *r = &q->reply;
	vv_auto(vv_buf) key = VV_BUF_INIT, bytes = VV_BUF_INIT;
	const bool keeps = is_fixed_page(q) && (q->address.place == VV_WEB_AT_COMPARE ||
						q->address.place == VV_WEB_AT_ROW ||
						q->address.place == VV_WEB_AT_COLUMNS);
	kept_answer kept = {.made_ms = 0};

	if (keeps) {
		put_answer_key(&key, q);
	}
	if (keeps && vv_web_memo_get(q->web->memo, &key, &bytes)) {
		memcpy(&kept, bytes.data, sizeof(kept));
	}
	if (kept.made_ms > 0 && now - kept.made_ms < PAGE_KEPT_S * 1000u) {
		r->type = kept.type;
		memcpy(r->tag, kept.tag, sizeof(r->tag));
		vv_buf_put(&r->body, bytes.data + sizeof(kept), bytes.len - sizeof(kept));
		return vv_buf_ok(&r->body, err);
	}
	vv_status rc = q->address.api ? vv_web_api_answer(&q->asked, r, err)
				      : q->web->o.pages->page(&q->asked, r, err);
	r->no_store = r->no_store || q->visit.cut;
	if (rc == VV_OK && keeps && !r->no_store && !q->visit.failed &&
	    vv_monotonic_ms() - now > SLOW_MS) {
		kept = (kept_answer){.type = r->type, .made_ms = vv_monotonic_ms()};
		memcpy(kept.tag, r->tag, sizeof(kept.tag));
		vv_buf_set(&bytes, &kept, sizeof(kept));
		vv_buf_put(&bytes, r->body.data, r->body.len);
		put_answer_key(&key, q); /* the page may have found the verdict */
		if (!bytes.failed) {
			vv_web_memo_put(q->web->memo, &key, bytes.data, bytes.len);
		}
	}
	return rc;
}

/* For how long a browser may keep the page. Not where it says that the verdict is not known yet. */
static unsigned kept_seconds(request *q)
{
	const bool has_verdict = q->address.place == VV_WEB_AT_COMPARE ||
				 q->address.place == VV_WEB_AT_OVERVIEW;

	if (!is_fixed_page(q) || q->address.api ||
	    (has_verdict && !vv_web_check_is_known(q->asked.visit, &q->asked.commit))) {
		return 0;
	}
	return PAGE_KEPT_S;
}

static vv_status answer_visit(request *q, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_web_visit_begin(&q->visit, q->call->repository, q->call->env, err)) < 0) {
		return rc;
	}
	q->asked.visit = &q->visit;
	if (q->ask->post) return press_button(q, err);
	if ((rc = find_versions(q, err)) < 0) return rc;
	if (is_to_move(q)) return move_to_version(q, err);
	if (q->address.has_form && q->address.place == VV_WEB_AT_TABLE) return give_rows(q, err);
	/* a page of fixed commits has fixed content, but another version of varve may show it
	 * differently */
	q->reply.fixed = q->asked.fixed && q->address.api;
	if ((rc = make_answer(q, err)) < 0) return rc;
	q->reply.kept_s = kept_seconds(q);
	return q->visit.failed ? vv_fail_nomem(err) : send_reply(q, err);
}

static vv_status give_list(request *q, vv_error *err)
{
	vv_status rc = q->web->o.pages->list(q->call, q->ask, &q->visit, &q->reply, err);
	return rc < 0 ? rc : send_reply(q, err);
}

/* --- before a repository is open -------------------------------------------------------------------- */

static vv_status send_first_page(request *q, const vv_web_verb *verb, const vv_error *why,
				 vv_error *err)
{
	vv_web_begin b;
	vv_status rc = vv_web_begin_read(&q->visit, &b, err);

	if (rc < 0) return rc;
	q->reply.status = why ? 400 : 200;
	rc = q->web->o.pages->begin(&q->asked, &b, verb, why, &q->reply, err);
	return rc < 0 ? rc : send_reply(q, err);
}

/* A folder is opened, cloned or begun: all later requests are for it. */
static vv_status press_first_page(request *q, vv_error *err)
{
	const vv_web_verb verb = verb_of(q);
	vv_web_address to = {.base = "", .place = VV_WEB_AT_OVERVIEW};
	const char *path;
	vv_error why;

	if (!has_token(q, &verb)) return refuse_form(err);
	vv_status rc = vv_web_begin_do(&q->visit, q->call->env, &verb, &path, &why);
	if (rc == VV_OK) {
		rc = q->ask->open(q->ask->asker, path, &why);
	}
	if (rc < 0 && status_of(why.code) == 0) return vv_error_copy(err, &why);
	if (rc < 0) return send_first_page(q, &verb, &why, err);
	if (strcmp(verb.name, "start") == 0) {
		to.place = VV_WEB_AT_DESK;
	}
	return redirect_request(q, &to, 303, err);
}

static vv_status answer_unopened(request *q, vv_error *err)
{
	const vv_http_ask *ask = q->ask;

	if (strcmp(ask->below, "/") == 0) {
		return ask->post ? press_first_page(q, err) : send_first_page(q, NULL, NULL, err);
	}
	vv_status rc = vv_web_address_read(&q->address, &q->arena, "", ask->below, ask->parameters,
					   0, err);
	if (rc < 0) return rc;
	return q->address.place == VV_WEB_AT_ASSET && !ask->post
		       ? give_asset(q, err)
		       : vv_fail(err, VV_ENOTFOUND, "no folder is open");
}

static vv_status answer_request(request *q, vv_error *err)
{
	const vv_http_ask *ask = q->ask;

	if (!ask->name && ask->listed_count == 0) return answer_unopened(q, err);
	if (!ask->name) return give_list(q, err);
	if (ask->below[0] == '\0') {
		const vv_web_address top = {.base = q->base, .place = VV_WEB_AT_OVERVIEW};

		return redirect_request(q, &top, 308, err);
	}
	vv_status rc = vv_web_address_read(&q->address, &q->arena, q->base, ask->below,
					   ask->parameters, ask->parameter_count, err);
	if (rc < 0) {
		q->address.api = strncmp(ask->below, "/api/", 5) == 0; /* for the error */
		return rc;
	}
	if (ask->post && q->address.place == VV_WEB_AT_ASSET) return refuse_form(err);
	return q->address.place == VV_WEB_AT_ASSET ? give_asset(q, err) : answer_visit(q, err);
}

vv_status vv_web_answer(void *web, const vv_http_call *call, const vv_http_ask *ask,
			const vv_http_reply *reply, vv_error *err)
{
	vv_web *w = web;
	const char *base = ask->name && !*ask->base && vv_web_is_place(ask->name) ? "/-"
										  : ask->base;
	request q = {.web = w,
		     .call = call,
		     .ask = ask,
		     .to = reply,
		     .arena = VV_ARENA_INIT,
		     .base = base,
		     .address.base = base,
		     .visit = {.reach = w->o.owner ? NULL : call->reach,
			       .work_tree = w->o.owner,
			       .documents = true,
			       .until_ms = ask->until_ms,
			       .gone = ask->gone,
			       .payload = ask->asker,
			       .memo = w->memo},
		     .asked = {.address = &q.address,
			       .repository = ask->name,
			       .owner = w->o.owner,
			       .token = w->o.token}};
	vv_error why;

	q.asked.origin = vv_arena_printf(&q.arena, "%s://%s", ask->secure ? "https" : "http",
					 *ask->host ? ask->host : "localhost");
	vv_status rc = q.asked.origin ? answer_request(&q, &why) : vv_fail_nomem(&why);
	if (rc < 0 && q.visit.failed) {
		rc = vv_fail_nomem(&why); /* other errors follow from that */
	}
	if (rc < 0 && q.begun) {
		*err = why;
	} else if (rc < 0) {
		rc = send_trouble(&q, &why, err);
	}
	reply_clear(&q.reply);
	vv_web_visit_end(&q.visit);
	vv_arena_clear(&q.arena);
	return rc;
}
