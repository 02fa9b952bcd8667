/*
 * web_ask: a site for one request.
 */
#include "transport/ipfs/web_ask.h"

#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"

vv_status vv_web_ask_run(const vv_web_ask *a, const vv_connect_options *o, unsigned *status,
			 vv_buf *answer, vv_error *err)
{
	vv_auto(vv_buf) url = VV_BUF_INIT;
	vv_auto(http_site) *site = NULL;
	vv_auto(http_answer) got = {0};
	vv_status rc;

	http_put_url(&url, a->url, a->below);
	const http_site_facts f = {.url = vv_buf_cstr(&url),
				   .name = a->url->text,
				   .extra_header = true,
				   .searches = true};
	const http_ask ask = {.method = a->post ? "POST" : "GET",
			      .url = f.url,
			      .headers = &a->header,
			      .header_count = a->header ? 1 : 0,
			      .give = a->give,
			      .payload = a->payload,
			      .answer_max = a->answer_max};
	*status = 0;
	if ((rc = vv_buf_ok(&url, err)) < 0 || (rc = http_site_open(&site, &f, o, err)) < 0 ||
	    (rc = http_site_ask(site, &ask, &got, err)) < 0) {
		return rc;
	}
	*status = got.status;
	if (got.cut) {
		return vv_fail(err, VV_EREFUSED, "'%s' sent more than %s", a->url->text,
			       vv_text_bytes(a->answer_max));
	}
	vv_buf_set(answer, vv_buf_cstr(&got.body), got.body.len);
	return vv_buf_ok(answer, err);
}
