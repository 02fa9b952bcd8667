/*
 * rpc: which addresses are safe, and Kubo's messages.
 */
#include "transport/places/rpc.h"

#include <string.h>

#include "base/arena.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/protocol/cid_text.h"

#define ERROR_MAX ((size_t)64 << 10)
#define ANSWER_LINE ((size_t)16 << 10)
#define ANSWER_MAX ((uint64_t)1 << 30) /* of an answer with values: ten million pins */

struct vv_rpc {
	http_site *site;
	char *name, *base;
};

/* --- the address ----------------------------------------------------------------------------- */

static bool is_here(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

vv_status vv_rpc_url_read(vv_url *out, const char *text, vv_error *err)
{
	static const char scheme[] = "ipfs+http";
	const bool led = strncmp(text, scheme, sizeof(scheme) - 1) == 0;
	vv_status rc = vv_url_read(out, led ? text + strlen("ipfs+") : text, err);

	if (rc < 0) {
		memset(out, 0, sizeof(*out));
		return rc;
	}
	if (out->kind != VV_URL_HTTP) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not the address of an IPFS node's RPC\n"
			       "Kubo's is http://127.0.0.1:5001",
			       out->text);
	}
	if (out->secret) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s': the address of a node must not have a password\nset it with "
			       "git config http.<url>.extraHeader 'Authorization: ...'",
			       out->text);
	}
	if (!out->tls && !is_here(out->host)) {
		vv_fail(err, VV_EUSAGE,
			"'%s' is on another machine and does not use https\nuse an "
			"https:// address",
			out->text);
		return vv_hint_code(err, VV_HINT_CAR_EXPORT_UNIXFS);
	}
	return VV_OK;
}

vv_status vv_rpc_open(vv_rpc **out, const vv_url *node, const vv_connect_options *o, bool searches,
		      vv_error *err)
{
	vv_auto(vv_rpc) *r = vv_calloc(1, sizeof(*r));
	vv_buf base = VV_BUF_INIT;

	if (!r) return vv_fail_nomem(err);
	http_put_url(&base, node, "/api/v0/");
	r->name = vv_strdup(node->text);
	if (!(r->base = vv_buf_detach(&base)) || !r->name) return vv_fail_nomem(err);
	const http_site_facts f = {
		.url = r->base, .name = r->name, .extra_header = true, .searches = searches};
	const vv_status rc = http_site_open(&r->site, &f, o, err);
	return rc < 0 ? rc : vv_hand_over(out, &r);
}

void vv_rpc_close(vv_rpc *r)
{
	if (r) {
		http_site_close(r->site);
		vv_free_all(r->name, r->base, r);
	}
}

/* --- its messages ---------------------------------------------------------------------------- */

static bool says_any(const char *message, const char *const *words)
{
	for (; *words; words++) {
		if (strstr(message, *words)) return true;
	}
	return false;
}

static vv_status fail_with(const vv_rpc *r, const char *message, vv_error *err)
{
	static const char *const missing[] = {"not found locally", "could not find", "not pinned",
					      "blockservice: key not found", NULL};
	static const char *const full[] = {"no space left", "quota exceeded", NULL};

	return vv_fail(err,
		       says_any(message, missing) ? VV_ENOTFOUND
		       : says_any(message, full)  ? VV_EREFUSED
						  : VV_EIO,
		       "'%s': %s", r->name, vv_text_shows(message));
}

/* Kubo reports errors as JSON, with status 500. */
static vv_status explain_answer(const vv_rpc *r, const http_answer *a, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *message = NULL;
	vv_json *value;

	if (vv_json_read(&value, &arena, vv_buf_cstr(&a->body), a->body.len, r->name, VV_IGNORED) ==
	    VV_OK) {
		message = vv_json_get_string(value, "Message");
	}
	if (message) return fail_with(r, message, err);
	vv_fail(err, VV_EIO, "'%s' answered with the HTTP status %u", r->name, a->status);
	return a->status == 401 || a->status == 403
		       ? vv_hint(err, "its RPC may require a token: git config "
				      "http.<url>.extraHeader 'Authorization: ...'")
		       : vv_hint(err, "check that this is the RPC address of an IPFS node; "
				      "Kubo's is ipfs+http://127.0.0.1:5001");
}

/* --- commands -------------------------------------------------------------------------------- */

/* One request; the answer has status 200. */
static vv_status ask_node(vv_rpc *r, const char *command, http_ask *what, http_answer *a,
			  vv_error *err)
{
	static const char *const headers[] = {"Content-Type: multipart/form-data; "
					      "boundary=" VV_RPC_BOUNDARY};
	vv_auto(char) *url = vv_asprintf("%s%s", r->base, command);
	vv_status rc = vv_alloc_ok(url, err);

	what->method = "POST";
	what->url = url;
	what->headers = headers;
	what->header_count = what->body || what->give;
	rc = rc < 0 ? rc : http_site_ask(r->site, what, a, err);
	return rc < 0 || a->status == 200 ? rc : explain_answer(r, a, err);
}

vv_status vv_rpc_get(vv_rpc *r, const char *command, size_t max, vv_buf *out, vv_error *err)
{
	http_ask what = {.answer_max = max > ERROR_MAX ? max : ERROR_MAX};
	vv_auto(http_answer) a = {0};
	const vv_status rc = ask_node(r, command, &what, &a, err);

	if (rc < 0) return rc;
	vv_buf_put(out, vv_buf_cstr(&a.body), a.body.len < max ? a.body.len : max);
	return vv_buf_ok(out, err);
}

typedef struct exchange {
	const vv_rpc *rpc;
	const http_ask *form;
	vv_rpc_line_fn fn;
	void *payload;
	vv_buf line;       /* the received part of the last one */
	uint64_t received; /* bytes of the answer */
} exchange;

static void exchange_clear(exchange *x)
{
	vv_buf_clear(&x->line);
}
VV_AUTO_CLEAR(exchange, exchange_clear)

static ssize_t give_form(void *payload, void *out, size_t len, vv_error *err)
{
	const exchange *x = payload;

	return x->form->give(x->form->payload, out, len, err);
}

static vv_status end_line(exchange *x, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *value;
	vv_status rc = VV_OK;

	if (x->line.len > 0 && (rc = vv_json_read(&value, &arena, x->line.data, x->line.len,
						  x->rpc->name, err)) == VV_OK) {
		const char *message = vv_json_get_string(value, "Message");
		message = message ? message : vv_json_get_string(value, "Error");
		if (message && *message) {
			rc = fail_with(x->rpc, message, err);
		} else if (x->fn) {
			rc = x->fn(x->payload, value, err);
		} else {
			rc = VV_OK;
		}
	}
	vv_buf_reset(&x->line);
	return rc;
}

/* An http_ask.take. */
static vv_status take_lines(void *payload, const char *bytes, size_t len, vv_error *err)
{
	exchange *x = payload;
	const char *end = bytes + len;
	const uint64_t most = x->fn ? ANSWER_MAX : ERROR_MAX;
	vv_status rc = VV_OK;

	if (len == 0) {
		vv_buf_reset(&x->line);
		x->received = 0;
	}
	if ((x->received += len) > most) {
		return vv_fail(err, VV_EIO, "'%s' sent an answer of more than %s", x->rpc->name,
			       vv_text_bytes(most));
	}
	while (rc == VV_OK && bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		vv_buf_put(&x->line, bytes, (size_t)((stop ? stop : end) - bytes));
		if (x->line.len > ANSWER_LINE) {
			return vv_fail(err, VV_EIO, "'%s' sent a line of more than %zu bytes",
				       x->rpc->name, ANSWER_LINE);
		}
		if ((rc = vv_buf_ok(&x->line, err)) < 0 || !stop) return rc;
		rc = end_line(x, err);
		bytes = stop + 1;
	}
	return rc;
}

vv_status vv_rpc_ask(vv_rpc *r, const char *command, const http_ask *form, vv_rpc_line_fn fn,
		     void *payload, vv_error *err)
{
	static const http_ask none = {.body = NULL};
	vv_auto(exchange) x = {.rpc = r, .form = form ? form : &none, .fn = fn, .payload = payload};
	http_ask what = {.body = x.form->body,
			 .body_len = x.form->body_len,
			 .give = x.form->give ? give_form : NULL,
			 .answer_max = ERROR_MAX,
			 .take = take_lines,
			 .payload = &x};
	vv_auto(http_answer) a = {0};
	const vv_status rc = ask_node(r, command, &what, &a, err);

	return rc < 0 ? rc : end_line(&x, err); /* a last line may lack its end */
}

bool vv_rpc_cid(vv_cid *out, const char *text)
{
	vv_foreign_cid c;

	return text && vv_cid_text_read(&c, text, strlen(text)) && vv_cid_text_own(out, &c);
}
