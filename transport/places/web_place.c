/*
 * web_place: a web server's files as a place, read-only.
 */
#include "transport/places/place_kinds.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"

#define ERROR_MAX ((size_t)64 << 10)

typedef struct web {
	char *name, *base;
	vv_url url;
	http_site *site;
} web;

static vv_status read_only(const web *w, vv_error *err)
{
	return vv_fail(
		err, VV_EREFUSED,
		"'%s' is read-only\nset 'pushUrl' of the store in .varveconfig to an address that "
		"can be written to",
		w->name);
}

static vv_status web_put(void *payload, const char *name VV_UNUSED, const void *bytes VV_UNUSED,
			 size_t len VV_UNUSED, vv_error *err)
{
	return read_only(payload, err);
}

static vv_status web_remove(void *payload, const char *name VV_UNUSED, vv_error *err)
{
	return read_only(payload, err);
}

static vv_status web_list(void *payload, const char *folder VV_UNUSED, vv_listed_fn fn VV_UNUSED,
			  void *to VV_UNUSED, vv_error *err)
{
	const web *w = payload;

	return vv_fail(err, VV_ENOSUPPORT, "'%s': files on a web server cannot be listed", w->name);
}

static vv_status check_status(const web *w, const char *name, const http_answer *a, vv_error *err)
{
	switch (a->status) {
	case 200:
	case 206:
		return VV_OK;
	case 404:
	case 410:
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no file '%s'", w->name, name);
	case 401:
		return vv_fail(
			err, VV_EAUTH,
			"'%s' requires a login\nstore user and secret in a credential helper of Git: "
			"'git help credentials'",
			w->name);
	case 403: /* also the answer of buckets for missing objects */
		return vv_fail(err, VV_EREFUSED,
			       "'%s' refuses to serve the file '%s' (HTTP status "
			       "%u)",
			       w->name, name, a->status);
	default:
		vv_fail(err, VV_EIO, "'%s': the server answered with the HTTP status %u for '%s'",
			w->name, a->status, name);
		return a->status >= 500 ? vv_hint(err, "try again later") : VV_EIO;
	}
}

static vv_status web_get(void *payload, const char *name, uint64_t from, uint64_t len, vv_buf *out,
			 vv_error *err)
{
	web *w = payload;
	vv_auto(http_answer) a = {0};
	vv_status rc;

	vv_auto(char) *url = vv_asprintf("%s/%s", w->base, name);
	http_ask what = {.method = "GET",
			 .url = url,
			 .from = from,
			 .len = len,
			 .answer_max = (size_t)len + ERROR_MAX};
	if ((rc = vv_alloc_ok(url, err)) < 0 || (rc = http_site_ask(w->site, &what, &a, err)) < 0 ||
	    a.status == 416) {
		return rc; /* 416: after its end */
	}
	if ((rc = check_status(w, name, &a, err)) == VV_OK) {
		vv_buf_put(out, vv_buf_cstr(&a.body), a.body.len < len ? a.body.len : (size_t)len);
		rc = vv_buf_ok(out, err);
	}
	return rc;
}

static void web_close(void *payload)
{
	web *w = payload;

	if (!w) return;
	http_site_close(w->site);
	vv_url_clear(&w->url);
	vv_free_all(w->base, w->name, w);
}

VV_AUTO_FREE(web, web_close)

static const vv_place_ops web_ops = {.gets = HTTP_SITE_AT_ONCE,
				     .put = web_put,
				     .get = web_get,
				     .list = web_list,
				     .remove = web_remove,
				     .close = web_close};

static vv_status check_mark(web *w, const vv_place_mark *mark, vv_buf *text, vv_error *err)
{
	vv_status rc = mark ? web_get(w, mark->file, 0, VV_PLACE_MARK_BYTES, text, err) : VV_OK;

	if (rc == VV_ENOTFOUND) {
		vv_fail(err, VV_ENOTFOUND,
			"'%s' has no %s\ncheck the address: a place with %s has a file '%s'",
			w->name, mark->keeps, mark->keeps, mark->file);
	}
	return rc;
}

vv_status vv_web_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			    const vv_connect_options *connect, bool make VV_UNUSED, vv_error *err)
{
	vv_auto(vv_buf) mark = VV_BUF_INIT;
	vv_buf base = VV_BUF_INIT;
	vv_auto(web) *w = vv_calloc(1, sizeof(*w));
	vv_status rc;

	*out = (vv_place){0};
	if (!w) return vv_fail_nomem(err);
	http_put_url(&base, url, "");
	w->base = vv_buf_detach(&base);
	w->name = vv_strdup(url->text);
	if (!w->base || !w->name) return vv_fail_nomem(err);
	const http_site_facts f = {.url = w->base,
				   .name = w->name,
				   .extra_header = true,
				   .login = facts->no_login ? NULL : &w->url,
				   .ask_git = !facts->no_login};
	if ((rc = vv_url_read(&w->url, url->text, err)) < 0) return rc;
	if (url->secret && !(w->url.secret = vv_strdup(url->secret))) return vv_fail_nomem(err);
	if ((rc = http_site_open(&w->site, &f, connect, err)) < 0 ||
	    (rc = check_mark(w, facts->mark, &mark, err)) < 0) {
		return rc;
	}
	vv_place_set_mark(out, &mark);
	return vv_place_make(out, &web_ops, vv_take(&w), vv_asprintf("host %s", url->host), facts,
			     err);
}
