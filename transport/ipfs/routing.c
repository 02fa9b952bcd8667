/*
 * routing: the records of a router's answer.
 */
#include "transport/ipfs/routing.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json/json.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"

#define ANSWER_MAX ((size_t)4 << 20)
#define PROVIDERS_MAX 1000u

static void join_texts(vv_buf *out, const vv_json *list)
{
	for (const vv_json *v = list && list->type == VV_JSON_ARRAY ? list->first : NULL; v;
	     v = v->next) {
		if (v->type == VV_JSON_STRING) {
			vv_buf_printf(out, "%s%s", out->len > 0 ? "," : "", v->text);
		}
	}
}

static vv_status report_record(const vv_json *record, vv_provider_fn fn, void *payload,
			       vv_error *err)
{
	const vv_json *addresses = vv_json_get(record, "Addrs");
	vv_auto(vv_buf) protocols = VV_BUF_INIT;
	vv_provider p = {.id = vv_json_get_string(record, "ID")};
	vv_status rc;

	const vv_json *first = addresses && addresses->type == VV_JSON_ARRAY ? addresses->first
									     : NULL;
	p.address = first && first->type == VV_JSON_STRING ? first->text : NULL;
	join_texts(&protocols, vv_json_get(record, "Protocols"));
	p.protocols = protocols.len > 0 ? vv_buf_cstr(&protocols) : NULL;
	if ((rc = vv_buf_ok(&protocols, err)) == VV_OK) {
		rc = fn(payload, &p, err);
	}
	return rc;
}

static vv_status read_answer(const vv_url *u, const vv_buf *body, vv_provider_fn fn, void *payload,
			     vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *value;
	unsigned count = 0;
	vv_status rc = vv_json_read(&value, &arena, vv_buf_cstr(body), body->len, u->text, err);

	if (rc < 0) return rc;
	const vv_json *list = value->type == VV_JSON_OBJECT ? vv_json_get(value, "Providers")
							    : NULL;
	if (!list || (list->type != VV_JSON_ARRAY && list->type != VV_JSON_NULL)) {
		return vv_fail(err, VV_EINPUT,
			       "'%s' is not a router: its answer has no list of providers",
			       u->text);
	}
	const vv_json *record = list->type == VV_JSON_ARRAY ? list->first : NULL;
	for (; record && count < PROVIDERS_MAX; record = record->next, count++) {
		if (record->type == VV_JSON_OBJECT &&
		    (rc = report_record(record, fn, payload, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_routing_providers(const char *url, const vv_connect_options *o, const vv_cid *cid,
			       vv_provider_fn fn, void *payload, vv_error *err)
{
	static const char *const headers[] = {"Accept: application/json"};
	char below[120];
	vv_auto(vv_buf) full = VV_BUF_INIT;
	vv_auto(http_site) *site = NULL;
	vv_auto(http_answer) a = {0};
	vv_auto(vv_url) u = {0};
	vv_status rc = vv_url_read(&u, url, err);

	if (rc < 0) return rc;
	if (u.kind != VV_URL_HTTP) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not an http:// or https:// URL", u.text);
	}
	(void)snprintf(below, sizeof(below), "/routing/v1/providers/%s", vv_cid_shows(cid));
	http_put_url(&full, &u, below);
	const http_site_facts f = {
		.url = vv_buf_cstr(&full), .name = u.text, .extra_header = true, .searches = true};
	const http_ask ask = {.method = "GET",
			      .url = f.url,
			      .headers = headers,
			      .header_count = 1,
			      .answer_max = ANSWER_MAX};
	if ((rc = vv_buf_ok(&full, err)) < 0 || (rc = http_site_open(&site, &f, o, err)) < 0 ||
	    (rc = http_site_ask(site, &ask, &a, err)) < 0 || a.status == 404) {
		return rc; /* 404: no provider is known */
	}
	if (a.cut) {
		return vv_fail(err, VV_EREFUSED, "'%s' sent more than %s", u.text,
			       vv_text_bytes(ANSWER_MAX));
	}
	if (a.status == 200) return read_answer(&u, &a.body, fn, payload, err);
	rc = vv_fail(err, VV_EREFUSED, "'%s' answered with the HTTP status %u", u.text, a.status);
	return strstr(u.text, "/routing/v1")
		       ? vv_hint(err, "omit /routing/v1/ and everything after it from the URL")
		       : rc;
}
